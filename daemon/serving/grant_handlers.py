"""Extra time: given, listed, taken back. Durable with its entry, or not at all; in force when the answer comes, which says what
follows from it.
"""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import structs

from agent.api.roster import GrantEvent
from daemon import events
from daemon.api import messages as m
from daemon.deciding.outlook import counts
from daemon.grants import Grants, new_id
from daemon.serving.access import Acting
from daemon.serving.changes import Changes
from daemon.serving.giving import check_length, gives_way, longer, of_grant, reason_of, told
from daemon.sessions import RuledPlayer
from host.transport import Caller
from host.wire import ApiError
from i18n.message import Moment, msg, typed
from rules.calendar import DAY_MS, calendar, day_name
from rules.facts import Grant
from rules.games import Game

_OPEN = m.Outlook(verdict="allow", until=None, rule=None, text=None)


@dataclass(frozen=True, slots=True, eq=False)
class GrantHandlers:
    changes: Changes
    grants: Grants

    async def add(self, caller: Caller, request: m.GrantAdd) -> m.GrantAnswer:
        acting = self.changes.access.giving(caller, request.token)
        player, only, reason = self._meant(caller, request)
        check_length(request.ms)
        return self.give(player, request.ms, acting, only, reason)

    def give(
        self, player: RuledPlayer, ms: int, acting: Acting, only: Game | None = None, reason: str = ""
    ) -> m.GrantAnswer:
        """Also for a guardian's code by telephone, where nothing was asked for. Where it would change nothing today, nothing is
        given: nobody reads later that it was. ApiError.
        """
        looks = self.changes.outlooks(self.changes.clock.read(), acting.by)
        before = looks.standing(player, only)
        event = _grant(acting, player, only, ms, reason, looks.now.wall)
        more = (Grant(event.by, ms, event.game, event.given),)
        after = {game: looks.decision(player, game, more) for game in before}
        if after == before and not longer(looks, player, only, *more):
            answer = of_grant(looks, player, only, event, before)
            return structs.replace(answer, id=None, from_now=False, still=answer.after.until is not None)
        self._change(event, events.GrantGiven(player, event, looks.now))
        return of_grant(looks, player, only, event, before)

    async def extend(self, caller: Caller, request: m.GrantExtend) -> m.GrantAnswer:
        acting = self.changes.access.giving(caller, request.token)
        player, only, reason = self._meant(caller, request)
        if (at := self.changes.access.people().elsewhere.get(player.id)) is not None:
            said = {"seat": at, "command": f"giochoi grant {typed(at)} 15"}
            raise ApiError("refused", msg("only {seat} knows what is left there: give minutes, as in {command}", **said))
        now = self.changes.clock.read()
        until, looks = self._today(request.until, now.wall), self.changes.outlooks(now, acting.by)
        game = looks.about(player, only)
        ms = looks.needed(player, game, only, until)
        if ms is None:
            raise ApiError("refused", looks.hindrance(player, game, only, until))
        before = looks.standing(player, only)
        if ms == 0:
            return told(looks, None, player, only, before)
        yielding = gives_way(looks, player, game, until)
        event = _grant(acting, player, only, ms, reason, now.wall)
        self._change(event, events.GrantGiven(player, event, looks.now))
        return structs.replace(told(looks, event.id, player, only, before, event), gives_way=yielding)

    async def list(self, caller: Caller, request: m.GrantsGet) -> m.Grants:
        access = self.changes.access
        people, now, only = access.people(), self.changes.clock.read().wall, access.served(caller)
        grants = tuple(event for event in self.grants.all() if only is None or event.player == only.id)
        players = {id_: people.by_id(id_) for id_ in {event.player for event in grants}}
        return m.Grants(
            grants=grants,
            names={id_: one.registered.name for id_, one in players.items() if one is not None},
            counting=tuple(event.id for event in grants if counts(event, players[event.player], now)),
            zone=people.zone,
            titles=people.titles(event.game for event in grants if event.game),
        )

    async def revoke(self, caller: Caller, request: m.GrantRevoke) -> m.GrantAnswer:
        acting = self.changes.access.giving(caller, request.token)
        known = next((event for event in self.grants.all() if event.id == request.id), None)
        if known is None:
            raise ApiError(
                "bad-input", msg("no grant {id}; see {command}", id=request.id, command="giochoi grants")
            )
        people, now = self.changes.access.people(), self.changes.clock.read()
        player, event = people.by_id(known.player), structs.replace(known, revoked=now.wall)
        change = None if known.revoked is not None else events.GrantRevoked(player, event, now, acting.who, acting.how)
        if player is None:  # removed since then
            self._change(event, change)
            return m.GrantAnswer(
                id=event.id, player=event.player, name=event.player, game=event.game, zone=people.zone, before=_OPEN,
                after=_OPEN, still=False, again=change is None,
            )  # fmt: skip
        looks = self.changes.outlooks(now)
        only = people.catalogue.games.get(event.game or "")
        before = looks.standing(player, only)
        self._change(event, change)
        answer = told(looks, event.id, player, only, before)
        return structs.replace(answer, again=change is None)

    def _meant(self, caller: Caller, request: m.GrantAdd | m.GrantExtend) -> tuple[RuledPlayer, Game | None, str]:
        """Who, for which game only, and why. ApiError."""
        access = self.changes.access
        player, reason = access.customer(request.player), reason_of(request.reason)
        access.check_other(caller, request.token, player)
        return player, None if request.game is None else access.game(request.game), reason

    def _today(self, time_of_day: int, now: int) -> int:
        """That moment of today, by the place's clock, if it lies ahead. ApiError."""
        zone = self.changes.access.people().zone
        if not 0 <= time_of_day <= DAY_MS:
            raise ApiError("bad-input", msg("the time has to be one of today"))
        until = calendar(zone).moment(day_name(zone, now).toordinal(), time_of_day)
        if until <= now:
            times = {"then": Moment(until, zone, "time"), "now": Moment(now, zone, "time")}
            raise ApiError("bad-input", msg("{then} is past: it is {now} here; only today can be made longer", **times))
        return until

    def _change(self, grant: GrantEvent, event: events.GrantGiven | events.GrantRevoked | None) -> None:
        """None: it was so before. ApiError."""
        if event is not None:
            self.changes.make((event,), lambda: self.grants.keep(grant))


def _grant(acting: Acting, player: RuledPlayer, only: Game | None, ms: int, reason: str, now: int) -> GrantEvent:
    return GrantEvent(
        id=new_id(), player=player.id, by=acting.by, who=acting.who, ms=ms, game=None if only is None else only.id, given=now,
        reason=reason, guardian=acting.guardian, how=acting.how,
    )  # fmt: skip
