"""Which game a program is. Recognition is a union of clues: any one may make a program a game, none may clear it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Clue = Literal["content", "build-id", "store", "signer", "command", "name"]


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
    interpreter or loader, the script or program it runs. `account` is the OS account name.
    """

    pid: int
    started: int
    since: int
    account: str
    files: tuple[Fingerprint, ...]
    args: tuple[str, ...] = ()
    parent: int = 0

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
