"""Who proves to be a guardian at somebody else's account: by PIN, for some minutes, or by a code by telephone, once.

Tries are counted before they are looked at, durably, and one after the other: neither haste nor a restart makes them more.
"""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.api import naming
from agent.api.roster import Guardian
from daemon import events, proving
from daemon.api import asking as m
from daemon.api.messages import GrantAnswer, Ok
from daemon.platforms.api import Accounts
from daemon.platforms.pins import Pins, UncheckedError
from daemon.proving import CODE, Lockouts, Tries, mark
from daemon.serving.access import Access, Acting
from daemon.serving.changes import Changes
from daemon.serving.grant_handlers import GrantHandlers
from daemon.serving.request_handlers import RequestHandlers
from daemon.sessions import GUEST, RuledPlayer
from daemon.trusted import Reading
from host.api import SYSTEM_USERS
from host.transport import Caller
from host.wire import ApiError
from i18n.message import Length, msg
from rules.calendar import day_bounds

CODE_MS = 15 * 60_000
CEILINGS = 4  # that codes give a player on one day, at most
_LONGEST = 256


@dataclass(frozen=True, slots=True, eq=False)
class ProofHandlers:
    changes: Changes
    accounts: Accounts
    pins: Pins
    lockouts: Lockouts
    grants: GrantHandlers
    requests: RequestHandlers
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def access(self) -> Access:
        return self.changes.access

    def now(self) -> Reading:
        return self.changes.clock.read()

    async def me(self, caller: Caller, request: m.MeGet) -> m.Me:
        guardian, people = self.access.guardian(caller), self.access.in_force.people
        if people is None:
            return m.Me(account=caller.account, guardian=guardian, player=None)
        player, provers = people.player_of(caller.account), self.access.provers()
        if people.place != "home" and caller.uid not in SYSTEM_USERS:  # many cafés seat customers at administrators' accounts
            guardian = caller.account in people.guardians
        helped = people.place == "home" and (player is None or player.id != GUEST)  # as `_child` says
        return m.Me(
            account=caller.account,
            guardian=guardian,
            player=None if player is None else player.id,
            proving=tuple(one.name for one in provers if one.pin is not None),
            codes=helped and any(one.code is not None for one in provers),
            locked=None if guardian else proving.until(self._tries(caller), self.now()),
            hotline=people.roster.hotline,
        )

    async def prove(self, caller: Caller, request: m.Prove) -> m.Proved:
        guardian = naming.guardian(self.access.provers(), request.guardian)
        if guardian.pin is None:
            raise ApiError("refused", msg("{guardian} has no PIN", guardian=guardian.name))
        if len(request.pin) > _LONGEST:
            raise ApiError("bad-input", msg("a PIN has at most {most} characters", most=_LONGEST))
        async with self._turn:
            before, what = self._allowed(caller), mark(guardian.pin)
            counted = proving.wrong(before, what, self.now())
            self._keep(caller, counted)
            try:
                right = await self.pins.matches(guardian.pin, unicodedata.normalize("NFC", request.pin))
            except UncheckedError:
                self._keep(caller, before)
                raise ApiError("unavailable", msg("the PIN could not be checked; try again")) from None
            if not right:
                raise self._wrong(caller, "pin", what, before, guardian.name)
            self._keep(caller, proving.right(before, what))
        now = self.now()
        token = self.access.tokens.add(caller.uid, guardian, now.elapsed)
        return m.Proved(token=token, id=guardian.id, name=guardian.name, until=now.wall + m.PROOF_MS)

    async def leave(self, caller: Caller, request: m.GuardianLeave) -> Ok:
        self.access.tokens.forget(request.token, caller.uid)
        return Ok()

    async def code(self, caller: Caller, request: m.CodeUse) -> GrantAnswer:
        player, digits = self._child(caller, request.player), "".join(request.digits.split())
        if not (len(digits) == proving.DIGITS and digits.isascii() and digits.isdigit()):
            raise ApiError("bad-input", msg("a code has {n} digits", n=proving.DIGITS))
        if request.ms is not None and request.ms <= 0:
            raise ApiError("bad-input", msg("minutes must be more than 0 and at most 1440"))
        provers = [one for one in self.access.provers() if one.code is not None]
        if not provers:
            raise ApiError("refused", msg("no guardian has codes; first, as one: {command}", command="giochoi guardian code"))
        async with self._turn:
            before = self._allowed(caller)
            used = self._of(provers, digits, caller, before)
            guardian = used.guardian
            ms = min(request.ms or self.requests.wanted(player) or CODE_MS, guardian.ceiling)
            self._within_day(player, guardian, ms)
            self._use(caller, used, player, ms, provers, before)
        acting = Acting(guardian.name, guardian.id, "code", "guardian")
        return self.requests.approve_open(player, ms, acting) or self.grants.give(player, ms, acting)

    # --- tries ------------------------------------------------------------------------------------------------------------

    def _tries(self, caller: Caller) -> Tries:
        known = {mark(one.pin) for one in self.access.provers() if one.pin is not None}
        return self.lockouts.tries(self._whose(caller), {*known, CODE})

    def _whose(self, caller: Caller) -> str:
        """Whose tries these are. Numbers that no account has are one: of those a child may have thousands (subuid(5))."""
        return str(caller.uid) if self.accounts.exists(caller.account) else ""

    def _allowed(self, caller: Caller) -> Tries:
        """The tries so far. ApiError: it may make none now. Guardians' own accounts are never locked."""
        if self.access.guardian(caller):
            return proving.NONE
        found, now = self._tries(caller), self.now()
        until = proving.until(found, now)
        if until is not None:
            told = proving.time_of(until, now, self.access.people().zone)
            raise ApiError("refused", msg("too many wrong tries: this account may try again at {time}", time=told))
        return found

    def _keep(self, caller: Caller, now: Tries, *, event: events.PinFailed | events.CodeUsed | None = None) -> None:
        """Counts it durably, with its entry, or ApiError: nothing is looked at that could not be counted."""
        whose, counts = self._whose(caller), not self.access.guardian(caller)
        said = () if event is None else (event,)
        if counts or said:
            self.changes.record(said, lambda: self.lockouts.keep_tries(whose, now) if counts else None)

    def _wrong(self, caller: Caller, how: events.Guessed, what: str, before: Tries, guardian: str = "") -> ApiError:
        """Counts it for good, from now on; what to say."""
        now = self.now()
        counted = proving.wrong(before, what, now)
        guardians_own = self.access.guardian(caller)
        until = None if guardians_own else proving.until(counted, now)
        people = self.access.people()
        event = events.PinFailed(people.player_of(caller.account), caller.account, guardian, how, counted.total, until, now)
        self._keep(caller, counted, event=event)
        wrong = msg("the PIN is wrong") if how == "pin" else msg("the code is wrong, or over: ask for a new one")
        if guardians_own:
            return ApiError("refused", wrong)
        if until is None:
            return ApiError("refused", msg("{wrong}; tries left: {n}", wrong=wrong, n=proving.FREE - counted.total))
        told = proving.time_of(until, now, people.zone)
        return ApiError("refused", msg("{wrong}; this account may try again at {time}", wrong=wrong, time=told))

    # --- codes ------------------------------------------------------------------------------------------------------------

    def _child(self, caller: Caller, name: str) -> RuledPlayer:
        """A player of this house. Who is no guardian is not told who else there is."""
        people = self.access.people()
        if people.place != "home":
            raise ApiError("refused", msg("codes by telephone are for homes"))
        found = self.access.player(name) if self.access.guardian(caller) else people.find(name)
        if found is None or found.id == GUEST:
            raise ApiError("not-found", msg("no player '{name}' is registered", name=naming.shown(name)))
        return found

    def _of(self, provers: Sequence[Guardian], digits: str, caller: Caller, before: Tries) -> proving.Found:
        """Whose code this is, not used before. ApiError."""
        now = self.now()
        if not now.doubt.vouched:  # a code of yesterday must not come back with yesterday
            raise ApiError(
                "refused",
                msg("the PC's clock was set, or had lost the time, so no codes are taken; a guardian confirms it: {command}",
                    command="giochoi doctor --repair"),
            )  # fmt: skip
        found = proving.found(provers, digits, now.wall)
        if not found:
            raise self._wrong(caller, "code", CODE, before)
        fresh = [one for one in found if one.step > self.lockouts.step(mark(one.guardian.code or ""))]
        if not fresh:
            raise ApiError("refused", msg("this code was used already: ask for the next one"))
        return fresh[0]

    def _within_day(self, player: RuledPlayer, guardian: Guardian, ms: int) -> None:
        """ApiError: codes gave the player enough today."""
        now, zone = self.now().wall, self.access.people().zone
        start, _ = day_bounds(zone, now)
        given = sum(
            one.ms for one in self.grants.grants.all()
            if one.player == player.id and one.how == "code" and one.revoked is None and one.given >= start
        )  # fmt: skip
        most = CEILINGS * guardian.ceiling
        if given + ms > most:
            raise ApiError("refused", msg("codes gave {given} today, and give at most {most} a day",
                                          given=Length(given), most=Length(most)))  # fmt: skip

    def _use(
        self, caller: Caller, used: proving.Found, player: RuledPlayer, ms: int, provers: Sequence[Guardian], before: Tries
    ) -> None:
        """It is used, whatever comes of it. ApiError."""
        secret, known = mark(used.guardian.code or ""), {mark(one.code or "") for one in provers}
        whose, after, counts = self._whose(caller), proving.right(before, CODE), not self.access.guardian(caller)

        def change() -> None:
            self.lockouts.keep_step(secret, used.step, known)
            if counts:
                self.lockouts.keep_tries(whose, after)

        self.changes.record((events.CodeUsed(player, used.guardian.name, caller.account, ms, self.now()),), change)
