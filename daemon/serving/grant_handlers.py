"""Extra time: given, listed, taken back. Durable with its entry, or not at all; in force when the answer comes."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import structs

from agent.api.messages import GrantEvent
from daemon import events
from daemon.api import messages as m
from daemon.grants import Grants, new_id
from daemon.recording.recorder import Recorder
from daemon.reporting.publisher import Publisher
from daemon.running.heart import Heart
from daemon.serving.access import Access
from daemon.store import Unwritable
from daemon.trusted import TrustedClock
from host.transport import Caller
from host.wire import ApiError
from i18n.message import msg, said_by

MAX_REASON = 500
MAX_GRANT_MS = 24 * 3_600_000


@dataclass(frozen=True, slots=True, eq=False)
class GrantHandlers:
    access: Access
    grants: Grants
    recorder: Recorder
    publisher: Publisher
    clock: TrustedClock
    heart: Heart

    async def add(self, caller: Caller, request: m.GrantAdd) -> m.GrantAdded:
        player = self.access.player(request.player)
        if not 0 < request.ms <= MAX_GRANT_MS:
            raise ApiError("bad-input", msg("minutes must be more than 0 and at most 1440"))
        if len(request.reason) > MAX_REASON:
            raise ApiError("bad-input", msg("the reason is longer than {most} characters", most=MAX_REASON))
        game = None if request.game is None else self.access.game(request.game).id
        now = self.clock.read()
        event = GrantEvent(
            id=new_id(),
            player=player.id,
            by="guardian",
            who=caller.account,
            ms=request.ms,
            game=game,
            given=now.wall,
            reason=request.reason,
        )
        self._change(event, events.GrantGiven(player, event, now))
        return m.GrantAdded(id=event.id)

    async def list(self, caller: Caller, request: m.GrantsGet) -> m.Grants:
        return m.Grants(grants=self.grants.all())

    async def revoke(self, caller: Caller, request: m.GrantRevoke) -> m.Ok:
        known = next((event for event in self.grants.all() if event.id == request.id), None)
        if known is None:
            raise ApiError(
                "bad-input", msg("no grant {id}; see {command}", id=request.id, command="giochoi grants")
            )
        if known.revoked is None:
            now = self.clock.read()
            event = structs.replace(known, revoked=now.wall)
            self._change(event, events.GrantRevoked(self.access.people().by_id(event.player), event, now))
        return m.Ok()

    def _change(self, grant: GrantEvent, event: events.GrantGiven | events.GrantRevoked) -> None:
        try:
            self.recorder.record_at_once(event, lambda: self.grants.keep(grant))
        except Unwritable as error:
            raise ApiError("unavailable", msg("cannot be written, nothing changed: {why}", why=said_by(error))) from None
        self.grants.take(grant)
        self.publisher.show(event)
        self.heart.changed()
