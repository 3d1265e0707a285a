"""What a log and a witness say to each other: C2SP tlog-witness and tlog-cosignature, and the heads that a bundle brings. Pure.

    old 20852014                      a request: what the witness saw last, why that is the beginning of this, and the head
    PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=

    cafe.example/log
    …

The answer is lines of signatures. See also c2sp.org/tlog-witness.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from compliance.note import (
    COSIGNATURE,
    MAX_NOTE,
    MAX_SIZE,
    SIGNATURE_BYTES,
    Checkpoint,
    NoteError,
    Signature,
    Signer,
    VerifierKey,
    b64,
    open_note,
    read_checkpoint,
    unb64,
)
from i18n.message import msg

SIZE_TYPE = "text/x.tlog.size"
PATH = "/add-checkpoint"
MAX_PROOF = 63
MAX_BODY = 1 << 17
LAST_S = 253_000_000_000  # in the year 9987: calendars end soon after

_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})", re.ASCII)
_COSIGNED = 4 + 8 + SIGNATURE_BYTES  # key id, time, signature
_SIZE = re.compile(rb"(0|[1-9][0-9]{0,18})\n?")


class Cosigner:
    """A witness's key: signs that a head is the largest of its log that it had seen by a time, and goes on from all others."""

    def __init__(self, name: str, seed: bytes) -> None:
        """NoteError if the name is not valid or the seed does not have 32 bytes."""
        self._signer = Signer(name, seed)
        self.key = VerifierKey(name, COSIGNATURE, self._signer.key.public)

    def cosign(self, text: str, time: int) -> str:
        """The line of a signature, with its line break, for a head's text; `time` in Unix seconds."""
        signed = self._signer.sign_bytes(f"cosignature/v1\ntime {time}\n{text}".encode())
        return f"\u2014 {self.key.name} {b64(self.key.id + time.to_bytes(8, 'big') + signed)}\n"


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A request to cosign `note`, which goes on from a head of size `old`, as `proof` shows."""

    old: int
    proof: tuple[bytes, ...]
    note: str


def write_request(asked: AddCheckpoint) -> bytes:
    lines = [f"old {asked.old}", *map(b64, asked.proof)]
    return ("\n".join(lines) + "\n\n" + asked.note).encode()


def read_request(body: bytes) -> AddCheckpoint:
    """NoteError if it is none."""
    if len(body) > MAX_BODY:
        raise NoteError(msg("longer than {most} bytes", most=MAX_BODY))
    try:
        head, blank, note = body.decode().partition("\n\n")
    except UnicodeDecodeError:
        raise NoteError(msg("not UTF-8")) from None
    old, *proof = head.split("\n")
    found = _OLD.fullmatch(old)
    if found is None or not blank or len(proof) > MAX_PROOF or int(found[1]) > MAX_SIZE:
        raise NoteError(msg("not a request: that is the old size, a proof, an empty line and a checkpoint"))
    hashes = tuple(map(unb64, proof))
    if any(len(one) != 32 for one in hashes):
        raise NoteError(msg("a hash of the proof does not have 32 bytes"))
    return AddCheckpoint(int(found[1]), hashes, note)


def read_size(body: bytes) -> int | None:
    """The size that a witness saw, from its refusal; None if it does not say."""
    found = _SIZE.fullmatch(body)
    return int(found[1]) if found and int(found[1]) <= MAX_SIZE else None


def cosignature(note: str, answer: bytes, key: VerifierKey) -> tuple[str, Signature]:
    """The line by `key` in a witness's answer, and what it says. NoteError if there is none over this note, or it is false."""
    try:
        lines = answer.decode().splitlines(keepends=True)
    except UnicodeDecodeError:
        raise NoteError(msg("not UTF-8")) from None
    text = note.rpartition("\n\n")[0]
    for line in lines:
        if line.startswith(f"\u2014 {key.name} ") and line.endswith("\n"):
            try:
                _, (signature,) = open_note(f"{text}\n\n{line}", [key])
            except NoteError:
                continue
            if (signature.time or 0) < LAST_S:
                return line, signature
    raise NoteError(msg("no valid cosignature by {name} in its answer", name=key.name))


def cosigners(note: str) -> Iterator[tuple[str, bytes]]:
    """Name and key id of each line that has a cosignature's form: who wrote it, only the key shows. NoteError."""
    for line in note.rpartition("\n\n")[2].splitlines():
        name, _, encoded = line.removeprefix("\u2014 ").partition(" ")
        data = unb64(encoded)
        if len(data) == _COSIGNED:
            yield name, data[:4]


def loose_head(note: str) -> Checkpoint:
    """The head of any log, also of one whose checkpoints have lines of their own behind the root. NoteError."""
    text, blank, signatures = note.rpartition("\n\n")
    lines = text.split("\n")
    if not blank or len(lines) < 3 or not all(lines):
        raise NoteError(msg("not a checkpoint: that has three lines, origin, size and root"))
    return read_checkpoint("\n".join(lines[:3]) + "\n\n" + signatures)


# --- several heads in one text ----------------------------------------------------------------------------------------------


def write_heads(notes: Iterable[str]) -> str:
    """Notes one behind the other, an empty line behind each."""
    return "".join(f"{note}\n" for note in notes)


def read_heads(text: str) -> Iterator[str]:
    """The notes again: a head's text and its signatures, each ended by an empty line. NoteError."""
    parts: Sequence[str] = text.split("\n\n")
    if len(parts) % 2 != 1 or parts[-1]:
        raise NoteError(msg("not heads with an empty line behind each"))
    for at in range(0, len(parts) - 1, 2):
        note = f"{parts[at]}\n\n{parts[at + 1]}\n"
        if len(note) > MAX_NOTE:
            raise NoteError(msg("longer than {most} bytes", most=MAX_NOTE))
        yield note
