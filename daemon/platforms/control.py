"""Ends programs as whole trees, whatever the system: who belongs to one, whom never to touch, what is done how often."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import ClassVar, Generic

from daemon.platforms.processes import BlindError, Identity, P, ancestors, descendants
from rules.games import Program

_ROUNDS = 5
_REMEMBERED = 4_096  # programs: more than one player's while another one's play ends


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
    def _ask(self, play: frozenset[Identity], family: tuple[P, ...]) -> bool:
        """Have the windows of these, which are a play's, asked to close. False: none may be asked."""

    @abstractmethod
    def reached(self, programs: Collection[Identity]) -> bool: ...

    @abstractmethod
    def _terminate(self, pid: int, started: int) -> bool:
        """Tell this one to end. False: it is over, or may not be told."""

    @abstractmethod
    def _end(self, pid: int, started: int) -> bool:
        """End this one now. False: it is over, or may not be ended."""

    def remember(self, programs: Collection[Identity]) -> None:
        for root, tree in self._trees_of(programs).items():
            self._remember(root, tree)

    def ask_close(self, programs: Collection[Identity]) -> bool:
        trees = self._trees_of(programs)
        for root, tree in trees.items():  # with what has lost its parent since
            self._remember(root, tuple({one.identity: one for one in (*self._trees.get(root, ()), *tree)}.values()))
        family = {one.identity: one for tree in trees.values() for one in tree}
        return bool(family) and self._ask(frozenset(trees), tuple(family.values()))

    def _trees_of(self, programs: Collection[Identity]) -> dict[Identity, tuple[P, ...]]:
        """Of those that are here and may be touched."""
        try:
            here = self._look()
            untouched = self._untouched(here)
            return {one: tree for one in programs if (tree := self._tree(*one, here, untouched))}
        except BlindError:  # whom not to touch is not to be seen either
            return {}

    def belongs(self, program: Program, to: Collection[Identity]) -> bool:
        try:
            here = self._look()
        except BlindError:
            return False
        one = here.get(program.pid)
        if one is None or one.identity != program.identity:
            one = here.get(program.parent)  # it is over by now: whose child it was says whose it was
        if one is None or one.started > program.started:  # it is over, too; what it was may stand among them
            return any(pid == program.parent and started <= program.started for pid, started in to)
        for root in to:
            tree = self._trees.get(root) or tuple(now for now in (here.get(root[0]),) if now and now.identity == root)
            if one in (*tree, *descendants(tree, here)) or any(self._kin(one, other) for other in tree):
                self._remember(root, tuple(dict.fromkeys((*tree, one))))
                return True
        return False

    def _own(self, root: P, family: Iterable[P]) -> list[P]:
        """Those of the family, parents before children, that may be ended with the play of `root`."""
        return list(family)

    def _kin(self, one: P, other: P) -> bool:
        """Whether `other`, which may be gone, has started `one` as far as the system still knows."""
        return False

    def terminate(self, pid: int, started: int) -> bool:
        try:
            return self._to_all(pid, started, self._terminate, rounds=1)
        except BlindError:
            return False

    def end(self, pid: int, started: int) -> bool:
        """Also ends what belonged to it when it had to end, and what any of them starts while it is being ended."""
        try:
            ended = self._to_all(pid, started, self._end, rounds=_ROUNDS)
        except BlindError:
            return False
        self._trees.pop((pid, started), None)
        return ended

    def disconnect(self, pid: int, started: int) -> bool:
        return False

    def _to_all(self, pid: int, started: int, do: Callable[[int, int], bool], rounds: int) -> bool:
        """Does it to the program, to what it has started and to what belonged to it when it had to end. BlindError."""
        asked = self._trees.get((pid, started), ())
        if not asked and not self.alive(pid, started):  # nothing is left to look for, which takes long
            return False
        here = self._look()
        untouched = self._untouched(here)
        left = (now for one in asked if (now := here.get(one.pid)) and now.identity == one.identity)
        tree = self._tree(pid, started, here, untouched)
        family = {one.identity: one for one in (*tree, *left) if one.pid not in untouched}
        return self._in_rounds(do, rounds, family, here, untouched) and bool(tree)

    def _in_rounds(
        self, do: Callable[[int, int], bool], rounds: int, family: dict[Identity, P], here: Mapping[int, P],
        untouched: frozenset[int],
    ) -> bool:  # fmt: skip
        """Whether the first one took it. BlindError."""
        first = False
        for turn in range(rounds):
            family |= {one.identity: one for one in descendants(family.values(), here, untouched)}
            whole = list(family.values())
            family = {one.identity: one for one in (self._own(whole[0], whole) if whole else ())}
            done = [do(*identity) for identity in family]
            if turn == 0:
                first = done[:1] == [True]
            if not any(done) or turn == rounds - 1:
                break
            here = self._look()
        return first

    def _untouched(self, here: Mapping[int, P]) -> frozenset[int]:
        return ancestors(os.getpid(), here) | self.KERNEL | frozenset(self._spared())

    def _tree(self, pid: int, started: int, here: Mapping[int, P], untouched: frozenset[int]) -> tuple[P, ...]:
        """The program, parents before children. Nothing if it is gone or not to be touched: then nothing below it is either."""
        root = here.get(pid)
        if root is None or root.started != started or pid in untouched or not self.alive(pid, started):
            return ()
        return tuple(self._own(root, (root, *descendants((root,), here, untouched))))

    def _remember(self, root: Identity, tree: tuple[P, ...]) -> None:
        self._trees[root] = tree
        while len(self._trees) > _REMEMBERED:  # those that closed when asked
            self._trees.pop(next(iter(self._trees)))
