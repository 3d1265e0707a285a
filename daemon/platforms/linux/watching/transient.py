"""What came and went within what the kernel told at once: a game that forks itself away may do so thousands of times a second,
and who looked at each of these processes would look at them later and later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from daemon.platforms.linux.watching.connector import Event

_Is = Callable[[int], bool]


def lasting(events: Sequence[Event], is_game: _Is, had_to_end: _Is) -> Sequence[Event]:
    """Without the starts and ends of what came of games, executed nothing, and is over. What such ones forked and is not over
    is told where the first of them was, as forked by the game that they all come from: so before that is told to be over.
    `is_game`: of a pid, before all this; `had_to_end`: of one that was forked meanwhile, whoever is its parent.
    """
    forks, gone = _families(events, is_game, had_to_end)
    if not gone:
        return events
    left = _left_by_first(forks, gone)
    lasts: list[Event] = []
    for event in events:
        if event.pid in gone:
            lasts.extend(left.get(event.pid, ()) if event.kind == "fork" else ())
        elif event.kind != "fork" or event.parent not in gone:
            lasts.append(event)
    return lasts


def _families(events: Sequence[Event], is_game: _Is, had_to_end: _Is) -> tuple[dict[int, Event], set[int]]:
    """How what came of games was forked, parents first, and which of that executed nothing and is over. Nothing, if one number
    is two processes: then nobody can say whose child is whose.
    """
    forks: dict[int, Event] = {}
    executed, gone = set[int](), set[int]()
    for event in events:
        pid = event.pid
        if event.kind == "exec":
            executed.add(pid)
        elif event.kind == "exit" and pid in forks and pid not in executed:
            gone.add(pid)
        elif event.kind == "fork":
            if pid in forks or pid in executed or is_game(pid):
                return {}, set()
            of_game = event.parent not in executed and (event.parent in forks or is_game(event.parent))
            if of_game or had_to_end(pid):
                forks[pid] = event
    return forks, gone


def _left_by_first(forks: dict[int, Event], gone: set[int]) -> dict[int, list[Event]]:
    """Of the first of those gone in each line: what is left in the end."""
    firsts: dict[int, int] = {}
    left: dict[int, list[Event]] = {}
    for pid, fork in forks.items():
        first = firsts.get(fork.parent, pid)
        if pid in gone:
            firsts[pid] = first
        elif first != pid:
            left.setdefault(first, []).append(replace(fork, parent=forks[first].parent))
    return left
