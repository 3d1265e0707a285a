"""Asks the rules about the present, with facts from plays, grants, pauses and roster, once for each reading of the clock. The
strictest answer holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from daemon.deciding.claims import Claims
from daemon.deciding.overrides import Overrides
from daemon.deciding.plays import Plays
from daemon.grants import Grants
from daemon.sessions import People, RuledPlayer
from daemon.trusted import Reading
from rules.decide import decide
from rules.decision import Decision
from rules.engine.alike import AlikeGames, Likeness
from rules.facts import Facts, Grant, Played
from rules.games import Game
from rules.policy import Policy, combine
from rules.verdict import Verdict

RANK = {"refuse": 0, "ask": 1, "allow": 2}
_FOREVER = 2**62
_FREE = combine(())


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decision, and the facts and rules that it came from."""

    decision: Decision
    facts: Facts
    policy: Policy

    @property
    def allowed(self) -> bool:
        return self.decision.verdict == "allow"


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """What the rules say of a player and a game at one moment. `people`: of the roster in force."""

    people: Callable[[], People]
    plays: Plays
    grants: Grants
    overrides: Overrides
    claims: Claims

    def rule(
        self, player: RuledPlayer, game: Game | None, now: Reading, *, sure: bool = True, more: tuple[Grant, ...] = ()
    ) -> Ruling:
        """The strictest ruling over all readings of the clock. Its moments are of the first reading, the trusted one.

        `game` None: a game that no rule names, so that only the rules over all games count. Nothing binds a learning program.
        `sure` as in Facts; true where there is no program yet. `more`: grants that nobody gave yet.
        """
        facts = self._facts(player, game, now, sure=sure)
        if game is not None and game.learning:
            free = replace(facts, paused=None)
            return Ruling(decide(_FREE, free), free, _FREE)
        policy = player.policy_of(every=game is None, offline=self.claims.offline(player, now.wall))
        facts = replace(facts, grants=(*facts.grants, *more)) if more else facts
        rulings = []
        for wall in now.walls:
            asked = facts if wall == facts.now else replace(facts, now=wall)
            decision = decide(policy, asked)
            rulings.append((strictness(decision, wall), Ruling(_shifted(decision, now.wall - wall), asked, policy)))
        return min(rulings, key=lambda pair: pair[0])[1]

    def rule_each(self, player: RuledPlayer, games: Iterable[Game], now: Reading) -> Iterator[tuple[Game, Ruling]]:
        """The same of each of these games as of one that starts now. Those that no rule can tell apart share a ruling."""
        alike: AlikeGames | None = None
        found: dict[tuple[bool, Likeness], Ruling] = {}
        for game in games:
            alike = alike or AlikeGames(player.policy, self._facts(player, game, now, sure=True))
            like = game.learning, alike.likeness(game.id, game.publisher, game.label, game.system)
            if like not in found:
                found[like] = self.rule(player, game, now)
            yield game, found[like]

    def _facts(self, player: RuledPlayer, game: Game | None, now: Reading, *, sure: bool) -> Facts:
        registered = player.registered
        return Facts(
            now=now.wall,
            place=self.people().place,
            game="" if game is None else game.id,
            publisher=None if game is None else game.publisher,
            label=0 if game is None else game.label,
            system="VN" if game is None else game.system,
            born=registered.born,
            guardian=registered.guardian,
            played=self.plays.going(player.id, now.mono),
            past=self.plays.past(player.id, min(now.walls) - player.lookback_ms),
            grants=self.grants.of(player.id, player.days_since(min(now.walls))),
            approved=frozenset(registered.approved),
            sure=sure,
            paused=self.overrides.pause(player) or self.claims.pause(player, self.people().zone),
        )


def next_verdict(ruling: Ruling, now: Reading) -> Verdict | None:
    """The verdict when the decision's `until` has come. Where play is allowed now, it is taken to go on until then; else nobody
    plays. None without an `until`.
    """
    if ruling.decision.until is None:
        return None
    by = ruling.decision.until - now.wall
    facts = ruling.facts
    if ruling.allowed:
        meanwhile = Played(facts.game, facts.publisher, now.wall, by, facts.label, facts.sure)
        facts = replace(facts, played=(*facts.played, meanwhile))
    found = (decide(ruling.policy, replace(facts, now=wall + by)).verdict for wall in now.walls)
    return min(found, key=RANK.__getitem__)


def strictness(decision: Decision, wall: int) -> tuple[int, int]:
    """Sorts the stricter first: a worse verdict, then the longer refusal or the shorter leave."""
    length = _FOREVER if decision.until is None else decision.until - wall
    return (RANK[decision.verdict], length if decision.verdict == "allow" else -length)


def _shifted(decision: Decision, by: int) -> Decision:
    """The same decision with its moments told by another clock, `by` milliseconds ahead."""
    if by == 0:
        return decision
    reason = decision.reason
    if reason is not None and reason.extended is not None:
        reason = replace(reason, extended=reason.extended + by)
    return replace(
        decision,
        reason=reason,
        until=None if decision.until is None else decision.until + by,
        warn_at=tuple(at + by for at in decision.warn_at),
        notices=tuple(replace(one, at=one.at + by) for one in decision.notices),
    )
