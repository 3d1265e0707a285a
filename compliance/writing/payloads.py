"""payload.db: the personal data that entries only commit to, encrypted row by row: it can be erased, and the log still holds.

AES-256-GCM under one key, which the caller keeps elsewhere (keyring). Salt and data lie in one box, bound to seat and seq;
erasing deletes both, so that nobody can test a guess against the commitment that stays in the log.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from compliance.journal import SALT_BYTES, Payload
from i18n.message import Message, MessageError, msg, said_by

_NONCE_BYTES = 12
_SCHEMA = """CREATE TABLE IF NOT EXISTS payload (
    seat TEXT NOT NULL, seq INTEGER NOT NULL, box BLOB NOT NULL, PRIMARY KEY (seat, seq)) STRICT, WITHOUT ROWID"""


class PayloadError(MessageError):
    """A payload store that is damaged, has another key, or cannot be written."""

    def __init__(self, what: Message) -> None:
        super().__init__(msg("the personal data (payload.db): {what}", what=what))


class Payloads:
    """The payloads in the database at `path`, made if it is not there; `key` is 32 bytes. PayloadError if it cannot be used."""

    def __init__(self, path: Path | str, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._reading = threading.Lock()  # as in LogFile
        try:
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
            try:
                for statement in ("PRAGMA secure_delete = ON", "PRAGMA synchronous = FULL", _SCHEMA):
                    self._connection.execute(statement)
            except sqlite3.Error:
                self._connection.close()
                raise
        except sqlite3.Error as error:
            raise PayloadError(msg("cannot be opened: {why}", why=said_by(error))) from error

    def close(self) -> None:
        self._connection.close()

    def put(self, seat: str, payloads: Iterable[Payload]) -> None:
        """Stores payloads of a seat, durably; those that are there already are replaced."""
        rows = []
        for payload in payloads:
            nonce = secrets.token_bytes(_NONCE_BYTES)
            box = nonce + self._cipher.encrypt(nonce, payload.salt + payload.data, _bound_to(seat, payload.seq))
            rows.append((seat, payload.seq, box))
        self._change("INSERT OR REPLACE INTO payload (seat, seq, box) VALUES (?, ?, ?)", rows)

    def get(self, seat: str, seq: int) -> Payload | None:
        """The payload of a seat's entry; None without one, or once it was erased. PayloadError if it is not what was stored."""
        rows = self._rows("SELECT box FROM payload WHERE seat = ? AND seq = ?", seat, seq)
        if not rows:
            return None
        box = bytes(rows[0][0])
        try:
            plain = self._cipher.decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], _bound_to(seat, seq))
        except InvalidTag:
            raise PayloadError(msg("{entry} is damaged or of another key", entry=f"{seat}/{seq}")) from None
        return Payload(seq, plain[:SALT_BYTES], plain[SALT_BYTES:])

    def erase(self, entries: Iterable[tuple[str, int]]) -> None:
        """Deletes the payloads of these entries (seat, seq) with their salts, and overwrites what they lay on."""
        self._change("DELETE FROM payload WHERE seat = ? AND seq = ?", entries, "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)")

    def seats(self) -> Iterator[str]:
        """Of whose entries there are some."""
        seat = ""
        while (found := self._rows("SELECT min(seat) FROM payload WHERE seat > ?", seat)) and found[0][0] is not None:
            seat = str(found[0][0])
            yield seat

    def seqs(self, seat: str) -> Iterator[int]:
        """Of which of its entries, in order; read a part at a time."""
        last = 0
        while rows := self._rows("SELECT seq FROM payload WHERE seat = ? AND seq > ? ORDER BY seq LIMIT 1000", seat, last):
            for (last,) in rows:
                yield last

    def _rows(self, query: str, *values: object) -> list[Any]:
        try:
            with self._reading:
                return self._connection.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise PayloadError(msg("cannot be read: {why}", why=said_by(error))) from error

    def _change(self, statement: str, rows: Iterable[tuple[object, ...]], *after: str) -> None:
        """All of it, durably, or nothing."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(statement, rows)
            self._connection.execute("COMMIT")
            for other in after:
                self._connection.execute(other)
        except sqlite3.Error as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise PayloadError(msg("cannot be written: {why}", why=said_by(error))) from error


def _bound_to(seat: str, seq: int) -> bytes:
    return f"{seat}\n{seq}".encode()
