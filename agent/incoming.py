"""What seats hand in, written together: with many seats one write to the disk takes in what came during the one before."""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import Future
from typing import NamedTuple

from agent.api.seat import Accepted, Submit
from agent.claims import take_note
from agent.intake import take_in_all
from agent.registering.seats import seat_key
from agent.server import Agent
from compliance.note import VerifierKey
from host.wire import ApiError

_MOST_BATCHES = 64
_MOST_ENTRIES = 400  # at once, as the counter waits that long for its turn


class _Waiting(NamedTuple):
    request: Submit
    pc: str
    done: Future[Accepted]


class Incoming:
    """Takes in batches, each seat's one after the other."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._waiting: deque[_Waiting] = deque()

    async def submit(self, request: Submit, pc: str) -> Accepted:
        """Once it is in the log, with its proofs. ApiError; what cannot be written is raised as it is."""
        done: Future[Accepted] = Future()
        self._waiting.append(_Waiting(request, pc, done))
        self._agent.writer.hand_in(self._take, later=True)
        return await asyncio.wrap_future(done)

    def _take(self) -> None:
        """What waits by now, in the writer's thread; for what is left, this comes again."""
        chosen: dict[str, _Waiting] = {}
        left: list[_Waiting] = []
        entries = 0
        while self._waiting and len(chosen) < _MOST_BATCHES and entries < _MOST_ENTRIES:
            one = self._waiting.popleft()
            if one.request.seat in chosen:
                left.append(one)
            elif one.done.set_running_or_notify_cancel():
                chosen[one.request.seat] = one
                entries += len(one.request.entries)
        self._waiting.extendleft(reversed(left))
        try:
            self._take_in(list(chosen.values()))
        except Exception as error:  # noqa: BLE001 - it is the callers'
            for one in chosen.values():
                if not one.done.done():
                    one.done.set_exception(error)
        if self._waiting:
            self._agent.writer.hand_in(self._take, later=True)

    def _take_in(self, waiting: list[_Waiting]) -> None:
        agent = self._agent
        known: list[tuple[_Waiting, VerifierKey]] = []
        with agent.store.transaction() as tables:
            for one in waiting:
                try:
                    known.append((one, seat_key(tables, one.request.seat, one.pc)))
                except ApiError as error:
                    one.done.set_exception(error)
        found = take_in_all([(one.request, key) for one, key in known], agent.log, agent.payloads)
        taken = [(one, answer) for (one, _), answer in zip(known, found, strict=True)]
        if agent.registry.roster.shared:
            with agent.store.transaction() as tables:
                for one, answer in taken:
                    if isinstance(answer, Accepted):
                        take_note(tables, one.request.seat, one.request.entries, agent.registry.roster.zone)
        for one, answer in taken:
            if isinstance(answer, Accepted):
                one.done.set_result(answer)
            else:
                one.done.set_exception(answer)
