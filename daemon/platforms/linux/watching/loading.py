"""When to look at the code that processes have loaded, and what of it is a game's.

A process that is no game by its executable or by what it was told is looked at some times after its start, then with each scan:
only if the size of what it can execute has changed, or that of all its memory, which the kernel tells without waiting for
anybody. Root's never are.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from daemon.platforms.linux import procfs
from daemon.platforms.linux.watching.asked_again import Answer, AskedAgain, Question, Read
from daemon.platforms.linux.watching.finding import Account
from daemon.platforms.linux.watching.mapped import Mapped
from daemon.platforms.processes import BlindError, Identity
from host.clock import Clock
from rules.games import Catalogue, Fingerprint, Program

_LOOKS_S = (0.1, 0.4, 1.5, 6, 24)  # after its start, each after the one before
_MOST = 8192
_MOST_ACCOUNTS = 64
_IDLE_MS = 600_000
_AGAIN_S = 1.0  # who keeps a thread waiting is looked at so often

Told = Callable[[Identity, tuple[Fingerprint, ...], int], None]
"""A process, the files of games that it has loaded, and since when (mono) it can have them."""

_OVER = (0, 0)


class _Looked(NamedTuple):
    """When it started, as processes and as play count; `at` (mono): by then it had not loaded more than was seen."""

    this: tuple[int, int]
    account: str
    catalogue: Catalogue
    at: int
    size: tuple[int, int] = _OVER


class LoadedCode:
    """On the loop's thread. `later` as the loop's `call_later`, `on_loop` runs something there, from the thread."""

    def __init__(self, clock: Clock, tell: Told) -> None:
        self._clock, self._tell = clock, tell
        self._known: OrderedDict[int, _Looked] = OrderedDict()
        self._finders: dict[str, Account] = {}
        self._let_go_at = clock.mono()
        self._looks_again = False
        self._again = AskedAgain(self._ask, self._found, self._unread, self._forget, self._later)
        self.later: Callable[..., object] = lambda *_: None
        self.on_loop: Callable[..., None] = lambda *_: None
        self.read: Read = lambda *_: None
        self.held: Callable[[str, str], None] = lambda *_: None
        """Told what could not be looked at in time, and whose it is."""
        self.unread: Callable[[Identity], bool] = lambda _: False
        """Told of a process of which that is too much. Whether it is of interest."""

    def stop(self) -> None:
        for one in self._finders.values():
            one.stop()
        self._finders.clear()
        self._known.clear()
        self._again.clear()
        self._looks_again = False

    def seen(self, program: Program, catalogue: Catalogue, rested: int = 0) -> bool:
        """A program that is no game runs: newly, or still; it had loaded nothing new at `rested` (mono). Whether all that it
        has loaded is looked at, or will be.
        """
        if program.account == "root" or not catalogue.knows_content:
            return True
        this = (program.started, program.since)
        known = self._known.get(program.pid)
        if known is None or known.this != this:
            self._note(program.pid, _Looked(this, program.account, catalogue, program.since))
            self.later(_LOOKS_S[0], self._due, program.pid, this, 0)
            return False
        if known.catalogue is not catalogue:
            known = known._replace(catalogue=catalogue, size=_OVER)
        self._note(program.pid, known._replace(at=max(known.at, rested)))
        return self._look(program.pid) == self._known[program.pid].size

    def _note(self, pid: int, looked: _Looked) -> None:
        self._known[pid] = looked
        self._known.move_to_end(pid)
        if len(self._known) > _MOST:
            self._known.popitem(last=False)

    def _due(self, pid: int, this: tuple[int, int], number: int) -> None:
        known = self._known.get(pid)
        if known is None or known.this != this:
            return
        if self._look(pid) == _OVER:
            del self._known[pid]
        elif number + 1 < len(_LOOKS_S):
            self.later(_LOOKS_S[number + 1], self._due, pid, this, number + 1)

    def _look(self, pid: int) -> tuple[int, int] | None:
        """If it may have loaded something since. Its extent now (procfs); None: nobody can see it."""
        known, now = self._known[pid], self._clock.mono()
        if finder := self._finders.get(known.account):
            self._note_held(finder, known.account)
        try:
            size = procfs.extent(pid)
        except BlindError:  # whoever scans will say so
            return None
        if size == known.size:
            self._note(pid, known._replace(at=now))
        elif size != _OVER and (finder := self._finder(known.account)) and finder.room:
            self._note(pid, known._replace(at=now, size=size))
            finder.look((pid, known.this[0]), known.catalogue, partial(self.on_loop, self._looked, known))
        return size

    def _finder(self, account: str) -> Account | None:
        """None: that many are at work for others."""
        self._let_go(self._clock.mono())
        if account not in self._finders:
            if len(self._finders) >= _MOST_ACCOUNTS:
                idle = next((name for name, one in self._finders.items() if one.idle), None)
                if idle is None:
                    return None
                self._finders.pop(idle).stop()
            self._finders[account] = Account(self._clock)
        return self._finders[account]

    def _let_go(self, now: int) -> None:
        """Of the threads of accounts of which nothing was looked at since the last time."""
        if now - self._let_go_at < _IDLE_MS:
            return
        self._let_go_at = now
        for account, one in tuple(self._finders.items()):
            if one.idle and not one.used:
                self._finders.pop(account).stop()
            one.used = False

    # --- what was found, and what was not ----------------------------------------------------------------------------------

    def _looked(
        self, looked: _Looked, this: Identity, files: tuple[Fingerprint, ...], unread: tuple[Mapped, ...] = ()
    ) -> None:
        if files:
            self._found(this, files, looked.at)
        elif self._finders and unread:
            self._again.ask(Question(this, looked.account, looked.catalogue, looked.at), unread)

    def _ask(
        self, question: Question, files: tuple[Mapped, ...], tell: Callable[[Answer], None], wanted: Callable[[], bool]
    ) -> None:  # fmt: skip
        self.read(question, files, partial(self.on_loop, tell), wanted)

    def _later(self, seconds: float, call: Callable[[], None]) -> None:
        self.later(seconds, call)

    def _found(self, this: Identity, files: tuple[Fingerprint, ...], since: int) -> None:
        if self._finders:  # else we have stopped
            self._tell(this, files, since)

    def _unread(self, this: Identity, account: str, what: str = "") -> bool:
        """Whether it is of interest that this could not be read."""
        if not (self._finders and self.unread(this)):
            return False
        who = procfs.called(this[0])
        self.held(f"{who}: {what}" if what else who, account)
        return True

    def _forget(self, this: Identity) -> None:
        """What it has loaded is looked at once more when somebody looks."""
        known = self._known.get(this[0])
        if known is not None and known.this[0] == this[1]:
            self._known[this[0]] = known._replace(size=_OVER)

    def _note_held(self, finder: Account, account: str) -> None:
        if held := finder.held():
            self.held(procfs.called(held[0]), account)
            self._look_again()

    def _look_again(self) -> None:
        if not self._looks_again:
            self._looks_again = True
            self.later(_AGAIN_S, self._look_at_stuck)

    def _look_at_stuck(self) -> None:
        self._looks_again = False
        for account, finder in tuple(self._finders.items()):
            self._note_held(finder, account)
            for this in finder.stuck():
                self._unread(this, account)
        if any(finder.waits for finder in self._finders.values()):
            self._look_again()
