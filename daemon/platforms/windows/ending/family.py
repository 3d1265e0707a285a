"""Who of what descends from a game is ended with it. Nothing here calls Windows.

UAC, `runas` and CreateProcessWithLogonW make a program of another account, or one with an administrator's rights, and name as
its parent whoever asked for it: an installer that an administrator said yes to is a child of the game that wanted it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar


class InSession(Protocol):
    @property
    def pid(self) -> int: ...

    @property
    def parent(self) -> int: ...

    @property
    def session(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Whose:
    """`sid`: the account that it runs as. `elevated`: with an administrator's rights, which UAC keeps from it otherwise.
    `number`: which one it was of all that were made since boot; 0: the system does not say.
    """

    sid: str
    elevated: bool = False
    number: int = 0


OVER = Whose("")
"""Of one that is over: there is nothing to end any more, but what it has started is the game's still."""

S = TypeVar("S", bound=InSession)


def own(family: Iterable[S], whose: Callable[[S], Whose | None]) -> list[S]:
    """Those of the family (first the game, parents before children) that are ended with the game, which itself always is.

    `whose`: None where that cannot be told. What is left out is so with all below it.
    """
    root, *below = family
    its = whose(root)
    if its is None or its is OVER:
        return [root]
    kept, found, others = [root], {root.pid: its}, set[int]()
    for one in below:
        now = None if one.parent in others or one.session != root.session else whose(one)
        if now is None or not _with(now, its, found.get(one.parent, OVER)):
            others.add(one.pid)
        else:
            found[one.pid] = now
            kept.append(one)
    return kept


def _with(one: Whose, root: Whose, parent: Whose) -> bool:
    """Also not whoever was made before the one that has its parent's pid by now, whatever a clock that was set back says."""
    if one is OVER:
        return True
    older = 0 < one.number < parent.number
    return one.sid == root.sid and not older and (root.elevated or not one.elevated)
