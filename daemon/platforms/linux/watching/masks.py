"""Games that say of themselves that they are something else.

Anybody can write another command line over one's own, and name another executable (PR_SET_MM): in a world of one's own, or with
the help of a child that shares one's memory and is in such a one. As long as the kernel tells of no exec, neither is believed.
"""

from __future__ import annotations

from dataclasses import replace

from daemon.platforms.linux.namespaces import maker
from daemon.platforms.linux.watching.passed import Started
from daemon.platforms.linux.watching.seen import SeenProgram
from daemon.platforms.processes import Identity
from rules.games import Catalogue


class Masks:
    """All on the loop's thread. `doubting`: somebody may have kept the kernel from telling of an exec."""

    def __init__(self) -> None:
        self.doubting = False
        self._worn: set[Identity] = set()
        self._let: dict[Identity, Started] = {}

    def off(self, this: Identity) -> None:
        """It executed something, or is over."""
        self._worn.discard(this)
        self._let.pop(this, None)

    def clear(self) -> None:
        self.doubting = False
        self._worn.clear()
        self._let.clear()

    def let(self, this: Identity, started: Started) -> None:
        """The gate let it become this game, which it did not show when it was read: it may wear a mask, or the kernel could not
        execute that and it is something else by now.
        """
        self._let[this] = started

    def what_is_let(self, this: Identity) -> Started | None:
        """As `let` was told."""
        return self._let.get(this)

    def doubts(self, old: SeenProgram, passed: Started | None, mono: int) -> bool:
        """Whether `old` need not be what came of an exec at `mono`, before which the gate said `passed`, although it was read
        later.
        """
        # A process's execs are told in their order, each once: one that is told after that which was let is a later one.
        let = self._let.get(old.identity)
        return (let is not None and mono >= let.mono) or (passed is not None and passed.hidden_by(old))

    def is_let(self, seen: SeenProgram) -> bool:
        """Whether it counts as that, and shows something else."""
        let = self._let.get(seen.identity)
        return let is not None and let.file in seen.program.files[1:]

    def as_let(self, seen: SeenProgram, catalogue: Catalogue) -> SeenProgram:
        """With the game that the gate let it become, as one more file that it runs. A game that it shows itself comes before
        that: who failed to execute one that is allowed shall not play another for it.
        """
        let, files = self._let.get(seen.identity), seen.program.files
        if let is None or let.file in files[:1]:
            return seen
        shown = replace(seen.program, files=tuple(one for one in files if one != let.file))
        match = catalogue.recognise(shown)
        if match is None or catalogue.games[match.game].learning:
            shown = replace(shown, files=(*shown.files, let.file))
        return replace(seen, program=shown)

    def hides(self, old: SeenProgram, seen: SeenProgram, *, heard: bool, game: bool) -> bool:
        """Whether it is still the game that it was, `old`. `heard`: of an exec since then would have been told; `game`: what it
        seems to be now is one, which counts for itself if it may be true.
        """
        if old.identity != seen.identity or old.same_as(seen) or (game and (self.doubting or not heard)):
            return False
        if old.identity in self._let and old.image != seen.image:
            return False
        if heard:
            self._worn.add(old.identity)
            return True
        return old.identity in self._worn and (old.image == seen.image or maker(old.identity[0]) is not None)
