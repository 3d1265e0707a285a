"""What extra time changes: until when play may go on without it and with it, and how much of it lasts up to a moment."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from agent.api.roster import GrantEvent
from daemon.api.messages import Outlook
from daemon.deciding.judge import RANK, Judge, Ruling
from daemon.deciding.plays import Plays
from daemon.sessions import People, RuledPlayer
from daemon.trusted import Reading
from i18n.message import Arg, Message, Moment, msg
from rules.calendar import DAY_MS, day_bounds
from rules.decide import explain
from rules.decision import Decision, Finding
from rules.facts import Grant
from rules.games import Game
from rules.policy import Role

_NEVER = 2**62

Standing: TypeAlias = dict[Game | None, Decision]


@dataclass(frozen=True, slots=True, eq=False)
class Outlooks:
    """Everything as of one reading of the clocks."""

    judge: Judge
    plays: Plays
    people: People
    now: Reading
    by: Role = "guardian"

    def about(self, player: RuledPlayer, game: Game | None) -> Game | None:
        """The game whose end an answer tells, everywhere: the one meant; else all games (None) or, where it ends before these,
        one that is played. What may be played comes before what may not, and rules over all games before those of one.
        Where no rule is over all games: of those that are played, or else were today.
        """
        return _first_end(self.standing(player, game))

    def standing(self, player: RuledPlayer, game: Game | None) -> Standing:
        """What the rules say of the game meant, or (None) of all games and of each that an answer may be about in their place.
        Nothing binds a learning program, so that it says nothing of the end.
        """
        if game is not None:
            return {game: self.decision(player, game)}
        overall = self.decision(player, None)
        running = [play.game for (id_, _), play in self.plays.running.items() if id_ == player.id and not play.game.learning]
        if overall.reason is None and not running:
            start, _ = day_bounds(self.people.zone, self.now.wall)
            known = self.people.catalogue.games
            running = [known[one.game] for one in self.plays.past(player.id, start).kinds if one.game in known]
        return {None: overall, **{one: self.decision(player, one) for one in running}}

    def decision(self, player: RuledPlayer, game: Game | None, more: tuple[Grant, ...] = ()) -> Decision:
        return self.ruling(player, game, more).decision

    def needed(self, player: RuledPlayer, game: Game | None, only: Game | None, until: int) -> int | None:
        """How many milliseconds, given now for `only` (None: all games), let `game` be played until then. None: however many
        are given, some rule ends it before.
        """

        def reaches(ms: int) -> bool:
            given = Grant(self.by, ms, None if only is None else only.id, self.now.wall)
            return _lasts(self.decision(player, game, (given,) if ms else ()), until)

        found = bisect_left(range(DAY_MS + 1), True, key=reaches)
        return None if found > DAY_MS else found

    def hindrance(self, player: RuledPlayer, game: Game | None, only: Game | None, until: int) -> Message:
        """Why play cannot be made to last until then."""
        given = Grant(self.by, DAY_MS, None if only is None else only.id, self.now.wall)
        decision, zone = self.decision(player, game, (given,)), self.people.zone
        told: dict[str, Arg] = {"player": player.registered.name, "until": Moment(until, zone, "time"), "rule": _rule(decision)}
        if decision.verdict == "allow" and decision.until is not None:
            end = Moment(decision.until, zone)
            return msg("nothing changed: {player} cannot play until {until}, but until {end}: {rule}", end=end, **told)
        return msg("nothing changed: {player} cannot play until {until}: {rule}", **told)

    def ruling(self, player: RuledPlayer, game: Game | None, more: tuple[Grant, ...] = ()) -> Ruling:
        """What the rules say with `more` given."""
        running = None if game is None else self.plays.running.get((player.id, game.id))
        return self.judge.rule(player, game, self.now, sure=running is None or running.sure, more=more)


def outlook(decision: Decision) -> Outlook:
    reason = decision.reason
    rule, text = (None, None) if reason is None else (reason.rule, reason.text)
    return Outlook(verdict=decision.verdict, until=decision.until, rule=rule, text=text)


def held(before: Decision, after: Decision, given: GrantEvent | None) -> bool:
    """Whether the rule of `after` keeps play from what was `given` (None: something was taken back): it moved the end by less,
    and not because it is a budget that had been played already, or hours that are put off only for as long as the grant.
    """
    if after.verdict != "allow":
        return True
    if after.until is None or after.reason is None:
        return False
    if (before.verdict, before.until) == (after.verdict, after.until):
        return True
    if given is None or after.reason.granted_ms:
        return False
    start = before.until if before.verdict == "allow" and before.until is not None else given.given
    return after.until < start + given.ms and after.until != given.given + given.ms


def counts(event: GrantEvent, player: RuledPlayer | None, now: int) -> bool:
    """Whether the grant may still add something: on the day of a rule on which it was given, or while it suspends a rule."""
    if player is None or event.revoked is not None:
        return False
    zones = {pack.zone for pack in player.packs}
    return now < event.given + event.ms or any(event.given >= day_bounds(zone, now)[0] for zone in zones)


def _rule(decision: Decision) -> Arg:
    """The rule that made it so, in words."""
    reason = decision.reason
    return "" if reason is None else msg("{text} ({rule})", text=reason.text, rule=reason.rule)


def _lasts(decision: Decision, until: int) -> bool:
    """Whether play may go on until then."""
    return decision.verdict == "allow" and (decision.until is None or decision.until >= until)


def _first_end(standing: Standing) -> Game | None:
    """What may be played and ends first; where nothing may be, all games, or what is refused most strictly."""

    def order(game: Game | None) -> tuple[int, int, int]:
        decision = standing[game]
        until = _NEVER if decision.until is None else decision.until
        if decision.verdict == "allow":
            return 0, until, int(game is not None)
        return 1, -1 if game is None else RANK[decision.verdict], until

    single = [game for game in standing if game is not None]
    overall = standing.get(None)
    return min(single if single and (overall is None or overall.reason is None) else standing, key=order)


_FOR_GOOD = frozenset({"rating", "guardian"})


def lets(ruling: Ruling) -> bool:
    """Whether some rule keeps the player from the game now, and would not were it let through."""
    if ruling.allowed or not ruling.facts.game:
        return False
    return bool({one.reason.rule for one in _against(ruling)} - {one.reason.rule for one in _against(ruling, let=True)})


def for_good(ruling: Ruling) -> Finding | None:
    """The rule that refuses the game whatever a guardian says here, and however much time is given."""
    if ruling.allowed or not ruling.facts.game:
        return None
    found = (one for one in _against(ruling, let=True) if one.verdict == "refuse" and one.reason.kind in _FOR_GOOD)
    return next(found, None)


def _against(ruling: Ruling, *, let: bool = False) -> Iterator[Finding]:
    facts = ruling.facts
    if let:
        facts = replace(facts, approved=facts.approved | {facts.game})
    return (one for one in explain(ruling.policy, facts) if not one.advisory and one.verdict != "allow")
