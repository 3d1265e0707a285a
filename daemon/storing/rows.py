"""The tables of the daemon's database, and its rows of plays and unknown programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from daemon.ending import Stored
from rules.facts import Played

TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE plays (
    seq INTEGER PRIMARY KEY,    -- of its play.started in the journal
    player TEXT NOT NULL, who TEXT NOT NULL, account TEXT NOT NULL, game TEXT NOT NULL, publisher TEXT,
    boot TEXT NOT NULL, started_wall INTEGER NOT NULL, since_wall INTEGER NOT NULL, since_mono INTEGER NOT NULL,
    programs TEXT NOT NULL,     -- JSON [[pid, started], …]
    ms INTEGER NOT NULL,        -- counted up to the row, or in all once ended
    ended INTEGER NOT NULL DEFAULT 0, label INTEGER, sure INTEGER NOT NULL DEFAULT 1, until INTEGER,
    ending TEXT NOT NULL DEFAULT 'free'
);
CREATE INDEX plays_by_time ON plays (started_wall);
CREATE TABLE pieces (play INTEGER NOT NULL, start INTEGER NOT NULL, ms INTEGER NOT NULL, sure INTEGER NOT NULL DEFAULT 1);
CREATE TABLE grants (id TEXT PRIMARY KEY, event TEXT NOT NULL, sent INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE refusals (day TEXT NOT NULL, player TEXT NOT NULL, game TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (day, player, game)) WITHOUT ROWID;
CREATE TABLE requests (id TEXT PRIMARY KEY, event TEXT NOT NULL, sent INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE listed (day TEXT NOT NULL, player TEXT NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL, sha256 TEXT,
    build_id TEXT, ms INTEGER NOT NULL, PRIMARY KEY (day, player, path)) WITHOUT ROWID
"""


@dataclass(frozen=True, slots=True)
class PlayRow:
    """A play as stored. `who` is its pseudonym in the log, `started_wall` its beginning, `programs` are identities.

    `since_*` begin its current piece, of which `ms` counts up to the row and which `sure` is about; `pieces` are those before.
    `ending` is how far its ending was and `until` (mono) until when, as daemon.ending keeps them.
    """

    seq: int
    player: str
    who: str
    account: str
    game: str
    publisher: str | None
    boot: str
    started_wall: int
    since_wall: int
    since_mono: int
    programs: tuple[tuple[int, int], ...]
    ms: int
    ending: Stored
    until: int | None
    ended: bool
    label: int | None
    sure: bool
    pieces: tuple[Played, ...] = ()

    @property
    def total(self) -> int:
        """All of it, in milliseconds."""
        return self.ms + sum(piece.ms for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class ListedRow:
    """An unknown program (`path`, and its content as far as it was read) ran for `ms` on a day (ISO date). The path "": those
    that are too many to have rows of their own.
    """

    day: str
    player: str
    path: str
    size: int
    sha256: str | None
    build_id: str | None
    ms: int


_FIXED = ("seq", "player", "who", "account", "game", "publisher", "boot", "started_wall")
_CHANGING = ("since_wall", "since_mono", "programs", "ms", "ending", "until", "ended", "label", "sure")
COLUMNS = ", ".join((*_FIXED, *_CHANGING))
INSERT = f"INSERT INTO plays ({COLUMNS}) VALUES ({', '.join(f':{name}' for name in (*_FIXED, *_CHANGING))})"  # noqa: S608 - ours
UPDATE = f"UPDATE plays SET {', '.join(f'{name} = :{name}' for name in _CHANGING)} WHERE seq = :seq"  # noqa: S608 - ours too


def values_of(row: PlayRow) -> dict[str, Any]:
    """By column."""
    values = {name: getattr(row, name) for name in (*_FIXED, *_CHANGING)}
    return {**values, "programs": msgspec.json.encode(row.programs).decode()}


def play_of(row: tuple[Any, ...], pieces: tuple[Played, ...]) -> PlayRow:
    values = dict(zip((*_FIXED, *_CHANGING), row, strict=True))
    values["programs"] = msgspec.json.decode(values["programs"], type=tuple[tuple[int, int], ...])
    values |= {name: bool(values[name]) for name in ("ended", "sure")}
    return PlayRow(**values, pieces=pieces)
