"""What the kernel asks the gate, and whose question is answered next. All on the gate's thread."""

from __future__ import annotations

import errno
import select
from collections import Counter, deque
from collections.abc import Callable, Iterator

from daemon.platforms.linux import calls
from daemon.platforms.linux.gate.judging import RefusalsByUid, acting

_WANT = frozenset((errno.EMFILE, errno.ENFILE, errno.ENOMEM))
_BROKEN = frozenset((errno.EBADF, errno.EFAULT, errno.EINVAL))  # of our own descriptor; others are about a program's file
_PAUSE_MS = 50
_MOST_OF_ONE = 512  # that wait, each with a descriptor of ours
_MOST = 2_048
_FEW = 16  # that each may have, however many others do
# Of whoever has more waiting, so many are answered in so long: the processors are others', too. One right after the other, as
# the kernel wakes all that wait at each answer, whoever they are: who was woken and has not run yet is not woken once more.
_PERIOD_MS, _OF_MORE = 40, 16
_ROOT, _NOBODY = 0, -1


class Questions:
    """`wake` is readable when a pause has to end. `trouble` is called with the id of an Issue."""

    def __init__(self, handle: int, wake: int, trouble: Callable[[str], None]) -> None:
        self._handle, self._wake, self._trouble = handle, wake, trouble

    def read(self) -> list[calls.Question]:
        """What is to be answered. Neither want of descriptors nor anybody's file closes the gate. OSError: it is broken."""
        try:
            asked = calls.fanotify_read(self._handle)
        except OSError as error:
            if error.errno in _BROKEN or error.errno is None:
                raise
            self._missed(error.errno)
            return []
        for number in {-one.handle for one in asked if one.handle < 0}:
            self._missed(number)
        return [one for one in asked if one.handle >= 0]

    def _missed(self, number: int) -> None:
        """The kernel refused a start itself, as it could not open the file for us: we lack descriptors, or it is the file."""
        self._trouble("gate-blind" if number in _WANT else "gate-unread")
        if number in _WANT:
            pause = select.poll()
            pause.register(self._wake, select.POLLIN)
            pause.poll(_PAUSE_MS)


class Turns:
    """By the account of whoever asks: each has its turn, whoever else asks how often. Every question leaves by `next`, `add` or
    `rest`. `now`: mono.
    """

    def __init__(self) -> None:
        self._waiting: dict[int, deque[calls.Question]] = {}  # in the order of their turns
        self._count = 0
        self._period = 0
        self._of_more: Counter[int] = Counter()  # answered in it

    def __len__(self) -> int:
        return self._count

    def add(self, asked: list[calls.Question], current: RefusalsByUid | None) -> list[tuple[calls.Question, bool]]:
        """Those that are too many for their account, to be answered at once: whether each is allowed. To whom anything is
        refused, this is too.
        """
        if len(asked) == 1 and not self._count:
            self._take(_NOBODY, asked[0])
            return []
        over = []
        known: dict[int, tuple[int, bool]] = {}  # nobody who waits for an answer becomes somebody else
        for one in asked:
            if one.pid not in known:
                known[one.pid] = _who(one.pid, current)
            whose, limited = known[one.pid]
            waiting = len(self._waiting.get(whose, ()))
            if waiting >= _MOST_OF_ONE or (self._count >= _MOST and waiting >= _FEW):
                over.append((one, not limited))
            else:
                self._take(whose, one)
        return over

    def _take(self, whose: int, one: calls.Question) -> None:
        self._waiting.setdefault(whose, deque()).append(one)
        self._count += 1

    def next(self, now: int) -> calls.Question | None:
        """None: nobody waits whose turn it is."""
        if now - self._period >= _PERIOD_MS:
            self._period = now
            self._of_more.clear()
        whose = next(filter(self._may, self._waiting), None)
        return None if whose is None else self._leave(whose)

    def wait(self, longest: int) -> int:
        """In how many milliseconds it is somebody's turn, at the latest."""
        if any(map(self._may, self._waiting)):
            return 0
        return min(longest, _PERIOD_MS) if self._count else longest

    def _may(self, whose: int) -> bool:
        return whose in {_ROOT, _NOBODY} or len(self._waiting[whose]) <= _FEW or self._of_more[whose] < _OF_MORE

    def _leave(self, whose: int) -> calls.Question:
        waiting = self._waiting.pop(whose)
        if len(waiting) > _FEW:
            self._of_more[whose] += 1
        self._count -= 1
        one = waiting.popleft()
        if waiting:
            self._waiting[whose] = waiting  # as the last
        return one

    def rest(self) -> Iterator[calls.Question]:
        """All that wait."""
        while self._waiting:
            yield self._leave(next(iter(self._waiting)))


def _who(pid: int, current: RefusalsByUid | None) -> tuple[int, bool]:
    """Whose it is, by number, and whether anything is refused to that one."""
    try:
        uid = acting(pid) if current else None
    except Exception:  # noqa: BLE001 - who judges it meets it again, and tells
        uid = None
    return (_NOBODY, False) if uid is None or current is None else (current.holder(uid), current.knows(uid))
