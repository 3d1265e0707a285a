"""Which rows of the daemon's tables can be ours at all: columns take any type, and a byte that turned leaves the page whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import Meta

from agent.api.asked import RequestEvent
from agent.api.roster import GrantEvent
from daemon.storing.opening import BROKEN, Broken
from daemon.storing.rows import COLUMNS, ListedRow, PlayRow, play_of
from daemon.trusted import Anchor

_MOST = 1 << 46  # a moment of the year 4199; later ones the calendar need not know
_Number: TypeAlias = Annotated[int, Meta(ge=-_MOST, le=_MOST)]
_Count: TypeAlias = Annotated[int, Meta(ge=0, le=_MOST)]
_Flag: TypeAlias = Annotated[int, Meta(ge=0, le=1)]
_Program: TypeAlias = tuple[Annotated[int, Meta(ge=0, lt=1 << 32)], int]


class _Play(msgspec.Struct):
    seq: _Number
    started_wall: _Count
    since_wall: _Count
    since_mono: _Number
    programs: tuple[_Program, ...]
    ms: _Number
    until: _Number | None


class _Piece(msgspec.Struct):
    play: _Number
    start: _Count
    ms: _Number
    sure: _Flag


class _Grant(msgspec.Struct):
    id: str
    event: str
    sent: _Flag


class _GrantEvent(msgspec.Struct):
    ms: _Count
    given: _Count
    revoked: _Count | None = None


class _RequestEvent(msgspec.Struct):
    ms: _Count
    asked: _Count


class _Refusals(msgspec.Struct):
    day: str
    player: str
    game: str
    count: _Count


class _Head(msgspec.Struct):
    seat: str
    seq: _Count
    hash: Annotated[str, Meta(pattern="^([0-9a-f]{64})?$")]
    sealed: _Count
    forgotten: _Count


class _Seen(msgspec.Struct):
    elapsed: _Count
    wall: _Count


def readable(table: str, row: dict[str, Any]) -> bool:
    """Whether a row that was found is one that we could have written."""
    try:
        if table in _KINDS:
            _KINDS[table](row)
    except (msgspec.MsgspecError, AttributeError, TypeError, LookupError, ValueError):
        return False
    return True


def _play(row: dict[str, Any]) -> None:
    found = play_of(tuple(row[name] for name in COLUMNS.split(", ")), ())
    whole = {one.name: getattr(found, one.name) for one in fields(found)}
    msgspec.convert(whole, PlayRow)
    msgspec.convert(whole, _Play)
    if found.ms < 0 and not found.ended:  # an end that was heard of late may lie before the last piece
        raise ValueError(found.ms)


def _grant(row: dict[str, Any]) -> None:
    event = msgspec.convert(row, _Grant).event
    msgspec.json.decode(event, type=GrantEvent)
    msgspec.json.decode(event, type=_GrantEvent)


def _request(row: dict[str, Any]) -> None:
    event = msgspec.convert(row, _Grant).event
    msgspec.json.decode(event, type=RequestEvent)
    msgspec.json.decode(event, type=_RequestEvent)


def _meta(row: dict[str, Any]) -> None:
    text = row["value"].decode()
    if (look := _META.get(row["name"])) is not None:
        look(text)


def _seat(text: str) -> None:
    if not re.fullmatch("seat-[0-9a-f]{8}(?:[0-9a-f]{2})?", text):
        raise ValueError(text)


def _seen(text: str) -> None:
    msgspec.json.decode(text, type=Anchor)
    msgspec.json.decode(text, type=_Seen)


# The rest are texts, which their readers check.
_META: Mapping[str, Callable[[str], object]] = MappingProxyType({
    "seat": _seat,
    "seen": _seen,
    "usage-reported": date.fromisoformat,
    "forgotten-before": int,
    BROKEN: lambda text: msgspec.json.decode(text, type=Broken),
})  # fmt: skip
_KINDS: Mapping[str, Callable[[dict[str, Any]], object]] = MappingProxyType({
    "meta": _meta,
    "plays": _play,
    "pieces": lambda row: msgspec.convert(row, _Piece),
    "grants": _grant,
    "requests": _request,
    "refusals": lambda row: msgspec.convert(row, _Refusals),
    "listed": lambda row: msgspec.convert({**row, "ms": msgspec.convert(row["ms"], _Count)}, ListedRow),
    "journal_head": lambda row: msgspec.convert(row, _Head),
})  # fmt: skip
