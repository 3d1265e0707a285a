"""Entries in: a seat's sealed batch is checked, logged once, and answered with the proof that the log holds it."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence

from agent.api.seat import Accepted, Proof, Submit
from agent.api.seat import Payload as Given
from agent.errors import bad_input, refused
from compliance.entry import OF_AGENT, EntryError, decode, kind_of
from compliance.format.chain import NewerChainError
from compliance.journal import SALT_BYTES, Payload, commitment
from compliance.log import Appended, Log
from compliance.note import VerifierKey
from compliance.writing.payloads import Payloads
from compliance.writing.places import places_of
from host.wire import ApiError
from i18n.message import msg, said_by

# One payload is a few names; this bounds what a broken seat can make us keep.
_MAX_PAYLOAD = 1 << 16


def take_in_all(
    requests: Sequence[tuple[Submit, VerifierKey]], log: Log, payloads: Payloads
) -> list[Accepted | ApiError]:
    """Log the batches, one of a seat, unless the log holds them already, and prove them, with one write to the log. Of a batch
    that does not hold nothing is logged; instead of its proofs the ApiError says why.

    LogError or PayloadError if they cannot be written.
    """
    checked = [_checked(request, log) for request, _ in requests]
    good = [(request, key) for (request, key), one in zip(requests, checked, strict=True) if not isinstance(one, ApiError)]
    appended = log.append_batches([(request.seat, key, request.entries) for request, key in good])
    indexes = [index for one in appended if isinstance(one, Appended) for index in one.indexes]
    paths = dict(zip(indexes, log.inclusion_proofs(indexes), strict=True))
    there = iter(appended)
    return [
        one if isinstance(one, ApiError) else _accepted(request, next(there), one, log, payloads, paths)
        for (request, _), one in zip(requests, checked, strict=True)
    ]


def _checked(request: Submit, log: Log) -> tuple[Payload, ...] | ApiError:
    """The payloads, each its entry's."""
    if not 0 <= request.trusted <= log.size:
        # The seat has seen more of this log than there is: it will not believe us, and has to be told why.
        return refused(msg("the log has {size} entries, the seat has seen {seen}", size=log.size, seen=request.trusted))
    try:
        _a_seats_own(request.seat, request.entries)
        return _committed(request.payloads, request.entries)
    except ApiError as error:
        return error


def _accepted(
    request: Submit, appended: Appended | Exception, personal: tuple[Payload, ...], log: Log, payloads: Payloads,
    paths: Mapping[int, Sequence[bytes]],
) -> Accepted | ApiError:
    if isinstance(appended, NewerChainError):
        return bad_input(appended.message)
    if not isinstance(appended, Appended):
        return refused(msg("the chain of {seat} does not hold: {why}", seat=request.seat, why=said_by(appended)))
    if personal:
        # Only now, as they match what the log holds. A crash before this loses nothing: unanswered, the seat hands it in again.
        payloads.put(request.seat, personal)
    first = places_of(request.entries[:1])[0].seq if request.entries else 0
    found = enumerate(appended.indexes, first)
    return Accepted(
        checkpoint=appended.checkpoint,
        proofs=tuple(Proof(seq=seq, index=index, hashes=tuple(paths[index])) for seq, index in found),
        consistency=tuple(log.consistency_proof(request.trusted)) if request.trusted else (),
    )


def _a_seats_own(seat: str, entries: Iterable[bytes]) -> None:
    """ApiError(refused) if a seat says what only the agent may say: with that in it the whole log would not verify."""
    for data in entries:
        # No entry at all is told with its reason where chains are checked.
        if (kind := kind_of(data)) in OF_AGENT:
            said = {"seat": seat, "kind": kind}
            raise refused(msg("{seat} hands in an entry of kind {kind}, which only the agent writes; nothing is taken", **said))


def _committed(given: Iterable[Given], entries: Iterable[bytes]) -> tuple[Payload, ...]:
    """The payloads, each one committed to by its entry. ApiError."""
    if not given:
        return ()
    try:
        secret = {line.seq: line.secret for line in map(decode, entries)}
    except EntryError as error:
        raise bad_input(msg("not a valid entry: {why}", why=said_by(error))) from error
    found = tuple(Payload(one.seq, one.salt, one.data) for one in given)
    for payload in found:
        said = secret.get(payload.seq) or ""
        if len(payload.salt) != SALT_BYTES or len(payload.data) > _MAX_PAYLOAD:
            raise bad_input(msg("the payload of entry {seq} has a wrong size", seq=str(payload.seq)))
        if not hmac.compare_digest(said, commitment(payload.salt, payload.data)):
            raise bad_input(msg("the payload of entry {seq} is not its own", seq=str(payload.seq)))
    return found
