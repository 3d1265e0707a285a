"""The log: appending against SQLite alone, verifying, proving. Ratios, because only they carry over."""

from __future__ import annotations

import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from measure import RUNS, Row

from compliance import bundle
from compliance.entries.play import PlayEnded, PlayStarted
from compliance.entries.seat import SeatEnrolled
from compliance.format.chain import START, Draft
from compliance.log import AGENT, Log
from compliance.note import Signer
from compliance.verify import verify

LOG = Signer("cafe.example/log", bytes(32))
SEAT = Signer("home-pc", b"\x01" * 32)
MOMENT = {"boot": "b" * 32, "mono": 1_000_000, "wall": 1_795_482_000_000}
SIZES = {1000: 20, 100: 100, 1: 300}  # entries a batch: batches a run
BOUNDS = {1000: 0.55, 100: 0.6, 1: 0.6}
SEALED = {900: 20, 99: 100}  # the same, of a seat's batches: nine entries and a seal, again and again
GROWN = 10_800  # entries, 4 MB: a WAL that is as long as it gets
VERIFIED = 100_000


def entries(count: int) -> list[bytes]:
    """A seat's chain of so many entries: plays of no length, and a seal after each nine."""
    draft = Draft("home-pc", SEAT, START, **MOMENT)
    who, wall = "c" * 32, MOMENT["wall"]
    while len(draft.data) < count:
        for _ in range(4):
            play = draft.add(PlayStarted, who=who, age=12, game="luanti", label=0, publisher="luanti",
                             match=("content", "name"), pid=1234, started=5678, since=wall, resumed=None)
            draft.add(PlayEnded, play=play.seq, who=who, game="luanti", since=wall, ms=0, how="asked", late=False)
        draft.seal()
    return draft.data[:count]


def raw(path: Path) -> Callable[[Sequence[bytes]], object]:
    """SQLite alone, as durable as the log."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE entry (idx INTEGER PRIMARY KEY, data BLOB)")

    def append(batch: Sequence[bytes]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO entry (data) VALUES (?)", ((data,) for data in batch))
        connection.execute("COMMIT")

    return append


def turns(lines: list[bytes], size: int, *appends: Callable[[Sequence[bytes]], object]) -> list[float]:
    """Entries a second of each. They take turns with each batch, and at being first: the disk is not the same for long.

    The first ones do not count: until a WAL was written once from end to end, an fsync is mostly the growing of its file.
    """
    for append in appends:
        append(lines[:GROWN])
    taken = [0.0] * len(appends)
    for at in range(GROWN, len(lines), size):
        for one in sorted(range(len(appends)), reverse=at // size % 2 == 1):
            begun = time.perf_counter()
            appends[one](lines[at : at + size])
            taken[one] += time.perf_counter() - begun
    return [(len(lines) - GROWN) / each for each in taken]


def appending(folder: Path) -> Iterator[Row]:
    for size, batches in SIZES.items():
        lines = entries(GROWN + size * batches)
        ratios = []
        for run in range(RUNS):
            with closing(Log(folder / f"log-{size}-{run}.db", LOG)) as log:
                plain, ours = turns(lines, size, raw(folder / f"raw-{size}-{run}.db"), log.append)
            ratios.append(ours / plain)
        yield Row(f"log: append, {size} a batch, of raw SQLite", ratios, "×", BOUNDS[size], "more")


def taking_in(folder: Path) -> Iterator[Row]:
    """With every seal checked. Of a large batch their signatures alone take longer than SQLite: so that is told beside it."""
    message = bytes(400)
    signature = SEAT.sign_bytes(message)
    for size, batches in SEALED.items():
        lines = entries(GROWN + size * batches)
        ratios, signatures = [], []
        for run in range(RUNS):
            with closing(Log(folder / f"taken-{size}-{run}.db", LOG)) as log:
                plain, ours = turns(
                    lines, size, raw(folder / f"raw-of-{size}-{run}.db"),
                    lambda batch, log=log: log.append_batch("home-pc", SEAT.key, batch),
                )  # fmt: skip
            ratios.append(ours / plain)
            begun = time.perf_counter()
            for _ in range(size * batches // 9):
                SEAT.key.verify(message, signature)
            signatures.append(size * batches / (time.perf_counter() - begun) / plain)
        bound = 0.25 if size < 100 else None
        yield Row(f"log: append_batch, a seal after nine, {size} a batch, of raw SQLite", ratios, "×", bound, "more")
        yield Row(f"the same: Ed25519 of its seals alone, {size} a batch", signatures, "×", None, "more")


def verifying(folder: Path) -> Iterator[Row]:
    log = Log(folder / "verified.db", LOG)
    agent = Draft(AGENT, LOG, START, **MOMENT)
    agent.add(SeatEnrolled, id=AGENT, key=LOG.vkey)
    agent.add(SeatEnrolled, id="home-pc", key=SEAT.vkey)
    agent.seal()
    log.append(agent.data)
    lines = entries(VERIFIED // 9 * 9)
    for at in range(0, len(lines), 9000):
        log.append(lines[at : at + 9000])
    numbers = random.Random(1)
    samples = []
    for _ in range(1000):
        index = numbers.randrange(log.size)
        begun = time.perf_counter()
        log.inclusion_proofs((index,))
        samples.append((time.perf_counter() - begun) * 1000)
    yield Row(f"log: inclusion proof in {log.size}, p95", samples, "ms", 10, of=p95)
    data = b"".join(bundle.write(log))
    samples = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        report = verify(bundle.parse(data))
        samples.append(time.perf_counter() - begun)
        assert report.ok, report.failures[:1]
    yield Row(f"giochoi-verify: {log.size} entries, {len(lines) // 9} seals", samples, "s", 30)
    log.close()


def p95(samples: Sequence[float]) -> float:
    return sorted(samples)[len(samples) * 95 // 100]


def main() -> Iterable[Row]:
    with tempfile.TemporaryDirectory(prefix="giochoi-bench-") as name:
        folder = Path(name)
        yield from appending(folder)
        yield from taking_in(folder)
        yield from verifying(folder)
