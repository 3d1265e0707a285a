"""Pauses, and that nothing is enforced: durable with its entry, or not at all; in force when the answer comes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from msgspec import structs

from daemon import events
from daemon.api import asking as a
from daemon.deciding.outlook import Outlooks, outlook
from daemon.deciding.overrides import OffEvent, Overrides, PauseEvent
from daemon.grants import new_id
from daemon.serving.access import Acting
from daemon.serving.changes import Changes
from daemon.serving.giving import reason_of
from daemon.sessions import RuledPlayer
from daemon.trusted import Reading
from host.transport import Caller
from host.wire import ApiError
from i18n.message import Moment, msg
from rules.calendar import DAY_MS

MAX_PAUSE_MS: Final = 366 * DAY_MS  # no decision looks further
MAX_OFF_MS: Final = DAY_MS


@dataclass(frozen=True, slots=True, eq=False)
class OverrideHandlers:
    changes: Changes
    overrides: Overrides

    async def pause(self, caller: Caller, request: a.Pause) -> a.Paused:
        """Takes the place of the pause that was made before for the same player, or for all."""
        acting, now = self.changes.access.acting(caller, request.token), self.changes.clock.read()
        player, reason = self._meant(request.player), reason_of(request.reason)
        self._check(request.until, now)
        id_ = None if player is None else player.id
        before = [one for one in self.overrides.pauses if one.player == id_]
        others = tuple(one for one in self.overrides.pauses if one.player != id_)
        if [(one.until, one.but) for one in before] == [(request.until, ())]:
            return self._paused(player, now, changed=False, this=before[0])
        event = PauseEvent(
            id=new_id(), player=id_, who=acting.who, at=now.wall, until=request.until, reason=reason, how=acting.how,
            guardian=acting.guardian,
        )  # fmt: skip
        over = [events.PlayResumed(player, one, acting.who, now, acting.how) for one in before]
        begun, pauses = events.PlayPaused(player, event, now), (*others, event)
        self.changes.make((*over, begun), lambda: self.overrides.keep_pauses(pauses), (begun,))
        instead = next((a.Replaced(until=one.until) for one in before), None)
        return structs.replace(self._paused(player, now, this=event), instead=instead)

    async def resume(self, caller: Caller, request: a.Resume) -> a.Paused:
        acting, now = self.changes.access.acting(caller, request.token), self.changes.clock.read()
        player = self._meant(request.player)
        over = self.overrides.pauses if player is None else tuple(self.overrides.of(player))
        if over:
            left = tuple(self._left(over, player))
            said = tuple(self._taken_back(over, player, acting, now))
            once = {event.player: event for event in said}  # who had two pauses is told once
            self.changes.make(said, lambda: self.overrides.keep_pauses(left), once.values())
        return self._paused(player, now, changed=bool(over))

    def _left(self, over: Collection[PauseEvent], player: RuledPlayer | None) -> Iterator[PauseEvent]:
        """The pauses that are left when these are taken back, for the player or (None) for whomever they were made."""
        for pause in self.overrides.pauses:
            if pause not in over:
                yield pause
            elif player is not None and pause.player is None:
                yield structs.replace(pause, but=(*pause.but, player.id))

    def _taken_back(
        self, over: Iterable[PauseEvent], player: RuledPlayer | None, acting: Acting, now: Reading
    ) -> Iterator[events.PlayResumed]:
        for pause in over:
            whose = self.changes.access.people().by_id(pause.player) if player is None and pause.player is not None else player
            yield events.PlayResumed(whose, pause, acting.who, now, acting.how)

    async def off(self, caller: Caller, request: a.Off) -> a.OffAnswer:
        now, people, known = self.changes.clock.read(), self.changes.access.people(), self.overrides.off
        who = self.changes.access.acting(caller, "").who
        if request.ms == 0:
            return self._on(who, known, now)
        if people.place != "home":
            raise ApiError("refused", msg("here the law has to be enforced: this is no home"))
        if not 0 < request.ms <= MAX_OFF_MS:
            raise ApiError("bad-input", msg("minutes must be from 0 to 1440"))
        if not (reason := reason_of(request.reason)):
            raise ApiError("bad-input", msg("say why: {option}", option="--reason"))
        if max(now.walls) > now.wall:  # by one of both readings it would be over at once, or too soon
            raise ApiError(
                "refused",
                msg("nothing changed: the PC's clock was set, or had lost the time; see that date and time are right, "
                    "then run {command}",
                    command="giochoi doctor --repair"),
            )  # fmt: skip
        event = OffEvent(
            id=new_id(), who=who, reason=reason, at=now.wall, until=now.wall + request.ms, boot=now.boot,
            elapsed=now.elapsed + request.ms,
        )  # fmt: skip
        over = () if known is None else (events.EnforcementOn(known, who, now),)
        self._set_off((*over, events.EnforcementOff(event, now)), event)
        return a.OffAnswer(until=event.until, zone=people.zone)

    def _on(self, who: str, known: OffEvent | None, now: Reading) -> a.OffAnswer:
        if known is not None:
            self._set_off((events.EnforcementOn(known, who, now),), None)
        return a.OffAnswer(until=None, zone=self.changes.access.people().zone, changed=known is not None)

    def _set_off(self, said: Sequence[events.EnforcementOff | events.EnforcementOn], off: OffEvent | None) -> None:
        self.changes.make(said, lambda: self.overrides.keep_off(off))

    def _meant(self, name: str | None) -> RuledPlayer | None:
        """ApiError."""
        self.changes.access.people()
        return None if name is None else self.changes.access.player(name)

    def _check(self, until: int | None, now: Reading) -> None:
        """ApiError."""
        if until is not None and until <= now.wall:
            zone = self.changes.access.people().zone
            times = {"then": Moment(until, zone), "now": Moment(now.wall, zone)}
            raise ApiError("bad-input", msg("{then} is past: it is {now} here", **times))
        if until is not None and until > now.wall + MAX_PAUSE_MS:
            raise ApiError("bad-input", msg("a pause is at most a year long"))

    # --- answers ----------------------------------------------------------------------------------------------------------

    def _paused(
        self, player: RuledPlayer | None, now: Reading, *, changed: bool = True, this: PauseEvent | None = None
    ) -> a.Paused:
        people = self.changes.access.people()
        meant = (*people.players, people.guest) if player is None else (player,)
        return a.Paused(players=tuple(self._parts(meant, self.changes.outlooks(now), this)), zone=people.zone, changed=changed)

    def _parts(
        self, players: tuple[RuledPlayer, ...], looks: Outlooks, this: PauseEvent | None
    ) -> Iterator[a.PausedPart]:
        for player in players:
            pause, game = self.overrides.pause(player), looks.about(player, None)
            until = None if pause is None else pause.until
            yield a.PausedPart(
                id=player.id, name=player.registered.name, paused=pause is not None, until=until,
                game=None if game is None else game.id, after=outlook(looks.decision(player, game)),
                longer=pause is not None and this is not None and pause.id != this.id and pause.until != this.until,
                title="" if game is None else game.title,
            )  # fmt: skip
