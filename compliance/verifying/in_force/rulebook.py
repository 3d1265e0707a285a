"""What the agent says of place and packs: what was in force, what changed, whose the texts are, who kept to it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from compliance.entries.decision import LaunchRefused, PlayDue
from compliance.entries.place import PlaceChanged, PolicyChanged
from compliance.entry import AnyEntry
from compliance.verifying.in_force.changes import Changes
from compliance.verifying.in_force.followed import Followed
from compliance.verifying.in_force.hearing import Hearing
from compliance.verifying.in_force.place import Timeline
from compliance.verifying.in_force.texts import Texts
from compliance.verifying.report import Failure, Finding
from compliance.verifying.wanted import Wants, each
from i18n.message import Arg


@dataclass
class Rulebook:
    """Take what it `wants`, then ask `failures` and `findings`. `texts` are the packs' by their SHA-256, of which these were
    `brought` and are not in the bundle.
    """

    texts: Mapping[str, str]
    brought: frozenset[str] = frozenset()
    timeline: Timeline = field(default_factory=Timeline)
    hearing: Hearing = field(default_factory=Hearing)

    def __post_init__(self) -> None:
        self._named = Texts(self.texts, self.brought)
        self._changes = Changes(self.texts)
        self._followed = Followed(self.timeline, self.hearing)

    def wants(self) -> Iterator[Wants]:
        yield each(self._changed, PlaceChanged, PolicyChanged)
        yield self.hearing.wants()
        yield self._followed.wants()
        yield each(self._named.decided, PlayDue, LaunchRefused)

    def begin(self, line: AnyEntry) -> None:
        """An entry of the agent: the first one tells whether its chain is seen from its beginning."""
        self.timeline.begin(line)

    def _changed(self, where: Arg, line: PlaceChanged | PolicyChanged) -> None:
        self.timeline.take(line)
        self._followed.take(line)
        self._changes.take(where, line, whole=self.timeline.whole)
        if isinstance(line, PolicyChanged):
            self._named.take(where, line)

    def rules(self) -> tuple[tuple[str, tuple[Arg, ...]], ...]:
        """What binds the place, and its guests, at the end of the log, as far as it is known."""
        return tuple(self._changes.rules(whole=self.timeline.whole))

    def failures(self) -> Iterator[Failure]:
        yield from self._named.failures()
        yield from self._changes.failures
        yield from self._followed.failures()

    def findings(self) -> Iterator[Finding]:
        yield from self._named.findings()
        yield from self._changes.findings()
        yield from self._followed.findings()
