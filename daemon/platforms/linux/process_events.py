"""What the kernel tells of processes, whichever way: KernelTags (kernel/tags.py) or the process connector."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Kind = Literal["exec", "fork", "exit"]
_FIRST_NAMESPACES = {"pid": 0xEFFFFFFC, "user": 0xEFFFFFFD}  # linux/proc_ns.h


@dataclass(frozen=True, slots=True)
class Event:
    """Process `pid` executed something, has ended with all its threads, or was forked by process `parent`, at `ns` of
    CLOCK_MONOTONIC. `tag`: what it carries now, or carried when it ended; 0: nothing, or nobody knows.
    """

    kind: Kind
    pid: int
    ns: int
    parent: int = 0
    tag: int = 0


class EventsLostError(Exception):
    """Some events were dropped: processes have to be looked at. `events`: those that came all the same."""

    def __init__(self, events: list[Event]) -> None:
        super().__init__()
        self.events = events


def in_first_namespaces(ours: Path = Path("/proc/self/ns")) -> bool:
    """Whether the kernel numbers processes as we do, and lets us listen: not so in a container."""
    try:
        return all((ours / name).stat().st_ino == first for name, first in _FIRST_NAMESPACES.items())
    except OSError:
        return True
