"""What seats hand in, written together: batches that come within a moment of each other share one write to the disk."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

from agent.api.seat import Accepted, Submit
from agent.claims import plays_in, take_note
from agent.intake import take_in_all
from agent.registering.seats import seat_key
from agent.server import Agent
from compliance.note import VerifierKey
from host.wire import ApiError

_MOST_BATCHES = 64
_MOST_ENTRIES = 400  # at once, as the counter waits that long for its turn
_EVERY_S = 0.025  # no write begins sooner after the one before: what each costs whatever it holds is shared by more
_MOST_DAYS = 8


class _Waiting(NamedTuple):
    request: Submit
    pc: str
    done: asyncio.Future[Accepted]


class Incoming:
    """Takes in batches, each seat's one after the other."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._waiting: list[_Waiting] = []
        self._taking: asyncio.Task[None] | None = None
        self._days: dict[str, Mapping[str, str]] = {}  # of agent.claims, as long as the roster has this number:
        self._number = 0

    async def submit(self, request: Submit, pc: str) -> Accepted:
        """Once it is in the log, with its proofs. ApiError; what cannot be written is raised as it is."""
        done: asyncio.Future[Accepted] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(request, pc, done))
        if self._taking is None or self._taking.done():
            self._taking = asyncio.ensure_future(self._take())
        return await done

    async def _take(self) -> None:
        """Until nothing waits any more."""
        while chosen := self._chosen():
            pause = asyncio.ensure_future(asyncio.sleep(_EVERY_S))
            found: Sequence[Accepted | Exception]
            try:
                found = await self._agent.writer.run(partial(self._take_in, chosen), later=True)
            except Exception as error:  # noqa: BLE001 - it is the callers'
                found = [error] * len(chosen)
            for one, answer in zip(chosen, found, strict=True):
                if one.done.done():
                    continue  # its caller is gone
                if isinstance(answer, Accepted):
                    one.done.set_result(answer)
                else:
                    one.done.set_exception(answer)
            await pause

    def _chosen(self) -> list[_Waiting]:
        """What is written next; the rest still waits."""
        chosen: dict[str, _Waiting] = {}
        left: list[_Waiting] = []
        entries = 0
        for one in self._waiting:
            if one.done.done():
                continue
            if one.request.seat in chosen or len(chosen) == _MOST_BATCHES or entries >= _MOST_ENTRIES:
                left.append(one)
            else:
                chosen[one.request.seat] = one
                entries += len(one.request.entries)
        self._waiting = left
        return list(chosen.values())

    def _take_in(self, waiting: Sequence[_Waiting]) -> Sequence[Accepted | Exception]:
        """In the writer's thread."""
        agent = self._agent
        keys = [self._key(one) for one in waiting]
        known = [(one.request, key) for one, key in zip(waiting, keys, strict=True) if isinstance(key, VerifierKey)]
        answers = iter(take_in_all(known, agent.log, agent.payloads))
        found = [next(answers) if isinstance(key, VerifierKey) else key for key in keys]
        if agent.registry.roster.shared:
            self._note([one.request for one, answer in zip(waiting, found, strict=True) if isinstance(answer, Accepted)])
        return found

    def _note(self, taken: Sequence[Submit]) -> None:
        found = [(one.seat, lines) for one in taken if (lines := plays_in(one.entries))]
        if not found:
            return
        registry = self._agent.registry
        if self._number != registry.number or len(self._days) > _MOST_DAYS:
            self._number, self._days = registry.number, {}
        with self._agent.store.transaction() as tables:
            for seat, lines in found:
                take_note(tables, seat, lines, registry.roster.zone, self._days)

    def _key(self, one: _Waiting) -> VerifierKey | ApiError:
        if (key := self._agent.registry.seat_key(one.request.seat, one.pc)) is not None:
            return key
        try:
            with self._agent.store.transaction() as tables:
                return seat_key(tables, one.request.seat, one.pc)
        except ApiError as error:
            return error
