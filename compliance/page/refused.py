"""Which games were refused by which rules, the most frequent first. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from compliance.format.house_rule import HOUSE
from compliance.page.blocks import Block, Said
from compliance.page.model import Page
from compliance.page.seen import from_to
from compliance.page.shortened import few
from compliance.verifying.refusals import Refusal
from i18n.message import Arg, msg, msgn
from rules.engine.pausing import PAUSE

_RULES, _GAMES = 20, 6


def refused(page: Page) -> Iterator[Block]:
    """A line a rule, with its games."""
    rules: dict[tuple[str, str], list[Refusal]] = {}
    for one in page.report.audit.overview.refusals:
        rules.setdefault((one.cite, one.rule), []).append(one)
    most = sorted(rules.items(), key=lambda rule: -sum(one.times for one in rule[1]))
    for (cite, rule), games in most[:_RULES]:
        times = sum(one.times for one in games)
        told = msgn("{rule}: {n} start", "{rule}: {n} starts", times, rule=_rule(cite, rule))
        yield Said(told, few([_game(one, page.report.zone) for one in games], _GAMES))
    shown = sum(one.times for _, games in most[:_RULES] for one in games)
    if (more := page.report.audit.overview.refused - shown) > 0:
        yield Said(msgn("by other rules: {n} start", "by other rules: {n} starts", more))


def _rule(cite: str, rule: str) -> Arg:
    if rule == HOUSE:
        return msg("own limits of a household")
    if rule == PAUSE:
        return msg("play paused")
    return msg("{cite} (rule {rule})", cite=cite, rule=rule)


def _game(one: Refusal, zone: str) -> Arg:
    when = from_to(one.first, one.last, zone)
    return msgn("{game}: {n} time, {when}", "{game}: {n} times, {when}", one.times, game=one.game, when=when)
