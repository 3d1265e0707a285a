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
        self._waiting: dict[tuple[str, bool], deque[tuple[int, A]]] = {}  # by account, and whether slow
        self._given_up: list[A] = []

    def add(self, asked: A, now: int, *, first: bool = False) -> None:
        """`first`: what nobody has asked for yet. Else many that take long would keep a new one from ever being read."""
        queue = self._waiting.setdefault((asked.key.whose, asked.key.slow), deque())
        if not first:
            queue.append((now, asked))
        else:
            queue.appendleft((now, asked))
        if len(queue) > _MOST_WAITING:
            self._given_up.append(queue.pop()[1])

    def waiting(self, whose: str) -> int:
        return sum(len(self._waiting.get((whose, slow), ())) for slow in (False, True))

    def crowded(self, whose: str) -> bool:
        """Whether more of this account's that is soon done waits than may be at work."""
        return (whose, False) in self._waiting

    def next(self, busy: Iterable[Key], dying: Iterable[Key]) -> A | None:
        """One that a worker may have: one slow thing of an account at a time, and never all of its workers for such. That one
        first, or there would always be something else.
        """
        at_work = [*busy, *dying]
        used = Counter(key.whose for key in at_work)
        slow = {key.whose for key in at_work if key.slow}
        if used.total() >= MOST:
            return None
        for (whose, is_slow), queue in sorted(self._waiting.items(), key=lambda one: not one[0][1]):
            if used[whose] < MOST_OF_ONE and not (is_slow and whose in slow):
                _, asked = queue.popleft()
                if not queue:
                    del self._waiting[whose, is_slow]
                return asked
        return None

    def overdue(self, now: int) -> list[A]:
        """Those that waited too long, but for slow ones."""
        found, self._given_up = self._given_up, []
        for (whose, slow), queue in tuple(self._waiting.items()):
            late = [asked for since, asked in queue if not slow and now - since > self._patience]
            if not late:
                continue
            found += late
            self._waiting[whose, slow] = left = deque(one for one in queue if now - one[0] <= self._patience)
            if not left:
                del self._waiting[whose, slow]
        return found
