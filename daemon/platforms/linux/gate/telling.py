"""What the gate tells the loop: however often somebody tries to start something, no more than the loop can take."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import dataclass, replace

from daemon.api.issues import ISSUES
from daemon.platforms.api import ProgramStopped, StartRefused, WatchTrouble
from host.clock import Clock
from i18n.message import Arg, msg, said_by

AGAIN_MS = 1_000
_MOST_TOLD = 256
_CALM_MS = 60_000  # a trouble that has not come for so long is over, but…
_BLIND_MS = 600_000  # …want of descriptors, which comes and goes
Stopped = StartRefused | ProgramStopped


@dataclass(slots=True)
class _Told:
    at: int
    more: int
    last: Stopped


class Refused:
    """Tells the first refusal of a game or program to an account at once, and a second later how many there were since.

    Whoever tries is bounded by nobody, so nothing here is kept by pid or path. All on the gate's thread.
    """

    def __init__(self, clock: Clock, tell: Callable[[Stopped], None]) -> None:
        self._clock = clock
        self._tell = tell
        self._told: dict[tuple[str, str], _Told] = {}

    def note(self, seen: Stopped) -> None:
        key = self._key(seen)
        known = self._told.get(key)
        if known is None:
            self._told[key] = _Told(self._clock.mono(), 0, seen)
            self._tell(seen)
        else:
            known.more, known.last = known.more + 1, seen

    def _key(self, seen: Stopped) -> tuple[str, str]:
        """Of programs that are no games anybody can make many: those of one account are one where they are too many."""
        if isinstance(seen, StartRefused):
            return seen.account, seen.game
        key = seen.account, f"{seen.file.sha256} {seen.file.size}"
        return key if key in self._told or len(self._told) < _MOST_TOLD else (seen.account, " ")

    def look_back(self) -> None:
        """Tells what has waited long enough, and forgets whoever has stopped trying. To be called again within AGAIN_MS."""
        now = self._clock.mono()
        for key, known in tuple(self._told.items()):
            if now - known.at < AGAIN_MS:
                continue
            if known.more:
                self._tell(replace(known.last, times=known.more))
                known.at, known.more = now, 0
            else:
                del self._told[key]

    @property
    def waits(self) -> bool:
        """Whether something was not told yet."""
        return any(one.more for one in self._told.values())

    def untold(self) -> tuple[Stopped, ...]:
        """What was not told yet, once the thread is over."""
        found = tuple(replace(known.last, times=known.more) for known in self._told.values() if known.more)
        self._told.clear()
        return found


class Troubles:
    """Tells each trouble once until it is over. All on the gate's thread."""

    def __init__(self, clock: Clock, tell: Callable[[WatchTrouble], None]) -> None:
        self._clock = clock
        self._tell = tell
        self._met: dict[str, int] = {}

    def met(self, id_: str, error: Exception | None = None) -> None:
        """`id_`: of an Issue."""
        known, self._met[id_] = id_ in self._met, self._clock.mono()
        if not known:
            text = ISSUES[id_]
            self._tell(WatchTrouble(id_, msg("{what} ({details})", what=text, details=cause(error)) if error else text))

    def look_back(self) -> None:
        now = self._clock.mono()
        for id_ in [id_ for id_, at in self._met.items() if now - at > (_BLIND_MS if id_ == "gate-blind" else _CALM_MS)]:
            del self._met[id_]
            self._tell(WatchTrouble(id_, ISSUES[id_], over=True))


def cause(error: Exception) -> Arg:
    """What went wrong with a gate, and what helps."""
    number = error.errno if isinstance(error, OSError) else None
    if number in {errno.EPERM, errno.EACCES}:
        return msg("no rights for it: run the daemon as root, its service with CAP_SYS_ADMIN")
    if number in {errno.EINVAL, errno.ENOSYS}:
        return msg("this kernel cannot ask before a program runs (FAN_OPEN_EXEC_PERM): start one that can, as Debian's own")
    if number is not None:
        return said_by(error)
    return msg("internal error {error}: please report it", error=f"{type(error).__name__}: {error}"[:200])
