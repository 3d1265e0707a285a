"""Which question is a worker's next, and which is given up: nobody's cost another account's an answer. No effects."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from typing import Generic, NamedTuple, Protocol, TypeVar

SOON_MS = 2_000  # how long a worker may take: whoever asked has not waited so long
SLOW_MS = 60_000  # for the hash of a large file
IDLE_MS = 10_000
WAIT_MS = 300  # in the queue
MOST_OF_ONE = 4  # workers of an account, also those that cannot be killed
MOST = 64
_MOST_WAITING = 512  # questions of an account


class Key(NamedTuple):
    """What a worker is for. `user`: (uid, gid) that it becomes; None: it stays root. `slow`: what may take long."""

    whose: str
    user: tuple[int, int] | None
    slow: bool

    @property
    def limit(self) -> int:
        return SLOW_MS if self.slow else SOON_MS


class Asked(Protocol):
    @property
    def key(self) -> Key: ...


A = TypeVar("A", bound=Asked)


class Queues(Generic[A]):
    def __init__(self, patience: int = WAIT_MS) -> None:
        """`patience`: how long a question waits."""
        self._patience = patience
        self._waiting: dict[str, deque[tuple[int, A]]] = {}
        self._given_up: list[A] = []

    def add(self, asked: A, now: int, *, first: bool = False) -> None:
        """`first`: what nobody has asked for yet. Else many that take long would keep a new one from ever being read."""
        queue = self._waiting.setdefault(asked.key.whose, deque())
        if not first:
            queue.append((now, asked))
        else:
            queue.appendleft((now, asked))
        if len(queue) > _MOST_WAITING:
            self._given_up.append(queue.pop()[1])

    def waiting(self, whose: str) -> int:
        return len(self._waiting.get(whose, ()))

    def crowded(self, whose: str) -> bool:
        """Whether more of this account's that is soon done waits than may be at work."""
        return any(not asked.key.slow for _, asked in self._waiting.get(whose, ()))

    def next(self, busy: Iterable[Key], dying: Iterable[Key]) -> A | None:
        """One that a worker may have: one slow thing of an account at a time, and never all of its workers for such."""
        at_work = list(busy)
        lost = list(dying)
        used = Counter(key.whose for key in (*at_work, *lost))
        slow = {key.whose for key in (*at_work, *lost) if key.slow}
        if used.total() >= MOST:
            return None
        for whose, queue in self._waiting.items():
            if used[whose] >= MOST_OF_ONE:
                continue
            for place, (_, asked) in enumerate(queue):
                if not (asked.key.slow and whose in slow):
                    del queue[place]
                    if not queue:
                        del self._waiting[whose]
                    return asked
        return None

    def overdue(self, now: int) -> list[A]:
        """Those that waited too long, but for slow ones."""
        found, self._given_up = self._given_up, []
        for whose, queue in tuple(self._waiting.items()):
            late = [(since, asked) for since, asked in queue if not asked.key.slow and now - since > self._patience]
            found += [asked for _, asked in late]
            if late:
                self._waiting[whose] = deque(one for one in queue if one not in late)
            if not self._waiting[whose]:
                del self._waiting[whose]
        return found
