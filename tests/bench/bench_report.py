"""`giochoi report year` over a year of a café with fifty PCs: what is counted, and each file that is made of it."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path

import measure
import msgspec
from measure import RUNS, Row

from cli.report.logs import counted
from cli.report.to_csv import pieces
from cli.report.to_pdf import pdf
from cli.report.to_xlsx import workbook
from cli.report.whole import report
from compliance import bundle, tree
from compliance.entries.base import Entry
from compliance.entries.decision import LaunchRefused, PlayDue
from compliance.entries.log import AgentTick, Seal
from compliance.entries.override import GrantGiven
from compliance.entries.place import PlaceChanged
from compliance.entries.play import PlayEnded, PlayStarted, Warned
from compliance.entries.seat import Presence, SeatStart, SeatStop
from compliance.format import container
from compliance.format.chain import AGENT
from compliance.note import Signer, checkpoint_text
from compliance.reporting.figures import Figures
from compliance.reporting.periods import period
from i18n.catalogue import Catalogue
from rules.calendar import calendar
from tests.compliance.log_tiles import tiles_of

ZONE = "Asia/Ho_Chi_Minh"
MINUTE, HOUR = 60_000, 3_600_000
LAST = date(2026, 11, 25)
GAMES = [("luanti", 0, "luanti"), ("teeworlds", 12, None), ("valve-cs2", 18, "valve"), ("minecraft", None, "mojang"),
         *((f"game-{number}", 16, "other") for number in range(26))]  # fmt: skip
LAW = {
    "pack": "0" * 64, "params": {}, "inline": None, "zone": ZONE, "budget": None, "until": None, "grants": (), "counted": None,
    "system": "VN", "guardian": False, "approved": False, "place": "game-point",
    "before": dict.fromkeys(("game", "publisher", "total"), 0),
}  # fmt: skip
AGES = (None, None, 12, 15, 17, 20, 35)


class Writer:
    """Entries of many seats, in the order of time, and a seal after nine of them, which reports pass by unread."""

    def __init__(self, seed: int = 7) -> None:
        self.random = random.Random(seed)
        self.encode = msgspec.json.Encoder(order="sorted").encode
        self.seqs: dict[str, int] = {}

    def line(self, kind: type[Entry], seat: str, wall: int, **fields: object) -> tuple[int, bytes, int]:
        seq = self.seqs[seat] = self.seqs.get(seat, 0) + 1
        boot = f"{wall // (24 * HOUR):032x}"
        data = self.encode(kind(seat=seat, boot=boot, seq=seq, prev="0" * 64, mono=wall % 10**9, wall=wall, **fields))
        return wall, data, seq

    def seat_day(self, seat: str, opens: int) -> Iterator[tuple[int, bytes, int]]:
        some = self.random
        clean = some.random() > 0.03
        yield self.line(SeatStart, seat, opens, version="1", watch="gate", clean=clean, lost_from=opens - 9 * HOUR)
        for hour in range(14):
            yield self.line(Presence, seat, opens + (hour + 1) * HOUR, since=opens + hour * HOUR, bits="f" * 15)
        at = opens
        for _ in range(8):
            at += some.randrange(5, 60) * MINUTE
            yield from self.play(seat, at)
            at += 45 * MINUTE
        yield self.line(SeatStop, seat, opens + 14 * HOUR)

    def play(self, seat: str, at: int) -> Iterator[tuple[int, bytes, int]]:
        some = self.random
        (game, label, publisher), age, who = some.choice(GAMES), some.choice(AGES), f"{some.getrandbits(128):032x}"
        about = {"who": who, "at": at, "age": age, "game": game, "label": label, "publisher": publisher, **LAW}
        if age is not None and label is not None and age < label:
            rule = {"verdict": "refuse", "rule": "vn-147.label", "cite": "NĐ 147/2024, Đ.38"}
            yield self.line(LaunchRefused, seat, at, how="gate", **rule, **about)
            return
        begun = self.line(
            PlayStarted, seat, at, who=who, age=age, game=game, label=label, system="VN", publisher=publisher,
            match=("content", "name"), pid=1234, started=5678, since=at, resumed=None,
        )  # fmt: skip
        yield begun
        for left in (15, 5, 1):
            told = {"who": who, "play": begun[2], "game": game, "left": left * MINUTE, "rule": None, "shown": True}
            yield self.line(Warned, seat, at + (45 - left) * MINUTE, how="banner", **told)
        how = "by itself"
        if some.random() < 0.3:
            how = some.choice(("asked", "killed"))
            cite = "NĐ 147/2024, Đ.39 k.1 đ.e (G1); Đ.48 k.1 đ.e (G2–G4)"
            rule = {"verdict": "refuse", "rule": "vn-147.daily-game", "cite": cite}
            yield self.line(PlayDue, seat, at + 45 * MINUTE, play=begun[2], grace=10_000, **rule, **about)
        if some.random() < 0.05:
            given = {"by": "staff", "ms": 15 * MINUTE, "game": None, "given": at}
            yield self.line(GrantGiven, seat, at + 9 * MINUTE, id=who, who=who, **given)
        about = {"who": who, "game": game, "since": at, "ms": 45 * MINUTE, "how": how, "late": False}
        yield self.line(PlayEnded, seat, at + 45 * MINUTE, play=begun[2], **about)


def cafe(path: Path, seats: int, days: int) -> int:
    """The bundle of so many seats and days up to LAST; returns its size in entries."""
    writer, days_of = Writer(), calendar(ZONE)
    first = days_of.moment(LAST.toordinal() - days + 1, 8 * HOUR)
    lines = [writer.line(PlaceChanged, AGENT, first - HOUR, place="game-point", zone=ZONE, hours="08:00-22:00")[1]]
    for ordinal in range(LAST.toordinal() - days + 1, LAST.toordinal() + 1):
        opens = days_of.moment(ordinal, 8 * HOUR)
        today = [line for seat in range(seats) for line in writer.seat_day(f"may-{seat + 1:02}", opens)]
        heard = {f"may-{seat + 1:02}": opens for seat in range(seats)}
        ticks = range(opens, opens + 14 * HOUR, 5 * MINUTE)
        today += [writer.line(AgentTick, AGENT, tick, seats=heard, silent=()) for tick in ticks]
        today.sort()
        lines += [data for _, data, _ in today]
        lines += [writer.line(Seal, AGENT, opens, first=1, last=2, head="0" * 64, sig="0" * 128)[1]] * (len(today) // 9)
    signer = Signer("cafe.example/log", bytes(32))
    members = {
        bundle.CHECKPOINT: signer.sign(checkpoint_text(signer.name, len(lines), tree.root(lines))).encode(),
        bundle.KEY: (signer.key.text + "\n").encode(),
        **tiles_of(lines),
    }
    path.write_bytes(b"".join(container.pack((name, members[name]) for name in sorted(members))))
    return len(lines)


def run(log: Path) -> dict[str, float]:
    """CPU seconds of each step."""
    at = [time.process_time()]
    about, words = period("year", LAST), Catalogue("vi")
    figures = Figures()
    found = report(figures, counted([(log, str(log))], about, figures), about, None, 1_795_600_000_000)
    at.append(time.process_time())
    pdf(found, words)
    at.append(time.process_time())
    workbook(found, words)
    at.append(time.process_time())
    sum(map(len, pieces(figures, found.logs)))
    at.append(time.process_time())
    return dict(zip(("counted", "pdf", "xlsx", "csv"), (later - before for before, later in pairwise(at)), strict=True))


def main() -> Iterator[Row]:
    seats, days = (5, 60) if measure.quick else (50, 365)
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log.zip"
        size = cafe(log, seats, days)
        took = [run(log) for _ in range(RUNS)]
    for name in took[0]:
        samples = [one[name] for one in took]
        yield Row(f"report: {days} days of {seats} PCs, {size:,} entries: {name}", samples, "CPU s", 10.0)
