"""One seat's chain: which entry may follow which, and what a seal signs. Pure; used at intake and again by the verifier.

An entry follows when its `seq` is one more and its `prev` the SHA-256 of the entry before it (seq 1 and "" begin a chain). A
seal signs the entries since the last one: its `head` is its `prev`, its `sig` the seat's Ed25519 signature over `seal_message`.
What no seal covers yet is not vouched for by the seat, so a batch, and a chain, end in a seal.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

import msgspec

from compliance import entry
from compliance.note import NoteError, VerifierKey

SEAL_HEADER = b"giochoi-seal/v1\n"


class ChainError(ValueError):
    """An entry that does not follow: its `seq` in the chain and why."""

    def __init__(self, seq: int, why: str) -> None:
        super().__init__(f"seq {seq}: {why}")
        self.seq = seq
        self.why = why


class Head(NamedTuple):
    """The last entry of a chain: its seq and the hex SHA-256 of its bytes. `START` before the first."""

    seq: int
    hash: str


START = Head(0, "")


def digest(data: bytes) -> str:
    """The hex SHA-256 of an entry's bytes, which the next entry's `prev` names."""
    return sha256(data).hexdigest()


def seal_message(seal: entry.Seal) -> bytes:
    """What a seal signs: a header line, then the seal's own canonical bytes with an empty `sig`.

    The header keeps it apart from every note: no checkpoint's second line is JSON.
    """
    return SEAL_HEADER + entry.encode(msgspec.structs.replace(seal, sig=""))


class Chain:
    """Follows one seat's chain entry by entry, from `head` on, which is its start or a seal."""

    def __init__(self, seat: str, key: VerifierKey, head: Head = START) -> None:
        self.seat = seat
        self.key = key
        self.head = head
        self.sealed = head.seq

    def follow(self, line: entry.AnyEntry, data: bytes) -> None:
        """Takes `line`, whose canonical bytes are `data`, as the next entry. ChainError if it is not."""
        if line.seat != self.seat:
            raise ChainError(line.seq, f"it belongs to seat {line.seat}, not to {self.seat}")
        if line.seq != self.head.seq + 1:
            raise ChainError(line.seq, f"it follows seq {self.head.seq}")
        if line.prev != self.head.hash:
            raise ChainError(line.seq, "prev is not the hash of the entry before it")
        if isinstance(line, entry.Seal):
            self._check(line)
            self.sealed = line.seq
        self.head = Head(line.seq, digest(data))

    @property
    def open(self) -> int:
        """How many entries at its end no seal covers."""
        return self.head.seq - self.sealed

    def _check(self, seal: entry.Seal) -> None:
        if (seal.first, seal.last) != (self.sealed + 1, seal.seq - 1) or seal.first > seal.last:
            raise ChainError(seal.seq, f"the seal covers {seal.first} to {seal.last}, not {self.sealed + 1} to {seal.seq - 1}")
        if seal.head != seal.prev:
            raise ChainError(seal.seq, "the seal's head is not the hash of the entry before it")
        try:
            self.key.verify(seal_message(seal), bytes.fromhex(seal.sig))
        except (NoteError, ValueError):
            raise ChainError(seal.seq, f"the seal's signature is not by the key of {self.seat}") from None
        if seal.sig != seal.sig.lower():
            raise ChainError(seal.seq, "the seal's signature is not in lower-case hex")


def check_batch(entries: Sequence[bytes], seat: str, key: VerifierKey, previous: Head = START) -> Head:
    """The head after `entries`, which continue `seat`'s chain from `previous` and end in a seal. ChainError if they do not.

    `entries` are canonical bytes; `previous` is the chain's start or a seal.
    """
    chain = Chain(seat, key, previous)
    for data in entries:
        try:
            line = entry.decode(data)
        except entry.EntryError as error:
            raise ChainError(chain.head.seq + 1, str(error)) from None
        chain.follow(line, data)
    if chain.open:
        raise ChainError(chain.head.seq, "the batch does not end in a seal")
    return chain.head
