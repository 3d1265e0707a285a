"""What a verification found, as data, as JSON and as lines for people: Vietnamese first, English beside it. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from compliance.entry import AnyEntry

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that does not hold: exactly where, and what is wrong there."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to know that is no failure. `kind` is a word for programs."""

    kind: str
    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch [start, end), in Unix ms, in which a seat did not enforce. Explained: it was stopped in an orderly way."""

    seat: str
    start: int
    end: int
    explained: bool


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
    """What the entries say, and whether they agree with themselves and with the rules."""

    failures: tuple[Failure, ...] = ()
    findings: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()
    seats: tuple[SeatPart, ...] = ()
    days: int = 0
    plays: int = 0
    played_ms: int = 0
    decisions: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`anchored`: how many entries, from the first on, outsiders have seen; `witnesses`: (name, Unix s) of cosignatures."""

    origin: str = ""
    key: str = ""
    fingerprint: str = ""
    size: int = 0
    root: str = ""
    anchored: int = 0
    trusted: bool = False
    witnesses: tuple[tuple[str, int], ...] = ()
    failures: tuple[Failure, ...] = ()
    audit: Audit = field(default_factory=Audit)
    zone: str = "Asia/Ho_Chi_Minh"

    @property
    def ok(self) -> bool:
        return not self.failures


def entry_name(index: int, line: AnyEntry) -> str:
    """How an entry is named to people."""
    return f"mục {index} / entry {index} (seat {line.seat}, seq {line.seq}, {kind_of(line)})"


def kind_of(line: AnyEntry) -> str:
    return str(type(line).__struct_config__.tag)


def to_json(report: Report) -> bytes:
    """One JSON document. Moments are RFC 3339 in the place's zone."""
    audit = report.audit
    document: dict[str, Any] = {
        "ok": report.ok,
        "origin": report.origin,
        "key": report.key,
        "fingerprint": report.fingerprint,
        "size": report.size,
        "root": report.root,
        "anchored": bool(report.anchored) and report.anchored == report.size,
        "anchored_size": report.anchored,
        "trusted": report.trusted,
        "witnesses": [{"name": name, "time": _moment(time * 1000, report.zone)} for name, time in report.witnesses],
        "failures": [asdict(one) for one in report.failures],
        "gaps": [
            {"seat": gap.seat, "from": _moment(gap.start, report.zone), "to": _moment(gap.end, report.zone),
             "explained": gap.explained}
            for gap in audit.gaps
        ],
        "findings": [asdict(one) for one in audit.findings],
        "seats": [
            {"seat": seat.seat, "entries": seat.entries, "first": _moment(seat.first, report.zone),
             "last": _moment(seat.last, report.zone), "coverage": seat.coverage}
            for seat in audit.seats
        ],
        "days": audit.days,
        "plays": audit.plays,
        "played_s": audit.played_ms / 1000,
        "decisions": audit.decisions,
    }  # fmt: skip
    return msgspec.json.format(msgspec.json.encode(document), indent=2)


def to_lines(report: Report) -> list[str]:
    """The same for people. Names in a log are anybody's: what a terminal would take for a command is replaced."""
    return ["".join(char if char.isprintable() else "\ufffd" for char in line) for line in _lines(report)]


def _lines(report: Report) -> list[str]:
    lines = [*_verdict(report)]
    if report.key:
        lines += ["", f"Nhật ký / Log: {report.origin}", f"Dấu vân tay của khóa / Key fingerprint: {report.fingerprint}"]
    if report.root:
        lines += [f"Số mục / Entries: {report.size}", f"Gốc cây / Root: {report.root}"]
    lines += [f"Nhân chứng / Witness: {name}, {_moment(time * 1000, report.zone)}" for name, time in report.witnesses]
    return lines + (_audit(report) if report.audit.seats else [])


def _verdict(report: Report) -> list[str]:
    if report.failures:
        first, *others = report.failures
        lines = ["KHÔNG ĐẠT / NOT VERIFIED", f"  {first.where}: {first.what}"]
        lines += [f"  {one.where}: {one.what}" for one in others[: SHOWN - 1]]
        if len(others) >= SHOWN:
            lines.append(f"  … và {len(others) - SHOWN + 1} lỗi nữa / and {len(others) - SHOWN + 1} more")
        return lines
    if report.anchored == report.size and report.size:
        return ["Toàn vẹn và được neo / Whole and anchored"]
    if report.anchored:
        rest = report.size - report.anchored
        return [
            f"Toàn vẹn, neo đến mục {report.anchored} / Whole, anchored up to entry {report.anchored}",
            f"  {rest} mục sau đó chưa ai bên ngoài thấy / the {rest} entries after it no outsider has seen yet",
        ]
    known = "khóa đúng chính sách / the key is the trusted one" if report.trusted else (
        "hãy so dấu vân tay với thẻ nhật ký / compare the fingerprint with the log's card"
    )
    return ["Toàn vẹn, chưa neo / Whole, not anchored", f"  {known}"]


def _audit(report: Report) -> list[str]:
    audit, zone = report.audit, report.zone
    minutes = audit.played_ms / 60_000
    lines = [
        "",
        f"Ngày có chơi / Days with play: {audit.days}; lượt chơi / plays: {audit.plays}; phút / minutes: {minutes:.1f}",
        f"Quyết định tính lại và khớp / Decisions made again, and they follow: {audit.decisions}",
        "Máy trạm / Seats:",
    ]
    for seat in audit.seats:
        coverage = "–" if seat.coverage is None else f"{seat.coverage:.1%}"
        lines.append(
            f"  {seat.seat}: {seat.entries} mục / entries, {_moment(seat.first, zone)} → {_moment(seat.last, zone)},"
            f" hiện diện / coverage {coverage}"
        )
    for gap in audit.gaps:
        name = "Khoảng dừng có lý do / Explained pause" if gap.explained else "KHOẢNG TRỐNG KHÔNG RÕ LÝ DO / UNEXPLAINED GAP"
        lines.append(f"{name}: {gap.seat}, {_moment(gap.start, zone)} → {_moment(gap.end, zone)}")
    lines += [f"Lưu ý / Note: {one.where}: {one.what}" for one in audit.findings]
    return lines


def _moment(at: int, zone: str) -> str:
    try:
        return datetime.fromtimestamp(at / 1000, ZoneInfo(zone)).isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):  # no calendar reaches so far
        return f"{at} ms"
