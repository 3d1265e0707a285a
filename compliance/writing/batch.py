"""A seat's batch, checked before it is logged. Of many seals the signatures take longest: two threads check them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from threading import Event, Thread

from compliance import entry
from compliance.format.chain import START, Chain, ChainError, Head, NewerChainError, Signed
from compliance.note import VerifierKey
from i18n.message import msg

_FEW = 16  # seals: of so few a thread saves nothing


def check_batch(entries: Sequence[bytes], seat: str, key: VerifierKey, previous: Head = START) -> Head:
    """The head after `entries`, which continue `seat`'s chain from `previous` and end in a seal. ChainError if they do not.

    `entries` are canonical bytes; `previous` is the chain's start or a seal.
    """
    signed: list[Signed] = []
    chain = Chain(seat, key, previous, signed)
    try:
        for data in entries:
            chain.follow(_decoded(data, chain), data)
        if chain.open:
            raise ChainError(chain.head.seq, msg("the batch does not end in a seal"))
    finally:  # what is wrong first is told: a seal before the entry that does not follow
        _check(signed, key)
    return chain.head


def _decoded(data: bytes, chain: Chain) -> entry.AnyEntry:
    try:
        return entry.decode(data)
    except entry.NewerError as error:
        raise NewerChainError(chain.head.seq + 1, error.message) from None
    except entry.EntryError as error:
        raise ChainError(chain.head.seq + 1, error.message) from None


def _check(signed: Sequence[Signed], key: VerifierKey) -> None:
    """ChainError of the first that the key did not sign. A thread beside begins at the end: what it found true by then is not
    checked again. Nobody waits for it, as on a busy PC it may not have run at all.
    """
    true: set[int] = set()
    over = Event()

    def check_backwards() -> None:
        for one in reversed(signed):
            if over.is_set() or one.seq in true:
                return
            if one.by(key):  # the lock of Python is free meanwhile
                true.add(one.seq)

    if len(signed) > _FEW:
        with suppress(RuntimeError):  # no thread to be had
            Thread(target=check_backwards).start()
    try:
        for one in signed:
            if one.seq not in true and not one.by(key):
                raise one.falsely()
            true.add(one.seq)
    finally:
        over.set()
