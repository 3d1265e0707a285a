"""What status, why and usage say, from what the seat knows. Reads, never changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from agent.api.checkins import Here
from daemon.api import messages as m
from daemon.api.messages import PackPart, PlayedAnswer, PlayerPrograms, ProgramPart, ProgramsAnswer, RulePart, RulesInForce
from daemon.deciding.judge import Judge, Ruling, next_verdict
from daemon.deciding.outlook import for_good, lets
from daemon.deciding.plays import Plays, played_of
from daemon.ending import saving_ms
from daemon.sessions import People, RuledPlayer
from daemon.storing.rows import ListedRow, PlayRow
from daemon.trusted import Reading
from rules.calendar import calendar, day_bounds, day_name, rfc3339
from rules.decide import explain
from rules.decision import Decision, Reason
from rules.engine.label_words import too_young
from rules.engine.reach import reach
from rules.facts import Played
from rules.games import Fingerprint, Game
from rules.policy import Break, Budget, Pack, Period, Window
from rules.unknown import UNKNOWN
from rules.usage import union_ms


def named(reason: Reason, player: RuledPlayer, ruling: Ruling) -> Reason:
    """The same reason; of a label, with the player's name and age beside it."""
    facts = ruling.facts
    if reason.kind != "rating" or not facts.label:
        return reason
    pack, _ = player.rule_of(reason)
    age = player.age_on(day_name(pack.zone, facts.now))
    return replace(reason, text=too_young(facts.label, facts.system, age, player.registered.name))


def _part(pack: Pack, people: People, player: RuledPlayer, wall: int) -> PackPart:
    reaches = ((rule, reach(rule, pack, people.place, player.registered.born)) for rule in pack.rules)
    bound = (rule for rule, found in reaches if found is not None and found.start <= wall < found.end)
    return PackPart(
        title=pack.title,
        rules=tuple(
            RulePart(rule=rule.id, cite=rule.cite, text=rule.text,
                     advisory=isinstance(rule, Budget | Window | Break) and rule.advisory)
            for rule in bound
        ),
    )


def _label(game: Game) -> str:
    return "" if game.label is None else f"{game.system or ''}{game.label:02}"


MOST: Final = 2_000  # stretches in an answer: whoever has more in a week did not play, but filled a list


class Views:
    """Everything as of one reading of the clocks."""

    def __init__(self, people: People, plays: Plays, judge: Judge, now: Reading) -> None:
        self._people = people
        self._plays = plays
        self._judge = judge
        self._now = now
        self._start, self._end = day_bounds(people.zone, now.wall)

    @property
    def today(self) -> date:
        return day_name(self._people.zone, self._now.wall)

    def players(self, only: RuledPlayer | None = None) -> tuple[m.PlayerPart, ...]:
        """All players and, if it played or is limited, the guest; or only one."""
        guest = self._people.guest
        shown = [*self._people.players]
        if guest not in shown and (guest.limited or self._today(guest.id)):
            shown.append(guest)
        return tuple(self._player(one) for one in shown if only is None or one is only)

    def here(self) -> Here:
        """What holds for who plays at this PC, in an account that is nobody's unless somebody else plays."""
        running = [play for play in self._plays.running.values() if play.player.limited]
        player = running[0].player if running else self._people.guest
        game = running[0].game if running else None
        decision = (ruling := self._ruling(player, game)).decision
        return Here(
            player=player.id, allowed=ruling.allowed, until=decision.until, left_ms=decision.left_ms,
            reason=None if decision.reason is None else named(decision.reason, player, ruling).text,
            **({} if game is None else {"game": game.id, "title": game.title, "label": _label(game)}),
        )  # fmt: skip

    def _today(self, player: str) -> set[str]:
        """The games that go on, or were played today."""
        met = {kind.game for kind in self._plays.past(player, self._start).kinds}
        played = {game for game in met if self._used(player, game)}
        return played | {game for id_, game in self._plays.running if id_ == player}

    def _used(self, player: str, game: str | None = None) -> int:
        return self._plays.counted(player, self._now.mono, self._start, game).ms(self._start, self._end)

    def _player(self, player: RuledPlayer) -> m.PlayerPart:
        catalogue = self._people.catalogue.games
        ids = self._today(player.id)
        ids |= {game for pack in player.packs for rule in pack.budgets for game in rule.games}
        games = [catalogue.get(id_, Game(id=id_, title=id_)) for id_ in sorted(ids)]
        return m.PlayerPart(
            id=player.id,
            name=player.registered.name,
            age=player.age_on(self.today),
            account=player.registered.account,
            unknown=player.unknown,
            paused=self._paused(player),
            unlimited=not player.limited,
            games=tuple(self._game(player, game) for game in games),
            **self._standing(player, self._judge.rule(player, None, self._now), self._used(player.id)),
        )

    def _paused(self, player: RuledPlayer) -> str | None:
        pause = self._judge.overrides.pause(player)
        return None if pause is None else self._moment(pause.until) or ""

    def _game(self, player: RuledPlayer, game: Game) -> m.GamePart:
        running = self._plays.running.get((player.id, game.id))
        return m.GamePart(
            id=game.id,
            title=game.title,
            running=running is not None,
            match=() if running is None else running.clues,
            saving_s=None if running is None else _seconds(saving_ms(running.ending, self._now.mono)),
            **self._standing(player, self._ruling(player, game), self._used(player.id, game.id)),
        )

    def _standing(self, player: RuledPlayer, ruling: Ruling, used: int) -> dict[str, Any]:
        """The fields of m.Standing."""
        decision = ruling.decision
        reason = decision.reason and named(decision.reason, player, ruling)
        return {
            "allowed": ruling.allowed,
            "verdict": decision.verdict,
            "until": self._moment(decision.until),
            "next": next_verdict(ruling, self._now),
            "used_s": used / 1000,
            "left_s": _seconds(decision.left_ms),
            "reason": reason
            and m.ReasonPart(rule=reason.rule, cite=reason.cite, text=reason.text, granted_s=_seconds(reason.granted_ms),
                             extended=self._moment(reason.extended)),
        }  # fmt: skip

    def _moment(self, at: int | None) -> str | None:
        return None if at is None else rfc3339(at, self._people.zone)

    def _ruling(self, player: RuledPlayer, game: Game | None) -> Ruling:
        running = None if game is None else self._plays.running.get((player.id, game.id))
        return self._judge.rule(player, game, self._now, sure=running is None or running.sure)

    def why(self, player: RuledPlayer, game: Game | None) -> m.Why:
        ruling = self._ruling(player, game)
        findings = explain(ruling.policy, ruling.facts, self._begins(ruling))
        if game is not None and game.id == UNKNOWN and not player.counts:  # no rule decides: the setting does
            refused = player.unknown == "refused"
            free = Decision("refuse", None, None, 0) if refused else Decision("allow", None, None, None)
            ruling, findings = replace(ruling, decision=free), ()
        reason = ruling.decision.reason and named(ruling.decision.reason, player, ruling)
        return m.Why(
            player=player.id,
            name=player.registered.name,
            game=None if game is None else game.id,
            title="" if game is None else game.title,
            zone=self._people.zone,
            decision=replace(ruling.decision, reason=reason),
            findings=tuple(replace(one, reason=named(one.reason, player, ruling)) for one in findings),
            guardian=ruling.facts.guardian,
            periods={one.reason.rule: period for one in findings if (period := _period(player, one.reason)) is not None},
            place=self._people.place,
            unknown=player.unknown,
            next=next_verdict(ruling, self._now),
            lets=lets(ruling) and for_good(ruling) is None,
        )

    def _begins(self, ruling: Ruling) -> int | None:
        """From when on there may be play, by the clock that was asked; None: nobody knows."""
        until = ruling.decision.until
        if ruling.decision.verdict != "refuse":
            return ruling.facts.now
        return None if until is None else ruling.facts.now + until - self._now.wall

    def rules(self, player: RuledPlayer) -> RulesInForce:
        """Packs of which no rule binds the player now are left out."""
        parts = (_part(pack, self._people, player, self._now.wall) for pack in player.policy.packs)
        return RulesInForce(player=player.id, name=player.registered.name, packs=tuple(part for part in parts if part.rules))

    def played(self, account: str, since: int, rows: Iterable[PlayRow]) -> PlayedAnswer:
        """What began since then under the account, up to now; the latest where it is too much. `rows` holds at least the plays
        that ended since then.
        """
        running = (play for play in self._plays.running.values() if play.account == account)
        found = [one for row in rows if row.ended and row.account == account for one in played_of(row)]
        found += [one for play in running for one in play.played(self._now.mono)]
        found = sorted((one for one in found if one.start >= since and one.ms > 0), key=lambda one: one.start)
        games = self._people.catalogue.games  # they know the system of a label, which is not kept with it
        plays = (replace(one, system=games[one.game].system) if one.game in games else one for one in found[-MOST:])
        return PlayedAnswer(plays=tuple(plays), zone=self._people.zone, whole=len(found) <= MOST)

    def usage(self, day: date, ended: Iterable[PlayRow], only: RuledPlayer | None = None) -> m.Usage:
        """One day of the place's zone; only those who played. `ended` holds at least that day's plays."""
        zone = self._people.zone
        start, end = calendar(zone).start(day), calendar(zone).start(day + timedelta(days=1))
        played: dict[str, list[Played]] = defaultdict(list)
        for row in ended:
            if row.ended:
                played[row.player].extend(played_of(row))
        for play in self._plays.running.values():
            played[play.player.id].extend(play.played(self._now.mono))
        parts = {}
        for player, pieces in sorted(played.items()):
            total = union_ms(pieces, start, end)
            if total and (only is None or player == only.id):
                sums = {
                    id_: union_ms([one for one in pieces if one.game == id_], start, end)
                    for id_ in {one.game for one in pieces}
                }
                games = {id_: ms / 1000 for id_, ms in sorted(sums.items()) if ms}
                parts[player] = m.UsagePart(total_s=total / 1000, games=games)
        titles = self._people.titles(id_ for part in parts.values() for id_ in part.games)
        return m.Usage(day=day.isoformat(), zone=zone, players=parts, titles=titles)

    def programs(self, day: date, rows: Iterable[ListedRow], only: RuledPlayer | None = None) -> ProgramsAnswer:
        """The unknown programs of that day but for those that a guardian let through since."""
        found: dict[str, list[ProgramPart]] = defaultdict(list)
        for row in rows:
            player, file = self._people.by_id(row.player), Fingerprint(row.path, row.size, row.sha256, row.build_id)
            named = min(self._people.catalogue.by_file(file), default=None)
            through = player is not None and row.sha256 in {one.sha256 for one in player.registered.programs}
            if player is not None and not through and (only is None or player is only):
                found[row.player].append(ProgramPart(
                    id=row.sha256 or "", path=row.path, seconds=row.ms / 1000, named=named, size=row.size, build_id=row.build_id
                ))  # fmt: skip
        players = {id_: PlayerPrograms(programs=tuple(parts)) for id_, parts in found.items()}
        return ProgramsAnswer(day=day.isoformat(), zone=self._people.zone, players=players)


def _seconds(ms: int | None) -> float | None:
    return None if ms is None else ms / 1000


def _period(player: RuledPlayer, reason: Reason) -> Period | None:
    """Over what the rule counts play; None if it counts none."""
    if reason.kind == "pause":
        return None
    _, rule = player.rule_of(reason)
    if isinstance(rule, Break):
        return "session"
    return rule.period if isinstance(rule, Budget) else None
