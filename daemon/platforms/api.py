"""What the loop needs of an operating system: narrow protocols, one suite of tests for all who keep them.

Moments named `mono` are milliseconds of the clock that play is counted on (host.clock), which excludes sleep.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from daemon.api.messages import FileSystem
from daemon.platforms.pins import Pins, SpawnedPins
from daemon.platforms.power_record import PowerRecord
from daemon.platforms.processes import Identity
from i18n.message import Message
from rules.games import Catalogue, Fingerprint, Program
from rules.installed import OnlyInstalled

WatchKind = Literal["gate", "events", "poll"]
Lack = Literal["processor", "memory"]
"""In what the daemon does not go before programs of users, although it should."""


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
    """Signals that the gate stopped a start of `game` by `account` before its first instruction: `times` since it told last, of
    which this is the latest.
    """

    account: str
    game: str
    path: str
    pid: int
    mono: int
    times: int = 1


@dataclass(frozen=True, slots=True)
class ProgramStopped:
    """Signals that the gate stopped a start of an unknown program, as those of `account` are refused now. `times` as in
    StartRefused.
    """

    account: str
    file: Fingerprint
    pid: int
    mono: int
    times: int = 1


@dataclass(frozen=True, slots=True)
class WatchTrouble:
    """Signals that watching lost something or stopped; `id` is an Issue's id, `over` that it is well again. `account`: whose
    program it is about ("": nobody's), which is no trouble unless that account is limited; told as often as it comes.
    """

    id: str
    text: Message
    over: bool = False
    account: str = ""


Observation = ProgramStarted | ProgramEnded | StartRefused | ProgramStopped | WatchTrouble


@dataclass(frozen=True, slots=True)
class Refusals:
    """What the gate answers from: swapped in whole, never changed.

    `refused` maps an account to the ids of games that it may not start now; accounts that are absent may start anything.
    `saving`: by game, its programs that were told to save and still have time for it: they may start the game anew.
    `only`: the accounts whose unknown programs are refused now, and which of them may run all the same.
    `watched`: the accounts whose unknown programs may run, if not always. Program.foreign and Program.unread are asked of both.
    `root`: whether what Linux' root runs may be anybody's play; if not, nobody need be told of it.
    """

    catalogue: Catalogue
    refused: Mapping[str, frozenset[str]]
    saving: Mapping[str, frozenset[Identity]] = field(default_factory=dict)
    only: Mapping[str, OnlyInstalled] = field(default_factory=dict)
    root: bool = True
    watched: frozenset[str] = frozenset()


class Watcher(Protocol):
    """Tells the loop what starts and ends. All calls and all observations happen on the loop's thread."""

    kind: WatchKind  # known once it was started; another one when more, or less, can be had than before

    def start(self, sink: Callable[[Observation], None]) -> None:
        """Begin. What already runs is not told: `scan` finds it. OSError never leaves."""

    def scan(self) -> tuple[Program, ...]:
        """Every program that runs now. The truth that events are reconciled with."""

    def look(self) -> bool:
        """Tell what has come to pass and was not told yet, as far as it takes no time to see. False: there is more to come."""

    def resume(self, programs: Mapping[Identity, tuple[str, str]]) -> None:
        """These went on while nobody watched: by identity, the account and the id of the game whose play each is part of. To be
        called before the first `scan`, as what a game's starter has become does not show what it is.
        """

    def refuse(self, refusals: Refusals) -> None:
        """What to refuse from now on; without a gate only the catalogue matters."""

    def sound(self) -> bool:
        """Whether all that it does beside the loop's thread comes round, as whoever is asked before a program runs has to."""

    def file_systems(self) -> tuple[FileSystem, ...]:
        """How games are met on each file system that is mounted; none where that cannot be told."""

    def stop(self) -> None:
        """End; nothing is refused any more."""


class Control(Protocol):
    """Knows and ends programs. Identity is (pid, started): a pid that somebody else has by now is left alone."""

    def alive(self, pid: int, started: int) -> bool:
        """Whether exactly this program still runs."""

    def installed(self, pid: int, started: int) -> bool:
        """Whether its executable lies where only an administrator can have put it, so that its name is to be believed."""

    def remember(self, programs: Collection[Identity]) -> None:
        """These of one play have to end soon: what belongs to them now will still be known to when they are gone."""

    def ask_close(self, programs: Collection[Identity]) -> bool:
        """Have the windows of these programs of one play and of their descendants asked to close, each once, without waiting
        for it. A program without a window hears nothing. False: all are gone or may not be asked.
        """

    def reached(self, programs: Collection[Identity]) -> bool:
        """Whether the request to close one of these has gone out to a window, as far as is known by now."""

    def belongs(self, program: Program, to: Collection[Identity]) -> bool:
        """Whether this program was started by one of these, which have to end, or by what they started; also if it or
        they are gone by now, as far as it can be told. It is then ended with them.
        """

    def terminate(self, pid: int, started: int) -> bool:
        """Tell this program and its descendants to end by a signal that they may act upon; where the system has none, end them.
        False: it was gone or may not be told.
        """

    def end(self, pid: int, started: int) -> bool:
        """End this program and its descendants. False: it was gone or may not be ended."""

    def disconnect(self, pid: int, started: int) -> bool:
        """Have the screen show the log-on in place of this program's session, which goes on. False: not done here."""


class Accounts(Protocol):
    """What kind of account somebody is."""

    def canonical(self, account: str) -> str:
        """The account as programs name it, however somebody wrote it; unchanged if this machine has no such account."""

    def exists(self, account: str) -> bool:
        """Whether this machine knows the account."""

    def limited(self, account: str) -> bool:
        """Whether an unmapped account counts as a guest: neither root, service account nor administrator."""

    def persons(self) -> Collection[str]:
        """Accounts that this machine keeps itself and somebody may log on with, where starts can be refused. Those that a
        network keeps are known as they play.
        """

    def administrator(self, account: str) -> bool:
        """Whether the account may become root: then nothing here can hold."""

    def powerful_group(self, account: str) -> str | None:
        """A group by which it becomes root without being an administrator's; None: it is in none that we know."""


@dataclass(frozen=True, slots=True)
class OsSession:
    """Somebody is logged on at this machine: `id` names the session as long as the system runs."""

    id: str
    account: str


class Displays(Protocol):
    """Keeps a tray in each session that somebody looks at. Nothing waits for it, and nothing that fails leaves it."""

    def start(self) -> None:
        """Begin, also with the sessions that are there."""

    def look(self) -> None:
        """Somebody may have logged on or off."""

    def stop(self) -> None:
        """End; trays stay, and say that the daemon is away."""


@dataclass(frozen=True, slots=True)
class Platform:
    """`displays` None: something else starts trays. `logged_on`: who is, and not from afar; None: the system does not say.
    `tells_unknown`: whether Program.foreign and Program.unread say that a program is unknown. `power`: when the PC
    was on; None: nobody asks. `lock`: have the screen show its lock, or the log-on, in place of this session; nothing waits
    for it, and no error leaves it. False: it cannot be had here.
    """

    watcher: Watcher
    control: Control
    accounts: Accounts
    pins: Pins = field(default_factory=SpawnedPins)
    displays: Displays | None = None
    logged_on: Callable[[], tuple[OsSession, ...] | None] = lambda: None
    tells_unknown: bool = True
    power: PowerRecord | None = None
    lock: Callable[[OsSession], bool] = lambda _: False
