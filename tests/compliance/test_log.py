"""The log: appending, idempotent intake, proofs from tiles, reopening, kill -9."""

import random
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, nullcontext
from pathlib import Path

import pytest

from compliance import entry, tree
from compliance.entries.seat import IssueRaised, SeatEnrolled, SeatStop
from compliance.format.chain import AGENT, ChainError, Head, digest
from compliance.format.tiles import Tile, hash_tiles, level_tiles
from compliance.log import Log, LogError
from compliance.note import Signer, parse_checkpoint
from tests.compliance.log_tiles import hashes_of, make_older
from tests.system import WINDOWS

SIGNER = Signer("cafe.example/log", bytes(32))
SEAT = Signer("home-pc", b"\x01" * 32)
ROOT = Path(__file__).parents[2]


@pytest.fixture
def log(tmp_path):
    log = Log(tmp_path / "log.db", SIGNER)
    yield log
    log.close()


@pytest.fixture
def lines(new_journal):
    """Makes batches of a seat's chain: `lines(3)` is three entries and a seal."""
    journal = new_journal("home-pc", SEAT)

    def make(count):
        for _ in range(count):
            journal.append(IssueRaised, mono=1, wall=2, id="x")
        journal.seal(1, 2)
        batch = journal.spool(10_000)
        journal.forget(batch.last)
        return batch.entries

    return make


def agree(log):
    """Tiles, root, checkpoint and the seats' last entries are those of the entries."""
    entries = list(log.entries())
    ends = {line.seat: Head(line.seq, digest(data)) for data in entries for line in [entry.decode(data)]}
    assert {seat: log.head(seat) for seat in ends} == ends
    checkpoint = parse_checkpoint(log.checkpoint, [SIGNER.key])
    assert (checkpoint.size, checkpoint.root) == (log.size, log.root) == (len(entries), tree.root(entries))
    assert {tile.path: log.tile(tile) for tile in hash_tiles(log.size)} == hashes_of(entries)


def test_a_new_log_is_empty_and_signed(log):
    agree(log)
    assert parse_checkpoint(log.checkpoint, [SIGNER.key]).root == tree.EMPTY_ROOT


def test_it_grows_over_tile_edges_and_reopens_the_same(tmp_path, lines, new_journal, soak):
    """In portions of all sizes, of a seat and the agent's own, across the edges of tiles, with a reopening after each."""
    numbers = random.Random(1)
    path = tmp_path / "log.db"
    own = new_journal(AGENT, SIGNER)
    sizes = (1, 253, 1, 1, 1, 255, 256, 257, 511, *(numbers.randint(1, 700) for _ in range(soak(5, 120))))
    for turn, size in enumerate(sizes):
        log = Log(path, SIGNER)
        log.append_batch("home-pc", SEAT.key, lines(size))
        if turn > 8:
            own.append(SeatStop, mono=1, wall=1)
            own.seal(1, 1)
            log.append_batch(AGENT, SIGNER.key, own.spool().entries)
            own.forget(own.spool().last)
        agree(log)
        log.close()
        log = Log(path, SIGNER)
        agree(log)
        log.close()


def version_of(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("PRAGMA user_version").fetchone()[0]


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("size", [0, 256, 300])
def test_an_older_log_goes_on(tmp_path, lines, size, version):
    """Opening changes nothing in it, as a disk may be full; what is appended older programs would not read."""
    path = tmp_path / "log.db"
    with closing(Log(path, SIGNER)) as log:
        if size:
            log.append_batch("home-pc", SEAT.key, lines(size - 1))
    make_older(path, version)
    with closing(Log(path, SIGNER)) as log:
        agree(log)
    assert version_of(path) == version
    for more in (1, 1, 300):
        with closing(Log(path, SIGNER)) as log:
            log.append_batch("home-pc", SEAT.key, lines(more))
            agree(log)
        assert version_of(path) == 4
    with closing(Log(path, SIGNER)) as log:
        agree(log)
        assert log.size == size + 305


def test_a_tile_is_read_while_it_grows_and_gets_full(log, lines):
    """By other threads, for the sizes that they have seen: they find it in memory, or in the database once it is full."""
    batches = [lines(size) for size in (9, 40, 3, 250, 1, 90) * 5]
    leaves = b"".join(hashes_of([line for batch in batches for line in batch])[tile.path] for tile in level_tiles(0, 1995))
    done = threading.Event()

    def read():
        while not done.is_set():
            for tile in list(level_tiles(0, log.size))[-2:]:
                assert log.tile(tile) == leaves[tile.first * 32 : (tile.first + tile.width) * 32]

    with ThreadPoolExecutor() as pool:
        readers = [pool.submit(read) for _ in range(2)]
        try:
            for batch in batches:
                log.append_batch("home-pc", SEAT.key, batch)
        finally:
            done.set()
        for reader in readers:
            reader.result()
    assert log.size == 1995


def test_proofs_from_tiles_are_those_of_the_entries(log, lines):
    """At sizes on both sides of the edges of tiles."""
    numbers = random.Random(2)
    for size in (2, 7, 254, 256, 258, 511, 513, 700):
        log.append_batch("home-pc", SEAT.key, lines(size - log.size - 1))
        entries = list(log.entries())
        assert len(entries) == size
        for index in {0, size - 1, *(numbers.randrange(size) for _ in range(20))}:
            assert log.inclusion_proofs((index,))[0] == tree.inclusion_proof(entries, index)
            assert log.consistency_proof(index) == tree.consistency_proof(entries, index)
    for ask in (lambda: log.inclusion_proofs((700,)), lambda: log.consistency_proof(701)):
        with pytest.raises(tree.ProofError):
            ask()


def test_a_batch_that_arrives_twice_is_logged_once(log, lines):
    batch = lines(3)
    first = log.append_batch("home-pc", SEAT.key, batch)
    again = log.append_batch("home-pc", SEAT.key, batch)
    assert (first.indexes, first.new) == ((0, 1, 2, 3), 4)
    assert (again.indexes, again.new, again.checkpoint) == ((0, 1, 2, 3), 0, first.checkpoint)
    more = log.append_batch("home-pc", SEAT.key, [*batch, *lines(1)])
    assert (more.indexes, more.new) == ((0, 1, 2, 3, 4, 5), 2)
    agree(log)


def test_another_entry_under_a_known_number_is_refused(log, lines):
    batch = lines(3)
    log.append_batch("home-pc", SEAT.key, batch)
    changed = [batch[0], batch[1].replace(b'"x"', b'"y"'), *batch[2:]]
    with pytest.raises(ChainError) as error:
        log.append_batch("home-pc", SEAT.key, changed)
    assert (error.value.seq, log.size) == (2, 4)


def test_a_gap_or_a_foreign_seal_is_refused(log, lines):
    first, second = lines(2), lines(2)
    with pytest.raises(ChainError):
        log.append_batch("home-pc", SEAT.key, second)
    with pytest.raises(ChainError):
        log.append_batch("home-pc", SIGNER.key, first)
    with pytest.raises(ChainError):
        log.append_batch("other", SEAT.key, first)
    with pytest.raises(ChainError):
        log.append(second)
    with pytest.raises(entry.EntryError):
        log.append([b"{}"])
    assert log.size == 0


def test_the_agents_chain_is_sealed_by_the_logs_key_and_no_other(log, new_journal):
    for signer, fits in ((SEAT, False), (SIGNER, True)):
        journal = new_journal(AGENT, signer)
        journal.append(SeatEnrolled, mono=1, wall=1, id=AGENT, key=signer.vkey)
        journal.seal(1, 1)
        if fits:
            assert log.append_batch(AGENT, signer.key, journal.spool().entries).new == 2
        else:
            with pytest.raises(ChainError):
                log.append_batch(AGENT, signer.key, journal.spool().entries)


def test_entries_are_found_by_seat_and_number(log, lines, new_journal):
    other = new_journal("other", SEAT)

    def others():
        other.append(SeatStop, mono=1, wall=1)
        other.seal(1, 1)
        batch = other.spool()
        other.forget(batch.last)
        return batch.entries

    for _ in range(3):
        log.append_batch("home-pc", SEAT.key, lines(2))
        log.append_batch("other", SEAT.key, others())
    for index, data in enumerate(log.entries()):
        line = entry.decode(data)
        assert log.index(line.seat, line.seq) == index
        assert log.entry(index) == data
    assert log.head("other") == Head(6, digest(log.entry(14)))
    log.append([*lines(1), *others(), *others(), *lines(2)])
    agree(log)
    for ask in (lambda: log.index("other", 11), lambda: log.index("nobody", 1), lambda: log.entry(24), lambda: log.entry(-1)):
        with pytest.raises(LookupError):
            ask()


DAMAGE = {
    "an entry is changed": "UPDATE entry SET data = x'00' WHERE idx = 299",
    "the last entry is gone": "DELETE FROM entry WHERE idx = 300",
    "an entry too many": "INSERT INTO entry VALUES (302, x'00')",
    "a tile is changed": "UPDATE tile SET data = zeroblob(length(data)) WHERE id = {last}",
    "a tile is gone": "DELETE FROM tile WHERE id = 0",
    "the last tile is gone": "DELETE FROM tile WHERE id = {last}",
    "all tiles are gone": "DELETE FROM tile",
    "a tile is short": "UPDATE tile SET data = substr(data, 1, length(data) - 32) WHERE id = {last}",
    "a tile of other entries": "INSERT OR REPLACE INTO tile VALUES (1, zeroblob(64))",
    "a tile too many": "INSERT INTO tile VALUES (2, zeroblob(32))",
    "a full tile is changed": "UPDATE tile SET data = zeroblob(8192) WHERE id = 0",
    "the last entries are gone": "DELETE FROM entry WHERE idx >= 300",
    "all entries are gone": "DELETE FROM entry",
    "a seat's head is changed": "UPDATE seat SET hash = 'ff'",
    "a seat's entries are lost": "DELETE FROM run",
    "another version": "PRAGMA user_version = 9",
    "a table is gone": "DROP TABLE entry",
}
OF_CHECKPOINT = {
    "the size is changed": "UPDATE entry SET idx = 302 WHERE idx = 301",
    "the checkpoint is changed": "UPDATE entry SET data = CAST(replace(data, '301', '300') AS BLOB) WHERE idx = 301",
    "the checkpoint is no text": "UPDATE entry SET data = x'ff' WHERE idx = 301",
    "the checkpoint is gone": "DELETE FROM entry WHERE idx = 301",
}
OF_HEAD = {  # where older versions had it
    "the size is changed": "UPDATE head SET size = 300",
    "the checkpoint is changed": "UPDATE head SET note = replace(note, '301', '300')",
    "the checkpoint is gone": "DELETE FROM head",
}
DAMAGED = [(version, name, damage) for version, of in ((4, DAMAGE | OF_CHECKPOINT), (3, OF_HEAD), (1, OF_HEAD))
           for name, damage in of.items()]  # fmt: skip
HARMLESS = {"a full tile is changed"}  # opening looks at the edge only; the verifier sees this


@pytest.mark.parametrize(("version", "name", "damage"), DAMAGED)
def test_a_damaged_log_is_not_opened(tmp_path, lines, version, name, damage):
    path = tmp_path / "log.db"
    log = Log(path, SIGNER)
    log.append_batch("home-pc", SEAT.key, lines(300))
    log.close()
    if version < 4:
        make_older(path, version)
    with sqlite3.connect(path) as connection:
        connection.execute(damage.format(last=1 if version == 1 else 1 << 48))
    connection.close()
    if name in HARMLESS:
        Log(path, SIGNER).close()
        return
    with pytest.raises(LogError) as error:
        Log(path, SIGNER)
    assert "\n" not in str(error.value)
    assert ("damaged" in str(error.value)) is (name != "another version")


def test_nothing_is_appended_into_what_somebody_began(tmp_path, lines):
    """What would be gone with it is no append."""
    with closing(Log(tmp_path / "log.db", SIGNER)) as log:
        log.append(lines(300))
        log._connection.execute("BEGIN IMMEDIATE")
        with pytest.raises(LogError):
            log.append(lines(3))
        assert log.size == 301


@pytest.mark.parametrize("content", [b"no database", b"SQLite format 3\x00" + bytes(4000)])
def test_what_is_no_log_is_not_opened(tmp_path, content):
    path = tmp_path / "log.db"
    path.write_bytes(content)
    with pytest.raises(LogError):
        Log(path, SIGNER)
    assert path.read_bytes() == content


@pytest.mark.parametrize("more", [1, 200])
def test_whoever_did_not_see_what_another_wrote_writes_nothing(tmp_path, lines, more):
    """Two agents of one log, of which the second is late."""
    first, second = lines(1), lines(more)
    with closing(Log(tmp_path / "log.db", SIGNER)) as log, closing(Log(tmp_path / "log.db", SIGNER)) as late:
        log.append_batch("home-pc", SEAT.key, first)
        for batch in (first, [*first, *second]):
            with pytest.raises(LogError, match="cannot be written"):
                late.append_batch("home-pc", SEAT.key, batch)
        assert late.size == 0
        log.append_batch("home-pc", SEAT.key, second)
        agree(log)


def test_another_key_does_not_open_it(tmp_path, lines):
    Log(tmp_path / "log.db", SIGNER).close()
    with pytest.raises(LogError):
        Log(tmp_path / "log.db", SEAT)


def test_an_entry_that_no_bundle_can_hold_is_refused(log, lines):
    """tlog-tiles stores lengths in 16 bits; one among others is enough, and none of them is logged."""
    long = b'{"seat":"x","seq":1,"text":"' + b"x" * 65_536 + b'"}'
    for batch in ([*lines(1), long], [long, *lines(1)]):
        with pytest.raises(entry.EntryError, match="more than 65535"):
            log.append(batch)
    assert log.size == 0


@pytest.mark.parametrize("fails", [False, True])
def test_only_what_is_deleted_is_overwritten(log, lines, fails):
    """Whether it could be deleted or not, the log's other writes go on as before."""
    log.append_batch("home-pc", SEAT.key, lines(255))
    log._connection.execute("PRAGMA secure_delete = OFF")
    if fails:
        log._connection.execute("CREATE TEMP TRIGGER no BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'no'); END")
    with pytest.raises(LogError) if fails else nullcontext():
        log.prune(256, [255])
    assert (log.begins, [index for index, _ in log.kept()]) == ((0, []) if fails else (256, [255]))
    assert log._connection.execute("PRAGMA secure_delete").fetchone() == (0,)


def test_a_full_disk_leaves_the_log_as_it_was(log, lines):
    """A page limit stands for the disk: the append fails in one line, and after it the log goes on."""
    log.append_batch("home-pc", SEAT.key, lines(10))
    before = (log.size, log.root, log.checkpoint)
    batch = lines(2000)
    (pages,) = log._connection.execute("PRAGMA page_count").fetchone()
    log._connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(LogError):
        log.append_batch("home-pc", SEAT.key, batch)
    assert (log.size, log.root, log.checkpoint) == before
    log._connection.execute("PRAGMA max_page_count = 1000000")
    assert log.append_batch("home-pc", SEAT.key, batch).new == 2001
    agree(log)


WRITER = """
import sys
from compliance.entries.seat import IssueRaised
from compliance.format.chain import Draft, START
from compliance.log import Log
from compliance.note import Signer
log, seat = Log(sys.argv[1], Signer("cafe.example/log", bytes(32))), Signer("home-pc", bytes([1]) * 32)
while True:
    draft = Draft("home-pc", seat, log.head("home-pc"), boot="b", mono=1, wall=2)
    for number in range(1 + log.size % 97):
        draft.add(IssueRaised, id="x" * 100)
    draft.seal()
    log.append_batch("home-pc", seat.key, draft.data)
    print(log.size, flush=True)
"""


def test_kill_9_never_tears_it(home_folder, soak):
    """A writer killed at random moments: whatever it had said was durable is there, and the log agrees with itself."""
    path = home_folder / "log.db"
    numbers = random.Random(3)
    said = 0
    for _ in range(soak(2 if WINDOWS else 4, 200)):
        command = [sys.executable, "-c", WRITER, path]
        with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8", cwd=ROOT) as writer:
            assert writer.stdout.readline()
            time.sleep(numbers.random() * 0.1)
            writer.kill()
            told = writer.stdout.read().split("\n")
        said = max([said, *(int(line) for line in told[:-1])])
        log = Log(path, SIGNER)
        assert log.size >= said
        agree(log)
        log.close()


def test_a_tile_that_is_not_there_is_a_lookup_error(log, lines):
    log.append_batch("home-pc", SEAT.key, lines(3))
    assert len(log.tile(Tile(0, 0, 2))) == 64
    with pytest.raises(LookupError):
        log.tile(Tile(0, 0, 5))
    with pytest.raises(LookupError):
        log.tile(Tile(1, 0, 1))
