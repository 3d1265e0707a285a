"""Games that say of themselves that they are something else.

Anybody can write another command line over one's own, and whoever is in a world of one's own name another executable
(PR_SET_MM). As long as the kernel tells of no exec, neither is believed.
"""

from __future__ import annotations

from daemon.platforms.linux.namespaces import maker
from daemon.platforms.linux.watching.seen import SeenProgram
from daemon.platforms.processes import Identity


class Masks:
    """All on the loop's thread. `doubting`: somebody may have kept the kernel from telling of an exec."""

    def __init__(self) -> None:
        self.doubting = False
        self._worn: set[Identity] = set()

    def off(self, this: Identity) -> None:
        """It executed something, or is over."""
        self._worn.discard(this)

    def clear(self) -> None:
        self.doubting = False
        self._worn.clear()

    def hides(self, old: SeenProgram, seen: SeenProgram, *, heard: bool, game: bool) -> bool:
        """Whether it is still the game that it was, `old`. `heard`: of an exec since then would have been told; `game`: what it
        seems to be now is one, which counts for itself if it may be true.
        """
        if old.identity != seen.identity or old.same_as(seen) or (game and (self.doubting or not heard)):
            return False
        able = old.image == seen.image or maker(old.identity[0]) is not None
        if not able or not (heard or old.identity in self._worn):
            return False
        self._worn.add(old.identity)
        return True
