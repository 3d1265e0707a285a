"""Which game a program is. Recognition is a union of clues: any one may make a program a game, none may clear it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal, TypeVar, get_args

Clue = Literal["content", "build-id", "store", "signer", "command", "name"]
CLUES: tuple[Clue, ...] = get_args(Clue)
_UNRATED = 1_000
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a file is, whatever it is called. `sha256` and `build_id` are hex; None where unknown or not an ELF file."""

    path: str
    size: int
    sha256: str | None = None
    build_id: str | None = None


@dataclass(frozen=True, slots=True)
class Program:
    """One running process as observed.

    The identity is (`pid`, `started`): `started` is whatever number the platform uses to tell two users of one pid apart.
    `since` is its start in milliseconds of the clock that play is counted on. `files` are the executable and, for an
    interpreter or loader, what it was told to run. `interpreted`: the executable is an interpreter, so that what its arguments
    say counts; other programs may have a game's command line among theirs and be none. `account` is the OS account name.
    """

    pid: int
    started: int
    since: int
    account: str
    files: tuple[Fingerprint, ...]
    args: tuple[str, ...] = ()
    parent: int = 0
    interpreted: bool = False

    @property
    def identity(self) -> tuple[int, int]:
        return (self.pid, self.started)


@dataclass(frozen=True, slots=True, kw_only=True)
class Game:
    """A catalogued thing to play and how to recognise it.

    `label` is the minimum age (None: unrated) and `label_source` where it comes from. `names` are file names of
    executables; `paths` absolute paths; `commands` substrings of one argument of an interpreter's command line.
    """

    id: str
    title: str
    label: int | None = None
    label_source: str | None = None
    publisher: str | None = None
    names: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    sizes: tuple[int, ...] = ()
    sha256: tuple[str, ...] = ()
    build_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """A program recognised as a game, by these clues, strongest first."""

    game: str
    clues: tuple[Clue, ...]


class Catalogue:
    """All known games, by every clue. Frozen once built; a look-up is a few dictionary accesses, because the gate waits for it.

    Two games of one id are one game with the clues of both; what the later one says (label, publisher, title) counts, where it
    says something: so a household's own entry completes a shipped one and cannot clear it.
    """

    __slots__ = ("_build_ids", "_commands", "_names", "_paths", "_sha256", "_sizes", "games")

    def __init__(self, games: Iterable[Game]) -> None:
        merged: dict[str, Game] = {}
        for game in games:
            merged[game.id] = _merged(merged[game.id], game) if game.id in merged else game
        self.games: Mapping[str, Game] = MappingProxyType(merged)
        self._sha256 = _index((digest.lower(), game.id) for game in merged.values() for digest in game.sha256)
        self._build_ids = _index((build.lower(), game.id) for game in merged.values() for build in game.build_ids)
        self._paths = _index((path, game.id) for game in merged.values() for path in game.paths)
        self._names = _index((name, game.id) for game in merged.values() for name in game.names)
        self._commands = tuple((part, game.id) for game in merged.values() for part in game.commands if part)
        self._sizes = frozenset(size for game in merged.values() for size in game.sizes)

    def recognise(self, program: Program) -> Match | None:
        """Which game the program is, and by which clues; of several games the strictest."""
        clues: dict[str, set[Clue]] = {}
        for file in program.files:
            for clue, id_ in self._of_file(file):
                clues.setdefault(id_, set()).add(clue)
        for part, id_ in self._commands if program.interpreted or len(program.files) > 1 else ():
            if any(part in arg for arg in program.args):
                clues.setdefault(id_, set()).add("command")
        if not clues:
            return None
        game = min(clues, key=self._strictest_first)
        return Match(game, tuple(clue for clue in CLUES if clue in clues[game]))

    def by_file(self, file: Fingerprint) -> frozenset[str]:
        """The ids of all games that this one file is, by content, build id, path or name."""
        return frozenset(id_ for _, id_ in self._of_file(file))

    def wants_sha256(self, size: int) -> bool:
        """Whether some game's file has this size, so that hashing a file of this size may tell something."""
        return size in self._sizes

    def _of_file(self, file: Fingerprint) -> Iterator[tuple[Clue, str]]:
        if file.sha256 is not None:
            for id_ in self._sha256.get(file.sha256.lower(), ()):
                yield "content", id_
        if file.build_id is not None:
            for id_ in self._build_ids.get(file.build_id.lower(), ()):
                yield "build-id", id_
        for id_ in self._paths.get(file.path, ()):
            yield "name", id_
        for id_ in self._names.get(posixpath.basename(file.path), ()):
            yield "name", id_

    def _strictest_first(self, id_: str) -> tuple[int, str]:
        """Unrated before any label, then the higher label, then the id."""
        label = self.games[id_].label
        return (-_UNRATED if label is None else -label, id_)


def _index(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for key, id_ in pairs:
        found[key] = (*found.get(key, ()), id_)
    return found


def _merged(old: Game, new: Game) -> Game:
    return replace(
        old,
        title=new.title or old.title,
        label=old.label if new.label is None else new.label,
        label_source=old.label_source if new.label is None else new.label_source,
        publisher=old.publisher if new.publisher is None else new.publisher,
        names=_union(old.names, new.names),
        paths=_union(old.paths, new.paths),
        commands=_union(old.commands, new.commands),
        sizes=_union(old.sizes, new.sizes),
        sha256=_union(old.sha256, new.sha256),
        build_ids=_union(old.build_ids, new.build_ids),
    )


def _union(old: tuple[_T, ...], new: tuple[_T, ...]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(old + new))
