"""How long giochoi-verify takes over a long log, and how much memory: of that, what no verifier could do without.

The mix: 50 seats, each of whose days has ten players; a seal after nine entries, and one entry in ten a decision. Every line is
measured in the same run, in CPU seconds, in a process of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import measure
from measure import Row

from compliance import bundle, entry
from compliance.entries.base import Entry
from compliance.entries.decision import LaunchRefused, PlayDue
from compliance.entries.log import AgentTick, Seal
from compliance.entries.override import Approval
from compliance.entries.place import GuardianChanged, PackLine, PlaceChanged, PolicyChanged
from compliance.entries.play import Bound, GameDay, PlayEnded, PlayStarted, UsageDay, Warned
from compliance.entries.seat import Presence, SeatEnrolled, SeatStart, SeatStop
from compliance.format.chain import AGENT, START, Head, digest, seal_message
from compliance.log import Log
from compliance.note import Signer
from rules.decide import decide
from rules.facts import Facts, Played
from rules.packs.shipped import shipped_packs
from rules.parse import parse_pack
from rules.policy import combine

ENTRIES, FEW = 1_000_000, 50_000
SEATS, PLAYERS, GROUPS = 50, 5, 5  # players of a seat's day, one after the other; seals of a player's day
ZONE = "Asia/Ho_Chi_Minh"
HALF, MINUTE, HOUR, DAY = 30_000, 60_000, 3_600_000, 86_400_000
MORNING = 1_795_482_000_000  # 08:00 on 2026-11-24
UNLET = 18  # the label of what nobody let through, for players of twelve
LOG = Signer("cafe.example/log", bytes(32))
PACK = shipped_packs()["vn-147"]
TREE = Path(__file__).parents[2]
WHOLE = """
from compliance.__main__ import main
assert main([sys.argv[1], "--json"]) == 0
"""
INTEGRITY = """
import compliance.verify as verifying
from compliance.verifying.report import Audit
class Nothing:
    zone = "UTC"
    def __init__(self, *of): pass
    def take(self, *of, **how): pass
    def finish(self): return Audit()
verifying.Auditor = Nothing
""" + WHOLE
MOST = """
told = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(told.split()[1], file=sys.stderr)
"""
RAW = """
from hashlib import sha256
import msgspec
from nacl.bindings import crypto_sign_open
from compliance.format.tiles import decode_entries
from compliance.note import Signer
key = Signer("x", bytes(32))
public, each = key.key.public, bytes(400)
signature = key.sign_bytes(each)
with open(sys.argv[1], "rb") as file:
    while True:
        head = file.read(30)
        if head[:4] != b"PK\3\4":
            break
        size, name = int.from_bytes(head[18:22], "little"), file.read(int.from_bytes(head[26:28], "little"))
        data = file.read(size)
        for line in decode_entries(data) if name.startswith(b"tile/entries") else ():
            sha256(line).digest(), sha256(b"\\0" + line).digest(), sha256(each[:65]).digest()
            if b'"kind":"seal"' in line:
                crypto_sign_open(signature + each, public)
"""


class Chain:
    """One seat's entries, and the clock of its PC."""

    def __init__(self, name: str, signer: Signer, label: int = 0) -> None:
        self.name, self.signer, self.label = name, signer, label
        self.head, self.sealed, self.now, self.booted = START, 0, MORNING, MORNING - MINUTE
        self.data: list[bytes] = []
        self.bound: Bound | None = None  # what plays say they were decided by; None: nothing, as older seats
        self._full: tuple[str, int] = ("", 0)  # whose play said so last in full, and where

    def add(self, kind: type[Entry], **fields: object) -> Entry:
        line = kind(seat=self.name, seq=self.head.seq + 1, prev=self.head.hash, boot=name_of(self.booted),
                    mono=self.now - self.booted, wall=self.now, **fields)  # fmt: skip
        data = entry.encode(line)
        self.data.append(data)
        self.head = Head(line.seq, digest(data))
        return line

    def seal(self) -> None:
        head, count = self.head, len(self.data)
        unsigned = self.add(Seal, first=self.sealed + 1, last=head.seq, head=head.hash, sig="")
        del self.data[count:]
        self.head = head
        signature = self.signer.sign_bytes(seal_message(unsigned)).hex()
        self.sealed = self.add(Seal, first=self.sealed + 1, last=head.seq, head=head.hash, sig=signature).seq

    def play(self, who: str, game: str, ms: int, due: dict[str, object] | None = None) -> None:
        start = self.now
        play = self.add(PlayStarted, who=who, age=12, game=game, label=self.label_of(game), system=None, publisher=game,
                        match=("content", "name"), pid=1234, started=5678, since=start, resumed=None,
                        **self._decided_by(who, game))  # fmt: skip
        if due is not None:
            for left in (15, 5, 1):
                self.now = start + ms - left * MINUTE
                self.add(Warned, who=who, play=play.seq, game=game, left=left * MINUTE, rule=None, shown=True,
                         how="banner")  # fmt: skip
        self.now = start + ms
        if due is not None:
            sums = {"game": ms, "publisher": ms, "total": ms}
            self.add(PlayDue, **due, who=who, at=self.now, before=sums, play=play.seq, grace=10_000)
        self.add(PlayEnded, play=play.seq, who=who, game=game, since=start, ms=ms,
                 how="by itself" if due is None else "asked", late=False)  # fmt: skip

    def label_of(self, game: str) -> int:
        """Of all games but the one whose hour is decided."""
        return 0 if game == "luanti" else self.label

    def _decided_by(self, who: str, game: str) -> dict[str, object]:
        """As a daemon tells it: in full with the first play of each player's day, and then where that was."""
        if self.bound is None:
            return {}
        known, told = self._full[0] == who, self.bound
        self._full = self._full if known else (who, self.head.seq + 1)
        return {"bound": self._full[1] if known else told, "approved": not self.label_of(game), "learning": False}

    def part(self, who: str, number: int, due: dict[str, object]) -> None:
        """Nine entries and a seal: the hour that is allowed, or eight short plays of something else and a start refused."""
        if number == 0:
            since = self.now // MINUTE * MINUTE
            self.play(who, "luanti", HOUR, due)
            self.play(who, "teeworlds", HALF)
            self.add(Presence, since=since, bits="f" * 15)
        else:
            for _ in range(4):
                self.play(who, "teeworlds", HALF)
            total = HOUR + (number * 4 + 1) * HALF
            self.add(LaunchRefused, **due, who=who, at=self.now, how="gate",
                     before={"game": HOUR, "publisher": HOUR, "total": total})  # fmt: skip
        self.seal()


def name_of(*of: object) -> str:
    """32 hex digits, as boots and pseudonyms are."""
    return sha256(repr(of).encode()).hexdigest()[:32]


def decided() -> dict[str, object]:
    """What all decisions of this log have in common: an hour of the game was played, and that is what vn-147 allows."""
    facts = Facts(now=MORNING + HOUR, place="home", game="luanti", publisher="luanti", label=0, born=date(2014, 1, 1),
                  played=(Played("luanti", "luanti", MORNING, HOUR),), guardian=True,
                  approved=frozenset({"luanti"}))  # fmt: skip
    reason = decide(combine([parse_pack(PACK, "vn-147")]), facts).reason
    return {
        "age": 12, "place": "home", "game": "luanti", "label": 0, "system": None, "publisher": "luanti", "guardian": True,
        "counted": reason.counted, "grants": (), "approved": True, "verdict": "refuse", "rule": reason.rule,
        "cite": reason.cite, "pack": reason.pack, "params": reason.params, "inline": None, "zone": ZONE,
        "budget": reason.budget_ms, "until": None,
    }  # fmt: skip


def days(count: int, *, bound: bool, label: int = 0) -> Iterator[list[bytes]]:
    """At least so many entries, in the order of a log, a day at a time. `bound`: plays say what they were decided by. `label`:
    that of what is played for half a minute, which nobody let through if it has one.
    """
    due = decided()
    agent = Chain(AGENT, LOG)
    names = {f"pc-{number:02}": bytes([number + 1]) * 32 for number in range(SEATS)}
    seats = [Chain(name, Signer(name, seed), label) for name, seed in names.items()]
    agent.add(SeatEnrolled, id=AGENT, key=LOG.vkey)
    for seat in seats:
        agent.add(SeatEnrolled, id=seat.name, key=seat.signer.vkey)
    agent.add(PlaceChanged, place="home", zone=ZONE, hours="")
    agent.add(GuardianChanged, registered=1)
    for game in ("luanti", "teeworlds"):
        agent.add(Approval, id=name_of(game), who=name_of("pc-00", 0, 0), game=game)
    told = PackLine("vn-147", due["pack"], due["params"])
    agent.add(PolicyChanged, target="place", packs=(told,), house=False)
    agent.add(PolicyChanged, target=name_of("pc-00", 0, 0), packs=(), house=False)  # as all players have
    for seat in seats if bound else ():
        seat.bound = Bound("home", ZONE, (told,), (), house=False, guardian=True)
    agent.seal()
    day = made = 0
    while made < count:
        lines = list(_day(agent, seats, day, due))
        made, day = made + len(lines), day + 1
        yield lines


def _day(agent: Chain, seats: list[Chain], day: int, due: dict[str, object]) -> Iterator[bytes]:
    yield from agent.data
    agent.data.clear()
    for chain in (agent, *seats):
        chain.now, chain.booted = MORNING + day * DAY, MORNING + day * DAY - MINUTE
    for seat in seats:
        seat.add(SeatStart, version="1", watch="gate", clean=True, lost_from=None)
    for player in range(PLAYERS):
        for number in range(GROUPS):
            for seat in seats:
                seat.part(name_of(seat.name, day, player), number, due)
                yield from seat.data
                seat.data.clear()
            agent.now = seats[0].now
            agent.add(AgentTick, seats={seat.name: seat.now for seat in seats}, silent=())
            agent.seal()
            yield from agent.data
            agent.data.clear()
    name = (date(2026, 11, 24) + timedelta(day)).isoformat()
    games = {"luanti": GameDay(HOUR, GROUPS - 1, 0), "teeworlds": GameDay((GROUPS * 4 - 3) * HALF, 0, 0)}
    for seat in seats:
        for player in range(PLAYERS):
            who = name_of(seat.name, day, player)
            seat.add(UsageDay, day=name, who=who, games=games)
        seat.add(SeatStop)
        seat.seal()
        yield from seat.data
        seat.data.clear()


def exported(folder: Path, count: int, *, bound: bool, label: int = 0) -> tuple[Path, int]:
    """A bundle of so many entries, written as every other."""
    name = f"{'bound' if bound else 'long'}-{label}"
    log = Log(folder / f"{name}.db", LOG)
    for lines in days(count, bound=bound, label=label):
        log.append(lines)
    path = folder / f"{name}.giochoi"
    with path.open("wb") as file:
        file.writelines(bundle.write(log, [PACK]))
    size = log.size
    log.close()
    return path, size


def alone(program: str, path: Path) -> tuple[float, float]:
    """CPU seconds, MiB at most: of a Python that does this and nothing else."""
    command = [sys.executable, "-c", "import sys\n" + program + MOST, str(path)]
    with subprocess.Popen(command, cwd=TREE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as child:
        told = child.stderr.read()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0, told
    return used.ru_utime + used.ru_stime, int(told) / 1024


def main() -> Iterator[Row]:
    count, times = (FEW, 5) if measure.quick else (ENTRIES, 1)
    share = count / ENTRIES
    with tempfile.TemporaryDirectory(prefix="giochoi-bench-") as name:
        path, size = exported(Path(name), count, bound=False)
        raw, integrity, whole = ([alone(program, path) for _ in range(times)] for program in (RAW, INTEGRITY, WHOLE))
        path, told = exported(Path(name), count, bound=True)
        bound = [alone(WHOLE, path) for _ in range(times)]
        path, bad = exported(Path(name), count, bound=True, label=UNLET)
        broken = [alone(WHOLE, path) for _ in range(times)]
    what = f"giochoi-verify, {size} entries"
    yield Row("SHA-256 and Ed25519 of the same alone", [one for one, _ in raw], "CPU s", least=1)
    yield Row(f"{what}: integrity", [one for one, _ in integrity], "CPU s", 20 * share, least=1)
    more = [b - a for (a, _), (b, _) in zip(integrity, whole, strict=True)]
    yield Row(f"{what}: what the entries say", more, "CPU s", 20 * share, least=1)
    yield Row(f"{what}: memory", [most for _, most in whole], "MiB", 400, least=1)
    what = f"giochoi-verify, {told} entries whose plays are decided again"
    yield Row(f"{what}: all", [one for one, _ in bound], "CPU s", 40 * share, least=1)
    yield Row(f"{what}: memory", [most for _, most in bound], "MiB", 400, least=1)
    what = f"giochoi-verify, {bad} entries whose plays each break a rule"
    yield Row(f"{what}: all", [one for one, _ in broken], "CPU s", least=1)
    yield Row(f"{what}: memory", [most for _, most in broken], "MiB", 400, least=1)
