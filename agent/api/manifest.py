"""A roster as a small signed text and the parts that it names by their SHA-256: a change costs a seat what changed. Pure.

In the text a part stands as `{"part": HASH}` for one value, `{"parts": [HASH, …]}` for the pieces of a list by id.
Parts: the games, each pack, and players and guardians where there are many, in pieces by their ids.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from agent.api.roster import Roster

_FEW: Final = 32
_PIECES: Final = 128


class MissingError(Exception):
    """These parts, by their hashes, are not here."""

    def __init__(self, hashes: tuple[str, ...]) -> None:
        super().__init__(", ".join(hashes))
        self.hashes = hashes


def apart(roster: Roster) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The roster's fields, with what is large as a part, and these parts: what all that is sent of one roster shares."""
    parts: dict[str, bytes] = {}
    document: dict[str, Any] = msgspec.to_builtins(roster)
    for player in (document["guest"], *document["players"], *(one["player"] for one in document["checked_in"])):
        player["packs"] = [_part(pack, parts) for pack in player["packs"]]
    document["place_packs"] = [_part(pack, parts) for pack in document["place_packs"]]
    document["games"] = _part(document["games"], parts)
    return document, parts


def text_of(document: dict[str, Any], parts: dict[str, bytes]) -> bytes:
    """The text of what `apart` made, or of some of it; what lies in pieces is added to the `parts`."""
    pieces = {name: _pieces(document[name], parts) for name in ("players", "guardians")}
    return msgspec.json.encode({**document, **pieces})


def join(text: bytes, parts: Mapping[str, bytes]) -> bytes:
    """The whole roster as JSON. A text that names no parts stays as it is. MissingError, MsgspecError."""
    missing: dict[str, None] = {}
    document = _whole(msgspec.json.decode(text), parts, missing)
    if missing:
        raise MissingError(tuple(missing))
    return msgspec.json.encode(document)


def used(text: bytes, get: Callable[[str], bytes | None]) -> dict[str, bytes]:
    """The parts that the text names, and they in turn, of those that `get` has. MsgspecError."""
    found: dict[str, bytes] = {}
    texts = [text]
    while texts:
        missing: dict[str, None] = {}
        _whole(msgspec.json.decode(texts.pop()), {}, missing)
        for name in missing.keys() - found.keys():
            if (data := get(name)) is not None:
                found[name] = data
                texts.append(data)
    return found


def digest(part: bytes) -> str:
    return hashlib.sha256(part).hexdigest()


def _part(value: object, parts: dict[str, bytes]) -> dict[str, str]:
    data = msgspec.json.encode(value)
    parts[name := digest(data)] = data
    return {"part": name}


def _pieces(rows: list[dict[str, Any]], parts: dict[str, bytes]) -> object:
    """Whoever is added or changed is in one of them."""
    if len(rows) <= _FEW:
        return rows
    pieces: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        pieces.setdefault(int(digest(row["id"].encode())[:8], 16) % _PIECES, []).append(row)
    return {"parts": [_part(pieces[key], parts)["part"] for key in sorted(pieces)]}


def _whole(value: Any, parts: Mapping[str, bytes], missing: dict[str, None]) -> Any:
    if isinstance(value, list):
        return [_whole(one, parts, missing) for one in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"part"}:
        return _read(value["part"], parts, missing)
    if value.keys() == {"parts"}:
        rows = [row for name in value["parts"] for row in _read(name, parts, missing) or ()]
        return sorted(rows, key=lambda row: str(row["id"]))
    return {name: _whole(one, parts, missing) for name, one in value.items()}


def _read(name: str, parts: Mapping[str, bytes], missing: dict[str, None]) -> Any:
    if (data := parts.get(name)) is None:
        missing[name] = None
        return None
    return _whole(msgspec.json.decode(data), parts, missing)
