"""Has witnesses cosign the log: outsiders who vouch that nobody shortened or rewrote it since (C2SP tlog-witness).

Nothing waits for them: entries are logged, sealed and exported whether or not a witness answers. Where the agent may not speak
to the network, a courier carries what it would ask (`giochoi log witness ask`).
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from agent.api.witnessing import (
    TRIES,
    Errand,
    HeadShown,
    LogFollow,
    WitnessAdd,
    WitnessAnswer,
    Witnesses,
    WitnessLine,
    WitnessRemove,
)
from agent.errors import bad_input, not_found, refused
from agent.writer import Writer
from compliance.format.cosigning import PATH, SIZE_TYPE, AddCheckpoint, cosignature, read_request, read_size, write_request
from compliance.log import Log, LogError
from compliance.note import COSIGNATURE, NoteError, parse_vkey, read_checkpoint
from compliance.tree import ProofError
from compliance.writing.cosigned import Witness
from host.posting import Reply, post, valid
from host.wire import ApiError
from i18n.message import Message, msg, said_by, said_so

COURIER_MS = 15 * 60_000  # three of its rounds
MOST = 16  # a note has room for a hundred signatures

_log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Witnessing:
    """The witnesses of one log. `wall`: the agent's clock (Unix ms); `zone`: the place's, for showing moments. `problems`: what
    each one's last answer was, if it was no cosignature; `against`: that of whoever has seen another log, which no later
    silence takes back.
    """

    log: Log
    wall: Callable[[], int]
    zone: Callable[[], str]
    writer: Writer = field(default_factory=Writer)
    post: Callable[[str, bytes], Reply] = post
    problems: dict[str, Message] = field(default_factory=dict)
    against: dict[str, Message] = field(default_factory=dict)
    _one: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _carried: int | None = field(default=None, init=False)

    # --- which there are ----------------------------------------------------------------------------------------------

    def show(self) -> Witnesses:
        """LogError."""
        lines = [
            WitnessLine(
                name=one.name, key=one.key, url=one.url, size=one.size, at=None if one.at is None else one.at * 1000,
                problem=self.problems.get(one.name),
            )
            for one in self._witnesses()
        ]  # fmt: skip
        return Witnesses(witnesses=tuple(lines), size=self.log.size, zone=self.zone())

    def add(self, request: WitnessAdd) -> Witnesses:
        """ApiError, LogError."""
        try:
            key = parse_vkey(request.key)
        except NoteError as error:
            raise bad_input(msg("the witness's key is not valid: {why}", why=said_by(error))) from error
        if key.kind != COSIGNATURE:
            told = msg("this is the key of a log; a witness has one of its own ({command})", command="giochoi-witness key")
            raise bad_input(told)
        if not valid(request.url):
            raise bad_input(msg("{url} is no address of a witness, such as https://witness.example", url=request.url))
        url = request.url.rstrip("/").removesuffix(PATH)  # with or without what a witness shows that is ready
        there = self._witnesses()
        if sum(one.name != key.name for one in there) >= MOST:
            raise refused(msg("there are {most} witnesses already", most=str(MOST)))
        known = next((one for one in there if one.key == key.text), Witness(key.name, key.text, ""))
        self.log.cosigned.add(Witness(key.name, key.text, url, known.size, known.at))
        self._forget(key.name)
        return self.show()

    def remove(self, request: WitnessRemove) -> Witnesses:
        """ApiError, LogError."""
        if not self.log.cosigned.remove(request.name):
            raise not_found(msg("there is no witness {name}", name=request.name))
        self._forget(request.name)
        return self.show()

    # --- asking them ---------------------------------------------------------------------------------------------------

    async def ask(self) -> None:
        """Ask every witness that has not seen the newest head. What goes wrong is kept, and shown; nothing is raised."""
        async with self._one:
            try:
                await asyncio.gather(*(self._ask(errand) for errand in await self.writer.run(self.errands)))
            except (LogError, ApiError) as error:  # the latter: it was removed meanwhile
                _log.error("%s", error)

    async def _ask(self, errand: Errand) -> None:
        for _ in range(TRIES):
            if not errand.url:
                break
            reply = await self._posted(errand)
            if reply.status == 0 and self._has_courier():
                break
            answer = WitnessAnswer(
                name=errand.name, asked=errand.body, status=reply.status, kind=reply.kind, body=reply.body
            )
            errand = await self.writer.run(partial(self.answered, answer))

    async def _posted(self, errand: Errand) -> Reply:
        """In a thread that whoever stops the agent need not wait for, as the executor's are."""
        loop = asyncio.get_running_loop()
        found: asyncio.Future[Reply] = loop.create_future()

        def answer(reply: Reply) -> None:
            if not found.done():
                found.set_result(reply)

        def run() -> None:
            try:
                reply = self.post(errand.url, errand.body)
            except Exception as error:  # noqa: BLE001 - whatever it is: who waits for this waits for ever
                _log.exception("%s", errand.name)
                reply = Reply(0, body=(str(error) or type(error).__name__).encode())
            with suppress(RuntimeError):  # the loop was closed meanwhile
                loop.call_soon_threadsafe(answer, reply)

        try:
            threading.Thread(target=run, daemon=True).start()
        except RuntimeError as error:  # there are too many
            return Reply(0, body=str(error).encode())
        return await found

    def carried(self) -> tuple[Errand, ...]:
        """What a courier is to ask now. LogError."""
        self._carried = self.wall()
        return self.errands()

    def _has_courier(self) -> bool:
        """Whether one was here lately. Where the agent has no network, what the courier meets is what counts."""
        return self._carried is not None and 0 <= self.wall() - self._carried < COURIER_MS

    def errands(self) -> tuple[Errand, ...]:
        """What to ask now. LogError."""
        return tuple(self._errand(one, one.size) for one in self._witnesses() if one.size < self.log.size)

    def _errand(self, witness: Witness, old: int) -> Errand:
        """The newest head, which goes on from the one of size `old`; one that does not is nothing to ask."""
        note = self.log.checkpoint
        try:
            proof = self.log.consistency_proof(old) if old else []
        except ProofError:
            return self._problem(witness.name, msg(
                "it has seen {seen} entries of this log, which has {size}: is it an old copy, or are there two?",
                seen=str(old), size=str(self.log.size),
            ), against=True)  # fmt: skip
        return Errand(name=witness.name, url=witness.url + PATH, body=write_request(AddCheckpoint(old, tuple(proof), note)))

    def answered(self, answer: WitnessAnswer) -> Errand:
        """Keep a cosignature, or say what is wrong; what to ask next, if anything. LogError, ApiError."""
        witness = next((one for one in self._witnesses() if one.name == answer.name), None)
        if witness is None:
            raise not_found(msg("there is no witness {name}", name=answer.name))
        try:
            asked = read_request(answer.asked)
            self._ours(asked)
        except (NoteError, ProofError, LookupError) as error:
            raise bad_input(msg("not what was asked: {why}", why=said_by(error))) from error
        if answer.status == 200:
            return self._cosigned(witness, asked, answer.body)
        if answer.status == 0:
            why = said_so(answer.body.decode(errors="replace")[:200])
            return self._problem(witness.name, msg("not reached: {why}", why=why))
        seen = read_size(answer.body) if answer.status == 409 and answer.kind == SIZE_TYPE else None
        if seen is not None and seen != asked.old:
            return self._errand(witness, seen)
        refusal = _REFUSALS.get(answer.status) or msg("it answers {status}", status=str(answer.status))
        return self._problem(witness.name, refusal, against=answer.status in _AGAINST)

    def _ours(self, asked: AddCheckpoint) -> None:
        """Whether it is a head of this log: a courier may be anybody. NoteError."""
        head = read_checkpoint(asked.note)
        if head.origin != self.log.key.name or head.size > self.log.size or self.log.root_at(head.size) != head.root:
            raise NoteError(msg("not a head of this log"))

    def _cosigned(self, witness: Witness, asked: AddCheckpoint, body: bytes) -> Errand:
        try:
            line, signature = cosignature(asked.note, body, parse_vkey(witness.key))
        except NoteError as error:
            return self._problem(witness.name, error.message)
        self.log.cosigned.put(asked.note, line, signature, self.wall() // 1000)
        self._forget(witness.name)
        return Errand(name=witness.name)

    def _problem(self, name: str, what: Message, *, against: bool = False) -> Errand:
        if self.problems.get(name) != what:
            _log.warning("%s: %s", name, what)
        self.problems[name] = what
        if against:
            self.against[name] = what
        return Errand(name=name)

    def _witnesses(self) -> tuple[Witness, ...]:
        return self.log.cosigned.witnesses()

    def _forget(self, name: str) -> None:
        self.problems.pop(name, None)
        self.against.pop(name, None)

    def told(self) -> Message | None:
        """What one who saw another log says, for everybody to hear."""
        return next((msg("{name}: {why}", name=name, why=why) for name, why in self.against.items()), None)


def shown(log: Log, request: LogFollow, against: Message | None = None) -> HeadShown:
    """The newest head, for a seat that saw an earlier one. LogError."""
    proof = log.consistency_proof(request.trusted) if 0 < request.trusted <= log.size else []
    return HeadShown(checkpoint=log.checkpoint, consistency=tuple(proof), against=against)


_REFUSALS = {
    403: msg("it does not know this log, or only another key of it; whoever runs it has to add this one"),
    404: msg("it does not know this log; whoever runs it has to add it"),
    409: msg("it has seen another log of this name and size: this one was rewritten"),
    422: msg("it has seen another log of this name: this one was rewritten"),
}
_AGAINST = {409, 422}
