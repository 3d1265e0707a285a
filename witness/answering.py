"""What a witness answers (C2SP tlog-witness, add-checkpoint). Pure: what it saw of a log comes in, what to keep goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from compliance.format.cosigning import SIZE_TYPE, AddCheckpoint, loose_head
from compliance.note import ED25519, Checkpoint, NoteError, VerifierKey, open_note
from compliance.tree import EMPTY_ROOT, ProofError, verify_consistency

TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Seen:
    """The largest head of a log that was cosigned."""

    size: int = 0
    root: bytes = EMPTY_ROOT


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back over HTTP."""

    status: int
    body: str
    kind: str = TEXT


@dataclass(frozen=True, slots=True)
class Cosign:
    """The head may be cosigned, once it is kept. `text` is what is signed."""

    head: Checkpoint
    text: str


def origin_of(asked: AddCheckpoint) -> str:
    """Of which log the head claims to be."""
    return asked.note.partition("\n")[0]


def authentic(asked: AddCheckpoint, keys: Sequence[VerifierKey]) -> Cosign | Answer:
    """The head, if one of the log's `keys` signed it."""
    if not keys:
        return Answer(404, "this witness does not know the log\n")
    try:
        head = loose_head(asked.note)
    except NoteError:
        return Answer(400, "not a checkpoint\n")
    try:
        text, signed = open_note(asked.note, keys)
    except NoteError:
        return Answer(403, "not signed by a key of the log that this witness knows\n")
    if not any(one.key.kind == ED25519 for one in signed):
        return Answer(403, "not signed by a key of the log that this witness knows\n")
    if asked.old > head.size:
        return Answer(400, "the old size is larger than that of the checkpoint\n")
    return Cosign(head, text)


def consistent(asked: AddCheckpoint, head: Checkpoint, seen: Seen) -> Answer | None:
    """None: the head goes on from what was cosigned last. No fork and no rollback gets by here."""
    if asked.old != seen.size or (head.size == seen.size and head.root != seen.root):
        return Answer(409, f"{seen.size}\n", SIZE_TYPE)
    try:
        if seen.size or asked.proof:
            verify_consistency(seen.size, head.size, asked.proof, seen.root, head.root)
    except ProofError:
        return Answer(422, "the proof does not show that this goes on from what was cosigned last\n")
    return None
