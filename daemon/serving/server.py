"""The daemon's local API: its table, the answers that change nothing, and doctor, sync and displays."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from daemon.api import asking as a
from daemon.api import messages as m
from daemon.reporting.announce import Announcer
from daemon.reporting.doctor import Doctor, expired
from daemon.reporting.publisher import Publisher
from daemon.reporting.views import Views
from daemon.roster import Trust
from daemon.running.repair import Repair
from daemon.serving.access import Access
from daemon.serving.grant_handlers import GrantHandlers
from daemon.serving.override_handlers import OverrideHandlers
from daemon.serving.proof_handlers import ProofHandlers
from daemon.serving.request_handlers import RequestHandlers
from daemon.sessions import GUEST, InForce, People
from daemon.store import Store
from daemon.storing.rows import ListedRow
from daemon.uplink import Uplink
from host.rpc import Route, table
from host.transport import Caller
from host.wire import ApiError
from i18n.message import msg
from rules.calendar import calendar

SYNC_S = 10.0


def routes(
    read: ReadHandlers, grant: GrantHandlers, request: RequestHandlers, proof: ProofHandlers, override: OverrideHandlers,
    other: OtherHandlers,
) -> Mapping[str, Route]:
    """Name -> (request, role, handler). Where a guardian may act at somebody else's account, the handler asks who acts."""
    return table(
        Route(m.StatusGet, "any", read.status),
        Route(m.WhyGet, "any", read.why),
        Route(m.RulesGet, "any", read.rules),
        Route(m.UsageGet, "any", read.usage),
        Route(m.PlayedGet, "guardian", read.played),
        Route(m.ProgramsGet, "any", read.programs),
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


_WEEK = timedelta(days=7)
_FIRST, _LAST = date(1971, 1, 1), date(9998, 12, 31)  # moments count from 1970, calendars end, and the days beside are needed
_ZONE = "Asia/Ho_Chi_Minh"  # until a roster names one


@dataclass(frozen=True, slots=True, eq=False)
class ReadHandlers:
    """`views` are made of the present moment; `listed` are the unknown programs of a day (ISO date), up to now."""

    access: Access
    in_force: InForce
    checks: Doctor
    store: Store
    views: Callable[[People], Views]
    listed: Callable[[str], tuple[ListedRow, ...]]

    async def status(self, caller: Caller, request: m.StatusGet) -> m.Status:
        people = self.in_force.people
        zone = _ZONE if people is None else people.zone
        views, only = None if people is None else self.views(people), None if people is None else self.access.only(caller)
        return m.Status(
            daemon=self.checks.daemon(zone),
            agent=self.checks.agent(zone),
            place="home" if people is None else people.place,
            players=() if views is None else views.players(only),
            ask_counter=only is not None and only.id == GUEST and people is not None and people.roster.counter,
            expired=None if people is None or views is None else expired(people, views.today),
        )

    async def why(self, caller: Caller, request: m.WhyGet) -> m.Why:
        player = self.access.visible(caller, request.player)
        game = None if request.game is None else self.access.game(request.game)
        return self.views(self.access.people()).why(player, game)

    async def rules(self, caller: Caller, request: m.RulesGet) -> m.RulesInForce:
        return self.views(self.access.people()).rules(self.access.visible(caller, request.player))

    async def usage(self, caller: Caller, request: m.UsageGet) -> m.Usage:
        people, only = self.access.people(), self.access.only(caller)
        views = self.views(people)
        day = views.today if request.day is None else _day(request.day)
        since = calendar(people.zone).start(day - timedelta(days=1))
        return views.usage(day, self.store.plays(since), only)

    async def programs(self, caller: Caller, request: m.ProgramsGet) -> m.ProgramsAnswer:
        views, only = self.views(self.access.people()), self.access.only(caller)
        day = views.today if request.day is None else _day(request.day)
        return views.programs(day, self.listed(day.isoformat()), only)

    async def played(self, caller: Caller, request: m.PlayedGet) -> m.PlayedAnswer:
        people = self.access.people()
        views = self.views(people)
        since = calendar(people.zone).start(views.today - _WEEK)
        return views.played(request.account, since, self.store.plays(since))


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not _FIRST <= day <= _LAST:
        raise ApiError("bad-input", msg("--day {day}: write it as YYYY-MM-DD", day=text[:40]))
    return day
