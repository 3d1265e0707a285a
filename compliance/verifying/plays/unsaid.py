"""Plays of which a seat does not say what was in force, though it must have known that this is said. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from compliance.entries.play import PlayEnded
from compliance.verifying.listed import Listed
from compliance.verifying.plays.runs import LEAVE_MS, SLEPT_MS, Run
from compliance.verifying.report import Finding
from i18n.message import msg

_VERSION: Final = re.compile(r"([0-9]{1,6})\.([0-9]{1,6})\.([0-9]{1,6})(?![0-9])")
_FIRST: Final = (0, 1, 0)


@dataclass
class Unsaid:
    """`end` each play that is `unsaid`, or `open` it once all entries were taken; then ask `findings`."""

    _found: Listed = field(default_factory=Listed)

    def end(self, run: Run, line: PlayEnded) -> None:
        """A play that is written once more, for another log or by another name, is over by then: nobody knows what bound it."""
        at_once = line.how == "gone" and line.boot == run.boot and line.mono - run.mono <= SLEPT_MS
        before = not _fresh(run) and line.ms - (run.at - run.since) <= LEAVE_MS
        self._tell(run, again=line.late and (at_once or before))

    def open(self, run: Run) -> None:
        self._tell(run, again=not _fresh(run))

    def _tell(self, run: Run, *, again: bool) -> None:
        if not run.ruled and not again:
            said = msg("its entry does not say what was in force, as each version that was ever released does")
            self._found.add(Finding("not-said", run.where, said, run.seat, run.at))

    def findings(self) -> Iterator[Finding]:
        yield from self._found


def tells(version: str) -> bool:
    """Whether seats of this version say of each play what was in force, as all do that were released."""
    found = _VERSION.match(version)
    return found is not None and tuple(map(int, found.groups())) >= _FIRST


def _fresh(run: Run) -> bool:
    return abs(run.at - run.since) <= SLEPT_MS
