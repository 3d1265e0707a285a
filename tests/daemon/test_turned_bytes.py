"""A daemon's database in which single bytes turned, on pages that are whole all the same: limits go on, and it is told."""

from __future__ import annotations

import random
import sqlite3

import pytest

from agent.api.roster import GrantEvent
from daemon.grants import Grants
from daemon.platforms.api import OsSession
from daemon.store import Store
from tests.daemon.test_broken_store import ReadOnly, issues, kept, page_of, path_of, played
from tests.daemon.world import MINUTE, NOON, World, limit, roster


def change(world, sql: str) -> None:
    db = sqlite3.connect(path_of(world))
    db.executescript(sql)
    db.close()


def test_a_chain_whose_head_is_lost_goes_on_as_another_seat(world):
    """An agent refuses a second entry 1 of one seat: nothing would be recorded any more."""
    played(world)
    world.start()
    seat, chain = world.daemon.store.get("seat"), world.daemon.recorder.journal
    with world.daemon.store.transaction():
        chain.seal(1, NOON)
        chain.forget(chain.head().seq)
    world.kill()
    page = page_of(world, "journal_head")
    with path_of(world).open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(bytes(4096))
    world.start()
    assert world.daemon.store.get("seat") not in {seat, None}
    assert world.daemon.recorder.journal.seat.encode() == world.daemon.store.get("seat")
    assert (world.used(), issues(world)) == (300.0, ["store-broken"])
    for pid in range(2, 8):
        world.platform.run(pid, account="friend")
    assert (world.daemon.recorder.blocked, world.daemon.recorder.lost) == (False, 0)
    assert [one.seq for one in world.journal()][:1] == [1]
    world.kill()
    world.start()
    assert len(kept(world)) == 1
    assert len(world.journal("seat.start")) == 2


@pytest.mark.parametrize("sql", [
    "UPDATE meta SET value = x'ff' WHERE name = 'seen'",
    "UPDATE meta SET value = 'some seat' WHERE name = 'seat'",
    "INSERT OR REPLACE INTO meta VALUES ('usage-reported', CAST('2026-11-' AS BLOB))",
    "UPDATE plays SET game = CAST(x'ff61' AS TEXT)",
    "UPDATE plays SET started_wall = 1 << 60",
    "UPDATE plays SET programs = '[[-1,100000]]'",
    "UPDATE plays SET since_mono = 'a'",
    "UPDATE plays SET ms = -5",
    "INSERT INTO pieces VALUES (4, 'x', 1, 1)",
    "INSERT INTO grants VALUES ('g', '{', 0)",
    "INSERT INTO refusals VALUES ('2026-11-24', 'an', 'luanti', 'x')",
    "UPDATE journal_head SET hash = 'x'",
    "UPDATE journal_head SET seat = CAST(x'ff' AS TEXT)",
    "ALTER TABLE grants RENAME COLUMN sent TO semt",
    "PRAGMA user_version = 132",
    "PRAGMA user_version = 0",
])  # fmt: skip
def test_what_nobody_wrote_is_told_and_left_behind(world, sql):
    """The daemon comes up, and the damaged file lies beside."""
    played(world)
    change(world, sql)
    world.start()
    assert (len(kept(world)), "store-broken" in issues(world)) == (1, True)
    assert world.daemon.trust.roster is not None
    world.pass_time(11 * MINUTE)
    assert world.platform.asked == [1]


def test_what_nobody_wrote_on_a_read_only_disk(world, monkeypatch):
    """The rest goes on in memory, and replaces the damaged file as soon as it can."""
    played(world)
    change(world, "INSERT INTO grants VALUES ('g', CAST(x'ff' AS TEXT), 0)")
    disk = ReadOnly(monkeypatch)
    world.start()
    assert (world.used(), set(issues(world))) == (300.0, {"journal-unwritable", "store-broken"})
    disk.on = False
    world.pass_time(MINUTE)
    assert (issues(world), len(kept(world))) == (["store-broken"], 1)


@pytest.mark.parametrize(("name", "value"), [
    ("checkpoint", b"none"),
    ("checkpoint-wall", b"1x"),
    ("agent-keys", b'{"log":""}'),
])  # fmt: skip
def test_what_was_believed_of_the_agent_and_cannot_be_read_is_dropped(world, name, value):
    """A guardian is told; the rest of it stays."""
    played(world)
    store = Store(world.home.daemon)
    store.put(name, value)
    store.close()
    world.start()
    assert issues(world) == ["store-broken"]
    assert (world.daemon.store.get(name), world.daemon.trust.checkpoint, world.daemon.trust.checkpoint_wall) == (None, None, 0)
    assert world.used() == 300.0


def test_whichever_byte_turns_limits_are_kept(world, make_clock, soak):
    """The daemon starts, and a game is ended at its limit."""
    played(world)
    world.start()
    grant = GrantEvent(id="g", player="an", by="guardian", who="me", ms=1, given=NOON)
    with world.daemon.store.transaction():
        Grants(world.daemon.store).keep(grant)
        world.daemon.store.count_refusals("2026-11-24", "an", "luanti", 2)
    world.platform.exit(1)
    world.kill()
    page_of(world, "plays")
    content = path_of(world).read_bytes()
    filled = [place for place, byte in enumerate(content) if byte]
    random_ = random.Random(11)
    for place in random_.sample(filled, soak(40, 1000)):
        for file in world.home.daemon.glob("store.db*"):
            file.unlink()
        turned = bytearray(content)
        turned[place] ^= random_.randrange(1, 256)
        path_of(world).write_bytes(turned)
        clock = make_clock(wall=NOON)
        clock.run(6 * MINUTE)
        again = World(world.home.root, clock)
        again.start()
        try:
            if again.daemon.trust.roster is None:
                assert "no-roster" in issues(again), place
                again.adopt(roster(packs=(limit(10),)))
            again.platform.run(7)
            again.pass_time(11 * MINUTE)
            assert again.platform.asked == [7] or again.platform.ended == [7], place
            assert again.daemon.recorder.waiting == 0, place
        finally:
            again.kill()


def test_an_end_that_lies_before_the_last_piece_is_no_damage(world):
    """What ended so can be written, so it can be read."""
    played(world)
    change(world, "UPDATE plays SET ended = 1, ms = -5; INSERT INTO pieces VALUES (4, 1795496400000, 300000, 1)")
    world.start()
    assert (issues(world), world.used(), kept(world)) == ([], 300.0, [])


def test_who_was_logged_on_is_dropped_if_it_cannot_be_read(world):
    """It is found anew; the daemon does not end of it, minute by minute."""
    world.platform.sessions = (OsSession("1", "an"),)
    world.start(roster(place="game-point"))
    world.pass_time(MINUTE)
    world.kill()
    change(world, "UPDATE meta SET value = x'7b' WHERE name = 'os-sessions'")
    world.start()
    world.pass_time(2 * MINUTE)
    assert (issues(world), len(world.journal("session.opened"))) == (["store-broken"], 2)
