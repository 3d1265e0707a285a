"""Plays of which a seat does not say what was in force, though it says that of others. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from compliance.entries.play import PlayEnded
from compliance.verifying.listed import Listed
from compliance.verifying.plays.runs import SLEPT_MS, Run
from compliance.verifying.report import Finding
from i18n.message import msg


@dataclass
class Unsaid:
    """`end` each play that is `unsaid`, or `open` it once all entries were taken; then ask `findings`."""

    _found: Listed = field(default_factory=Listed)

    def end(self, run: Run, line: PlayEnded) -> None:
        """A play that is written once more, for another log or by another name, is over by then: nobody knows what bound it."""
        at_once = line.how == "gone" and line.boot == run.boot and line.mono - run.mono <= SLEPT_MS
        self._tell(run, again=line.late and (at_once or not _fresh(run)))

    def open(self, run: Run) -> None:
        self._tell(run, again=not _fresh(run))

    def _tell(self, run: Run, *, again: bool) -> None:
        if not run.ruled and not again:
            said = msg("its entry does not say what was in force, and earlier ones of its seat did")
            self._found.add(Finding("not-said", run.where, said, run.seat, run.at))

    def findings(self) -> Iterator[Finding]:
        yield from self._found


def _fresh(run: Run) -> bool:
    return abs(run.at - run.since) <= SLEPT_MS
