"""Has processes read by their accounts' readers, and waits no longer than the loop can afford."""

from __future__ import annotations

from collections.abc import Callable, Container
from concurrent.futures import Future
from functools import partial
from typing import NamedTuple, Protocol

from daemon.platforms.processes import Identity
from daemon.platforms.reading.patience import BusyError, HeldError, Patience
from daemon.platforms.windows.reading.readers import Readers
from daemon.platforms.windows.watching.snapshot import Process
from host.clock import Clock
from rules.games import Catalogue, Program


class Reads(Protocol):
    def owner(self, process: Process) -> str | None:
        """Whose this process is; None: it is over, or none that we may look at. Nobody can hold that up."""

    def read(self, process: Process, owner: str, since: int, catalogue: Catalogue) -> Program | None:
        """The program that this process of theirs is; `since`: its start (mono). On another thread than the loop's."""


class _Reading(NamedTuple):
    done: Future[Program | None]
    catalogue: Catalogue


class Readings:
    """All calls on the loop's thread. `late` is called there when what was not read in time is read; `on_loop` has it so."""

    def __init__(self, reads: Reads, readers: Readers, clock: Clock) -> None:
        self._reads, self._readers, self._clock = reads, readers, clock
        self._patience = Patience(at_once=0)
        self._owners: dict[Identity, str] = {}  # of those that were asked for before
        self._late: dict[Identity, _Reading] = {}
        self._stuck: dict[Identity, int] = {}
        self.late: Callable[[Process, int], None] = lambda *_: None
        self.on_loop: Callable[..., None] = lambda *_: None

    def read(self, process: Process, since: int, catalogue: Catalogue) -> Program | None:
        """The program that it is; None: it is over, or none that we may look at. HeldError: not in time, or not yet."""
        late = self._late.get(process.identity)
        if late is not None and not late.done.done():
            raise HeldError
        self._late.pop(process.identity, None)
        if late is not None:
            self._note(process.identity, late.done)
            if late.catalogue is catalogue:
                return late.done.result()
        known = self._owners.get(process.identity)
        account = known or self._reads.owner(process)
        if account is None:
            return None
        self._owners[process.identity] = account
        do = partial(self._reads.read, process, account, since, catalogue)
        done = self._readers.ask(account, do, first=known is None)
        if not self._waited(account, done):
            self._late[process.identity] = late = _Reading(done, catalogue)
            done.add_done_callback(lambda _: self.on_loop(self._over, process, since, late))
            raise HeldError
        self._note(process.identity, done)
        return done.result()

    def stuck(self, this: Identity) -> int:
        """How often in turn its reading was given up, as a call of it did not come back."""
        return self._stuck.get(this, 0)

    def keep(self, these: Container[Identity]) -> None:
        """The others are over."""
        self._stuck = {this: times for this, times in self._stuck.items() if this in these}
        self._owners = {this: account for this, account in self._owners.items() if this in these}

    def _note(self, this: Identity, done: Future[Program | None]) -> None:
        error = done.exception()
        if not isinstance(error, HeldError):
            self._stuck.pop(this, None)
        elif not isinstance(error, BusyError):
            self._stuck[this] = self.stuck(this) + 1

    def look_after(self) -> None:
        """Now and then: what takes too long is given up."""
        self._readers.look_after()

    def stop(self) -> None:
        self._readers.stop()
        self._late.clear()
        self._stuck.clear()
        self._owners.clear()

    def _waited(self, account: str, done: Future[Program | None]) -> bool:
        """Whether it is done. Who holds up one thing is not waited for with another."""
        began = self._clock.mono()
        wait = 0 if self._readers.held(account) else self._patience.wait(account, began)
        if not wait:
            return done.done()
        try:
            done.exception(wait / 1000)
        except TimeoutError:
            return False
        finally:
            self._patience.spend(account, began, self._clock.mono())
        return True

    def _over(self, process: Process, since: int, reading: _Reading) -> None:
        if self._late.get(process.identity) is not reading:
            return
        if isinstance(reading.done.exception(), HeldError):
            self._note(process.identity, reading.done)
        else:
            self.late(process, since)
        self._late.pop(process.identity, None)  # also where nobody looked
