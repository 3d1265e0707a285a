"""All processes at one moment."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.platforms import processes
from daemon.platforms.processes import BlindError
from host.windows import snapshot

_EPOCH = 116_444_736_000_000_000  # of FILETIME (1601), in its units of 100 ns, to 1970


@dataclass(frozen=True, slots=True)
class Process(processes.Process):
    """`started`: Unix microseconds. `name`: the executable's file name."""

    session: int
    name: str


def microseconds(filetime: int) -> int:
    """A FILETIME (100 ns since 1601) as Unix microseconds."""
    return (filetime - _EPOCH) // 10


class Snapshots:
    """Not for several threads."""

    def __init__(self) -> None:
        self._system = snapshot.Snapshots()

    def take(self) -> dict[int, Process]:
        """Every process by pid, without the idle one. BlindError."""
        try:
            found = self._system.take()
        except OSError as error:
            raise BlindError(error.strerror or str(error)) from error
        every = (Process(one.pid, one.parent, microseconds(one.created), one.session, one.name) for one in found)
        return {one.pid: one for one in every if one.pid}
