"""A play, and an unknown program, as they are stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from daemon.ending import Stored
from rules.facts import Played


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
