"""A database that cannot be written: limits go on, nothing is lost, and the Issue says so."""

from __future__ import annotations

import asyncio
import errno
import os
import sqlite3
from pathlib import Path

import pytest

from agent.api.roster import GrantEvent
from compliance.journal import Journal
from daemon.api.messages import GrantAdd
from daemon.errors import DaemonError
from daemon.grants import Grants
from daemon.roster import AgentKeys, Trust
from daemon.store import RESERVE_BYTES, Store
from host.transport import Caller
from host.wire import ApiError
from tests.daemon.world import MINUTE, limit, roster, signer

WRITES = {"INSERT", "UPDATE", "DELETE", "ALTER", "CREATE", "COMMIT"}


class FullDisk:
    """Stands between the store and SQLite and lets nothing through while `full`."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self.database = database
        self.full = True
        self.left = 0  # commits that still find room
        self.steps = None  # statements that still find room, if it is not commits that count

    def __getattr__(self, name):
        return getattr(self.database, name)

    def execute(self, sql, *arguments):
        if self.full and self.steps is not None and sql.split()[0] in WRITES:
            self.steps -= 1
            if self.steps < 0:
                raise sqlite3.OperationalError("database or disk is full")
            return self.database.execute(sql, *arguments)
        if self.full and sql == "COMMIT":
            self.left -= 1
        if self.full and sql == "COMMIT" and self.left < 0:
            raise sqlite3.OperationalError("database or disk is full")
        return self.database.execute(sql, *arguments)


@pytest.mark.promise("Failures: A full or read-only disk gives no free play")
def test_a_full_disk_is_no_free_play(world):
    """The game is ended at its limit; when there is room again, all of it is in the journal, in order."""
    world.start(roster(packs=(limit(2),)))
    world.platform.run(1)
    world.pass_time(MINUTE)
    world.daemon.store.db = disk = FullDisk(world.daemon.store.db)
    world.pass_time(2 * MINUTE)
    assert world.platform.asked == [1]
    assert "journal-unwritable" in [one.id for one in world.daemon.health.open()]
    assert not (world.home.daemon / "reserve").exists()
    disk.full = False
    world.pass_time(MINUTE)
    assert world.daemon.health.open() == ()
    assert [type(one).__name__ for one in world.journal("warned", "play.due", "play.ended")] == [
        "Warned",
        "PlayDue",
        "PlayEnded",
    ]
    assert (world.home.daemon / "reserve").stat().st_size == RESERVE_BYTES


def stored(world):
    return [one.id for one in Grants(world.daemon.store).all()]


def test_a_full_disk_takes_no_given_time_away(world):
    """What comes with new limits counts with them, over each try to write it; a guardian at the seat, who is told that nothing
    can be written, changes none of it.
    """
    world.start(roster(packs=(limit(2),)))
    world.platform.run(1)
    world.daemon.store.db = disk = FullDisk(world.daemon.store.db)
    given = GrantEvent(id="g1", player="an", by="guardian", who="mum", ms=30 * MINUTE, given=world.clock.wall())
    world.daemon.adopt(roster(2, packs=(limit(10),), grants=(given,)))
    guardian = Caller(uid=0, pid=1, account="root", admin=True)
    with pytest.raises(ApiError, match="nothing changed: database or disk is full"):
        asyncio.run(world.daemon.routes["grant.add"].handler(guardian, GrantAdd(player="an", ms=MINUTE)))
    world.pass_time(2 * MINUTE)
    assert (world.status().left_s, stored(world)) == (38 * 60, [])
    disk.full = False
    world.pass_time(2_000)
    assert stored(world) == ["g1"]


def test_what_is_given_as_soon_as_there_is_room_comes_after_what_waited(world):
    """Else the log said that a clock went back which nobody can set."""
    world.start(roster(packs=(limit(90),)))
    world.pass_time(MINUTE)
    world.daemon.store.db = disk = FullDisk(world.daemon.store.db)
    world.platform.run(1)
    world.beat()
    world.pass_time(15 * MINUTE)
    disk.full = False
    guardian = Caller(uid=0, pid=1, account="root", admin=True)
    asyncio.run(world.daemon.routes["grant.add"].handler(guardian, GrantAdd(player="an", ms=MINUTE)))
    moments = [line.mono for line in world.journal()]
    assert len(world.journal("play.started", "grant.given")) == 2
    assert moments == sorted(moments)


def test_a_start_that_waits_for_room_is_told_as_it_was_though_the_pc_slept(world):
    world.start(roster(packs=(limit(90),)))
    began = world.clock.wall()
    world.daemon.store.db = disk = FullDisk(world.daemon.store.db)
    world.platform.run(1)
    world.pass_time(MINUTE)
    world.clock.sleep(20 * MINUTE)
    world.pass_time(MINUTE)
    disk.full = False
    world.platform.exit(1)
    world.pass_time(2_000)
    started, ended = world.journal("play.started", "play.ended")
    assert (started.since, ended.since, ended.ms) == (began, began, 2 * MINUTE)


def test_what_went_on_while_the_disk_was_full_is_kept_as_soon_as_there_is_room(world):
    """Power fails a moment later."""
    world.start(roster(packs=(limit(90),)))
    world.daemon.store.db = disk = FullDisk(world.daemon.store.db)
    world.platform.run(1)
    world.pass_time(12 * MINUTE)
    disk.full = False
    world.pass_time(2_000)
    world.kill()
    world.platform.programs.clear()
    world.clock.reboot()
    world.start()
    world.beat()
    assert world.used() >= 12 * 60


def test_a_full_disk_makes_one_change_of_zone_one_entry(world):
    """However often it is looked at meanwhile."""
    world.start(roster())
    world.daemon.store.db = disk = FullDisk(world.daemon.store.db)
    world.clock.called = "Pacific/Kiritimati"
    world.pass_time(3 * MINUTE)
    disk.full = False
    world.pass_time(MINUTE)
    assert [one.after for one in world.journal("zone.changed")] == ["Pacific/Kiritimati"]


def test_a_power_cut_makes_one_change_of_zone_one_entry(world):
    """Whatever was written before it."""
    world.start(roster())
    world.daemon.store.db = disk = FullDisk(world.daemon.store.db)
    disk.left = 1
    world.clock.called = "Pacific/Kiritimati"
    world.pass_time(MINUTE)
    world.kill()
    world.start()
    assert [one.after for one in world.journal("zone.changed")] == ["Pacific/Kiritimati"]


def test_a_full_disk_is_tried_once_a_second(world):
    """Whatever happens meanwhile: each try waits for the disk."""
    world.start(roster(packs=(limit(20),)))
    world.daemon.store.db = disk = FullDisk(world.daemon.store.db)
    world.platform.run(1)
    disk.left = 0
    for _ in range(50):
        world.pass_time(200)
    assert 9 <= -disk.left <= 11


@pytest.mark.parametrize("room", [0, 1, 2])
def test_one_bad_event_loses_no_other_that_waited_with_it(world, room):
    """They are written together or, as that is not to be, one by one; each once, also if the disk fills up in between."""
    world.start(roster())
    world.daemon.store.db = disk = FullDisk(world.daemon.store.db)
    world.platform.run(1)
    world.daemon.recorder.do(lambda _: 1 // 0)
    world.pass_time(MINUTE)
    world.platform.exit(1)
    disk.left = room
    world.pass_time(2_000)
    disk.full = False
    world.pass_time(2_000)
    (started,), (ended,) = world.journal("play.started"), world.journal("play.ended")
    assert (ended.play, ended.ms, world.daemon.recorder.lost) == (started.seq, MINUTE, 1)
    assert [one.id for one in world.daemon.health.open()] == ["record-lost"]


def test_the_reserve_is_written_once(world):
    """4 MiB are not written anew each minute; one that was cut short is made whole."""
    world.start(roster())
    reserve = world.home.daemon / "reserve"
    os.utime(reserve, (1, 1))
    world.pass_time(3 * MINUTE)
    assert (reserve.stat().st_mtime, reserve.stat().st_size) == (1, RESERVE_BYTES)
    reserve.write_bytes(b"short")
    world.pass_time(MINUTE)
    assert reserve.stat().st_size == RESERVE_BYTES


def test_a_reserve_that_cannot_be_given_up_is_none(tmp_path, monkeypatch):
    """A disk that became read-only: neither making nor giving up the reserve is an error that leaves."""
    store = Store(tmp_path)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, "unlink", refuse)
    monkeypatch.setattr(Path, "open", refuse)
    assert store.free_reserve() is False
    os.truncate(tmp_path / "reserve", 5)
    assert store.keep_reserve() is False
    store.close()


def test_whichever_write_of_a_new_agent_fails_nothing_of_it_happened(world):
    """Each statement in turn, until all find room: a new chain under old keys, or the other way round, is never seen."""
    world.start(roster())
    world.platform.run(1)
    old = world.daemon.store.get("seat"), world.daemon.trust.keys, world.daemon.recorder.journal
    keys = AgentKeys(signer("giochoi/other").vkey, signer("giochoi/other/roster").vkey)
    world.home.public.mkdir(exist_ok=True)
    (world.home.public / "agent.keys").write_text(f"{keys.log}\n{keys.roster}\n", "utf-8")
    real = world.daemon.store.db
    for steps in range(100):
        world.daemon.store.db = disk = FullDisk(real)
        disk.steps = steps
        try:
            world.daemon.repair.mend(keys.fingerprint)
            break
        except ApiError:
            world.daemon.store.db = real
            assert (world.daemon.store.get("seat"), world.daemon.trust.keys, world.daemon.recorder.journal) == old
            assert Trust(world.daemon.store).keys == old[1]
            assert Journal(real, old[0].decode(), "boot", world.daemon._chain.signer(old[0].decode())).head() == old[2].head()
    world.daemon.store.db = real
    assert 5 < steps < 99
    assert Trust(world.daemon.store).keys == world.daemon.trust.keys == keys
    assert world.daemon.store.get("seat") != old[0]


def test_what_is_played_ends_in_the_old_chain_where_no_new_one_began(world):
    """Its number there is not its number in the chain that did not come to be."""
    world.start(roster())
    world.platform.run(1)
    world.platform.exit(1)
    world.platform.run(2)
    world.home.public.mkdir(exist_ok=True)
    keys = AgentKeys(signer("giochoi/other").vkey, signer("giochoi/other/roster").vkey)
    (world.home.public / "agent.keys").write_text(f"{keys.log}\n{keys.roster}\n", "utf-8")
    world.daemon.store.db = disk = FullDisk(world.daemon.store.db)
    with pytest.raises(ApiError, match="nothing changed"):
        world.daemon.repair.mend(keys.fingerprint)
    disk.full = False
    world.pass_time(MINUTE)
    world.platform.exit(2)
    (_, started), (_, ended) = world.journal("play.started"), world.journal("play.ended")
    assert (ended.play, ended.ms) == (started.seq, MINUTE)


def test_a_disk_that_is_full_at_the_first_start_is_one_clear_line(world, monkeypatch):
    """Which file, and why."""
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *given, **more: FullDisk(connect(*given, **more)))
    with pytest.raises(DaemonError, match=r"store\.db: cannot be written: database or disk is full"):
        world.start()


def test_a_disk_that_stays_full_is_tried_with_a_few(world):
    """However much waits; once there is room all of it is written, in order, but for what is at fault."""
    world.start(roster(packs=(limit(10),)))
    recorder, done = world.daemon.recorder, []
    world.daemon.store.db = disk = FullDisk(world.daemon.store.db)
    for number in range(1_000):
        recorder.do(lambda _, number=number: done.append(number))
    done.clear()
    assert recorder.flush() is not None
    assert (len(done) <= 100, recorder.waiting) == (True, 1_000)
    recorder.do(lambda _: world.daemon.store.db.execute("SELECT * FROM nothing"))
    recorder.do(lambda _: done.append("last"))
    done.clear()
    disk.full = False
    assert recorder.flush() is None
    assert ([*dict.fromkeys(done)], recorder.waiting, recorder.blocked, recorder.lost) == ([*range(1_000), "last"], 0, False, 1)


def test_a_disk_that_stays_full_costs_no_memory_by_the_minute(world):
    """What goes on is written as it is then, once there is room."""
    world.start(roster())
    world.platform.run(1)
    world.pass_time(MINUTE)
    world.daemon.store.db = FullDisk(world.daemon.store.db)
    world.pass_time(2 * MINUTE)
    before = world.daemon.recorder.waiting
    world.pass_time(30 * MINUTE)
    assert world.daemon.recorder.waiting - before <= 1  # the hour's presence


def test_what_was_asked_wrongly_is_no_full_disk(world):
    """One event is lost, and told; the next is written."""
    world.start(roster(packs=(limit(10),)))
    recorder = world.daemon.recorder
    for sql in ("INSERT INTO pieces VALUES (NULL, 1, 1, 1)", "SELECT * FROM nothing"):
        recorder.do(lambda _, sql=sql: world.daemon.store.db.execute(sql))
    assert (recorder.lost, recorder.blocked, recorder.waiting) == (2, False, 0)
    world.pass_time(MINUTE)
    assert [one.id for one in world.daemon.health.open()] == ["record-lost"]
    assert (world.home.daemon / "reserve").exists()
    world.platform.run(1)
    assert world.journal("play.started")


def test_a_database_of_a_newer_version_is_left_alone(tmp_path):
    """Going back a version must not lose what the newer one wrote."""
    store = Store(tmp_path)
    store.db.execute("ALTER TABLE plays ADD COLUMN news")
    store.db.execute("PRAGMA user_version = 99")
    store.close()
    with pytest.raises(DaemonError, match=r"store\.db: made by a newer version"):
        Store(tmp_path)
