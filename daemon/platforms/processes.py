"""Processes as any system lists them, and who descends from whom."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

Identity = tuple[int, int]


class BlindError(Exception):
    """We lack what it takes to look: whoever concluded that something is gone would be wrong."""


@dataclass(frozen=True, slots=True)
class Process:
    """`started`, in units of the system's own, names with the pid one process of this boot. None is older than its parent."""

    pid: int
    parent: int
    started: int

    @property
    def identity(self) -> Identity:
        return (self.pid, self.started)


P = TypeVar("P", bound=Process)


def ancestors(pid: int, among: Mapping[int, Process]) -> frozenset[int]:
    """The process itself and all it descends from, as far as they still are those that started it."""
    chain = {pid}
    found = among.get(pid)
    while found is not None:
        parent = among.get(found.parent)
        found = parent if parent is not None and parent.started <= found.started and parent.pid not in chain else None
        if found is not None:
            chain.add(found.pid)
    return frozenset(chain)


def descendants(of: Iterable[P], among: Mapping[int, P], but: frozenset[int] = frozenset()) -> list[P]:
    """All that were started by these or by what they started, parents before children, without `but` and what is below them.

    Windows keeps a parent's pid when the parent has gone, and may give it away again: whoever is older than the process that
    has the pid is no child of it. `of` may be gone: then whoever is younger than its pid's next owner is that one's.
    """
    children: dict[int, list[P]] = {}
    for one in among.values():
        if one.pid not in but:
            children.setdefault(one.parent, []).append(one)
    found: dict[Identity, P] = {}
    queue = deque(of)
    while queue:
        parent = queue.popleft()
        now = among.get(parent.pid, parent)
        for child in children.get(parent.pid, ()):
            own = now.started <= parent.started or child.started < now.started
            if own and child.started >= parent.started and child.pid != parent.pid and child.identity not in found:
                found[child.identity] = child
                queue.append(child)
    return list(found.values())
