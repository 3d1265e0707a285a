"""One seat's signed chain, inside an SQLite connection and transactions that its owner holds: append, seal, spool, forget.

The daemon appends an entry and changes its own tables in one transaction, so that neither can be without the other. Entries
wait here until the agent has proved that its log holds them. Nothing is kept in memory: what a rolled back transaction
appended, the next append does not see. Write errors (a full disk) reach the caller as `sqlite3.Error`, because the transaction
is the caller's.
"""

from __future__ import annotations

import hmac
import secrets
import sqlite3
from dataclasses import dataclass
from typing import Any

from compliance import entry
from compliance.entries.log import Seal
from compliance.format.chain import START, Chain, ChainError, Draft, E, Head
from compliance.note import Signer
from i18n.message import Arg, MessageError, msg, said_by

SALT_BYTES = 32
TAIL = 1000
_NO_HEAD = msg("the row of its head is missing")

_TABLES = (
    """CREATE TABLE IF NOT EXISTS journal (
        seq INTEGER PRIMARY KEY, entry BLOB NOT NULL, seal INTEGER NOT NULL, salt BLOB, payload BLOB) STRICT""",
    """CREATE TABLE IF NOT EXISTS journal_head (
        one INTEGER PRIMARY KEY CHECK (one = 1), seat TEXT NOT NULL, seq INTEGER NOT NULL, hash TEXT NOT NULL,
        sealed INTEGER NOT NULL, forgotten INTEGER NOT NULL) STRICT""",
)


class JournalError(MessageError):
    """A journal that is damaged or another seat's."""

    def __init__(self, why: Arg) -> None:
        super().__init__(msg("the journal of this seat is damaged: {why}", why=why))


@dataclass(frozen=True, slots=True)
class Payload:
    """Personal data beside the entry `seq`, whose `secret` commits to it under `salt`."""

    seq: int
    salt: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """The oldest entries that wait: contiguous, ending in the seal `last`, with the payloads beside them."""

    entries: tuple[bytes, ...]
    payloads: tuple[Payload, ...]
    last: int


def commitment(salt: bytes, payload: bytes) -> str:
    """What an entry's `secret` says about its payload: the hex HMAC-SHA256 under the salt."""
    return hmac.new(salt, payload, "sha256").hexdigest()


def create_tables(connection: sqlite3.Connection) -> None:
    """Makes the journal's tables where they are missing. The commit is the caller's."""
    for statement in _TABLES:
        connection.execute(statement)


def expect_head(connection: sqlite3.Connection) -> None:
    """JournalError if nobody knows how far the chain goes: so is one that was never opened, or one that lost it."""
    if connection.execute("SELECT * FROM journal_head").fetchone() is None:
        raise JournalError(_NO_HEAD)


class Journal:
    """The chain of `seat`, whose seals `signer` signs; entries appended here carry `boot`.

    `connection` has the tables of `create_tables`. JournalError if what it holds is damaged or belongs to another seat or key.
    """

    def __init__(self, connection: sqlite3.Connection, seat: str, boot: str, signer: Signer) -> None:
        self.seat = seat
        self.boot = boot
        self._connection = connection
        self._signer = signer
        try:
            self._open()
        except sqlite3.Error as error:
            raise JournalError(said_by(error)) from error

    def append(self, kind: type[E], *, mono: int, wall: int, payload: bytes | None = None, **fields: Any) -> E:
        """Appends an entry of this kind and returns it. `payload` stays beside it, under a fresh salt; the entry commits to it.

        EntryError if the fields are not those of the kind or not in the profile; sqlite3.Error if it cannot be written.
        """
        if kind is Seal:
            raise entry.EntryError(msg("a seal is appended by seal()"))
        salt = None
        if payload is not None:
            salt = secrets.token_bytes(SALT_BYTES)
            fields["secret"] = commitment(salt, payload)
        draft = self._draft(mono, wall)
        line = draft.add(kind, **fields)
        self._store(draft, salt, payload)
        return line

    def seal(self, mono: int, wall: int) -> Seal | None:
        """Signs what was appended since the last seal; None if nothing was."""
        head, sealed = self._head()
        if head.seq == sealed:
            return None
        draft = self._draft(mono, wall)
        seal = draft.seal()
        self._store(draft, seal=True)
        return seal

    def spool(self, limit: int = 1000) -> Batch | None:
        """The oldest waiting batch: up to `limit` entries ending in a seal, or all up to the first seal if that is further.

        None if nothing sealed waits.
        """
        (first,) = self._one("SELECT min(seq) FROM journal")
        if first is None:
            return None
        (last,) = self._one("SELECT max(seq) FROM journal WHERE seal AND seq < ?", first + limit)
        if last is None:
            (last,) = self._one("SELECT min(seq) FROM journal WHERE seal")
        if last is None:
            return None
        query = "SELECT seq, entry, salt, payload FROM journal WHERE seq <= ? ORDER BY seq"
        rows = self._connection.execute(query, (last,)).fetchall()
        payloads = tuple(Payload(seq, salt, payload) for seq, _, salt, payload in rows if salt is not None)
        return Batch(tuple(row[1] for row in rows), payloads, last)

    def forget(self, last_seq: int) -> None:
        """Drops entries up to `last_seq`, a sealed one, and their payloads: the log has proved to hold them. JournalError."""
        _, sealed = self._head()
        if last_seq > sealed:
            raise JournalError(msg("entry {seq} is not sealed yet", seq=str(last_seq)))
        self._connection.execute("DELETE FROM journal WHERE seq <= ?", (last_seq,))
        self._connection.execute("UPDATE journal_head SET forgotten = max(forgotten, ?)", (last_seq,))

    def unsent(self) -> int:
        """How many entries wait here."""
        (count,) = self._one("SELECT seq - forgotten FROM journal_head")
        return int(count)

    def head(self) -> Head:
        """The last entry appended; `START` if there is none."""
        return self._head()[0]

    def _draft(self, mono: int, wall: int) -> Draft:
        head, sealed = self._head()
        return Draft(self.seat, self._signer, head, sealed, boot=self.boot, mono=mono, wall=wall)

    def _store(self, draft: Draft, salt: bytes | None = None, payload: bytes | None = None, *, seal: bool = False) -> None:
        (data,) = draft.data
        seq, hashed = draft.head
        query = "INSERT INTO journal (seq, entry, seal, salt, payload) VALUES (?, ?, ?, ?, ?)"
        self._connection.execute(query, (seq, data, seal, salt, payload))
        query = "UPDATE journal_head SET seq = ?, hash = ?, sealed = iif(?, ?, sealed)"
        self._connection.execute(query, (seq, hashed, seal, seq))

    def _head(self) -> tuple[Head, int]:
        """The last entry and the seq of the last seal."""
        seq, hashed, sealed = self._one("SELECT seq, hash, sealed FROM journal_head")
        return Head(seq, hashed), sealed

    def _one(self, query: str, *values: object) -> tuple[Any, ...]:
        row: tuple[Any, ...] | None = self._connection.execute(query, values).fetchone()
        if row is None:
            raise JournalError(_NO_HEAD)
        return row

    def _open(self) -> None:
        self._connection.execute(
            "INSERT INTO journal_head (one, seat, seq, hash, sealed, forgotten) SELECT 1, ?, 0, '', 0, 0"
            " WHERE NOT EXISTS (SELECT * FROM journal_head) AND NOT EXISTS (SELECT * FROM journal)",
            (self.seat,),
        )
        (seat,) = self._one("SELECT seat FROM journal_head")
        if seat != self.seat:
            raise JournalError(msg("it belongs to seat {seat}, not to {own}", seat=seat, own=self.seat))
        (forgotten,) = self._one("SELECT forgotten FROM journal_head")
        count, first, last = self._one("SELECT count(*), min(seq), max(seq) FROM journal")
        head, sealed = self._head()
        if (count, first or forgotten + 1, last or forgotten) != (head.seq - forgotten, forgotten + 1, head.seq):
            first, last = str(forgotten + 1), str(head.seq)
            raise JournalError(msg("some of its entries {first} to {last} are missing", first=first, last=last))
        self._check_tail(head, sealed, forgotten)

    def _check_tail(self, head: Head, sealed: int, forgotten: int) -> None:
        """Follows the chain again from the last seal that lies TAIL entries back, or from as far as it goes."""
        (start,) = self._one("SELECT coalesce(max(seq), ?) FROM journal WHERE seal AND seq <= ?", forgotten, head.seq - TAIL)
        rows = self._connection.execute("SELECT entry FROM journal WHERE seq > ? ORDER BY seq", (start,))
        tail: Chain | None = None
        try:
            for (data,) in rows:
                line = entry.decode(data)
                tail = tail or Chain(self.seat, self._signer.key, Head(start, line.prev) if start else START)
                tail.follow(line, data)
        except (ChainError, entry.EntryError) as error:
            raise JournalError(said_by(error)) from None
        if tail is not None and (tail.head, tail.sealed) != (head, sealed):
            raise JournalError(msg("its head is not its last entry"))
