"""A platform without an operating system: programs start and end when a script says so. For tests of whatever uses one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from daemon.api.messages import FileSystem
from daemon.platforms.api import (
    Observation,
    OsSession,
    Platform,
    ProgramEnded,
    ProgramStarted,
    Refusals,
    StartRefused,
    WatchKind,
    WatchTrouble,
)
from daemon.platforms.pins import Pins, SpawnedPins
from daemon.platforms.power_record import PowerRecord
from host.clock import Clock
from i18n.message import Message
from rules.games import Fingerprint, Program

Identity = tuple[int, int]


@dataclass(eq=False)
class FakePlatform:
    """Watcher, Control and Accounts in one (`parts` hands them out). Keeps the same contract as the real ones.

    `kind` "gate" refuses starts itself. All programs have a window, but those in `windowless`. Pids in `stubborn` neither close
    when asked nor end when told, none does unless `obedient`; those in `foreign` can be neither asked nor ended. `programs` run
    now; a script may change them behind everybody's back.
    """

    clock: Clock
    kind: WatchKind = "gate"
    healthy: bool = True
    caught_up: bool = True  # with what the system has told
    obedient: bool = True
    stubborn: set[int] = field(default_factory=set)
    windowless: set[int] = field(default_factory=set)
    foreign: set[int] = field(default_factory=set)
    administrators: set[str] = field(default_factory=lambda: {"root"})
    groups: dict[str, str] = field(default_factory=dict)
    accounts: set[str] = field(default_factory=lambda: {"root", "an"})
    of_network: set[str] = field(default_factory=set)  # those of `accounts` that this machine does not keep itself
    asked: list[int] = field(default_factory=list)
    told: list[int] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    disconnected: list[int] = field(default_factory=list)
    screens: bool = False  # its sessions can be disconnected
    refusals: Refusals | None = None
    sessions: tuple[OsSession, ...] | None = None
    locked: list[str] = field(default_factory=list)
    pins: Pins = field(default_factory=SpawnedPins)
    power: PowerRecord | None = None
    programs: dict[Identity, Program] = field(default_factory=dict)
    _trees: dict[Identity, list[Identity]] = field(default_factory=dict)
    _reached: set[Identity] = field(default_factory=set)
    _sink: Callable[[Observation], None] | None = None
    _next: int = 1000

    @property
    def parts(self) -> Platform:
        return Platform(self, self, self, self.pins, logged_on=lambda: self.sessions, power=self.power, lock=self.lock)

    # --- the script --------------------------------------------------------------------------------------------------------

    def launch(
        self, *files: Fingerprint, account: str = "an", args: tuple[str, ...] = (), parent: int = 0, quietly: bool = False,
        pid: int | None = None, strange: bool = False,
        unread: bool = False,
    ) -> Program | None:
        """A program starts now; None if the gate refused it. `quietly`: nobody tells, only a scan finds it. `strange`: not only
        an administrator can have put its files there. `unread`: not all of it could be read.
        """
        self._next += 1
        pid, now = self._next if pid is None else pid, self.clock.mono()
        refused = self._refused(files[0], account) if self.kind == "gate" else None
        if refused:
            self._tell(StartRefused(account, refused, files[0].path, pid, now))
            return None
        program = Program(pid, now // 10, now, account, files, args, parent, foreign=files if strange else (), unread=unread)
        self.programs[program.identity] = program
        if not quietly:
            self._tell(ProgramStarted(program))
        return program

    def execute(self, pid: int, *files: Fingerprint) -> Program:
        """A running program becomes another one, under the same identity."""
        old, now = self._running(pid), self.clock.mono()
        self._tell(ProgramEnded(pid, old.started, now))
        program = self.programs[old.identity] = replace(old, files=files, since=now)
        self._tell(ProgramStarted(program))
        return program

    def exit(self, pid: int) -> None:
        """A program ends now."""
        program = self.programs.pop(self._running(pid).identity)
        self._tell(ProgramEnded(pid, program.started, self.clock.mono()))

    def trouble(self, id_: str, *, over: bool = False) -> None:
        self._tell(WatchTrouble(id_, Message(id_), over))

    # --- Watcher -----------------------------------------------------------------------------------------------------------

    def start(self, sink: Callable[[Observation], None]) -> None:
        self._sink = sink

    def scan(self) -> tuple[Program, ...]:
        return tuple(self.programs.values())

    def look(self) -> bool:
        return self.caught_up

    def resume(self, programs: Mapping[Identity, tuple[str, str]]) -> None:
        self.resumed = dict(programs)

    def refuse(self, refusals: Refusals) -> None:
        self.refusals = refusals

    def sound(self) -> bool:
        return self.healthy

    def file_systems(self) -> tuple[FileSystem, ...]:
        return (FileSystem(path="/", kind="ext4", watched="asked" if self.kind == "gate" else "ended"),)

    def stop(self) -> None:
        self._sink = None
        self.refusals = None

    # --- Control -----------------------------------------------------------------------------------------------------------

    def alive(self, pid: int, started: int) -> bool:
        return (pid, started) in self.programs

    def installed(self, pid: int, started: int) -> bool:
        program = self.programs.get((pid, started))
        return program is not None and program.files[0].path.startswith("/usr/")

    def remember(self, programs: Collection[Identity]) -> None:
        self._trees |= {root: self._tree(root) for root in programs if self._may(root)}

    def ask_close(self, programs: Collection[Identity]) -> bool:
        roots = [one for one in programs if self._may(one)]
        family = dict.fromkeys(one for root in roots for one in self._tree(root))
        self._trees |= {root: [*dict.fromkeys((*self._trees.get(root, ()), *self._tree(root)))] for root in roots}
        self.asked += [pid for pid, _ in roots]
        reached = {root for root in roots if {pid for pid, _ in self._tree(root)} - self.windowless}
        self._reached = self._reached - set(roots) | reached
        for one in family:
            if one[0] not in self.windowless:
                self._obeys(one)
        return bool(roots)

    def reached(self, programs: Collection[Identity]) -> bool:
        return not self._reached.isdisjoint(programs)

    def belongs(self, program: Program, to: Collection[Identity]) -> bool:
        for root in to:
            tree = {pid for pid, started in (root, *self._trees.get(root, ())) if started <= program.started}
            if program.identity == root or program.parent in tree:
                self._trees.setdefault(root, [root]).append(program.identity)
                return True
        return False

    def terminate(self, pid: int, started: int) -> bool:
        if not self._may((pid, started)):
            self._left((pid, started), self._obeys)
            return False
        self.told.append(pid)
        for one in self._tree((pid, started)):
            self._obeys(one)
        return True

    def end(self, pid: int, started: int) -> bool:
        if not self._may((pid, started)):
            self._left((pid, started), lambda one: self.exit(one[0]))
            self._trees.pop((pid, started), None)
            return False
        self.ended.append(pid)
        self._left((pid, started), lambda one: self.exit(one[0]))
        for one, _ in self._tree((pid, started)):
            self.exit(one)
        return True

    def disconnect(self, pid: int, started: int) -> bool:
        if self.screens:
            self.disconnected.append(pid)
        return self.screens

    def lock(self, session: OsSession) -> bool:
        known = session in (self.sessions or ())
        if known:
            self.locked.append(session.id)
        return known

    def _left(self, root: Identity, do: Callable[[Identity], object]) -> None:
        """What belonged to it when it was asked to close, and what that has started."""
        left = [one for one in self._trees.get(root, ()) if one != root]
        for one in dict.fromkeys(below for program in left for below in self._tree(program)):
            if self._may(one):
                do(one)

    def _obeys(self, one: Identity) -> None:
        if self.obedient and one[0] not in self.stubborn and one in self.programs:
            self.exit(one[0])

    # --- Accounts ----------------------------------------------------------------------------------------------------------

    def canonical(self, account: str) -> str:
        return account

    def exists(self, account: str) -> bool:
        return account in self.accounts

    def limited(self, account: str) -> bool:
        return account in self.accounts - self.administrators

    def persons(self) -> tuple[str, ...]:
        return tuple(sorted(self.accounts - self.administrators - self.of_network))

    def administrator(self, account: str) -> bool:
        return account in self.administrators

    def powerful_group(self, account: str) -> str | None:
        return self.groups.get(account)

    # --- inside ------------------------------------------------------------------------------------------------------------

    def _tell(self, seen: Observation) -> None:
        if self._sink:
            self._sink(seen)

    def _refused(self, file: Fingerprint, account: str) -> str | None:
        if self.refusals is None:
            return None
        hit = self.refusals.catalogue.by_file(file) & self.refusals.refused.get(account, frozenset())
        return min(hit, default=None)

    def _may(self, identity: Identity) -> bool:
        return identity in self.programs and identity[0] not in self.foreign

    def _running(self, pid: int) -> Program:
        return next(program for program in self.programs.values() if program.pid == pid)

    def _tree(self, identity: Identity) -> list[Identity]:
        """But for what another account does there."""
        whose = self.programs[identity].account if identity in self.programs else None
        children = [
            one for one, program in self.programs.items()
            if program.parent == identity[0] and whose in (None, program.account)
        ]  # fmt: skip
        return [identity, *(below for child in children for below in self._tree(child))]
