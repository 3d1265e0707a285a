"""Games that the gate let through: one that is over before the loop could read it was played all the same."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass

from daemon.platforms.linux.namespaces import maker
from daemon.platforms.linux.watching.seen import Image, SeenProgram
from rules.games import Fingerprint

_MOST = 256
_FRESH_MS = 1_000  # the kernel asks, then executes, unless it is short of memory or the arguments are too long


@dataclass(frozen=True, slots=True)
class Started:
    """`file` is what process `pid` of user `uid` was about to execute at `mono`, a child of `parent`; `image` as
    SeenProgram has it, if the file is one and no script. `script`: another executes it, which its first line names.
    """

    pid: int
    uid: int
    file: Fingerprint
    mono: int
    parent: int = 0
    image: Image | None = None
    script: bool = False

    def hidden_by(self, seen: SeenProgram) -> bool:
        """Whether it says that it is something else, as it may in a world of its own (masks.py) before anybody reads it. If it
        has executed that by now – as env does, for which a script asks – another event is to tell so.
        """
        if self.script:
            shown = any((one.size, self.file.sha256 and one.sha256) == self._content for one in seen.program.files[1:])
        else:
            shown = self.image in {None, seen.image}
        return not shown and maker(self.pid) is not None

    @property
    def _content(self) -> tuple[int, str | None]:
        return self.file.size, self.file.sha256


class Passed:
    """`note` in the gate's thread, `take` on the loop's: each does in one step what the other one may come between."""

    def __init__(self) -> None:
        self._noted: OrderedDict[int, Started] = OrderedDict()

    def note(self, started: Started) -> None:
        self._noted.pop(started.pid, None)
        if len(self._noted) >= _MOST:
            with suppress(KeyError):  # all are taken by now
                self._noted.popitem(last=False)
        self._noted[started.pid] = started

    def take(self, pid: int, mono: int) -> Started | None:
        """What this process executed at `mono`, if the gate was just asked for it."""
        noted = self._noted.get(pid)
        if noted is None or noted.mono > mono:  # of an exec that comes later
            return None
        self._noted.pop(pid, None)
        return noted if mono - noted.mono < _FRESH_MS else None
