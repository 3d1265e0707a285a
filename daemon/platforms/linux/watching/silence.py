"""Whether process events come, judged by events that we cause ourselves: pure. Moments are milliseconds of the play clock."""

from __future__ import annotations

from dataclasses import dataclass

_TIMES = 2  # one may be lost where the kernel has no memory at the moment
_USUAL_S, _AGAIN_S, _SILENT_S, _LONG_SILENT_S = 2.0, 0.1, 0.05, 0.25
_RELIEVED_S = 30.0
_LONG_MS = 60_000
_SOUND_MS, _LONGEST_SOUND_MS = 2_000, 600_000


@dataclass(slots=True)
class Silence:
    """`on`: events cannot be relied on. It is over when they came for a while, longer each time that they stop again, so that
    nobody fills the log by silencing them again and again.
    """

    on: bool = False
    missed: int = 0
    _asked: int = 0
    _heard: bool = True
    _began: int = 0
    _last_missed: int = 0
    _over: int = -_LONGEST_SOUND_MS
    _sound: int = _SOUND_MS

    def ask(self, now: int) -> None:
        """An event of our own is caused now."""
        self._asked, self._heard = now, False

    def hear(self, mono: int) -> None:
        """One has come, which was caused at `mono`. An older one says nothing of now."""
        self._heard = self._heard or mono >= self._asked

    def judge(self, now: int, *, drained: bool, relieved: bool = False) -> float:
        """In how many seconds to ask again; `relieved`: somebody else does every two seconds. The kernel queues an event before
        what caused it goes on: if the queue is empty (`drained`) and ours was not in it, it does not come any more.
        """
        if self._heard:
            self.missed = 0
            if self.on and now - self._last_missed >= self._sound:
                self.on, self._over = False, now
        elif drained:
            self._miss(now)
        if self.on:
            return _SILENT_S if self.missed and now - self._began < _LONG_MS else _LONG_SILENT_S
        if self.missed or not self._heard:
            return _AGAIN_S
        return _RELIEVED_S if relieved else _USUAL_S

    def _miss(self, now: int) -> None:
        self.missed += 1
        if self.missed < _TIMES:
            return
        if not self.on:
            soon = now - self._over < _LONGEST_SOUND_MS
            self._sound = min(2 * self._sound, _LONGEST_SOUND_MS) if soon else _SOUND_MS
            self.on, self._began = True, now
        self._last_missed = now
