"""What takes long to find out of command lines – thousands of words, mazes of links – is found out on a thread of its own.

One account's wait for each other and for nobody else's: each account in turn has a moment, and of one account's what came last,
as most of it takes no more, but every third time what came first: else who starts something all the time would hide what he
started before. None is forgotten while it runs. Of an account's few are kept half-walked, as each holds a command line of
megabytes: what had most turns begins anew later, and as the first of all it is walked to its end.

Each account has as much of the thread's time, whatever its turns take. What is not walked to its end when its account has had
a lot of that counts as something that could not be read in time; so does what somebody makes last (told.limited).
"""

from __future__ import annotations

import logging
import sys
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from daemon.platforms.linux.watching.read_images import WORDS
from daemon.platforms.linux.watching.told import Steps, Told
from daemon.platforms.processes import BlindError, Identity
from host.clock import Clock
from rules.games import Fingerprint

_TURN_MS = 20
_FIRST_EVERY = 3
_MOST_BEGUN = 4  # of one account
_LONGEST_MS = 120_000  # of the thread's time, of one account: all that begins with a session on a slow disk takes less
_MOST_OWED_MS = 2_000
_MOST_OWING = 64
_BLIND_S, _STOP_S = 0.1, 1.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Maze:
    """`begin` starts anew, and is None once the process is over. Two of one process are two: it became another program. Not
    `wanted`: nobody waits for it any more. Its way may be as long as somebody likes.
    """

    identity: Identity
    account: str
    begin: Callable[[], Steps | None]
    wanted: Callable[[], bool] = lambda: True


@dataclass(slots=True, eq=False)
class _Walk:
    maze: Maze
    steps: Steps | None = None
    files: list[Fingerprint] = field(default_factory=list)
    told: int = 0
    turns: int = 0
    until: int = 0


@dataclass(slots=True)
class _Queue:
    """Of one account; `came` is in the order in which they did, `turns` which is next, `put_off` has those that begin anew.
    `spent`: of the thread's time in all, `owes`: more than its share.
    """

    owes: int = 0
    spent: int = 0
    turns: deque[_Walk] = field(default_factory=deque)
    put_off: dict[int, _Walk] = field(default_factory=dict)
    came: dict[int, _Walk] = field(default_factory=dict)
    had: int = 0

    def add(self, walk: _Walk) -> None:
        walk.until = self.spent + _LONGEST_MS
        self.turns.appendleft(walk)
        self.came[id(walk)] = walk

    def next(self) -> _Walk:
        self.had += 1
        which = self.had % _FIRST_EVERY
        if self.turns and which and (which > 1 or not self.put_off):
            return self.turns.popleft()
        walk = next(iter((self.put_off if which else self.came).values()))
        if self.put_off.pop(id(walk), None) is None:
            self.turns.remove(walk)
        return walk

    def again(self, walk: _Walk) -> None:
        """Something of it is left."""
        self.turns.append(walk)
        first, begun = next(iter(self.came.values())), [one for one in self.turns if one.steps is not None]
        if len(begun) > _MOST_BEGUN:
            most = max((one for one in begun if one is not first), key=lambda one: one.turns)
            most.steps = None
            self.turns.remove(most)
            self.put_off[id(most)] = most

    def over(self, walk: _Walk) -> None:
        del self.came[id(walk)]


class Mazes:
    """The thread is no lower than the loop's: put aside while it holds the interpreter's lock, it would put the loop aside."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._queues: OrderedDict[str, _Queue] = OrderedDict()
        self._owing: dict[str, int] = {}  # until when (mono) accounts owe that want nothing now
        self._there = threading.Condition()
        self._thread: threading.Thread | None = None
        self._tell: Callable[[Maze, Told], None] = lambda *_: None

    @property
    def on(self) -> bool:
        return self._thread is not None

    def start(self, tell: Callable[[Maze, Told], None]) -> None:
        """`tell` is called in the thread."""
        self._tell = tell
        self._thread = threading.Thread(target=self._work, name="mazes", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        with self._there:
            thread, self._thread = self._thread, None
            self._queues.clear()
            self._there.notify()
        if thread:
            thread.join(_STOP_S)  # where nobody reads for us, somebody may hold it up

    def add(self, maze: Maze) -> None:
        with self._there:
            if maze.account not in self._queues:
                self._queues[maze.account] = _Queue(max(0, self._owing.pop(maze.account, 0) - self._clock.mono()))
            self._queues[maze.account].add(_Walk(maze))
            self._there.notify()

    # --- in the thread -----------------------------------------------------------------------------------------------------

    def _work(self) -> None:
        mine = threading.current_thread()
        while True:
            with self._there:
                while self._thread is mine and not self._queues:
                    self._there.wait()
                if self._thread is not mine:
                    return
                account, queue = self._whose_turn()
                walk, began = queue.next(), self._clock.mono()
            left = self._turn(walk, queue)
            took = self._clock.mono() - began
            with self._there:
                if left is None:
                    self._there.wait(_BLIND_S)
                if self._thread is not mine:
                    return
                queue.spent += took
                queue.owes = min(queue.owes + max(0, took - _TURN_MS), _MOST_OWED_MS)
                if left is not False:
                    queue.again(walk)
                else:
                    queue.over(walk)
                if not queue.came:
                    self._is_done(account, queue)

    def _is_done(self, account: str, queue: _Queue) -> None:
        """Who has one at a time owes for it all the same."""
        del self._queues[account]
        self._owing[account] = self._clock.mono() + queue.owes
        if len(self._owing) > _MOST_OWING:
            del self._owing[min(self._owing, key=self._owing.__getitem__)]

    def _whose_turn(self) -> tuple[str, _Queue]:
        """The next account's that has not had more than its share."""
        while True:
            account, queue = next(iter(self._queues.items()))
            self._queues.move_to_end(account)
            if len(self._queues) == 1:
                queue.owes = 0
            if queue.owes <= 0:
                return account, queue
            queue.owes -= _TURN_MS

    def _turn(self, walk: _Walk, queue: _Queue) -> bool | None:
        """For a moment; what was found until then is told too. Whether something is left; None: nobody can see it now."""
        if not walk.maze.wanted():
            walk.steps = None
            return False
        walk.turns += 1
        until = self._clock.mono() + _TURN_MS
        try:
            walk.steps = walk.steps or walk.maze.begin()
            while walk.steps and self._clock.mono() < until:
                walk.files = next(walk.steps)
        except StopIteration as over:
            self._tell(walk.maze, over.value)
            return False
        except BlindError:
            walk.steps = None
            return None
        except Exception:  # noqa: BLE001 - whatever one program may be like, it does not hide the others
            _log.exception("process %d cannot be read", walk.maze.identity[0])
            self._tell(walk.maze, Told(tuple(walk.files), interpreted=True))
            return False
        lasts = queue.spent >= walk.until
        if len(walk.files) > walk.told or lasts:
            walk.told, walk.until = len(walk.files), sys.maxsize if lasts else walk.until
            self._tell(walk.maze, Told(tuple(walk.files), interpreted=True, unread=WORDS if lasts else "", own=lasts))
        return walk.steps is not None
