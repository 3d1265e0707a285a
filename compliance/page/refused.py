"""Which games were refused by which rules, the most frequent first. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from compliance.format.house_rule import HOUSE
from compliance.page.blocks import Block, Said
from compliance.page.model import Page
from compliance.page.seen import from_to
from compliance.page.shortened import few
from compliance.verifying.overview import Refusal
from i18n.message import Arg, msg, msgn
from rules.engine.pausing import PAUSE
from rules.packs.published import PUBLISHED
from rules.packs.shipped import shipped_packs
from rules.parse import read_pack
from rules.policy import PolicyError
from rules.unknown import game_title

_RULES, _GAMES = 20, 6


def refused(page: Page) -> Iterator[Block]:
    """A line a rule, with its games."""
    rules: dict[tuple[str, str], list[Refusal]] = {}
    for one in page.report.audit.overview.refusals:
        rules.setdefault((one.cite, one.rule), []).append(one)
    most = sorted(rules.values(), key=lambda games: -sum(one.times for one in games))
    for games in most[:_RULES]:
        times = sum(one.times for one in games)
        told = msgn("{rule}: {n} start", "{rule}: {n} starts", times, rule=_rule(games[0]))
        yield Said(told, few([_game(one, page.report.zone) for one in games], _GAMES))
    shown = sum(one.times for games in most[:_RULES] for one in games)
    if (more := page.report.audit.overview.refused - shown) > 0:
        yield Said(msgn("by other rules: {n} start", "by other rules: {n} starts", more))


def _rule(one: Refusal) -> Arg:
    """What it says, where its pack is one of ours, and the law's article; a pack's own rule is of none."""
    if one.rule == HOUSE:
        return msg("limits that the place set itself")
    if one.rule == PAUSE:
        return msg("play paused")
    pack = one.rule.partition(".")[0]
    said = _texts(pack).get(one.rule) if one.pack in PUBLISHED.get(pack, {}) else None
    told: dict[str, Arg] = {"cite": one.cite, "rule": one.rule, "text": said or ""}
    if said is None:
        return msg("{cite} (rule {rule})", **told)
    return msg("{text} (rule {rule})", **told) if one.cite == pack else msg("{text} ({cite}; rule {rule})", **told)


@cache
def _texts(pack: str) -> Mapping[str, Arg]:
    """Of a pack that comes with the program what each rule says."""
    try:
        return {rule.id: rule.text for rule in read_pack(shipped_packs()[pack], pack, draft=True).pack.rules}
    except (KeyError, PolicyError):
        return {}


def _game(one: Refusal, zone: str) -> Arg:
    when = from_to(one.first, one.last, zone)
    return msgn("{game}: {n} time, {when}", "{game}: {n} times, {when}", one.times, game=game_title(one.game, one.game),
                when=when)  # fmt: skip
