"""The daemon's local API as one table: name -> (request, role, handler). Roles give commands; who is limited says the
mapping.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import date, timedelta
from typing import Protocol

from agent.api.messages import GrantEvent
from daemon import events, grants
from daemon.api import messages as m
from daemon.reporting import doctor
from daemon.reporting.views import Views
from daemon.seat import Parts, Seat
from daemon.sessions import People, Subject
from daemon.store import Unwritable
from host import VERSION
from host.api import SYSTEM_USERS, UserId
from host.rpc import Route, table
from host.transport import Caller
from host.wire import ApiError
from rules.calendar import calendar, day_name, rfc3339
from rules.games import Game

SYNC_S = 10.0
MAX_REASON = 500
MAX_GRANT_MS = 24 * 3_600_000


class Line(Protocol):
    """What the handlers need of daemon.uplink."""

    reachable: bool

    async def holds(self, number: int, timeout: float) -> bool: ...

    async def delivered(self, timeout: float) -> bool: ...


class Handlers:
    """One method a request."""

    def __init__(
        self, seat: Seat, parts: Parts, line: Line, repin: doctor.Repin, own_uid: UserId, *, gate: bool = True
    ) -> None:
        self._seat = seat
        self._parts = parts
        self._line = line
        self._repin = repin
        self._own_uid = own_uid
        self._gate = gate

    def table(self) -> Mapping[str, Route]:
        return table(
            Route(m.StatusGet, "any", self.status),
            Route(m.WhyGet, "any", self.why),
            Route(m.UsageGet, "any", self.usage),
            Route(m.DoctorGet, "any", self.doctor),
            Route(m.GrantAdd, "guardian", self.grant_add),
            Route(m.GrantsGet, "guardian", self.grant_list),
            Route(m.GrantRevoke, "guardian", self.grant_revoke),
            Route(m.Sync, "any", self.sync),
            Route(m.Watch, "any", self.watch),
            Route(m.Shown, "any", self.shown),
        )

    def roles(self, caller: Caller) -> frozenset[str]:
        people = self._parts.people
        accounts = set() if people is None else {one.account for one in people.roster.guardians}
        guardian = caller.uid in {*SYSTEM_USERS, self._own_uid} or caller.admin or caller.account in accounts
        return frozenset({"any", "guardian"} if guardian else {"any"})

    # --- reading ------------------------------------------------------------------------------------------------------

    def _people(self) -> People:
        if self._parts.people is None:
            raise ApiError(
                "unavailable", "chưa có danh sách từ đại lý; hãy chạy giochoi-agent / no roster yet; start giochoi-agent"
            )
        return self._parts.people

    def _only(self, caller: Caller) -> Subject | None:
        """None: may see everybody. Else the one that the caller plays as."""
        if "guardian" in self.roles(caller):
            return None
        own = self._people().subject(caller.account)
        if own is None:
            raise ApiError("refused", "tài khoản này không gắn với người chơi nào / this account is no player's")
        return own

    def _views(self, people: People) -> Views:
        return Views(people, self._parts.plays, self._parts.judge, self._parts.loop.read())

    async def status(self, caller: Caller, request: m.StatusGet) -> m.Status:
        parts = self._parts
        people = parts.people
        zone = "Asia/Ho_Chi_Minh" if people is None else people.zone
        issues = tuple(m.Issue(id=one.id, since=rfc3339(one.since, zone), text=one.text) for one in parts.health.open())
        head = parts.trust.checkpoint
        seen = parts.trust.checkpoint_wall
        return m.Status(
            daemon=m.DaemonPart(
                version=VERSION,
                since=rfc3339(parts.since, zone),
                watch=parts.platform.watcher.kind,
                issues=issues,
                roster=-1 if parts.trust.roster is None else parts.trust.roster.number,
            ),
            agent=m.AgentPart(
                reachable=self._line.reachable,
                unsent=parts.recorder.journal.unsent() + parts.recorder.waiting,
                checkpoint=None if head is None else m.CheckpointPart(size=head.size, time=rfc3339(seen, zone)),
            ),
            place="home" if people is None else people.place,
            players=() if people is None else self._views(people).players(self._only(caller)),
        )

    async def why(self, caller: Caller, request: m.WhyGet) -> m.Why:
        people = self._people()
        only = self._only(caller)
        subject = self._find(request.player) if only is None else self._own(only, request.player)
        game = None if request.game is None else self._game(request.game)
        return self._views(people).why(subject, game)

    async def usage(self, caller: Caller, request: m.UsageGet) -> m.Usage:
        people, only = self._people(), self._only(caller)
        try:
            today = day_name(people.zone, self._parts.loop.read().wall)
            day = today if request.day is None else date.fromisoformat(request.day)
            since = calendar(people.zone).start(day - timedelta(days=1))
        except (ValueError, OverflowError):
            raise ApiError("bad-input", f"--day {request.day}: viết dạng / write it as YYYY-MM-DD") from None
        return self._views(people).usage(day, self._parts.store.plays(since), only)

    async def doctor(self, caller: Caller, request: m.DoctorGet) -> m.Doctor:
        if request.repair:
            if "guardian" not in self.roles(caller):
                raise ApiError("refused", "sửa chữa: chỉ dành cho người giám hộ / repair: only for a guardian")
            await doctor.repair(self._seat, self._parts, self._repin, request.agent_key)
        return m.Doctor(
            checks=doctor.checks(
                self._parts,
                reachable=self._line.reachable,
                everybody="guardian" in self.roles(caller),
                gate=self._gate,
                root=self._own_uid in SYSTEM_USERS,
            )
        )

    # --- changing -----------------------------------------------------------------------------------------------------

    async def grant_add(self, caller: Caller, request: m.GrantAdd) -> m.GrantAdded:
        subject = self._find(request.player)
        if not 0 < request.ms <= MAX_GRANT_MS:
            raise ApiError("bad-input", "số phút phải lớn hơn 0 và không quá 1440 / minutes must be above 0 and at most 1440")
        if len(request.reason) > MAX_REASON:
            raise ApiError("bad-input", f"lý do dài quá {MAX_REASON} ký tự / the reason is longer than {MAX_REASON} characters")
        if request.game is not None:
            self._game(request.game)
        now = self._parts.loop.read()
        event = GrantEvent(
            id=grants.new_id(),
            player=subject.id,
            by="guardian",
            who=caller.account,
            ms=request.ms,
            game=request.game,
            given=now.wall,
            reason=request.reason,
        )
        self._change(event, events.GrantGiven(subject, event, now))
        return m.GrantAdded(id=event.id)

    async def grant_list(self, caller: Caller, request: m.GrantsGet) -> m.Grants:
        return m.Grants(grants=self._parts.grants.all())

    async def grant_revoke(self, caller: Caller, request: m.GrantRevoke) -> m.Ok:
        known = {event.id: event for event in self._parts.grants.all()}
        if request.id not in known:
            raise ApiError(
                "bad-input",
                f"không có gia hạn {request.id}; xem `giochoi grants` / no grant {request.id}; see `giochoi grants`",
            )
        now = self._parts.loop.read()
        event = known[request.id]
        if event.revoked is None:
            revoked = grants.revoked(event, now.wall)
            self._change(revoked, events.GrantRevoked(self._people().by_id(event.player), revoked, now))
        return m.Ok()

    def _change(self, grant: GrantEvent, event: events.GrantGiven | events.GrantRevoked) -> None:
        """Durable with its entry, or not at all; in force when this returns."""
        parts = self._parts
        try:
            parts.recorder.at_once(parts.recorder.with_entry(event, lambda: parts.grants.give(grant)))
        except Unwritable as error:
            parts.grants.reload()
            raise ApiError(
                "unavailable", f"không ghi được, không thay đổi gì / cannot be written, nothing changed: {error}"
            ) from None
        parts.publisher.show(event)
        parts.loop.changed()
        self._seat.beat()
        parts.wake.set()

    async def sync(self, caller: Caller, request: m.Sync) -> m.Synced:
        """A number of 0 asks only that what waits here goes up to the agent."""
        if request.number <= 0:
            if not await self._line.delivered(SYNC_S):
                raise ApiError("unavailable", "chưa gửi hết cho đại lý / not everything has reached the agent")
        elif not await self._line.holds(request.number, SYNC_S):
            raise ApiError("unavailable", "trình giám sát chưa nhận được thay đổi / the daemon has not received the change yet")
        roster = self._parts.trust.roster
        return m.Synced(number=-1 if roster is None else roster.number)

    # --- displays -----------------------------------------------------------------------------------------------------

    async def watch(self, caller: Caller, request: m.Watch) -> AsyncIterator[m.Signal]:
        guardian = "guardian" in self.roles(caller)
        async for signal in self._parts.publisher.watch(caller.account, guardian=guardian):
            yield signal

    async def shown(self, caller: Caller, request: m.Shown) -> m.Ok:
        if not self._parts.publisher.got(request.number, caller.account):
            raise ApiError("refused", "không phải tín hiệu của tài khoản này / no signal of this account's")
        self._parts.teller.shown(request.number)
        return m.Ok()

    # --- names --------------------------------------------------------------------------------------------------------

    def _find(self, name: str) -> Subject:
        subject = self._people().find(name)
        if subject is None:
            known = ", ".join(one.id for one in self._people().players) or "-"
            raise ApiError("not-found", f"không có người chơi {name!r}; có / no player {name!r}; there are: {known}, guest")
        return subject

    def _own(self, only: Subject, name: str) -> Subject:
        """Whoever may see only one is not told who else there is."""
        if self._people().find(name) is not only:
            raise ApiError("refused", "chỉ xem được của chính mình / only your own")
        return only

    def _game(self, id_: str) -> Game:
        game = self._people().catalogue.games.get(id_)
        if game is None:
            raise ApiError(
                "not-found", f"không có trò chơi {id_!r}; xem `giochoi game list` / no game {id_!r}; see `giochoi game list`"
            )
        return game
