"""What a verification found: as data, as JSON, and in lines for people. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

from compliance.entry import AnyEntry
from compliance.format.chain import AGENT
from compliance.verifying.overview import Claimed, Overview
from compliance.verifying.zones import DEFAULT
from i18n.message import Arg, Length, Message, msg
from rules.calendar import rfc3339
from rules.policy import Addressee

NO_MOMENT = 253_000_000_000_000  # in the year 9987: calendars end soon after
UNTOLD = -1  # no moment was told
NOWHERE = ""  # where an entry is that is not judged: it is taken for what it says goes on, and nothing is found of it


Stage: TypeAlias = Literal["file", "root", "head", "heads", "earlier", "entries", "empty", "demand"]


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that does not hold: exactly where, and what is wrong there. `demand`: it is only less than whoever verifies
    demands, and nothing is wrong with the log. `others`: how many more say the same and are not listed. `stage`: what it is
    of: the file, its root, its signature, those of others, what was kept of an earlier visit, or what entries say.
    """

    where: Arg
    what: Message
    demand: bool = False
    others: int = 0
    stage: Stage = "entries"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to know that is not a failure. `kind` is for programs.

    What a page groups by, where it has it: the `seat`, the moment `at` (Unix ms), the article `cite` that was not kept, and
    whose duty that is (`addressee`, as packs say it). `others`: the moments (or UNTOLD) of those `like` it that are not listed.
    """

    kind: str
    where: Arg
    what: Message
    seat: str = ""
    at: int | None = None
    cite: str = ""
    addressee: Addressee | None = None
    others: Sequence[int] = ()

    @property
    def like(self) -> tuple[object, ...]:
        return self.kind, self.cite, self.addressee, self.seat


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch [start, end), in Unix ms, of which a seat (or `agent`) says nothing. Explained: a stop in order.

    `kind` is for programs; `could`: who else could say what happened then: seats that were heard, the agent.
    """

    seat: str
    start: int
    end: int
    explained: bool
    kind: str
    could: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeatPart:
    """One seat's part of the log. `coverage`: the share of its minutes in which it was alive; None: too short to say."""

    seat: str
    entries: int
    first: int
    last: int
    coverage: float | None


@dataclass(frozen=True, slots=True)
class Audit:
    """What the entries say, and whether they agree with themselves and with the rules. `rules`: what binds "place" and "guest"
    at their end, in words.
    """

    failures: tuple[Failure, ...] = ()
    findings: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()
    seats: tuple[SeatPart, ...] = ()
    days: int = 0
    plays: int = 0
    running: int = 0  # of these, plays whose end is not told
    played_ms: int = 0
    decisions: int = 0
    overview: Overview = field(default_factory=Overview)
    rules: tuple[tuple[str, tuple[Arg, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Beginning:
    """Entries before number `begins` are deleted, whose next is of the moment `at`; those from number `judged` on are judged,
    and what happened from `judged_at` on.
    """

    begins: int
    at: int
    judged: int
    judged_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`beginning`: where the log begins, if its first entries are deleted.
    `anchored`: how many entries, from the first on, outsiders have seen; `witnesses`: (name, Unix s) of cosignatures.
    `witnessed`: how many of these by witnesses, and not by what the inspector kept alone.
    `strangers`: (name, entries) of cosignatures that nobody can judge, as the inspector named no such key.
    `repacked`: another tool packed the file. `card`: what an earlier card says of the place, which no log does, by its words.
    `claimed`: what is left to say of a file whose entries cannot be believed.
    """

    origin: str = ""
    key: str = ""
    fingerprint: str = ""
    size: int = 0
    root: str = ""
    beginning: Beginning | None = None
    anchored: int = 0
    trusted: bool = False
    witnesses: tuple[tuple[str, int], ...] = ()
    failures: tuple[Failure, ...] = ()
    audit: Audit = field(default_factory=Audit)
    zone: str = DEFAULT
    repacked: bool = False
    card: tuple[tuple[str, str], ...] = ()
    witnessed: int = 0
    strangers: tuple[tuple[str, int], ...] = ()
    claimed: Claimed | None = None

    @property
    def by_card(self) -> bool:
        """Whether it is what an inspector kept, and no witness, that goes so far."""
        return self.anchored > self.witnessed

    @property
    def ok(self) -> bool:
        return not self.failures

    @property
    def faults(self) -> int:
        """How many failures there are, listed or not."""
        return sum(1 + one.others for one in self.failures)

    @property
    def only_demands(self) -> bool:
        """Whether it fails by what whoever verifies demands, and by nothing else."""
        return bool(self.failures) and all(one.demand for one in self.failures)


# Made for each entry: msg() would take a third of an audit's time.
_MOST_UNKNOWN = 100
_ENTRY = msg("entry {number} (seat {seat}, seq {seq}, {kind})", number="", seat="", seq="", kind="").id
_OF_AGENT = msg("entry {number} (the agent, seq {seq}, {kind})", number="", seq="", kind="").id  # it is no PC


def entry_name(index: int, line: AnyEntry | None = None) -> Message:
    """How an entry is called; `line` is what it says, if it can be read."""
    if line is None:
        return msg("entry {number}", number=str(index))
    return seq_name(index, line.seat, line.seq, type(line))


def seq_name(index: int, seat: str, seq: int, kind: type[AnyEntry]) -> Message:
    """The same, of an entry that nobody holds any more."""
    if seat == AGENT:
        return Message(_OF_AGENT, {"number": str(index), "seq": str(seq), "kind": _tag(kind)})
    return Message(_ENTRY, {"number": str(index), "seat": seat, "seq": str(seq), "kind": _tag(kind)})


@cache
def _tag(kind: type[AnyEntry]) -> str:
    return str(kind.__struct_config__.tag)


def length(ms: int | None) -> Arg:
    """What an entry gives as a length, to the millisecond, even if it cannot be one."""
    return Length(ms, exact=True) if ms is not None and ms >= 0 else "–" if ms is None else f"{ms} ms"


def document(report: Report) -> dict[str, Any]:
    """The report as JSON shows it, its messages yet to be put into words. Moments are RFC 3339 in the place's zone."""
    audit, zone = report.audit, report.zone
    return {
        "ok": report.ok,
        "origin": report.origin,
        "key": report.key,
        "fingerprint": report.fingerprint,
        "size": report.size,
        "root": report.root,
        "anchored": bool(report.anchored) and report.anchored == report.size,
        "anchored_size": report.anchored,
        "witnessed_size": report.witnessed,
        "trusted": report.trusted,
        "repacked": report.repacked,
        "begins": 0 if report.beginning is None else report.beginning.begins,
        "judged_from": 0 if report.beginning is None else report.beginning.judged,
        "witnesses": [{"name": name, "time": when(time * 1000, zone)} for name, time in report.witnesses],
        "unknown_witnesses": [{"name": name, "size": size} for name, size in report.strangers[:_MOST_UNKNOWN]],
        "failures": [{"where": one.where, "what": one.what} for one in report.failures],
        "gaps": [
            {
                "seat": gap.seat, "from": when(gap.start, zone), "to": when(gap.end, zone), "explained": gap.explained,
                "kind": gap.kind, "could": gap.could,
            }
            for gap in audit.gaps
        ],
        "findings": [_finding(one, zone) for one in audit.findings],
        "not_listed": {
            "failures": [{"where": one.where, "what": one.what, "count": one.others} for one in report.failures if one.others],
            "findings": [_others(one, zone) for one in audit.findings if one.others],
        },
        "seats": [
            {**asdict(seat), "first": when(seat.first, zone), "last": when(seat.last, zone)} for seat in audit.seats
        ],
        "days": audit.days,
        "plays": audit.plays,
        "played_s": audit.played_ms / 1000,
        "decisions": audit.decisions,
    }  # fmt: skip


def _finding(one: Finding, zone: str) -> dict[str, Any]:
    at = None if one.at is None else when(one.at, zone)
    return {
        "kind": one.kind, "where": one.where, "what": one.what, "seat": one.seat, "at": at, "cite": one.cite,
        "addressee": one.addressee,
    }  # fmt: skip


def _others(one: Finding, zone: str) -> dict[str, Any]:
    """How many are like this one beside those in the list, and from when to when, if that is told."""
    told = [at for at in one.others if at != UNTOLD]
    ends = (when(min(told), zone), when(max(told), zone)) if told else (None, None)
    return {
        "kind": one.kind, "seat": one.seat, "cite": one.cite, "addressee": one.addressee, "count": len(one.others),
        "from": ends[0], "to": ends[1],
    }  # fmt: skip


def when(at: int, zone: str) -> str:
    return rfc3339(at // 1000 * 1000, ZoneInfo(zone)) if 0 <= at < NO_MOMENT else f"{at} ms"
