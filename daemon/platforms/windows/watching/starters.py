"""What a game's program starts belongs to the game's play (threat model, promise 1), unless it is another game or installed."""

from __future__ import annotations

import ntpath
from collections.abc import Callable
from dataclasses import replace

from rules.games import Catalogue, Program
from rules.programs import interpreter, is_everybodys, is_helper

_MOST = 1_024


class Starters:
    """`installed`: whether only an administrator can have put a file there."""

    def __init__(self, installed: Callable[[str], bool]) -> None:
        self._installed = installed
        self._over: dict[int, Program] = {}

    def over(self, game: Program) -> None:
        """A game's program has ended; what it started may be seen later."""
        self._over.pop(game.pid, None)
        self._over[game.pid] = game
        if len(self._over) > _MOST:
            del self._over[next(iter(self._over))]

    def traced(self, program: Program, running: Callable[[int], Program | None], catalogue: Catalogue) -> Program:
        """The program with the game's program that it came from; one that it had before stays, as its parent may be over."""
        parents = (running(program.parent), self._over.get(program.parent))
        parent = next((one for one in parents if one is not None and _started(one, program) and catalogue.recognise(one)), None)
        origin = program.origin if parent is None else parent.origin or parent
        alone = replace(program, origin=None)
        if origin is None or catalogue.recognise(alone) is not None or self._is_free(program):
            return alone
        return replace(program, origin=origin)

    def _is_free(self, program: Program) -> bool:
        """Whether a game may start it and it is no part of its play: a browser, a launcher, a crash reporter."""
        if not program.files:
            return False
        file = program.files[0]
        name = ntpath.basename(file.path)
        if any(interpreter(one) for one in (name, file.original) if one):
            return False
        return is_helper(name) or is_everybodys(name, windows=True) or self._installed(file.path)


def _started(parent: Program, child: Program) -> bool:
    """Pids are given anew, and another account's program is not the game's."""
    return parent.identity != child.identity and parent.started <= child.started and parent.account == child.account
