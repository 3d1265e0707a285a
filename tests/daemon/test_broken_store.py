"""A daemon's database that is damaged, gone, or on a disk that can only be read: limits go on, and nothing is silent."""

from __future__ import annotations

import errno
import sqlite3

import pytest

from daemon.store import Store, Unwritable
from daemon.storing import opening
from tests.daemon.world import MINUTE, NOON, issues, limit, roster

PAGE = 4096


def played(world, minutes=5, **more):
    """An has played so long today, at a limit of ten, and plays on."""
    world.start(roster(packs=(limit(10),), **more))
    world.platform.run(1)
    world.pass_time(minutes * MINUTE)
    world.kill()


def path_of(world):
    return world.home.daemon / "store.db"


def page_of(world, table: str) -> int:
    """On which page of the file the table begins; all of it is in the file then."""
    db = sqlite3.connect(path_of(world))
    (page,) = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return page


def spoil(world, table: str) -> bytes:
    """Garbage in the place of the table's first page; what the file holds then."""
    page = page_of(world, table)
    with path_of(world).open("r+b") as file:
        file.seek((page - 1) * PAGE)
        file.write(b"\xa5" * PAGE)
    return path_of(world).read_bytes()


def kept(world):
    names = (path.name for path in world.home.daemon.iterdir())
    return sorted(name for name in names if ".broken-" in name and name[-4:] not in {"-wal", "-shm"})


@pytest.mark.promise("Failures: A damaged database is an Issue until a guardian has seen it")
@pytest.mark.parametrize("table", ["refusals", "grants", "plays_by_time"])
def test_a_damaged_page_costs_what_stood_on_it(world, table):
    """The list of players, play of today and the chain go on; the damaged file lies beside, and the log names the Issue."""
    played(world)
    content = spoil(world, table)
    world.start()
    (name,) = kept(world)
    assert (world.home.daemon / name).read_bytes() == content
    assert world.used() == 300.0
    assert issues(world) == ["store-broken"]
    world.pass_time(4 * MINUTE + 1000)
    world.pass_time(MINUTE)
    assert world.platform.asked == [1]
    assert len(world.journal("seat.start")) == 2
    assert [one.id for one in world.journal("issue.raised")][-1] == "store-broken"


def test_a_chain_that_is_damaged_is_followed_by_a_new_one(world):
    """As of a new seat, which writes today's play once more; that goes on and counts in full."""
    played(world)
    first = Store(world.home.daemon)
    seat = first.get("seat")
    first.close()
    spoil(world, "journal")
    world.start()
    assert world.daemon.store.get("seat") != seat
    assert world.daemon.uplink.seat.encode() == world.daemon.store.get("seat")
    assert world.used() == 300.0
    (started,) = world.journal("play.started")
    world.pass_time(MINUTE)
    world.platform.exit(1)
    assert [(one.play, one.ms) for one in world.journal("play.ended")] == [(started.seq, 6 * MINUTE)]
    assert "store-broken" in issues(world)


def test_ended_play_is_written_to_the_new_chain_once(world):
    """Also if the daemon starts again."""
    played(world)
    world.start()
    world.platform.exit(1)
    world.kill()
    spoil(world, "journal")
    for _ in range(2):
        world.start()
        assert [one.ms for one in world.journal("play.ended")] == [5 * MINUTE]
        assert world.used() == 300.0
        world.kill()


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
        file.seek((page - 1) * PAGE)
        file.write(bytes(PAGE))
    world.start()
    assert world.daemon.store.get("seat") not in {seat, None}
    assert (world.used(), issues(world)) == (300.0, ["store-broken"])
    assert (world.daemon.recorder.blocked, world.daemon.recorder.lost) == (False, 0)
    assert [one.seq for one in world.journal()][:1] == [1]


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


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" + bytes(80), b"no database" * 500])
def test_where_nothing_can_be_read_the_issue_says_so(world, content):
    """A new chain begins, a list fetched anew limits again, and what was played before is not silently gone."""
    played(world)
    path_of(world).write_bytes(content)
    for beside in ("store.db-wal", "store.db-shm"):
        (world.home.daemon / beside).unlink(missing_ok=True)
    world.start()
    assert "store-broken" in issues(world)
    assert bool(kept(world)) is bool(content)
    world.adopt(roster(packs=(limit(10),)))
    assert world.status().left_s <= 600
    assert "store-broken" in [one.id for one in world.journal("issue.raised")]


def test_a_database_that_is_gone_is_no_first_start(world):
    """The seat's key is still there."""
    played(world)
    path_of(world).unlink()
    world.start()
    assert "store-broken" in issues(world)


@pytest.mark.promise("Failures: A damaged database is an Issue until a guardian has seen it")
def test_the_issue_stays_until_a_guardian_has_seen_it(world):
    """Over restarts."""
    played(world)
    spoil(world, "refusals")
    world.start()
    world.kill()
    world.start()
    assert issues(world) == ["store-broken"]
    world.daemon.repair.mend(None)
    assert issues(world) == []
    world.kill()
    world.start()
    assert issues(world) == []


class ReadOnly:
    """As SQLite behaves on a disk that takes nothing, while `on`."""

    def __init__(self, monkeypatch) -> None:
        self.on = True
        connect = opening.connect

        def refuse(path):
            if self.on:
                error = sqlite3.OperationalError("attempt to write a readonly database")
                error.sqlite_errorcode = 8
                raise error
            return connect(path)

        monkeypatch.setattr(opening, "connect", refuse)


def test_on_a_read_only_disk_the_last_list_is_enforced(world, monkeypatch):
    """From a copy in memory. Once it can be, all of it is written, in order, to the file itself."""
    played(world)
    disk = ReadOnly(monkeypatch)
    world.start()
    assert (world.used(), issues(world)) == (300.0, ["journal-unwritable"])
    assert [str(note).partition(": ")[2] for note in world.daemon.notes] == [
        "cannot be written: attempt to write a readonly database; limits hold, it is written once it can be"
    ]
    world.pass_time(6 * MINUTE)
    assert world.platform.asked == [1]
    disk.on = False
    world.pass_time(MINUTE)
    assert issues(world) == []
    world.kill()
    world.start()
    assert [one.ms >= 10 * MINUTE for one in world.journal("play.ended")] == [True]
    assert len(world.journal("play.started")) == 1
    assert not kept(world)


def test_a_damaged_database_on_a_read_only_disk(world, monkeypatch):
    """What can be read goes on in memory, and replaces the damaged file as soon as it can."""
    played(world)
    spoil(world, "journal")
    disk = ReadOnly(monkeypatch)
    monkeypatch.setattr(opening, "write_atomic", lambda *_: (_ for _ in ()).throw(OSError(errno.EROFS, "no")))
    world.start()
    assert world.used() == 300.0
    assert set(issues(world)) == {"journal-unwritable", "store-broken"}
    monkeypatch.undo()
    disk.on = False
    world.pass_time(MINUTE)
    assert (issues(world), len(kept(world))) == (["store-broken"], 1)
    world.platform.exit(1)
    world.kill()
    world.start()
    assert [one.ms for one in world.journal("play.ended")] == [6 * MINUTE]


def test_what_took_the_place_of_a_damaged_database_is_not_set_aside(world, monkeypatch):
    """The disk takes it, and then for a while nothing."""
    played(world)
    spoil(world, "journal")
    disk = ReadOnly(monkeypatch)
    refused = opening.write_atomic
    monkeypatch.setattr(opening, "write_atomic", lambda *_: (_ for _ in ()).throw(OSError(errno.EROFS, "no")))
    world.start()
    monkeypatch.setattr(opening, "write_atomic", refused)
    world.pass_time(MINUTE)
    assert len(kept(world)) == 1
    disk.on = False
    world.pass_time(MINUTE)
    assert (issues(world), len(kept(world))) == (["store-broken"], 1)


def test_no_database_and_no_room_for_one_is_one_line(tmp_path, monkeypatch):
    """A first start on such a disk."""
    ReadOnly(monkeypatch)
    with pytest.raises(Unwritable, match="readonly"):
        Store(tmp_path)
