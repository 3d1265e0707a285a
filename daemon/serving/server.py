"""The daemon's local API: its table, and the answers that need little: doctor, sync, displays."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Protocol

from daemon.api import messages as m
from daemon.reporting.announce import Announcer
from daemon.reporting.doctor import Doctor
from daemon.reporting.publisher import Publisher
from daemon.roster import Trust
from daemon.running.repair import Repair
from daemon.serving.access import Access
from daemon.serving.grant_handlers import GrantHandlers
from daemon.serving.read_handlers import ReadHandlers
from host.rpc import Route, table
from host.transport import Caller
from host.wire import ApiError
from i18n.message import msg

SYNC_S = 10.0


def routes(
    read: ReadHandlers, grant: GrantHandlers, doctor: DoctorHandler, sync: SyncHandler, displays: DisplayHandlers
) -> Mapping[str, Route]:
    """Name -> (request, role, handler)."""
    return table(
        Route(m.StatusGet, "any", read.status),
        Route(m.WhyGet, "any", read.why),
        Route(m.UsageGet, "any", read.usage),
        Route(m.DoctorGet, "any", doctor.doctor),
        Route(m.GrantAdd, "guardian", grant.add),
        Route(m.GrantsGet, "guardian", grant.list),
        Route(m.GrantRevoke, "guardian", grant.revoke),
        Route(m.Sync, "any", sync.sync),
        Route(m.Watch, "any", displays.watch),
        Route(m.Shown, "any", displays.shown),
    )


class DoctorHandler:
    """Is everything enforced that should be? A guardian may mend."""

    def __init__(self, access: Access, doctor: Doctor, repair: Repair) -> None:
        self._access = access
        self._doctor = doctor
        self._repair = repair

    async def doctor(self, caller: Caller, request: m.DoctorGet) -> m.Doctor:
        guardian = self._access.guardian(caller)
        if request.repair:
            if not guardian:
                raise ApiError("refused", msg("only a guardian may repair"))
            self._repair.mend(request.agent_key)
        return m.Doctor(checks=self._doctor.checks(everybody=guardian))


class Line(Protocol):
    """What is asked of daemon.uplink."""

    async def holds(self, number: int, timeout: float) -> bool: ...

    async def delivered(self, timeout: float) -> bool: ...


class SyncHandler:
    """Waits for what comes from the agent, or goes to it."""

    def __init__(self, trust: Trust, line: Line) -> None:
        self._trust = trust
        self._line = line

    async def sync(self, caller: Caller, request: m.Sync) -> m.Synced:
        """A number of 0 asks only that what waits here goes up to the agent."""
        if request.number <= 0:
            if not await self._line.delivered(SYNC_S):
                raise ApiError("unavailable", msg("not everything has reached the agent yet"))
        elif not await self._line.holds(request.number, SYNC_S):
            raise ApiError("unavailable", msg("the daemon has not received the change yet"))
        roster = self._trust.roster
        return m.Synced(number=-1 if roster is None else roster.number)


class DisplayHandlers:
    """Whoever shows things to an account."""

    def __init__(self, access: Access, publisher: Publisher, announcer: Announcer) -> None:
        self._access = access
        self._publisher = publisher
        self._announcer = announcer

    async def watch(self, caller: Caller, request: m.Watch) -> AsyncIterator[m.Signal]:
        async for signal in self._publisher.watch(caller.account, guardian=self._access.guardian(caller)):
            yield signal

    async def shown(self, caller: Caller, request: m.Shown) -> m.Ok:
        if not self._publisher.got(request.number, caller.account):
            raise ApiError("refused", msg("not a signal of this account"))
        self._announcer.shown(request.number)
        return m.Ok()
