"""What is to be written: at once, each in a transaction of its own, where the disk takes it.

Else the reserve is freed; if that does not help, it waits in memory, in order, until it can be written. Nothing else waits for
it: limits go on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from compliance.journal import Journal
from daemon.store import Store, Unwritable

_TRIED = 50  # of many that wait for room, before the others are: a full disk costs the same however long it is full

_log = logging.getLogger(__name__)
Action = Callable[[Journal], object]


@dataclass(slots=True, eq=False)
class Pending:
    """`wrote` is called after each transaction. `blocked`: the disk took nothing when it was last tried; `refused` names what
    else it did not take then, of that which others write by themselves.
    """

    store: Store
    journal: Journal
    wrote: Callable[[], None]
    blocked: bool = field(default=False, init=False)
    refused: set[str] = field(default_factory=set, init=False)
    lost: int = field(default=0, init=False)
    _waiting: list[Action] = field(default_factory=list, init=False)

    def do(self, action: Action) -> None:
        """Runs `action` in a transaction of its own, after all that still waits.

        While something waits, only `flush` tries again: not each of many events.
        """
        self._waiting.append(action)
        if not self.blocked:
            self.flush()

    def do_once(self, action: Action) -> None:
        """As `do`, but nothing if the same `action` waits already."""
        if action not in self._waiting:
            self.do(action)

    def flush(self) -> Unwritable | None:
        """Tries to write all that waits, in one transaction, or in two if there was no room. Why it waits on, if it does.

        If an action is at fault, each gets a transaction of its own and the one at fault is lost, so that it holds up no other.
        """
        together = _TRIED if self.blocked else len(self._waiting)
        while self._waiting:
            batch = self._waiting[:together]
            try:
                with self.store.transaction():
                    for action in batch:
                        action(self.journal)
            except Unwritable as error:
                self._forget()
                if self.store.free_reserve():
                    continue
                self.blocked = True
                return error
            except Exception:  # noqa: BLE001 - one bad event must not stop limits or lose the others; it is an Issue
                self._forget()
                if len(batch) > 1:
                    together = 1
                    continue
                _log.exception("an event could not be recorded and is lost")
                self.lost += 1
            del self._waiting[: len(batch)]
            self.wrote()
            if self.blocked:
                self.blocked, together = False, len(self._waiting)
        self.blocked = False
        return None

    def _forget(self) -> None:
        """A transaction failed: what it wrote was not said."""

    @property
    def unwritable(self) -> bool:
        """Whether the disk does not take something."""
        return self.blocked or bool(self.refused)

    @property
    def waiting(self) -> int:
        return len(self._waiting)
