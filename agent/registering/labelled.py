"""What a game's label loosens (house.md 17): the rules that asked, refused or bound for it before, and do so no longer."""

from __future__ import annotations

from collections.abc import Iterator

from agent.registering import floor, lookup
from agent.registering.hints import Hints, called
from agent.registering.rulebook import record_policy
from agent.registry import Change
from agent.store.rows import PLACE, PlayerRow
from i18n.message import comma, msg
from rules.decide import explain
from rules.decision import Finding
from rules.facts import Facts
from rules.games import Game
from rules.policy import combine

_RANK = ("allow", "ask", "refuse")
_COUNTING = ("budget", "break", "window")  # what they say now depends on the hour; that they say something, on the label


def label_changed(change: Change, before: Game | None, after: Game | None, personal: dict[str, str]) -> Hints:
    """After the operation that `personal` names, on a game that was known before: for whom it is looser; in the log, too."""
    if before is None or after is None or (before.label, before.system) == (after.label, after.system):
        return ()
    hints: Hints = ()
    for row, lost in _looser(change, before, after):
        record_policy(change, row, personal | {"player": row.id, "game": after.id} | floor.as_payload(lost))
        rules = comma(rule for _, rule in lost)
        hints += (msg("with this label, looser for {name} than before: {rules}", name=called(row), rules=rules),)
    return hints


def _looser(change: Change, before: Game, after: Game) -> Iterator[tuple[PlayerRow, floor.Lost]]:
    compiler, place = change.compiler(), change.tables.place().place
    packs = compiler.packs(PLACE, "place")
    for row in (*lookup.registered(change.tables), lookup.guest(change.tables)):
        player = compiler.player(row)
        policy = combine((*packs, *player.packs))
        held, strictest = [], []
        for game in (before, after):
            facts = Facts(
                now=change.now, place=place, game=game.id, publisher=game.publisher, label=game.label, system=game.system,
                born=player.born, guardian=player.guardian, approved=frozenset(player.approved),
            )  # fmt: skip
            found = [one for one in explain(policy, facts) if not one.advisory]
            asked = [one for one in found if one.reason.kind not in _COUNTING and one.verdict != "allow"]
            strictest.append(max((_RANK.index(one.verdict) for one in asked), default=0))
            held.append({_key(one) for one in (*asked, *(one for one in found if one.reason.kind in _COUNTING))})
        lost = tuple(sorted(held[0] - held[1]))
        if lost and strictest[1] <= strictest[0]:  # whoever was asked about it and is refused it now plays no more
            yield row, lost


def _key(one: Finding) -> tuple[str, str]:
    return one.reason.pack, one.reason.rule
