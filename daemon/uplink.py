"""The seat's line to its agent: rosters come down, sealed batches and grants go up. Limits need none of it.

Each task forgives an agent that is away and tries again; an agent that is not the pinned one is an Issue until it is back or a
guardian has pinned the new one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from agent.api import messages as m
from compliance.journal import Batch
from compliance.note import Signer
from daemon.grants import Grants
from daemon.health import Health
from daemon.recording.recorder import Recorder
from daemon.roster import AgentKeys, Replaced, Trust
from daemon.store import Unwritable
from daemon.trusted import Reading
from host.rpc_client import aask
from host.transport import Unreachable
from host.wire import ApiError
from i18n.message import Arg, msg, said_by

SETTLE_S = 0.5  # entries that come together go up together
RETRY_S = (0.2, 0.5, 1.0, 2.0, 5.0, 15.0)
BATCH = 200


class Uplink:
    """`signer` has the seat's key under the seat's name, `keys` reads the agent's published key file, `adopt` brings a roster
    into force. `work` is set when something waits to go up.
    """

    def __init__(  # noqa: PLR0913 - it connects what knows nothing of each other
        self,
        address: str,
        seat: str,
        trust: Trust,
        recorder: Recorder,
        grants: Grants,
        health: Health,
        *,
        signer: Callable[[str], Signer],
        keys: Callable[[], AgentKeys],
        now: Callable[[], Reading],
        adopt: Callable[[m.Roster], None],
        work: asyncio.Event,
    ) -> None:
        self._address = address
        self._seat = seat
        self._trust = trust
        self._recorder = recorder
        self._grants = grants
        self._health = health
        self._signer = signer
        self._keys = keys
        self._now = now
        self._adopt = adopt
        self._work = work
        self._delivered = asyncio.Condition()
        self._arrived = asyncio.Condition()
        self._enrolled = False
        self._wrong: dict[str, dict[str, Arg]] = {}
        self.reachable = False

    def become(self, seat: str) -> None:
        """From now on this seat speaks under another name, to an agent that has to be met anew."""
        self._seat = seat
        self._enrolled = False
        self._work.set()

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._forever("fetch", self._fetch))
            group.create_task(self._forever("deliver", self._deliver))

    async def _forever(self, name: str, step: Callable[[], Awaitable[None]]) -> None:
        failures = 0
        while True:
            stage = "enrol"
            try:
                await self._enrol()
                self._heard(stage)
                stage = name
                await step()
                self._heard(stage)
                failures = 0
                continue
            except Unreachable:
                self._enrolled = False
                self._away()
            except Replaced as error:
                self._enrolled = False
                self._heard(stage, replaced=error.message)
            except ApiError as error:
                self._enrolled = False
                if error.code == "unavailable":  # it went away in the middle of a call, or is just starting
                    self._away()
                else:
                    self._heard(stage, refused=error.message)
            except Unwritable:
                self._health.report("journal-unwritable", trouble=True)
            await asyncio.sleep(RETRY_S[min(failures, len(RETRY_S) - 1)])
            failures += 1

    def _away(self) -> None:
        self.reachable = False
        self._health.report("agent-away", trouble=True)

    def _heard(self, stage: str, *, replaced: Arg | None = None, refused: Arg | None = None) -> None:
        """The agent answers. What one stage found wrong, another's success does not clear."""
        self.reachable = True
        self._health.report("agent-away", trouble=False)
        for issue, found in (("log-replaced", replaced), ("agent-refuses", refused)):
            wrong = self._wrong.setdefault(issue, {})
            wrong.pop(stage, None)
            if found is not None:
                wrong[stage] = found
            self._health.report(issue, trouble=bool(wrong), details=next(iter(wrong.values()), None))

    async def _enrol(self) -> None:
        """At each first contact: is this the agent that was pinned? Does it know this seat?"""
        if self._enrolled:
            return
        try:
            shown = self._keys()
        except OSError as error:
            raise Unreachable(msg("the agent's keys cannot be read: {why}", why=said_by(error))) from None
        self._trust.check_keys(shown)
        answer = await aask(self._address, m.Enrol(seat=self._seat, key=self._signer(self._seat).vkey))
        if AgentKeys(answer.log_key, answer.roster_key) != shown:
            raise Replaced(msg("it answers with other keys than it has published"))
        if self._trust.keys is None:
            self._trust.pin(shown)
        self._enrolled = True

    # --- down --------------------------------------------------------------------------------------------------------

    async def _fetch(self) -> None:
        signed = await aask(self._address, m.RosterGet(above=self._trust.number))
        roster = self._trust.read_roster(signed)
        if roster is not None:
            try:
                self._adopt(roster)
            except ValueError as error:
                raise Replaced(msg("its list of players cannot be used: {why}", why=str(error))) from None
            self._trust.keep_roster(signed, roster)
            async with self._arrived:
                self._arrived.notify_all()

    async def holds(self, number: int, timeout: float) -> bool:
        """Waits until a roster of at least `number` is in force."""

        def held() -> bool:
            return self._trust.number >= number

        with suppress(TimeoutError):
            async with asyncio.timeout(timeout), self._arrived:
                await self._arrived.wait_for(held)
        return held()

    # --- up ------------------------------------------------------------------------------------------------------------

    async def _deliver(self) -> None:
        await self._work.wait()
        await asyncio.sleep(SETTLE_S)
        self._work.clear()
        try:
            await self._deliver_all()
        except BaseException:
            self._work.set()  # it still waits
            raise
        async with self._delivered:
            self._delivered.notify_all()

    async def _deliver_all(self) -> None:
        if unsent := self._grants.unsent():
            await aask(self._address, m.PutGrants(grants=unsent))
            self._recorder.do(lambda _: self._grants.mark_sent(unsent))
        while await self._deliver_batch():
            pass

    async def _deliver_batch(self) -> bool:
        """One sealed batch: handed in, proved, forgotten. False if there is none."""
        journal, now = self._recorder.journal, self._now()
        if journal.unsent():
            self._recorder.do(lambda open_: open_.seal(mono=now.mono, wall=now.wall))
        batch = journal.spool(BATCH)
        if batch is None:
            return False
        known = self._trust.checkpoint
        accepted = await aask(self._address, _submit(self._seat, batch, 0 if known is None else known.size))
        first = batch.last - len(batch.entries) + 1
        self._trust.take_proofs(accepted, list(enumerate(batch.entries, first)), now.wall)
        self._recorder.do(lambda journal: journal.forget(batch.last))
        return True

    async def delivered(self, timeout: float) -> bool:
        """Asks for delivery and waits until nothing is left."""

        def all_there() -> bool:
            return self._recorder.journal.unsent() == 0 and not self._grants.unsent()

        self._work.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout), self._delivered:
                await self._delivered.wait_for(all_there)
        return all_there()

    async def alive(self) -> None:
        """Once a minute: the seat is there."""
        if self._enrolled:
            with suppress(Unreachable, ApiError):
                await aask(self._address, m.Alive(seat=self._seat, wall=self._now().wall))


def _submit(seat: str, batch: Batch, trusted: int) -> m.Submit:
    return m.Submit(
        seat=seat,
        trusted=trusted,
        entries=tuple(batch.entries),
        payloads=tuple(m.Payload(seq=one.seq, salt=one.salt, data=one.data) for one in batch.payloads),
    )
