"""Rows of the daemon's tables: a play as it is stored, and which rows can be ours at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, get_args

import msgspec

from agent.api.messages import GrantEvent
from daemon.ending import Stored
from daemon.storing.opening import BROKEN, Broken
from daemon.trusted import Anchor
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


# What stands in `meta` as JSON; the rest are texts, which their readers check.
_JSON: Mapping[str, Any] = MappingProxyType({
    "seen": Anchor, "agent-keys": dict[str, str], BROKEN: Broken, "checkpoint-wall": int,
})  # fmt: skip
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


def readable(table: str, row: dict[str, Any]) -> bool:
    """Whether a row that was saved from a damaged database is one that we could have written."""
    try:
        if table == "plays":
            found = play_of(tuple(row[name] for name in (*_FIXED, *_CHANGING)), ())
            return found.total >= 0 and found.ending in get_args(Stored)
        if table == "grants":
            msgspec.json.decode(row["event"], type=GrantEvent)
        if table == "meta":
            row["value"].decode()
            if row["name"] in _JSON:
                msgspec.json.decode(row["value"], type=_JSON[row["name"]])
    except (msgspec.MsgspecError, AttributeError, TypeError, LookupError, ValueError):
        return False
    return True
