"""The heads that witnesses cosigned on the way: how far outsiders have seen the log, and when they saw how much of it. Pure.

Alone, the head in `checkpoint` says little of when its entries came, and nothing where the witnesses could not be asked just
before the export. Every head that a policy's quorum of witnesses cosigned anchors the entries up to it, and dates them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from compliance.bundle import HEADS, MOST_HEADS
from compliance.format.cosigning import cosigners, read_heads
from compliance.note import Checkpoint, NoteError, Signature, UnsignedError, VerifierKey, open_note, read_checkpoint
from compliance.tree import Frontier
from compliance.verifying.bundle.trust import Trust
from compliance.verifying.report import Failure
from i18n.message import Message, msg


@dataclass(frozen=True, slots=True)
class Head:
    """A head, trusted witnesses' cosignatures on it, and when (Unix s) these made the policy's quorum; None: never."""

    size: int
    root: bytes
    signatures: tuple[Signature, ...] = ()
    quorum_at: int | None = None


@dataclass
class Heads:
    """`known` in ascending sizes. `extend` it with every leaf hash, in order; then `failures` and `anchor` hold. `strangers`:
    whose cosignatures nobody can judge, as nobody named their keys, and of how many entries the last of each is.
    """

    known: Sequence[Head] = ()
    strangers: tuple[tuple[str, int], ...] = ()
    failures: list[Failure] = field(default_factory=list)
    _frontier: Frontier = field(default_factory=Frontier)
    _next: int = 0

    def extend(self, leaves: Sequence[bytes]) -> None:
        """The next leaf hashes: what was cosigned has to be the beginning of this log."""
        done = 0
        while self._next < len(self.known):
            head = self.known[self._next]
            wanted = head.size - self._frontier.size
            self._frontier.extend(leaves[done : done + wanted])
            done += wanted
            if self._frontier.size < head.size:
                return
            if self._frontier.root() != head.root:
                self.failures.append(Failure(HEADS, msg(
                    "a head of {count} entries that a witness was shown is not the beginning of this log", count=head.size
                )))  # fmt: skip
            self._next += 1

    @property
    def anchor(self) -> Head | None:
        """The largest that the quorum cosigned."""
        return next((head for head in reversed(self.known) if head.quorum_at is not None), None)

    def dated(self) -> list[tuple[int, int]]:
        """(size, Unix ms): so many entries had been seen by then."""
        return [(head.size, head.quorum_at * 1000) for head in self.known if head.quorum_at is not None]


def heads_of(text: str, note: str, checkpoint: Checkpoint, key: VerifierKey, trust: Trust | None) -> Heads:
    """The heads in a bundle's member, and the bundle's own, `note`. NoteError if they are not heads of this log, in ascending
    order. `key` is the log's, which is nobody outside, whatever it cosigns.
    """
    before = list(_read(text, checkpoint, key, trust))
    found = [] if trust is None else list(_dated_one(checkpoint, key, trust))
    sizes = [*(one.size for one in before), checkpoint.size]
    return Heads([*before, *found], _strangers(zip(sizes, [*read_heads(text), note], strict=True), key, trust))


def _strangers(notes: Iterable[tuple[int, str]], key: VerifierKey, trust: Trust | None) -> tuple[tuple[str, int], ...]:
    named = {(one.name, one.id) for one in (key, *(() if trust is None else trust.witnesses.values()))}
    found: dict[tuple[str, bytes], int] = {}
    for size, note in notes:
        found |= dict.fromkeys(cosigners(note), size)
    return tuple((signer[0], size) for signer, size in found.items() if signer not in named)


def _read(text: str, checkpoint: Checkpoint, key: VerifierKey, trust: Trust | None) -> Iterator[Head]:
    before = -1
    witnesses = () if trust is None else tuple(one for one in trust.witnesses.values() if one.public != key.public)
    for count, note in enumerate(read_heads(text)):
        head = read_checkpoint(note)
        if head.origin != checkpoint.origin or not before < head.size <= checkpoint.size or count == MOST_HEADS:
            raise NoteError(_disordered(checkpoint))
        before = head.size
        signed = _signed(note, witnesses)
        yield Head(head.size, head.root, signed, _quorum_at(signed, trust))


def _disordered(checkpoint: Checkpoint) -> Message:
    said = {"origin": checkpoint.origin, "size": str(checkpoint.size), "most": str(MOST_HEADS)}
    return msg("not heads of {origin} in ascending order, none above {size}, at most {most}", **said)


def _signed(note: str, witnesses: Sequence[VerifierKey]) -> tuple[Signature, ...]:
    """Other people's signatures count for nothing; a false one of a trusted witness is a NoteError."""
    try:
        return open_note(note, witnesses)[1]
    except UnsignedError:
        return ()


def _dated_one(checkpoint: Checkpoint, key: VerifierKey, trust: Trust) -> Iterator[Head]:
    signed = tuple(one for one in checkpoint.signatures if one.time is not None and one.key.public != key.public)
    if signed:
        yield Head(checkpoint.size, checkpoint.root, signed, _quorum_at(signed, trust))


def _quorum_at(signed: Sequence[Signature], trust: Trust | None) -> int | None:
    """When the last witness that the quorum needed cosigned it."""
    if trust is None or trust.quorum is None:
        return None
    ordered = sorted((one for one in signed if one.time is not None), key=lambda one: one.time or 0)
    for count in range(1, len(ordered) + 1):
        if trust.satisfied([one.key for one in ordered[:count]]):
            return ordered[count - 1].time
    return None
