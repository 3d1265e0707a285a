"""All seats' chains at once: each entry where it belongs, each seal by the key with which its seat was enrolled. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from compliance.entries.log import Seal
from compliance.entries.seat import SeatEnrolled, SeatRetired
from compliance.entry import AnyEntry
from compliance.format.chain import AGENT, Chain, ChainError
from compliance.note import ED25519, NoteError, VerifierKey, parse_vkey
from compliance.verifying.report import Failure, entry_name
from i18n.message import Arg, Message, msg, said_by


@dataclass
class Chains:
    """`take` every entry, then `finish`. A chain that broke is not followed further. `key` is the log's."""

    key: VerifierKey
    failures: list[Failure] = field(default_factory=list)
    _chains: dict[str, Chain | None] = field(default_factory=dict)
    _open: dict[str, tuple[int, AnyEntry]] = field(default_factory=dict)  # by seat, the first entry that no seal covers yet
    _owners: dict[bytes, str] = field(default_factory=dict)
    _retired: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._chains[AGENT] = Chain(AGENT, self.key)
        self._owners[self.key.public] = AGENT

    def take(self, index: int, line: AnyEntry, data: bytes, *, kept: bool = False) -> None:
        """The next entry of the log, whose canonical bytes are `data`. `kept`: others before it are deleted."""
        seat = line.seat
        chain = self._chains.get(seat)
        if chain is not None and seat in self._retired:
            self._chains[seat] = chain = None
            self._fail(entry_name(index, line), msg("its seat was retired before: nothing more of it may be taken"))
        if chain is None:
            if seat not in self._chains:
                self._chains[seat] = None
                self._fail(entry_name(index, line), msg("no entry before it enrols this seat and names its key"))
            return
        try:
            (chain.rejoin if kept else chain.follow)(line, data)
        except ChainError as error:
            self._chains[seat] = None
            self._fail(entry_name(index, line), msg("the chain of its seat is broken: {why}", why=error.why))
            return
        if type(line) is Seal:
            self._open.pop(seat, None)
        elif seat not in self._open:
            self._open[seat] = index, line
        if seat == AGENT:
            if isinstance(line, SeatEnrolled):
                self._enrol(entry_name(index, line), line)
            elif isinstance(line, SeatRetired):
                self._retire(entry_name(index, line), line.id)

    def finish(self) -> None:
        """What no seal covers is not vouched for."""
        for seat, first in self._open.items():
            if self._chains[seat] is not None:
                self._fail(entry_name(*first), msg("from here on no seal covers the entries of this seat"))

    def _enrol(self, where: Arg, line: SeatEnrolled) -> None:
        try:
            key = parse_vkey(line.key)
        except NoteError as error:
            self._fail(where, msg("the key of the seat is not valid: {why}", why=said_by(error)))
            return
        if key.kind != ED25519:
            self._fail(where, msg("the key of the seat is of a type that cannot seal"))
            return
        if line.id in self._retired:
            self._fail(where, msg("this seat was retired before: its PC is a new seat if it comes back"))
        known = self._chains.setdefault(line.id, Chain(line.id, key))
        if known is not None and known.key.public != key.public:
            self._fail(where, msg("this seat has another key already: a reinstalled seat is a new seat"))
        owner = self._owners.setdefault(key.public, line.id)
        if owner != line.id:
            self._fail(where, msg("its key is that of {seat} already: whoever holds it writes for both", seat=owner))

    def _retire(self, where: Arg, seat: str) -> None:
        if seat == AGENT or seat not in self._chains:
            self._fail(where, msg("no seat {seat} was enrolled that could be retired", seat=seat))
        elif seat in self._retired:
            self._fail(where, msg("the seat {seat} was retired before", seat=seat))
        else:
            self._retired.add(seat)

    def _fail(self, where: Arg, what: Message) -> None:
        self.failures.append(Failure(where, what))
