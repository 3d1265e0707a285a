"""The seat's line to its agent: rosters come down, sealed batches and grants go up. Limits need none of it.

Each task forgives an agent that is away and tries again; an agent that is not the pinned one is an Issue until it is back or a
guardian has pinned the new one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from agent.api.checkins import Here
from agent.api.log import LogHead
from agent.api.manifest import MissingError
from agent.api.roster import MOST_PARTS, PartsGet, Roster, RosterGet, SignedRoster
from agent.api.seat import Alive, Enrol, Payload, PutGrants, PutRequests, Submit
from agent.api.witnessing import LogFollow
from compliance.journal import Batch
from compliance.note import Signer
from daemon.deciding.claims import Claims
from daemon.grants import Grants
from daemon.health import Health
from daemon.recording.recorder import Recorder
from daemon.requests import Requests
from daemon.roster import AgentKeys, Newer, Replaced, Retired, Trust
from daemon.store import Unwritable
from daemon.trusted import Reading
from host import VERSION
from host.files import held_open
from host.rpc_client import Talk, aask, talking
from host.transport import Unreachable
from host.wire import ApiError
from i18n.message import Arg, msg, said_by

_ISSUES = ("log-replaced", "seat-retired", "agent-refuses", "update")  # what may be wrong with an agent that answers


@dataclass(slots=True, eq=False)
class AgentHealth:
    """`newer`: whether it sent what only a newer version understands; `told` hears when it comes or goes."""

    health: Health
    newer: Callable[[], bool]
    told: Callable[[bool], None]
    reachable: bool = field(default=False, init=False)
    _wrong: dict[str, tuple[str, Arg]] = field(default_factory=dict, init=False)  # by stage: the Issue, and why

    def away(self) -> None:
        self.changed(reachable=False)
        self.health.report("agent-away", trouble=True)

    def changed(self, *, reachable: bool) -> None:
        if reachable != self.reachable:
            self.reachable = reachable
            self.told(reachable)

    def heard(self, stage: str, issue: str | None = None, why: Arg | None = None) -> None:
        """The agent answers. What one stage found wrong, another's success does not clear."""
        self.changed(reachable=True)
        self.health.report("agent-away", trouble=False)
        self._wrong.pop(stage, None)
        if issue is not None and why is not None:
            self._wrong[stage] = issue, why
        self.report()

    def report(self) -> None:
        for issue in _ISSUES:
            wrong = [why for known, why in self._wrong.values() if known == issue]
            more = issue == "update" and self.newer()
            self.health.report(issue, trouble=bool(wrong) or more, details=wrong[0] if wrong else None)


SETTLE_S = 0.5  # entries that come together go up together
RETRY_S = (*[0.2] * 5, *[0.5] * 10, 1.0, 2.0, 5.0, 15.0)  # often at first: an agent takes some seconds to start
BATCH = 200
_DEPTH = 4  # a part may name others


@dataclass(slots=True, eq=False)
class Uplink:
    """`signer` has the seat's key under the seat's name, `keys` reads the agent's published key file, `adopt` brings a roster
    into force. `work` is set when something waits to go up. `state`: how programs are watched, and ids of open Issues;
    `here`: what holds for who plays. `wake`: what is decided may be something else now.
    """

    address: str
    seat: str
    trust: Trust
    recorder: Recorder
    grants: Grants
    requests: Requests
    health: Health
    signer: Callable[[str], Signer]
    keys: Callable[[], AgentKeys]
    now: Callable[[], Reading]
    adopt: Callable[[Roster], None]
    work: asyncio.Event
    state: Callable[[], tuple[str, tuple[str, ...]]]
    here: Callable[[], Here | None]
    claims: Claims
    wake: Callable[[], None]
    agent: AgentHealth = field(init=False)
    kept: str = field(default="", init=False)  # where the agent keeps its keys, as it said last
    _advanced: asyncio.Condition = field(default_factory=asyncio.Condition, init=False)
    _enrolled: bool = field(default=False, init=False)
    _proving: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)  # one proof at a time, each from the last head
    _at_once: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _adopted: SignedRoster | None = field(default=None, init=False)
    _failed: int = field(default=-1, init=False)  # number of the list that an internal error kept from being adopted
    _poll: asyncio.Task[SignedRoster] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.agent = AgentHealth(self.health, lambda: self.trust.newer, self._reached)

    def _reached(self, reachable: bool) -> None:  # noqa: FBT001 - as it is told
        self.claims.away = not reachable
        self.wake()

    def become(self, seat: str) -> None:
        """From now on this seat has another id, under which it enrols with its agent anew."""
        self.seat = seat
        self._enrolled, self._failed = False, -1
        self.work.set()
        if self._poll is not None:
            self._poll.cancel()  # it may wait for a list that its agent, put back to an older day, will make in weeks

    async def run(self) -> None:
        """Until cancelled."""
        self.agent.report()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._forever("fetch", self._fetch))
            group.create_task(self._forever("deliver", self._deliver))
            group.create_task(self._forever("claim", self._claim))

    async def _forever(self, name: str, step: Callable[[], Awaitable[None]]) -> None:
        failures = 0
        while True:
            try:
                done = await self._try(name, step)
                self.recorder.refused.discard(name)
            except Unwritable:
                done = False
                self.recorder.refused.add(name)
            if done:
                failures = 0
                continue
            await asyncio.sleep(RETRY_S[min(failures, len(RETRY_S) - 1)])
            failures += 1

    async def _try(self, name: str, step: Callable[[], Awaitable[None]]) -> bool:
        """Whether the agent was there, the pinned one, and did its part. Unwritable: the disk did not do ours."""
        stage = "enrol"
        try:
            await self._enrol()
            self.agent.heard(stage)
            stage = name
            await step()
            self.agent.heard(stage)
        except Unreachable:
            self._enrolled = False
            self.agent.away()
        except (Replaced, Retired) as error:
            self._enrolled = False
            self.agent.heard(stage, "seat-retired" if isinstance(error, Retired) else "log-replaced", error.message)
        except Newer as error:
            self.agent.heard(stage, "update", error.message)
        except ApiError as error:
            self._enrolled = False
            if error.code == "unavailable":  # it went away in the middle of a call, or is just starting
                self.agent.away()
            else:  # what we ask is well formed: where it is no good, one of us is of another version
                self.agent.heard(stage, "update" if error.code == "bad-input" else "agent-refuses", error.message)
        else:
            return True
        return False

    async def _enrol(self) -> None:
        """At each first contact: is this the agent that was pinned? Does it know this seat?"""
        if self._enrolled:
            return
        shown = self._shown()
        self.trust.check_keys(shown)
        answer = await aask(self.address, Enrol(seat=self.seat, key=self.signer(self.seat).vkey))
        answered = AgentKeys(answer.log_key, answer.roster_key)
        self.trust.check_keys(answered)
        if answered != shown:
            raise Replaced(msg("it answers with other keys than it has published"))
        if self.trust.keys is None:
            self.trust.pin(shown)
        self.kept = answer.kept
        if answer.retired:
            raise Retired(msg("its id is {seat}", seat=self.seat))
        self._enrolled = True
        with suppress(ApiError):
            await aask(self.address, self._alive())

    def _shown(self) -> AgentKeys:
        """The keys that the agent publishes; where somebody keeps the file from us, those that it is known by. Unreachable."""
        try:
            return self.keys()
        except OSError as error:
            if self.trust.keys is not None and held_open(error):
                return self.trust.keys
            raise Unreachable(msg("the agent's keys cannot be read: {why}", why=said_by(error))) from None

    async def _tell_waiting(self) -> None:
        async with self._advanced:
            self._advanced.notify_all()

    async def _wait_for(self, reached: Callable[[], bool], timeout: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout), self._advanced:
                await self._advanced.wait_for(reached)
        return reached()

    # --- down --------------------------------------------------------------------------------------------------------

    async def _fetch(self) -> None:
        self._poll = asyncio.ensure_future(aask(self.address, RosterGet(above=max(self.trust.number, self._failed))))
        try:
            signed = await self._poll
        except asyncio.CancelledError:
            if not self._poll.cancelled() or _cancelled():
                raise
            return  # what it waited for is not what is wanted any more: ask again
        roster = await self._read(signed)
        if roster is not None and roster.number != self._failed:
            if signed != self._adopted:  # else it is in force, and only could not be kept
                try:
                    self.adopt(roster)
                except (Newer, Unwritable):
                    raise
                except Exception as error:  # noqa: BLE001 - our own fault, which a second try would only repeat
                    told = {"message": "a list of players was not adopted", "exception": error}
                    asyncio.get_running_loop().call_exception_handler(told)
                    self._failed = roster.number
                    return
            self._adopted = signed
            if (full := self.recorder.flush()) is not None:  # kept without what it led to, a restart would not make up for that
                raise full
            self._enrolled = self._enrolled and any(seat.id == self.seat for seat in roster.seats)  # else it is asked why
            self.trust.keep_roster(signed, roster)
            await self._tell_waiting()
            if roster.place != "home":  # staff waits to hear that whoever was checked in may play
                with suppress(Unreachable, ApiError):
                    await aask(self.address, self._alive())

    async def _read(self, signed: SignedRoster) -> Roster | None:
        """With the parts that are not here yet. ApiError(unavailable): it was another one meanwhile."""
        for _ in range(_DEPTH):
            try:
                return self.trust.read_roster(signed)
            except MissingError as error:
                for start in range(0, len(error.hashes), MOST_PARTS):
                    some = error.hashes[start : start + MOST_PARTS]
                    self.trust.take_parts((await aask(self.address, PartsGet(hashes=some))).parts)
        raise ApiError("unavailable", msg("its list of players changed while it was fetched"))

    async def holds(self, number: int, timeout: float) -> bool:
        """Waits, at most `timeout` seconds, until a roster of at least `number` is in force."""
        return await self._wait_for(lambda: self.trust.number >= number, timeout)

    # --- who plays where ---------------------------------------------------------------------------------------------

    async def _claim(self) -> None:
        await self.claims.news.wait()
        self.claims.news.clear()
        try:
            async with talking(self.address) as talk:
                changed = await self.claims.ask(self.seat, talk.ask, lambda: self.now().mono)
        except BaseException:
            self.claims.news.set()  # it still waits
            raise
        if changed:
            self.wake()

    # --- up ------------------------------------------------------------------------------------------------------------

    async def _deliver(self) -> None:
        await self.work.wait()
        with suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_S):
                await self._at_once.wait()
        self._at_once.clear()
        self.work.clear()
        if self.recorder.blocked:  # once it is not, what was written sets `work`
            return
        try:
            await self._deliver_all()
        except BaseException:
            self.work.set()  # it still waits
            raise
        await self._tell_waiting()

    async def _deliver_all(self) -> None:
        """What the agent does not take, as an older one what it does not know, holds up nothing else."""
        steps = (self._deliver_grants, self._deliver_requests, self._deliver_journal)
        refused = [error for step in steps if (error := await _refused(step)) is not None]
        if refused:
            raise refused[0]

    async def _deliver_grants(self) -> None:
        if unsent := self.grants.unsent():
            await aask(self.address, PutGrants(grants=unsent))
            self.grants.mark_sent(unsent)
            self.recorder.do_once(self.grants.write)

    async def _deliver_requests(self) -> None:
        if asked := self.requests.unsent():
            done = await aask(self.address, PutRequests(requests=asked))
            self.requests.mark_sent(asked, done.number, self.trust.number)
            self.recorder.do_once(self.requests.write)

    async def _deliver_journal(self) -> None:
        while await self._deliver_batch():
            pass

    async def _deliver_batch(self) -> bool:
        """One sealed batch: handed in, proved, forgotten. False if there is none."""
        journal, now = self.recorder.journal, self.now()
        if journal.unsent():
            self.recorder.do(lambda open_: open_.seal(mono=now.mono, wall=now.wall))
        batch = journal.spool(BATCH)
        if batch is None:
            return False
        async with self._proving:
            known = self.trust.checkpoint
            try:
                accepted = await aask(self.address, _submit(self.seat, batch, 0 if known is None else known.size))
            except ApiError as error:
                if error.code == "refused":
                    self._enrolled = False
                    with suppress(ApiError):  # then the first is what is wrong
                        await self._enrol()
                        self.trust.check_head((await aask(self.address, LogHead())).checkpoint)
                raise
            first = batch.last - len(batch.entries) + 1
            self.trust.take_proofs(accepted, list(enumerate(batch.entries, first)), now.wall)
        self.agent.heard("follow")
        self.recorder.do(lambda journal: journal.forget(batch.last))
        return True

    async def delivered(self, timeout: float, *, at_once: bool = False) -> bool:
        """Asks for delivery and waits, at most `timeout` seconds, until nothing is left. `at_once`: no more comes with it."""
        if at_once:
            self._at_once.set()
        self.work.set()
        return await self._wait_for(lambda: not self._waits(), timeout)

    def _waits(self) -> bool:
        return self.recorder.journal.unsent() > 0 or bool(self.grants.unsent() or self.requests.unsent())

    async def alive(self) -> None:
        """Once a minute: the seat is there."""
        if self._enrolled:
            with suppress(Unreachable, ApiError):
                async with talking(self.address) as talk:
                    await talk.ask(self._alive())
                    await self._follow(talk)

    def _alive(self) -> Alive:
        (watch, issues), journal = self.state(), self.recorder.journal
        return Alive(
            seat=self.seat, wall=self.now().wall, version=VERSION, watch=watch, unsent=journal.unsent(), issues=issues,
            number=self.trust.number, here=self.here(),
        )

    async def _follow(self, talk: Talk) -> None:
        """The log goes on from the last head that was seen, whoever's entries made it: a witness may have cosigned it."""
        known = self.trust.checkpoint
        if known is None or self._proving.locked():
            return
        async with self._proving:
            shown = await talk.ask(LogFollow(trusted=known.size))
            self.health.report("witness-refuses", trouble=shown.against is not None, details=shown.against)
            try:
                self.trust.follow(shown, known, self.now().wall)
            except Replaced as error:
                self.agent.heard("follow", "log-replaced", error.message)
            else:
                self.agent.heard("follow")


def _cancelled() -> bool:
    """Whether it is our own task that is to end."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _refused(step: Callable[[], Awaitable[None]]) -> ApiError | None:
    """Why the agent did not take it, if it answered. ApiError: it went away."""
    try:
        await step()
    except ApiError as error:
        if error.code == "unavailable":
            raise
        return error
    return None


def _submit(seat: str, batch: Batch, trusted: int) -> Submit:
    return Submit(
        seat=seat,
        trusted=trusted,
        entries=tuple(batch.entries),
        payloads=tuple(Payload(seq=one.seq, salt=one.salt, data=one.data) for one in batch.payloads),
    )
