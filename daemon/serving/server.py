"""The daemon's local API: its table, and the answers that need little: doctor, sync, displays."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from daemon.api import asking as a
from daemon.api import messages as m
from daemon.api.messages import PlayedGet, ProgramsGet, RulesGet
from daemon.reporting.announce import Announcer
from daemon.reporting.doctor import Doctor
from daemon.reporting.publisher import Publisher
from daemon.roster import Trust
from daemon.running.repair import Repair
from daemon.serving.access import Access
from daemon.serving.grant_handlers import GrantHandlers
from daemon.serving.override_handlers import OverrideHandlers
from daemon.serving.proof_handlers import ProofHandlers
from daemon.serving.read_handlers import ReadHandlers
from daemon.serving.request_handlers import RequestHandlers
from daemon.uplink import Uplink
from host.rpc import Route, table
from host.transport import Caller
from host.wire import ApiError
from i18n.message import msg

SYNC_S = 10.0


def routes(
    read: ReadHandlers, grant: GrantHandlers, request: RequestHandlers, proof: ProofHandlers, override: OverrideHandlers,
    other: OtherHandlers,
) -> Mapping[str, Route]:
    """Name -> (request, role, handler). Where a guardian may act at somebody else's account, the handler asks who acts."""
    return table(
        Route(m.StatusGet, "any", read.status),
        Route(m.WhyGet, "any", read.why),
        Route(RulesGet, "any", read.rules),
        Route(m.UsageGet, "any", read.usage),
        Route(PlayedGet, "guardian", read.played),
        Route(ProgramsGet, "any", read.programs),
        Route(m.DoctorGet, "any", other.doctor),
        Route(m.GrantAdd, "any", grant.add),
        Route(m.GrantExtend, "any", grant.extend),
        Route(m.GrantsGet, "any", grant.list),
        Route(m.GrantRevoke, "any", grant.revoke),
        Route(a.RequestAdd, "any", request.add),
        Route(a.RequestsGet, "any", request.list),
        Route(a.RequestApprove, "any", request.approve),
        Route(a.RequestDeny, "any", request.deny),
        Route(a.RequestWithdraw, "any", request.withdraw),
        Route(a.Pause, "any", override.pause),
        Route(a.Resume, "any", override.resume),
        Route(a.Off, "guardian", override.off),
        Route(a.Prove, "any", proof.prove),
        Route(a.GuardianLeave, "any", proof.leave),
        Route(a.CodeUse, "any", proof.code),
        Route(a.MeGet, "any", proof.me),
        Route(m.Sync, "any", other.sync),
        Route(m.Watch, "any", other.watch),
        Route(m.Shown, "any", other.shown),
    )


@dataclass(frozen=True, slots=True, eq=False)
class OtherHandlers:
    """Doctor, what comes from the agent or goes to it, and whoever shows things to an account."""

    access: Access
    checks: Doctor
    repair: Repair
    trust: Trust
    uplink: Uplink
    publisher: Publisher
    announcer: Announcer

    async def doctor(self, caller: Caller, request: m.DoctorGet) -> m.Doctor:
        """Is everything enforced that should be? A guardian may mend."""
        guardian = self.access.guardian(caller)
        if request.repair:
            if not guardian:
                raise ApiError("refused", msg("only a guardian may repair"))
            self.repair.mend(request.agent_key)
        people = self.access.in_force.people
        place, zone = ("", "") if people is None else (people.place, people.zone)
        checks, file_systems = self.checks.checks(everybody=guardian), self.checks.file_systems()
        return m.Doctor(checks=checks, file_systems=file_systems, place=place, zone=zone)

    async def sync(self, caller: Caller, request: m.Sync) -> m.Synced:
        """A number of 0 asks only that what waits here goes up to the agent, for a guardian at once: a child that asked again
        and again would have each entry sealed by itself.
        """
        if request.number <= 0:
            if not await self.uplink.delivered(SYNC_S, at_once=self.access.guardian(caller)):
                raise ApiError("unavailable", msg("not everything has reached the agent yet"))
        elif not await self.uplink.holds(request.number, SYNC_S):
            raise ApiError("unavailable", msg("the daemon has not received the change yet"))
        roster = self.trust.roster
        return m.Synced(number=-1 if roster is None else roster.number)

    async def watch(self, caller: Caller, request: m.Watch) -> AsyncIterator[m.Signal]:
        async for signal in self.publisher.watch(caller.account, guardian=lambda: self.access.guardian(caller)):
            yield signal

    async def shown(self, caller: Caller, request: m.Shown) -> m.Ok:
        if not self.publisher.got(request.number, caller.account):
            raise ApiError("refused", msg("not a signal of this account"))
        self.announcer.shown(request.number, caller.account, request.how)
        return m.Ok()
