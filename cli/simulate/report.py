"""What a simulation says: a table by day and one by rule for people, everything for programs. Pure but for what it prints."""

from __future__ import annotations

from cli.output import Output
from cli.simulate.days import Day, Result
from cli.simulate.recorded import Recorded
from cli.words.both_languages import both_of
from cli.words.times import length, rfc3339
from rules.decision import Reason
from rules.policy import Pack
from rules.replay import Piece

_DAYS = ("Ngày / Day", "Đã chơi / Played", "Được / Kept", "Cắt / Cut", "Chặn / Refused", "Dừng / Ended", "Vì / Because")
_RULES = ("Cắt / Cut", "Lần / Times", "Quy tắc / Rule", "Nội dung / What it says")
_WEEKDAYS = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")


def show(out: Output, found: Result, recorded: Recorded, packs: list[Pack]) -> None:
    """For people: the answer in a sentence, then where it is from."""
    if not found.days:
        out.say(f"{recorded.player}: không có lượt chơi nào / no play was recorded")
        return
    first, last = found.days[0].day, found.days[-1].day
    out.say(f"{recorded.player}, {first:%d/%m/%Y} – {last:%d/%m/%Y}, nếu theo / under {', '.join(pack.id for pack in packs)}")
    for line in _headline(found):
        out.say(line)
    out.line()
    out.table(_DAYS, (*map(_day, found.days), ("Tổng\u00a0/\u00a0All", *_numbers(found), "")))
    if found.rules:
        out.line()
        out.table(_RULES, (
            (clock(one.ms), str(one.times), one.reason.rule, _cited(one.reason))
            for one in found.rules
        ))  # fmt: skip


def clock(ms: int) -> str:
    """A length as hours and minutes, 1:05, never rounded up; under a minute in seconds, so that it is not nothing."""
    minutes = ms // 60_000
    return f"{minutes // 60}:{minutes % 60:02}" if minutes or not ms else f"{max(1, ms // 1000)}s"


def _headline(found: Result) -> tuple[str, str]:
    """The answer in one sentence, in Vietnamese and in English."""
    (played_vi, played), (kept_vi, kept), (cut_vi, cut) = map(length, (found.recorded_ms, found.kept_ms, found.cut_ms))
    if not found.rules:
        return (f"Đã chơi {played_vi}; các quy tắc này không cắt gì.", f"Played {played}; these rules would have cut nothing.")
    share = f"{found.cut_ms * 100 // max(1, found.recorded_ms)}%"
    return (
        f"Đã chơi {played_vi}; được chơi {kept_vi}, bị cắt {cut_vi} ({share}).",
        f"Played {played}; {kept} would have been kept, {cut} cut ({share}).",
    )


def _day(day: Day) -> tuple[str, ...]:
    because = ", ".join(f"{rule}\u00a0{clock(ms)}" for rule, ms in day.by_rule.items()) or "–"
    return (f"{_WEEKDAYS[day.day.weekday()]}\u00a0{day.day:%d/%m}", *_numbers(day), because)


def _numbers(one: Day | Result) -> tuple[str, ...]:
    cut = clock(one.cut_ms) if one.cut_ms else "–"
    return (clock(one.recorded_ms), clock(one.kept_ms), cut, *(str(number or "–") for number in (one.refused, one.ended)))


def document(found: Result, recorded: Recorded, packs: list[Pack]) -> dict[str, object]:
    """Everything, for programs."""
    born, zone = recorded.setting.born, recorded.zone
    return {
        "player": recorded.player, "born": born, "zone": zone, "source": recorded.source,
        "packs": [{"id": pack.id, "sha256": pack.sha256, "params": pack.params} for pack in packs],
        "total": _totals(found),
        "rules": [
            {"rule": one.reason.rule, "cite": one.reason.cite, "text": one.reason.text,
             "kind": one.reason.kind, "cut_s": one.ms / 1000, "times": one.times}
            for one in found.rules
        ],
        "days": [
            {"day": one.day, **_totals(one), "rules": {rule: ms / 1000 for rule, ms in one.by_rule.items()}}
            for one in found.days
        ],
        "plays": _plays(found.pieces, zone),
    }  # fmt: skip


def _totals(one: Day | Result) -> dict[str, object]:
    return {
        "recorded_s": one.recorded_ms / 1000, "kept_s": one.kept_ms / 1000, "cut_s": one.cut_ms / 1000,
        "refused_starts": one.refused, "ended_early": one.ended,
    }  # fmt: skip


def _plays(pieces: tuple[Piece, ...], zone: str) -> list[dict[str, object]]:
    """Every recorded play with what becomes of it."""
    by_play: dict[int, list[Piece]] = {}
    for piece in pieces:
        by_play.setdefault(piece.number, []).append(piece)
    return [
        {"game": own[0].play.game, "from": rfc3339(own[0].start, zone), "to": rfc3339(own[-1].end, zone),
         "pieces": [{"from": rfc3339(one.start, zone), "seconds": (one.end - one.start) / 1000, "verdict": one.verdict,
                     "rule": one.rule or None} for one in own]}
        for _, own in sorted(by_play.items())
    ]  # fmt: skip


def _cited(reason: Reason) -> str:
    text = both_of(reason.text)
    return f"{reason.cite}: {text.vi} / {text.en}"
