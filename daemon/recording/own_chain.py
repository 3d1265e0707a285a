"""The chain that this seat writes: who signs it, its journal in the store, what follows where that is damaged."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from compliance.journal import Journal, JournalError, expect_head
from compliance.note import Signer
from daemon.recording.rejoin import put_aside
from daemon.recording.seat_key import seed_of
from daemon.store import Store, Unwritable


@dataclass(frozen=True, slots=True, eq=False)
class OwnChain:
    """`boot` is this boot's id, `secret` what every key of this PC is made of."""

    store: Store
    boot: str
    secret: bytes

    def signer(self, seat: str) -> Signer:
        return Signer(seat, seed_of(seat, self.secret))

    def open(self, seat: str) -> Journal:
        """JournalError: it is damaged. Unwritable: the disk takes not even its first line."""
        try:
            return Journal(self.store.db, seat, self.boot, self.signer(seat))
        except JournalError as error:
            if isinstance(error.__cause__, sqlite3.OperationalError):
                raise Unwritable(str(error.__cause__)) from error
            raise

    def whole(self, seat: str, damaged: Callable[[JournalError], object], *, new: bool) -> Journal:
        """The seat's chain; where it is `damaged` a new one, as a new seat, and the damaged one is kept aside. `new`: the seat
        has written nothing yet. JournalError, Unwritable.
        """
        lost = self.store.broken()
        try:
            if lost is not None and lost.kept and not new:
                expect_head(self.store.db)  # else the seat would begin at 1 again, which no agent takes
            return self.open(seat)
        except JournalError as error:
            damaged(error)

        def anew() -> str:
            self.store.note_broken()
            return put_aside(self.store, again=True)

        return self.open(self.store.change_anyhow(anew))
