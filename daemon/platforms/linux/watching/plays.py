"""Which play a process belongs to: the tags of plays, the program that began each, and what the gate let start."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import replace
from itertools import count

from daemon.platforms.linux.reading.process import ReadProcess
from daemon.platforms.linux.watching.seen import Allowed, Seen, begins, continued, is_game, leaves, runs
from rules.games import Catalogue, Fingerprint, Program

_MOST_ALLOWED = 256
_FRESH_MS = 1_000  # the kernel asks the gate, then executes, unless it is short of memory or the arguments are too long


class Plays:
    """All on the loop's thread, but `allow`. A tag is a number other than 0 that all processes of a play carry."""

    def __init__(self) -> None:
        self.catalogue = Catalogue(())
        self._numbers = count(1)
        self._origins: dict[int, Program] = {}
        self._allowed: OrderedDict[int, Allowed] = OrderedDict()

    def clear(self) -> None:
        self._origins.clear()
        self._allowed.clear()

    def forget_but(self, used: Collection[int]) -> None:
        """Tags that nothing carries any more."""
        self._origins = {tag: origin for tag, origin in self._origins.items() if tag in used}

    def begin(self, program: Program, tag: int = 0) -> int:
        """A play that this program began. Its tag; a new one for 0."""
        tag = tag or next(self._numbers)
        self._origins[tag] = program
        return tag

    def origin(self, tag: int) -> Program | None:
        return self._origins.get(tag)

    def begins(self, program: Program, before: int) -> bool:
        """Whether it is a game, and another one than the play with the tag `before` is of."""
        return is_game(program, self.catalogue) and begins(program, self.origin(before), self.catalogue)

    def find(
        self, program: Program, read: ReadProcess, carried: int, allowed: Allowed | None, *, same: bool
    ) -> tuple[Program, int]:
        """The program as part of the play whose tag it carries, or that it begins, and that tag; 0: it is part of none.

        `allowed`: what the gate let it execute, and so what it runs if nobody could read it in time. `same`: it has executed
        nothing since it was read last.
        """
        game, shown, tag = is_game(program, self.catalogue), False, carried
        if allowed is not None:
            shown = game or read.late or runs(read, allowed.file)
            shown = shown and begins(program, self.origin(allowed.before), self.catalogue)
            tag = allowed.tag if shown else allowed.before  # else it only asked, could not be executed, or is the same game
            if shown:
                self.begin(program if game else replace(program, files=(allowed.file,), args=(), interpreted=False), tag)
        origin = self.origin(tag)
        if origin is not None:
            if origin.identity == program.identity and game and (shown or same):
                return program, self.begin(program, tag)
            another = begins(program, origin, self.catalogue) if game else leaves(program, read, origin, self.catalogue)
            if shown or not another:
                return continued(program, origin), tag
        return program, self.begin(program) if game or program.foreign or program.unread else 0

    def same(self, old: Seen, new: Seen) -> bool:
        """Whether a game that executes itself goes on: neither its process nor its play is over."""
        if old.program is None or new.program is None or old.identity != new.identity:
            return False
        if old.tag == new.tag:
            return True
        before, now = self.catalogue.recognise(old.program), self.catalogue.recognise(new.program)
        return before is not None and now is not None and before.game == now.game

    # --- what the gate let start -------------------------------------------------------------------------------------------

    def allow(self, pid: int, uid: int, file: Fingerprint, mono: int) -> int:
        """In the gate's thread: it lets this process start a game. The tag that it is to carry."""
        allowed = Allowed(next(self._numbers), pid, uid, file, mono)
        self._allowed.pop(pid, None)
        if len(self._allowed) >= _MOST_ALLOWED:
            self._allowed.pop(next(iter(self._allowed)), None)
        self._allowed[pid] = allowed
        return allowed.tag

    def give_back(self, allowed: Allowed) -> None:
        """It may be over by now: nobody could read it."""
        self._allowed[allowed.pid] = allowed

    def take_allowed(self, pid: int, mono: int) -> Allowed | None:
        """What this process executed at `mono`, if the gate was just asked for it."""
        allowed = self._allowed.get(pid)
        if allowed is None or allowed.mono > mono:
            return None
        self._allowed.pop(pid, None)
        return allowed if mono - allowed.mono < _FRESH_MS else None
