"""A platform without an operating system: programs start and end when a script says so. For tests of whatever uses one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from daemon.platforms.api import (
    Observation,
    Platform,
    ProgramEnded,
    ProgramStarted,
    Refusals,
    StartRefused,
    WatchKind,
    WatchTrouble,
)
from host.clock import Clock
from rules.games import Fingerprint, Program


@dataclass(eq=False)
class FakePlatform:
    """Watcher, Control and Accounts in one (`parts` hands them out). Keeps the same contract as the real ones.

    `kind` "gate" refuses starts itself. Pids in `stubborn` do not close when asked, those in `foreign` cannot be ended.
    """

    clock: Clock
    kind: WatchKind = "gate"
    stubborn: set[int] = field(default_factory=set)
    foreign: set[int] = field(default_factory=set)
    administrators: set[str] = field(default_factory=lambda: {"root"})
    accounts: set[str] = field(default_factory=lambda: {"root", "an"})
    asked: list[int] = field(default_factory=list)
    killed: list[int] = field(default_factory=list)
    refusals: Refusals | None = None
    _running: dict[int, Program] = field(default_factory=dict)
    _trees: dict[tuple[int, int], list[tuple[int, int]]] = field(default_factory=dict)
    _sink: Callable[[Observation], None] | None = None
    _next: int = 1000

    @property
    def parts(self) -> Platform:
        return Platform(self, self, self)

    # --- the script --------------------------------------------------------------------------------------------------------

    def launch(
        self, *files: Fingerprint, account: str = "an", args: tuple[str, ...] = (), parent: int = 1, quietly: bool = False
    ) -> Program | None:
        """A program starts now; None if the gate refused it. `quietly`: nobody tells, only a scan finds it."""
        pid, self._next = self._next, self._next + 1
        now = self.clock.mono()
        refused = self._refused(files[0], account) if self.kind == "gate" else None
        if refused:
            self._tell(StartRefused(account, refused, files[0].path, pid, now))
            return None
        program = Program(pid, now // 10, now, account, files, args, parent)
        self._running[pid] = program
        if not quietly:
            self._tell(ProgramStarted(program))
        return program

    def execute(self, pid: int, *files: Fingerprint) -> Program:
        """A running program becomes another one, under the same identity."""
        old, now = self._running[pid], self.clock.mono()
        self._tell(ProgramEnded(pid, old.started, now))
        program = self._running[pid] = replace(old, files=files, since=now)
        self._tell(ProgramStarted(program))
        return program

    def exit(self, pid: int, *, quietly: bool = False) -> None:
        """A program ends now."""
        program = self._running.pop(pid)
        if not quietly:
            self._tell(ProgramEnded(pid, program.started, self.clock.mono()))

    def trouble(self, id_: str, *, over: bool = False) -> None:
        self._tell(WatchTrouble(id_, id_, over))

    # --- Watcher -----------------------------------------------------------------------------------------------------------

    def start(self, sink: Callable[[Observation], None]) -> None:
        self._sink = sink

    def scan(self) -> tuple[Program, ...]:
        return tuple(self._running.values())

    def refuse(self, refusals: Refusals) -> None:
        self.refusals = refusals

    def stop(self) -> None:
        self._sink = None
        self.refusals = None

    # --- Control -----------------------------------------------------------------------------------------------------------

    def alive(self, pid: int, started: int) -> bool:
        return pid in self._running and self._running[pid].started == started

    def installed(self, pid: int, started: int) -> bool:
        program = self._running.get(pid)
        return program is not None and program.started == started and program.files[0].path.startswith("/usr/")

    def ask_close(self, pid: int, started: int) -> bool:
        if not self._may(pid, started):
            return False
        self.asked.append(pid)
        tree = self._tree(pid)
        self._trees[pid, started] = [(one, self._running[one].started) for one in tree]
        for one in tree:
            if one not in self.stubborn:
                self.exit(one)
        return True

    def end(self, pid: int, started: int) -> bool:
        left = [one for one in self._trees.pop((pid, started), ()) if one[0] != pid and self._may(*one)]
        if not self._may(pid, started):
            for one, _ in left:
                self.exit(one)
            return False
        self.killed.append(pid)
        for one in self._tree(pid):
            self.exit(one)
        return True

    # --- Accounts ----------------------------------------------------------------------------------------------------------

    def canonical(self, account: str) -> str:
        return account

    def exists(self, account: str) -> bool:
        return account in self.accounts

    def limited(self, account: str) -> bool:
        return account in self.accounts - self.administrators

    def administrator(self, account: str) -> bool:
        return account in self.administrators

    # --- inside ------------------------------------------------------------------------------------------------------------

    def _tell(self, seen: Observation) -> None:
        if self._sink:
            self._sink(seen)

    def _refused(self, file: Fingerprint, account: str) -> str | None:
        if self.refusals is None:
            return None
        hit = self.refusals.catalogue.by_file(file) & self.refusals.refused.get(account, frozenset())
        return min(hit, default=None)

    def _may(self, pid: int, started: int) -> bool:
        return self.alive(pid, started) and pid not in self.foreign

    def _tree(self, pid: int) -> list[int]:
        children = [one for one, program in self._running.items() if program.parent == pid]
        return [pid, *(below for child in children for below in self._tree(child))]
