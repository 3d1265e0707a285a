"""Entries in: a seat's sealed batch is checked, logged once, and answered with the proof that the log holds it."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Iterable

from agent.api import messages as m
from agent.errors import bad_input, refused
from compliance.entry import EntryError, decode
from compliance.format.chain import ChainError
from compliance.journal import SALT_BYTES, Payload, commitment
from compliance.log import Log
from compliance.note import VerifierKey
from compliance.writing.payloads import Payloads

# One payload is a few names; this bounds what a broken seat can make us keep.
_MAX_PAYLOAD = 1 << 16


def take_in(request: m.Submit, key: VerifierKey, log: Log, payloads: Payloads) -> m.Accepted:
    """Log the batch, unless the log holds it already, and prove it. ApiError: the batch does not hold, and nothing was logged.

    LogError or PayloadError if it cannot be written.
    """
    if not 0 <= request.trusted <= log.size:
        # The seat has seen more of this log than there is: it will not believe us, and has to be told why.
        raise refused(
            f"nhật ký chỉ có {log.size} mục, máy trạm đã thấy {request.trusted}",
            f"the log has {log.size} entries, the seat has seen {request.trusted}",
        )
    entries = [_bytes(text) for text in request.entries]
    personal = _committed(request.payloads, entries)
    try:
        appended = log.append_batch(request.seat, key, entries)
    except (ChainError, EntryError) as error:
        seat = request.seat
        raise refused(f"chuỗi của {seat} không nối tiếp: {error}", f"the chain of {seat} does not hold: {error}") from error
    # Only now, as they match what the log holds. A crash before this loses nothing: unanswered, the seat hands it in again.
    payloads.put(request.seat, personal)
    first = decode(entries[0]).seq if entries else 0
    return m.Accepted(
        checkpoint=appended.checkpoint,
        proofs=tuple(
            m.Proof(seq=seq, index=index, hashes=_texts(log.inclusion_proof(index)))
            for seq, index in enumerate(appended.indexes, first)
        ),
        consistency=_texts(log.consistency_proof(request.trusted)) if request.trusted else (),
    )


def _committed(given: Iterable[m.Payload], entries: list[bytes]) -> tuple[Payload, ...]:
    """The payloads, each one committed to by its entry. ApiError."""
    if not given:
        return ()
    try:
        secret = {line.seq: line.secret for line in map(decode, entries)}
    except EntryError as error:
        raise bad_input(f"mục không hợp lệ: {error}", f"not a valid entry: {error}") from error
    found = tuple(Payload(one.seq, _bytes(one.salt), _bytes(one.data)) for one in given)
    for payload in found:
        said = secret.get(payload.seq) or ""
        if len(payload.salt) != SALT_BYTES or len(payload.data) > _MAX_PAYLOAD:
            raise bad_input(f"dữ liệu kèm mục {payload.seq} sai cỡ", f"the payload of entry {payload.seq} has a wrong size")
        if not hmac.compare_digest(said, commitment(payload.salt, payload.data)):
            raise bad_input(f"dữ liệu kèm mục {payload.seq} không khớp", f"the payload of entry {payload.seq} is not its own")
    return found


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise bad_input("không phải base64", "that is not base64") from error


def _texts(hashes: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(base64.b64encode(one).decode() for one in hashes)
