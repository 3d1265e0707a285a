"""Answers that change nothing: status, why, rules, usage, unknown programs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from daemon.api import messages as m
from daemon.api.messages import PlayedAnswer, PlayedGet, ProgramsAnswer, ProgramsGet, RulesGet, RulesInForce
from daemon.reporting.doctor import DaemonStatus, expired
from daemon.reporting.views import Views
from daemon.serving.access import Access
from daemon.sessions import InForce, People
from daemon.store import Store
from daemon.storing.rows import ListedRow
from host.transport import Caller
from host.wire import ApiError
from i18n.message import msg
from rules.calendar import calendar

_WEEK = timedelta(days=7)
_FIRST, _LAST = date(1971, 1, 1), date(9998, 12, 31)  # moments count from 1970, calendars end, and the days beside are needed
_ZONE = "Asia/Ho_Chi_Minh"  # until a roster names one


@dataclass(frozen=True, slots=True, eq=False)
class ReadHandlers:
    """`views` are made of the present moment; `listed` are the unknown programs of a day (ISO date), up to now."""

    access: Access
    in_force: InForce
    about_daemon: DaemonStatus
    store: Store
    views: Callable[[People], Views]
    listed: Callable[[str], tuple[ListedRow, ...]]

    async def status(self, caller: Caller, request: m.StatusGet) -> m.Status:
        people = self.in_force.people
        zone = _ZONE if people is None else people.zone
        views = None if people is None else self.views(people)
        return m.Status(
            daemon=self.about_daemon.daemon(zone),
            agent=self.about_daemon.agent(zone),
            place="home" if people is None else people.place,
            players=() if views is None else views.players(self.access.only(caller)),
            expired=None if people is None or views is None else expired(people, views.today),
        )

    async def why(self, caller: Caller, request: m.WhyGet) -> m.Why:
        player = self.access.visible(caller, request.player)
        game = None if request.game is None else self.access.game(request.game)
        return self.views(self.access.people()).why(player, game)

    async def rules(self, caller: Caller, request: RulesGet) -> RulesInForce:
        return self.views(self.access.people()).rules(self.access.visible(caller, request.player))

    async def usage(self, caller: Caller, request: m.UsageGet) -> m.Usage:
        people, only = self.access.people(), self.access.only(caller)
        views = self.views(people)
        day = views.today if request.day is None else _day(request.day)
        since = calendar(people.zone).start(day - timedelta(days=1))
        return views.usage(day, self.store.plays(since), only)

    async def programs(self, caller: Caller, request: ProgramsGet) -> ProgramsAnswer:
        views, only = self.views(self.access.people()), self.access.only(caller)
        day = views.today if request.day is None else _day(request.day)
        return views.programs(day, self.listed(day.isoformat()), only)

    async def played(self, caller: Caller, request: PlayedGet) -> PlayedAnswer:
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
