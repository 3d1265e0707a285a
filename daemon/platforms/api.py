"""What the loop needs of an operating system: narrow protocols, one suite of tests for all who keep them.

Moments named `mono` are milliseconds of the clock that play is counted on (host.clock), which excludes sleep.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from i18n.message import Message
from rules.games import Catalogue, Program

WatchKind = Literal["gate", "events", "poll"]


@dataclass(frozen=True, slots=True)
class ProgramStarted:
    """Signals that a program runs."""

    program: Program


@dataclass(frozen=True, slots=True)
class ProgramEnded:
    """Signals that the program with this identity ran until `mono`."""

    pid: int
    started: int
    mono: int


@dataclass(frozen=True, slots=True)
class StartRefused:
    """Signals that the gate stopped a start of `game` by `account` before its first instruction."""

    account: str
    game: str
    path: str
    pid: int
    mono: int


@dataclass(frozen=True, slots=True)
class WatchTrouble:
    """Signals that watching lost something or stopped; `id` is an Issue's id, `over` that it is well again."""

    id: str
    text: Message
    over: bool = False


Observation = ProgramStarted | ProgramEnded | StartRefused | WatchTrouble


@dataclass(frozen=True, slots=True)
class Refusals:
    """What the gate answers from: swapped in whole, never changed.

    `refused` maps an account to the ids of games that it may not start now; accounts that are absent may start anything.
    """

    catalogue: Catalogue
    refused: Mapping[str, frozenset[str]]


class Watcher(Protocol):
    """Tells the loop what starts and ends. All calls and all observations happen on the loop's thread."""

    kind: WatchKind  # known once it was started

    def start(self, sink: Callable[[Observation], None]) -> None:
        """Begin. What already runs is not told: `scan` finds it. OSError never leaves."""

    def scan(self) -> tuple[Program, ...]:
        """Every program that runs now. The truth that events are reconciled with."""

    def refuse(self, refusals: Refusals) -> None:
        """What to refuse from now on; without a gate only the catalogue matters."""

    def stop(self) -> None:
        """End; nothing is refused any more."""


class Control(Protocol):
    """Knows and ends programs. Identity is (pid, started): a pid that somebody else has by now is left alone."""

    def alive(self, pid: int, started: int) -> bool:
        """Whether exactly this program still runs."""

    def installed(self, pid: int, started: int) -> bool:
        """Whether its executable lies where only an administrator can have put it, so that its name is to be believed."""

    def ask_close(self, pid: int, started: int) -> bool:
        """Ask this program and its descendants to close. False: it was gone or may not be asked."""

    def end(self, pid: int, started: int) -> bool:
        """End this program and its descendants. False: it was gone or may not be ended."""


class Accounts(Protocol):
    """What kind of account somebody is."""

    def canonical(self, account: str) -> str:
        """The account as programs name it, however somebody wrote it; unchanged if this machine has no such account."""

    def exists(self, account: str) -> bool:
        """Whether this machine knows the account."""

    def limited(self, account: str) -> bool:
        """Whether an unmapped account counts as a guest: neither root, service account nor administrator."""

    def administrator(self, account: str) -> bool:
        """Whether the account may become root: then nothing here can hold."""


@dataclass(frozen=True, slots=True)
class Platform:
    watcher: Watcher
    control: Control
    accounts: Accounts
