"""A player's own limits as a pack of rules like any other, and which other rules bind more than they do. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from agent.api.rule_words import OWN
from agent.store.rows import LimitRow
from i18n.message import Arg, Length, Message, Text, msg
from i18n.message import Weekday as DayName
from rules.decision import Finding
from rules.policy import WEEK, Budget, Pack, Place, Weekday

# The id of the pack of own limits, and the `sha256` of every pack that would say by its hash whose it is.
HOUSE: Final = OWN

OFFLINE_MS: Final = 30 * 60_000

_CITE = "giochoi limit"


def own_pack(limits: Iterable[LimitRow], zone: str, titles: Mapping[str, Arg]) -> Pack | None:
    """The pack `house` of one player's limits, its days in `zone`; None without limits. `titles` of games are for its texts."""
    by_game: dict[str, dict[Weekday, int]] = {}
    for limit in limits:
        by_game.setdefault(limit.game, {})[limit.day] = limit.ms
    budgets: list[Budget] = []
    for game, days in by_game.items():
        title = titles.get(game, game)
        if len(days) == len(WEEK) and len(set(days.values())) == 1:
            budgets.append(_budget(game, None, days["mon"], title))
        else:
            budgets += [_budget(game, day, days[day], title) for day in WEEK if day in days]
    if not budgets:
        return None
    return Pack(
        id=HOUSE, title=Text("Quy tắc riêng", "Own rules"), jurisdiction=HOUSE, zone=zone,
        source=Text(HOUSE, HOUSE), status="verified",
        sha256=HOUSE, scope="player", budgets=tuple(budgets),
    )  # fmt: skip


def offline_pack(place: Place, zone: str) -> Pack:
    """What holds at a seat for who could not be claimed, as the agent is away: so much a day, counting what is known there."""
    ms = OFFLINE_MS if place == "home" else 0
    text = msg("at most {time} of play a day while the agent cannot be reached", time=Length(ms, exact=True)) if ms else (
        msg("no playing while the agent cannot be reached")
    )  # fmt: skip
    rule = Budget(
        id="place.offline", cite="giochoi place", text=text, authority="house", addressee="household", status="verified",
        relax=("guardian", "staff"), ms=ms, per="all",
    )  # fmt: skip
    return Pack(
        id=HOUSE, title=Text("Khi mất liên lạc với máy chủ", "While the agent is away"), jurisdiction=HOUSE, zone=zone,
        source=Text(HOUSE, HOUSE), status="verified", sha256=HOUSE, scope="player", budgets=(rule,),
    )  # fmt: skip


def rule_id(game: str, day: Weekday | None) -> str:
    """The id of the rule that limits `game` ("": all games) on `day` (None: every day)."""
    return f"{HOUSE}.{game or 'all'}" + (f"-{day}" if day else "")


def still_binding(findings: Iterable[Finding], ms: int) -> tuple[Finding, ...]:
    """The budgets of other rules that are tighter than a limit of `ms`, one of each rule, tightest first."""
    tighter: dict[str, Finding] = {}
    for finding in findings:
        budget = finding.reason.budget_ms
        if finding.reason.kind == "budget" and budget is not None and budget < ms:
            tighter.setdefault(finding.reason.rule, finding)
    return tuple(sorted(tighter.values(), key=lambda finding: (finding.reason.budget_ms or 0, finding.reason.rule)))


def _budget(game: str, day: Weekday | None, ms: int, title: Arg) -> Budget:
    return Budget(
        id=rule_id(game, day), cite=_CITE, text=_text(ms, day, title), authority="house", addressee="household",
        status="verified", relax=("guardian", "staff"), games=(game,) if game else (), ms=ms, per="game" if game else "all",
        days=(day,) if day else (),
    )  # fmt: skip


def _text(ms: int, day: Weekday | None, title: Arg) -> Message:
    on, long = DayName(WEEK.index(day or "mon")), Length(ms, exact=True)
    if not ms and title:
        return msg("no playing of {game} on {day}", game=title, day=on) if day else msg("no playing of {game}", game=title)
    if not ms:
        return msg("no playing on {day}", day=on) if day else msg("no playing")
    if title and day:
        return msg("at most {time} of {game} on {day}", time=long, game=title, day=on)
    if title:
        return msg("at most {time} of {game} a day", time=long, game=title)
    return msg("at most {time} of play on {day}", time=long, day=on) if day else msg("at most {time} of play a day", time=long)
