"""What players ask for, and what guardians answer: durable with its entry, or not at all; in force when the answer comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from msgspec.structs import replace

from agent.api.asked import MOST_PROGRAMS, MOST_REQUESTS, RequestAnswer, RequestEvent
from agent.api.roster import GrantEvent
from daemon import events
from daemon.api import asking as a
from daemon.api import messages as m
from daemon.deciding.outlook import Outlooks, Standing, for_good, lets
from daemon.grants import Grants, new_id
from daemon.requests import Requests
from daemon.requests import new_id as asked_id
from daemon.running.seat import Rosters
from daemon.serving.access import Acting
from daemon.serving.changes import Changes
from daemon.serving.giving import all_the_same, check_length, of_grant, reason_of, told
from daemon.sessions import RuledPlayer
from daemon.trusted import Reading
from daemon.unknown_programs import RefusedPrograms
from host.transport import Caller
from host.wire import ApiError
from i18n.message import Arg, msg, typed
from rules.games import Game
from rules.installed import LetProgram

_LIST = "giochoi requests"


@dataclass(frozen=True, slots=True, eq=False)
class RequestHandlers:
    """`refused`: the programs that a player may ask for."""

    changes: Changes
    requests: Requests
    grants: Grants
    refused: RefusedPrograms
    rosters: Rosters

    # --- players

    async def add(self, caller: Caller, request: a.RequestAdd) -> a.Requested:
        player = self.changes.access.own(caller)
        check_length(request.ms)
        game, program = self._what(player, request)
        now, reason = self.changes.clock.read(), reason_of(request.reason)
        self._room(player, game, program, now)
        looks = self.changes.outlooks(now)
        timeless = program is not None or (game is not None and lets(looks.ruling(player, game)))
        event = RequestEvent(
            id=asked_id(), player=player.id, account=caller.account, ms=0 if timeless else request.ms,
            game=None if game is None else game.id, program=program, reason=reason, asked=now.wall,
        )  # fmt: skip
        self._change(events.Asked(player, event, self._part(player, event, looks), now))
        return a.Requested(id=event.id)

    def _what(self, player: RuledPlayer, request: a.RequestAdd) -> tuple[Game | None, LetProgram | None]:
        """The game or the program that is asked for. ApiError."""
        if request.program is None:
            return None if request.game is None else self.changes.access.game(request.game), None
        if request.game is not None:
            raise ApiError("bad-input", msg("ask for a game or for a program, not for both"))
        found = self.refused.meant(player.id, request.program)
        if found is None or not (player.unknown == "refused" or player.counts):
            text = msg("no program {program} was refused here; start it once, then ask", program=typed(request.program))
            raise ApiError("refused", text)
        return None, found

    def _room(self, player: RuledPlayer, game: Game | None, program: LetProgram | None, now: Reading) -> None:
        """ApiError: it was asked for already, or too much was."""
        today = self.requests.today(self.changes.access.people().zone, now.wall)
        mine = [event for event in today if event.player == player.id]
        about = _about(None if game is None else game.id, program)
        for event in mine:
            if event.answer is None and _about(event.game, event.program) == about:
                raise ApiError("refused", msg("that was asked for already ({id}); a guardian will answer", id=event.id))
        if len(mine) >= MOST_REQUESTS:
            raise ApiError("refused", msg("{n} times were asked for today; tomorrow again", n=MOST_REQUESTS))

    async def list(self, caller: Caller, request: a.RequestsGet) -> a.Requests:
        only, people, now = self.changes.access.served(caller), self.changes.access.people(), self.changes.clock.read()
        looks, parts = self.changes.outlooks(now), []
        for event in self.requests.today(people.zone, now.wall):
            player = people.by_id(event.player)
            mine = event.answer is None if only is None else only is player and event.account == caller.account
            if player is not None and mine:
                parts.append(self._part(player, event, looks))
        return a.Requests(requests=tuple(parts), zone=people.zone)

    async def withdraw(self, caller: Caller, request: a.RequestWithdraw) -> a.Withdrawn:
        """By the account that asked, and nobody else: a guardian says no."""
        now = self.changes.clock.read()
        player, event = self._open(request.id, now, lambda one: one.account == caller.account)
        answer = RequestAnswer(approved=False, by="player", who=caller.account, at=now.wall)
        self._answered(player, replace(event, answer=answer), now)
        return a.Withdrawn(id=event.id)

    def _part(self, player: RuledPlayer, event: RequestEvent, looks: Outlooks) -> a.RequestPart:
        """As it is told."""
        game, answer = looks.people.catalogue.games.get(event.game or ""), event.answer
        title = event.program.name if event.program else game.title if game else event.game
        let = not event.ms or (answer is None and game is not None and lets(looks.ruling(player, game)))
        if answer is not None and answer.approved:
            let = answer.let
        return a.RequestPart(
            id=event.id, player=player.id, name=player.registered.name, game=event.game, title=title,
            program=None if event.program is None else event.program.sha256, ms=event.ms, reason=event.reason,
            asked=event.asked, answer=None if answer is None else _told(answer), lets=game is not None and let,
        )  # fmt: skip

    # --- guardians

    async def approve(self, caller: Caller, request: a.RequestApprove) -> m.GrantAnswer:
        acting, reason = self.changes.access.giving(caller, request.token), reason_of(request.reason)
        if request.ms is not None:
            check_length(request.ms)
        now = self.changes.clock.read()
        player, event = self._open(request.id, now)
        self.changes.access.check_other(caller, request.token, player)
        return self._approve(player, event, acting, reason, now, request.ms)

    async def deny(self, caller: Caller, request: a.RequestDeny) -> m.Ok:
        acting, reason = self.changes.access.giving(caller, request.token), reason_of(request.reason)
        now = self.changes.clock.read()
        player, event = self._open(request.id, now)
        self._answered(player, replace(event, answer=_by(acting, now, reason, approved=False)), now)
        return m.Ok()

    def wanted(self, player: RuledPlayer) -> int | None:
        """How many milliseconds the player asked for last. None: nothing is open that gives time."""
        event = self._last_of_time(player, self.changes.clock.read())
        return None if event is None else event.ms

    def approve_open(self, player: RuledPlayer, most: int, acting: Acting) -> m.GrantAnswer | None:
        """Approves the time that was asked for last, at most so many milliseconds. None: none was asked for. ApiError."""
        now = self.changes.clock.read()
        event = self._last_of_time(player, now)
        if event is None:
            return None
        return self._approve(player, replace(event, ms=min(event.ms, most)), acting, "", now, None)

    def _last_of_time(self, player: RuledPlayer, now: Reading) -> RequestEvent | None:
        """Whoever tells a code names minutes: it lets nothing through for good, and is not lost on what no answer helps."""
        looks = self.changes.outlooks(now)
        today = self.requests.today(looks.people.zone, now.wall)
        mine = (event for event in reversed(today) if event.player == player.id and event.answer is None)
        return next((event for event in mine if _gives_time(player, event, looks)), None)

    def _open(
        self, id_: str, now: Reading, may: Callable[[RequestEvent], bool] = lambda _: True
    ) -> tuple[RuledPlayer, RequestEvent]:
        """Who asked, and for what, of those that the caller `may` know. ApiError: nobody, not today, or it was answered."""
        people, event = self.changes.access.people(), self.requests.meant(id_)
        player = None if event is None else people.by_id(event.player)
        if event is None or player is None or not may(event):
            raise ApiError("bad-input", msg("no request {id}; see {command}", id=typed(id_), command=_LIST))
        if event.answer is not None:
            said = {"id": event.id, "who": event.answer.who}
            if event.answer.by == "player":
                raise ApiError("refused", msg("{id} was taken back by whoever asked", **said))
            if event.answer.approved:
                raise ApiError("refused", msg("{who} said yes to {id} before", **said))
            said["command"] = all_the_same(event)
            raise ApiError("refused", msg("{who} said no to {id} before; to allow it all the same: {command}", **said))
        if event not in self.requests.today(people.zone, now.wall):
            raise ApiError("refused", msg("{id} was for another day, and is gone", id=event.id))
        return player, event

    def _approve(
        self, player: RuledPlayer, event: RequestEvent, acting: Acting, reason: str, now: Reading, ms: int | None
    ) -> m.GrantAnswer:
        """Lets the game or program through, where that is what is in the way; gives time where it is not, or `ms` say so."""
        looks, game = self.changes.outlooks(now), None if event.game is None else self.changes.access.game(event.game)
        let = event.program is not None or self._lets(player, game, looks) or not event.ms
        if event.program is not None and ms is not None:
            raise ApiError("bad-input", msg("a program is let through without minutes"))
        _fits(player, event.program)
        if let and not looks.people.registered(player):
            command = "player set guest --allow-program …" if event.program else f"game allow guest {event.game}"
            raise ApiError("refused", msg("nothing is let through for one unregistered customer alone; for all: {command}",
                                          command=f"giochoi {command}"))  # fmt: skip
        grant = None
        if not let or ms is not None:
            grant = GrantEvent(
                id=new_id(), player=player.id, by=acting.by, who=acting.who, ms=event.ms if ms is None else ms,
                game=event.game, given=now.wall, reason=reason or event.reason, request=event.id,
                guardian=acting.guardian, how=acting.how,
            )  # fmt: skip
        answer = replace(_by(acting, now, reason), let=let)
        if grant is not None:
            answer = replace(answer, ms=grant.ms, grant=grant.id)
        before = looks.standing(player, game)
        self._answered(player, replace(self.requests.find(event.id) or event, answer=answer), now, grant)
        if let:
            self.rosters.again()
            self.changes.heart.changed()
            looks = self.changes.outlooks(now)
            player = looks.people.by_id(player.id) or player
        return self._follows(event, player, game, looks, grant, before, let=let)

    def _follows(
        self, event: RequestEvent, player: RuledPlayer, game: Game | None, looks: Outlooks, grant: GrantEvent | None,
        before: Standing, *, let: bool,
    ) -> m.GrantAnswer:
        if grant is not None:
            said = of_grant(looks, player, game, grant, before)
        else:
            said = told(looks, None, player, game, before)
            said = replace(said, still=game is not None and said.after.verdict != "allow")
        title = event.program.name if event.program else game.title if game else None
        return replace(said, let=title if let else None)

    def _lets(self, player: RuledPlayer, game: Game | None, looks: Outlooks) -> bool:
        """ApiError: it stays refused whatever is answered."""
        if game is None:
            return False
        ruling = looks.ruling(player, game)
        if (rule := for_good(ruling)) is not None:
            why: dict[str, Arg] = {"why": rule.reason.text, "cite": rule.reason.cite}
            raise ApiError("refused", msg("nothing changed: let through or not, it stays refused: {why} [{cite}]", **why))
        return lets(ruling)

    # --- what is written

    def _answered(self, player: RuledPlayer, event: RequestEvent, now: Reading, grant: GrantEvent | None = None) -> None:
        part = self._part(player, event, self.changes.outlooks(now))
        self._change(events.Asked(player, event, part, now), grant)

    def _change(self, event: events.Asked, grant: GrantEvent | None = None) -> None:
        """Makes it hold, with the time that it gives. ApiError."""

        def keep() -> None:
            self.requests.keep(event.event)
            if grant is not None:
                self.grants.keep(grant)

        lines: list[events.Event] = [event]
        if grant is not None:  # before the answer that names it
            lines.insert(0, events.GrantGiven(event.player, grant, event.now))
        self.changes.make(lines, keep, (event,))


def _gives_time(player: RuledPlayer, event: RequestEvent, looks: Outlooks) -> bool:
    if event.game is None:
        return event.program is None
    game = looks.people.catalogue.games.get(event.game)
    ruling = None if game is None else looks.ruling(player, game)
    return event.ms > 0 and ruling is not None and for_good(ruling) is None and not lets(ruling)


def _fits(player: RuledPlayer, program: LetProgram | None) -> None:
    """ApiError: the agent would not enter it."""
    let = player.registered.programs
    if program is not None and len(let) >= MOST_PROGRAMS and all(one.sha256 != program.sha256 for one in let):
        name = player.registered.name
        raise ApiError("refused", msg("more than {n} programs are let through for {name}: take some back first",
                                      n=MOST_PROGRAMS, name=name))  # fmt: skip


def _by(acting: Acting, now: Reading, reason: str, *, approved: bool = True) -> RequestAnswer:
    return RequestAnswer(
        approved=approved, by=acting.by, who=acting.who, guardian=acting.guardian, how=acting.how, at=now.wall, reason=reason
    )


def _told(answer: RequestAnswer) -> a.Answer:
    return a.Answer(approved=answer.approved, who=answer.who, at=answer.at, ms=answer.ms, reason=answer.reason,
                    withdrawn=answer.by == "player")  # fmt: skip


def _about(game: str | None, program: LetProgram | None) -> tuple[str | None, str | None]:
    return game, None if program is None else program.sha256
