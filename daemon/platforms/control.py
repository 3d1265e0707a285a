"""Ends programs as whole trees, whatever the system: who belongs to one, whom never to touch, what is done how often."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import ClassVar, Generic

from daemon.platforms.processes import BlindError, Identity, P, ancestors, descendants

_ROUNDS = 5
_REMEMBERED = 64


class TreeControl(ABC, Generic[P]):
    """api.Control. `spared`: pids never touched, beside the kernel's, ourselves and all that we descend from."""

    KERNEL: ClassVar[frozenset[int]]

    def __init__(self, spared: Callable[[], Iterable[int]] = tuple) -> None:
        self._spared = spared
        self._trees: dict[Identity, tuple[P, ...]] = {}

    @abstractmethod
    def alive(self, pid: int, started: int) -> bool:
        """Also where we cannot see: nothing says that it is over."""

    @abstractmethod
    def installed(self, pid: int, started: int) -> bool: ...

    @abstractmethod
    def _look(self) -> Mapping[int, P]:
        """All that runs, by pid. BlindError."""

    @abstractmethod
    def _ask(self, tree: tuple[P, ...]) -> bool:
        """Ask these to close. False: the first one may not be asked."""

    @abstractmethod
    def _end(self, pid: int, started: int) -> bool:
        """End this one now. False: it is over, or may not be ended."""

    def ask_close(self, pid: int, started: int) -> bool:
        try:
            here = self._look()
        except BlindError:  # whom not to touch is not to be seen either
            return False
        tree = self._tree(pid, started, here, self._untouched(here))
        if not tree:
            return False
        self._remember((pid, started), tree)
        return self._ask(tree)

    def end(self, pid: int, started: int) -> bool:
        """Also ends what belonged to it when it was asked to close, and what any of them starts while it is being ended."""
        try:
            here = self._look()
            untouched = self._untouched(here)
            asked = self._trees.get((pid, started), ())
            left = (now for one in asked if (now := here.get(one.pid)) and now.identity == one.identity)
            tree = self._tree(pid, started, here, untouched)
            family = {one.identity: one for one in (*tree, *left) if one.pid not in untouched}
            ended = self._end_all(family, here, untouched) and bool(tree)
        except BlindError:
            return False
        self._trees.pop((pid, started), None)
        return ended

    def _end_all(self, family: dict[Identity, P], here: Mapping[int, P], untouched: frozenset[int]) -> bool:
        """Whether the first one was ended. BlindError."""
        ended = False
        for turn in range(_ROUNDS):
            family |= {one.identity: one for one in descendants(family.values(), here, untouched)}
            done = [self._end(*identity) for identity in family]
            if turn == 0:
                ended = done[:1] == [True]
            if not any(done):
                break
            here = self._look()
        return ended

    def _untouched(self, here: Mapping[int, P]) -> frozenset[int]:
        return ancestors(os.getpid(), here) | self.KERNEL | frozenset(self._spared())

    def _tree(self, pid: int, started: int, here: Mapping[int, P], untouched: frozenset[int]) -> tuple[P, ...]:
        """The program, parents before children. Nothing if it is gone or not to be touched: then nothing below it is either."""
        root = here.get(pid)
        if root is None or root.started != started or pid in untouched or not self.alive(pid, started):
            return ()
        return (root, *descendants((root,), here, untouched))

    def _remember(self, root: Identity, tree: tuple[P, ...]) -> None:
        self._trees[root] = tree
        while len(self._trees) > _REMEMBERED:  # those that closed when asked
            self._trees.pop(next(iter(self._trees)))
