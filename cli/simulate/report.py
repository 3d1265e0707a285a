"""What a simulation says: a table by day and one by rule for people, everything for programs. Pure but for what it prints."""

from __future__ import annotations

from cli.output import Output
from cli.simulate.days import Day, Result
from cli.simulate.from_log import Recorded
from i18n.message import Arg, Length, Message, Weekday, comma, msg
from i18n.message import Day as Date
from rules.calendar import rfc3339
from rules.policy import Pack
from rules.replay import Piece
from words.layout import row


def show(out: Output, found: Result, recorded: Recorded, packs: list[Pack], given: int | None) -> None:
    """For people: the answer in a sentence, then where it is from. `given`: how much was kept only because time had been given,
    in ms; None if none had been.
    """
    if not found.days:
        out.say(msg("{player}: no play was recorded", player=recorded.player))
        return
    out.say(msg("{player}, {first} to {last}, under {packs}", player=recorded.player, first=Date(found.days[0].day),
                last=Date(found.days[-1].day), packs=comma(pack.id for pack in packs)))  # fmt: skip
    out.say(_headline(found))
    if given:
        out.say(msg("What is kept includes {length} granted: time that was given counts here, too.", length=Length(given)))
    elif given is not None:
        out.say(msg("Time that was given counts here, too; without it the same would be kept."))
    out.line()
    columns = (msg("Day"), msg("Played"), msg("Kept"), msg("Cut"), msg("Refused"), msg("Ended"), msg("Because"))
    out.table(columns, (*map(_day, found.days), (msg("Total"), *_numbers(found.total), "")))
    if found.rules:
        out.line()
        out.table((msg("Cut"), msg("Times"), msg("Rule"), msg("What it says")), (
            (clock(one.ms), str(one.times), one.reason.rule, row((one.reason.cite, one.reason.text), ": "))
            for one in found.rules
        ))  # fmt: skip


def clock(ms: int) -> Arg:
    """A length as hours and minutes, 1:05, never rounded up; under a minute in seconds, so that it is not nothing."""
    minutes = ms // 60_000
    return f"{minutes // 60}:{minutes % 60:02}" if minutes or not ms else Length(max(1000, ms))


def _headline(found: Result) -> Message:
    """The answer in one sentence."""
    total = found.total
    played, kept, cut = map(Length, (total.recorded_ms, total.kept_ms, total.cut_ms))
    if not found.rules:
        return msg("Played {played}; these rules would have cut nothing.", played=played)
    told: dict[str, Arg] = {"played": played, "kept": kept, "cut": cut}
    share = total.cut_ms * 100 // max(1, total.recorded_ms)
    return msg("Played {played}; {kept} would have been kept, {cut} cut ({share}%).", share=share, **told)


def _day(one: Day) -> tuple[Arg, ...]:
    because = comma(row((rule, clock(ms)), " ") for rule, ms in one.by_rule.items())
    day = row((Weekday(one.day.weekday(), "short"), Date(one.day)), "\u00a0")
    return (day, *_numbers(one), because if because.items else "–")


def _numbers(one: Day) -> tuple[Arg, ...]:
    cut = clock(one.cut_ms) if one.cut_ms else "–"
    return (clock(one.recorded_ms), clock(one.kept_ms), cut, *(str(number or "–") for number in (one.refused, one.ended)))


def document(found: Result, recorded: Recorded, packs: list[Pack], given: int | None) -> dict[str, object]:
    """Everything, for programs."""
    born, zone = recorded.setting.born, recorded.zone
    return {
        "player": recorded.player, "born": born, "zone": zone, "source": recorded.source,
        "packs": [{"id": pack.id, "sha256": pack.sha256, "params": pack.params} for pack in packs],
        "total": _totals(found.total), "granted_s": (given or 0) / 1000,
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


def _totals(one: Day) -> dict[str, object]:
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
