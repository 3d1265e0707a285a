"""What the rules that are on a player say of a game, as the tables are by now."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from agent.api.rule_words import rule_said
from agent.registry import Change
from agent.roster import Compiler
from agent.store.rows import PLACE, PlayerRow
from i18n.message import Arg
from rules.decide import explain
from rules.decision import Finding
from rules.facts import Facts
from rules.games import Game
from rules.policy import combine


class Answers:
    """The rules of one player; `compiler` has read the tables."""

    def __init__(self, change: Change, row: PlayerRow, compiler: Compiler | None = None) -> None:
        compiler = compiler or change.compiler()
        self.player = compiler.player(row)
        self._place = change.tables.place().place
        packs = compiler.packs(PLACE, "place") + self.player.packs
        self._policy = combine(packs)
        self._texts = {rule.id: rule.text for pack in packs for rule in pack.rules}
        self._named = {game for pack in packs for rule in pack.rules for game in rule.games}

    def said(self, rule: str) -> Arg:
        """One of these rules in words."""
        return rule_said(self._texts[rule], rule)

    def like(self, game: Game) -> Hashable:
        """What all games have in common of which the rules say the same."""
        id = game.id if game.id in self._named else ""
        return id, game.publisher, game.label, game.system, game.id in self.player.approved

    def of(self, game: Game | None, now: int, approved: Iterable[str] = ()) -> tuple[Finding, ...]:
        """Each rule's own at `now`; None is any game, of which nothing is known. No play counts yet."""
        facts = Facts(
            now=now, place=self._place, game=game.id if game else "", publisher=game.publisher if game else None,
            label=game.label if game else None, system=game.system if game else None, born=self.player.born,
            guardian=self.player.guardian, approved=frozenset(approved),
        )  # fmt: skip
        return explain(self._policy, facts)
