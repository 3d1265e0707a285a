"""Has windows asked to close, and ends programs through pidfds (pidfd_open(2)): a pid that somebody else has by now is never
signalled.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from typing import ClassVar

from daemon.platforms.control import TreeControl
from daemon.platforms.linux import procfs
from daemon.platforms.linux.accounts import account_of
from daemon.platforms.linux.ending.asker import Asker
from daemon.platforms.linux.ending.freezing import frozen
from daemon.platforms.linux.trusted import Trusted
from daemon.platforms.processes import BlindError, Identity

_REMEMBERED = 1_024  # plays; whoever has more of them than there are games pushes nobody's out
_ROUNDS = 5
_MOST_USERS = 8  # of one play: with containers an account may have 65,536 numbers (subuid(5))

User = tuple[int, int]  # uid, gid


class LinuxControl(TreeControl[procfs.Stat]):
    KERNEL: ClassVar = frozenset((1, 2))  # init, and the parent of the kernel's threads

    def __init__(
        self, spared: Callable[[], Iterable[int]] = tuple, asker: Asker | None = None,
        together: Callable[[Identity], tuple[str, Collection[int]]] = lambda _: ("", ()),
    ) -> None:  # fmt: skip
        """`together`: a program's account, and the pids of all that belong to the same play, as far as that is known."""
        super().__init__(spared)
        self._together = together
        self._asker = asker or Asker()
        self._trusted = Trusted()
        self._orders: dict[frozenset[Identity], tuple[int, ...]] = {}  # which play was asked by which orders, the last ones
        self._owners: dict[Identity, User] = {}  # of what was to end, which may be over in between

    def alive(self, pid: int, started: int) -> bool:
        try:
            found = procfs.stat(pid)
            return found is not None and found.started == started and found.alive
        except BlindError:
            return True

    def installed(self, pid: int, started: int) -> bool:
        with suppress(BlindError):
            return self._trusted.at(f"/proc/{pid}/exe") and self.alive(pid, started)
        return False

    def end(self, pid: int, started: int) -> bool:
        """With all that belongs to the same play. Its account stands still meanwhile, so that nothing forks itself away."""
        this = (pid, started)
        with frozen(self._together(this)[0]):
            ended = super().end(pid, started)
            for _ in range(_ROUNDS):  # where nothing could be frozen some may be new
                if not self._end_rest(this):
                    break
                ended = True
        return ended

    def _end_rest(self, this: Identity) -> bool:
        """What carries the same tag, whoever started it. Whether something was ended."""
        try:
            here = [found for pid in self._together(this)[1] if (found := procfs.stat(pid)) and found.alive]
            untouched = self._untouched(procfs.processes()) if here else frozenset[int]()
            ended = [self._end(*one.identity) for one in here if one.pid not in untouched and not _is_roots(one.pid)]
            return any(ended)
        except BlindError:
            return False

    def _look(self) -> dict[int, procfs.Stat]:
        return procfs.processes()

    def _ask(self, play: frozenset[Identity], family: tuple[procfs.Stat, ...]) -> bool:
        """One order for each user that has programs of the play, and no other: a descendant of theirs may be root's."""
        try:
            users = {user[0]: user for pid, _ in sorted(play) if (user := _user(pid))}
            asks = _shared(dict(list(users.items())[:_MOST_USERS]), family)
        except BlindError:
            return False
        sent = [self._asker.ask(*user, account_of(user[0]), pids) for user, pids in asks.items()]
        orders = {known: numbers for known, numbers in self._orders.items() if known.isdisjoint(play)}
        orders[play] = tuple(number for number in sent if number is not None)
        self._orders = dict(list(orders.items())[-_REMEMBERED:])
        return bool(users)

    def reached(self, programs: Collection[Identity]) -> bool:
        numbers = [one for play, sent in self._orders.items() if not play.isdisjoint(programs) for one in sent]
        return any(self._asker.reached(one) for one in numbers)

    def _own(self, root: procfs.Stat, family: Iterable[procfs.Stat]) -> list[procfs.Stat]:
        """Not what somebody else does in a terminal of the game's, as root with sudo, nor what that has started."""
        owner, others, own = self._owners.get(root.identity) or procfs.owner(root.pid), set[int](), []
        if owner and root.identity not in self._owners:
            self._owners[root.identity] = owner
            if len(self._owners) > _REMEMBERED:
                self._owners.pop(next(iter(self._owners)))
        for one in family:
            if one.parent in others or (owner and _anothers(one.pid, owner[0])):
                others.add(one.pid)
            else:
                own.append(one)
        return own

    def _kin(self, one: procfs.Stat, other: procfs.Stat) -> bool:
        """Whoever lost its parent is still in the group that a shell or a menu made for the game."""
        return one.group == other.pid == other.group and one.started >= other.started

    def _terminate(self, pid: int, started: int) -> bool:
        # SIGCONT: a stopped program could not obey before it is ended.
        return _send(pid, started, (signal.SIGTERM, signal.SIGCONT))

    def _end(self, pid: int, started: int) -> bool:
        return _send(pid, started, (signal.SIGKILL,))


def _is_roots(pid: int) -> bool:
    """What somebody does as root in a terminal of the game's, as with sudo. BlindError."""
    found = procfs.owner(pid)
    return found is not None and found[0] == 0 and os.geteuid() == 0


def _anothers(pid: int, uid: int) -> bool:
    """Whether it is root's or an account's, and not that of the game with this uid, which may be root's own. BlindError."""
    found = procfs.owner(pid)
    if uid == 0 or found is None or found[0] == uid:
        return False
    account = account_of(found[0])
    return found[0] == 0 or not (account.isdigit() or account == account_of(uid))  # digits: nobody's that we know


def _user(pid: int) -> User | None:
    """Whose program it is, as far as we can become that user."""
    with suppress(BlindError):
        found = procfs.owner(pid)
        return found if found and os.geteuid() in (0, found[0]) else None
    return None


def _shared(users: Mapping[int, User], family: tuple[procfs.Stat, ...]) -> dict[User, list[int]]:
    """Who asks which of these (parents before children): each their own, and what is below it and nobody's of these."""
    asks: dict[int, User] = {}
    for one in family if users else ():
        own = users.get((procfs.owner(one.pid) or (-1,))[0])
        asks[one.pid] = own or asks.get(one.parent, next(iter(users.values())))
    return {user: [pid for pid, by in asks.items() if by == user] for user in users.values()}


def _send(pid: int, started: int, numbers: tuple[signal.Signals, ...]) -> bool:
    """Whether it took the first one."""
    try:
        pidfd = os.pidfd_open(pid)
    except OSError:
        return False
    try:
        # The descriptor is of whoever has the pid now; only after it is held can the identity be checked.
        found = procfs.stat(pid)
        if found is None or found.started != started or not found.alive:
            return False
        signal.pidfd_send_signal(pidfd, numbers[0])
        with suppress(OSError):  # it may have obeyed the first one already
            for number in numbers[1:]:
                signal.pidfd_send_signal(pidfd, number)
        return True
    except (OSError, BlindError):
        return False
    finally:
        os.close(pidfd)
