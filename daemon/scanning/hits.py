"""What one source found, and how finds of several sources become one game."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["game", "emulator", "learning"]
Origin = Literal["system", "user"]
MAX_EXECUTABLES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One game as one source tells of it.

    `name` is what its id is made of (a desktop or application id, a title); `keys` tell that two hits are one game, as
    "app:org.gnome.mines", "steam:570", "run:/usr/games/x". `label` is a minimum age with its source. `source` says where it
    was found, for people. `origin` "user": whoever is scanned wrote what was read. `words` are what an interpreter is told, as
    a Java class. `kind` "learning": a learning program, which is not listed. `folder` is where all of it lies, if that is a
    folder of its own; `told` who says so: a file's path, or the part of Windows' registry, "HKLM" (an administrator) or "HKCU"
    (the user).
    Not `sure`: a game only if the catalogue knows one of its executables.
    """

    name: str
    title: str
    source: str
    keys: frozenset[str]
    executables: tuple[str, ...] = ()
    kind: Kind = "game"
    origin: Origin = "user"
    label: int | None = None
    label_source: str | None = None
    developer: str | None = None
    steam_id: int | None = None
    words: tuple[str, ...] = ()
    folder: str = ""
    told: str = ""
    sure: bool = True


def merged(hits: Iterable[Hit]) -> list[tuple[Hit, tuple[str, ...]]]:
    """One hit for each game, with what all sources tell of it, and the places where it was found. In the order of first hits.

    Hits that share a key are one game. Where they disagree, as on title, name and label, the earlier one counts.
    """
    groups: list[list[Hit]] = []
    by_key: dict[str, list[Hit]] = {}
    for hit in hits:
        group = next((by_key[key] for key in sorted(hit.keys) if key in by_key), None)
        if group is None:
            groups.append(group := [])
        group.append(hit)
        for key in hit.keys:
            by_key.setdefault(key, group)
    return [_one(group) for group in groups]


def _one(group: Sequence[Hit]) -> tuple[Hit, tuple[str, ...]]:
    """The user adds nothing to what the system says of its own game: otherwise an entry of its id would add any program."""
    trusted = [hit for hit in group if hit.origin == "system" and hit.executables] or group
    hit = trusted[0]
    for other in trusted[1:]:
        hit = replace(
            hit,
            executables=tuple(dict.fromkeys(hit.executables + other.executables))[:MAX_EXECUTABLES],
            origin="user" if "user" in {hit.origin, other.origin} else "system",
            label=other.label if hit.label is None else hit.label,
            label_source=other.label_source if hit.label is None else hit.label_source,
            developer=hit.developer or other.developer,
            steam_id=hit.steam_id if hit.steam_id is not None else other.steam_id,
            words=tuple(dict.fromkeys(hit.words + other.words)),
            sure=hit.sure or other.sure,
        )
    return hit, tuple(dict.fromkeys(one.source for one in group))
