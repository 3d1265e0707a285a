"""One seat's chain: which entry may follow which, and what a seal signs. Pure; used at intake and again by the verifier.

An entry follows when its `seq` is one more and its `prev` the SHA-256 of the entry before it (seq 1 and "" begin a chain). A
seal signs the entries since the last one: its `head` is its `prev`, its `sig` the seat's Ed25519 signature over `seal_message`.
What no seal covers yet is not vouched for by the seat, so a batch, and a chain, end in a seal. A seat's key is the one with
which the agent's chain enrolled it (`seat.enrolled`); the agent's own chain, seat `agent`, is sealed by the log's key itself.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any, NamedTuple, TypeVar

import msgspec

from compliance import entry
from compliance.entries.base import Entry
from compliance.entries.log import Seal
from compliance.note import NoteError, Signer, VerifierKey
from i18n.message import Message, MessageError, msg

AGENT = "agent"
_HEX = re.compile(r"[0-9a-f]{128}")
SEAL_HEADER = b"giochoi-seal/v1\n"

E = TypeVar("E", bound=Entry)


class ChainError(MessageError, ValueError):
    """An entry that does not follow: its `seq` in the chain and why."""

    def __init__(self, seq: int, why: Message) -> None:
        super().__init__(msg("seq {seq}: {why}", seq=str(seq), why=why))
        self.seq = seq
        self.why = why


class NewerChainError(ChainError):
    """An entry that a newer version may have made."""


class Head(NamedTuple):
    """The last entry of a chain: its seq and the hex SHA-256 of its bytes. `START` before the first."""

    seq: int
    hash: str


START = Head(0, "")


def digest(data: bytes) -> str:
    """The hex SHA-256 of an entry's bytes, which the next entry's `prev` names."""
    return sha256(data).hexdigest()


def seal_message(seal: Seal) -> bytes:
    """What a seal signs: a header line, then the seal's own canonical bytes with an empty `sig`.

    The header keeps it apart from every note: no checkpoint's second line is JSON.
    """
    return SEAL_HEADER + entry.encode(msgspec.structs.replace(seal, sig=""))


class Draft:
    """The next entries of a chain, all at one moment: `head` is the chain's last entry, `sealed` the seq of its last seal."""

    def __init__(self, seat: str, signer: Signer, head: Head, sealed: int | None = None, **moment: Any) -> None:
        """`moment` is boot, mono and wall. `sealed` None: the head is a seal, or the chain's start."""
        self.head = head
        self.data: list[bytes] = []
        self._seat = seat
        self._signer = signer
        self._sealed = head.seq if sealed is None else sealed
        self._moment = moment

    def add(self, kind: type[E], **fields: Any) -> E:
        """Adds an entry and returns it. EntryError if the fields are not those of the kind or not in the profile."""
        line = self._line(kind, **fields)
        data = entry.encode(line)
        entry.decode(data)  # a field of the wrong type must fail here, not in the log
        self.data.append(data)
        self.head = Head(line.seq, digest(data))
        return line

    def seal(self) -> Seal:
        """Adds the seal over what no seal covers yet."""
        span = {"first": self._sealed + 1, "last": self.head.seq, "head": self.head.hash}
        unsigned = self._line(Seal, sig="", **span)
        seal = self.add(Seal, sig=self._signer.sign_bytes(seal_message(unsigned)).hex(), **span)
        self._sealed = seal.seq
        return seal

    def _line(self, kind: type[E], **fields: Any) -> E:
        return kind(seat=self._seat, seq=self.head.seq + 1, prev=self.head.hash, **self._moment, **fields)


class Signed(NamedTuple):
    """What a seat's seal `seq` signs, and its signature."""

    seat: str
    seq: int
    message: bytes
    signature: bytes

    def by(self, key: VerifierKey) -> bool:
        """Whether it is this key's signature."""
        try:
            key.verify(self.message, self.signature)
        except NoteError:
            return False
        return True

    def falsely(self) -> ChainError:
        return ChainError(self.seq, msg("the signature of the seal is not by the key of {seat}", seat=self.seat))


class Chain:
    """Follows one seat's chain entry by entry, from `head` on, which is its start or a seal."""

    def __init__(self, seat: str, key: VerifierKey, head: Head = START, signed: list[Signed] | None = None) -> None:
        """In `signed` it collects what seals are signed with, for whoever checks that; without, it does."""
        self.seat = seat
        self.key = key
        self.sealed = head.seq
        self._seq, self._hash = head
        self._signed = signed

    @property
    def head(self) -> Head:
        """The last entry that it followed."""
        return Head(self._seq, self._hash)

    def follow(self, line: entry.AnyEntry, data: bytes) -> None:
        """Takes `line`, whose canonical bytes are `data`, as the next entry. ChainError if it is not."""
        if line.seat != self.seat:
            raise ChainError(line.seq, msg("it belongs to seat {seat}, not to {own}", seat=line.seat, own=self.seat))
        seq = line.seq
        if seq != self._seq + 1:
            raise ChainError(seq, msg("it comes after seq {seq}", seq=str(self._seq)))
        if line.prev != self._hash:
            raise ChainError(seq, msg("its prev is not the hash of the entry before it"))
        if isinstance(line, Seal):
            self._check(line, data)
            self.sealed = seq
        self._seq, self._hash = seq, digest(data)

    def rejoin(self, line: entry.AnyEntry, data: bytes) -> None:
        """Takes `line` as an entry after others that are deleted. ChainError if it cannot be that."""
        if line.seq <= self._seq:
            raise ChainError(line.seq, msg("it comes after seq {seq}", seq=str(self._seq)))
        if isinstance(line, Seal):
            self.sealed = line.first - 1
            self._check(line, data)
            self.sealed = line.seq
        self._seq, self._hash = line.seq, digest(data)

    @property
    def open(self) -> int:
        """How many entries at its end no seal covers."""
        return self._seq - self.sealed

    def _check(self, seal: Seal, data: bytes) -> None:
        if (seal.first, seal.last) != (self.sealed + 1, seal.seq - 1) or seal.first > seal.last:
            told, due = f"{seal.first}–{seal.last}", f"{self.sealed + 1}–{seal.seq - 1}"
            raise ChainError(seal.seq, msg("the seal covers {told}, not {due}", told=told, due=due))
        if seal.head != seal.prev:
            raise ChainError(seal.seq, msg("the head of the seal is not the hash of the entry before it"))
        if not _HEX.fullmatch(seal.sig):  # bytes.fromhex would pass over spaces and capitals
            raise ChainError(seal.seq, msg("the signature of the seal is not 128 digits of lower-case hex"))
        message = SEAL_HEADER + data.replace(b'"sig":"%b"' % seal.sig.encode(), b'"sig":""')
        signed = Signed(self.seat, seal.seq, message, bytes.fromhex(seal.sig))
        if self._signed is not None:
            self._signed.append(signed)
        elif not signed.by(self.key):
            raise signed.falsely()
