"""What the agent says of place and packs: what was in force, what changed, whose the texts are, who kept to it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import get_args

from compliance.entries.decision import LaunchRefused, PlayDue
from compliance.entries.place import PlaceChanged, PolicyChanged
from compliance.entry import AnyEntry
from compliance.verifying import opening
from compliance.verifying.in_force.changes import Changes
from compliance.verifying.in_force.followed import Followed
from compliance.verifying.in_force.hearing import Hearing
from compliance.verifying.in_force.law_pack import LawPack
from compliance.verifying.in_force.place import Timeline
from compliance.verifying.in_force.texts import Texts
from compliance.verifying.listed import Faults, Listed
from compliance.verifying.report import Failure, Finding
from compliance.verifying.wanted import Wants, each
from compliance.verifying.zones import DEFAULT, known
from i18n.message import Arg, msg
from rules.policy import Place


@dataclass
class Rulebook:
    """Take what it `wants`, then ask `failures` and `findings`. `texts` are the packs' by their SHA-256, of which these were
    `brought` and are not in the bundle.
    """

    texts: Mapping[str, str]
    brought: frozenset[str] = frozenset()
    timeline: Timeline = field(default_factory=Timeline)
    hearing: Hearing = field(default_factory=Hearing)
    _placed: Faults = field(default_factory=Faults)
    _zones: Listed = field(default_factory=Listed)

    def __post_init__(self) -> None:
        self._named = Texts(self.texts, self.brought)
        self._changes = Changes(self.texts)
        self._followed = Followed(self.timeline, self.hearing)
        self._law = LawPack(self.timeline)

    def wants(self) -> Iterator[Wants]:
        yield each(self._changed, PlaceChanged, PolicyChanged)
        yield self.hearing.wants()
        yield self._followed.wants()
        yield self._law.wants()
        yield each(self._named.decided, PlayDue, LaunchRefused)

    def begin(self, line: AnyEntry) -> None:
        """An entry of the agent: the first one tells whether its chain is seen from its beginning."""
        self.timeline.begin(line)

    def _changed(self, where: Arg, line: PlaceChanged | PolicyChanged) -> None:
        self.timeline.take(line)
        self._followed.take(line)
        self._law.take(where, line)
        self._changes.take(where, line, whole=self.timeline.whole)
        if isinstance(line, PolicyChanged):
            self._named.take(where, line)
        else:
            self._can_be(where, line)

    def _can_be(self, where: Arg, line: PlaceChanged) -> None:
        """Under a kind of place, or hours, that are none, no duty would be anybody's, and no certificate is over on what is no
        day. A zone may be newer than the verifier.
        """
        if line.place not in get_args(Place):
            self._placed.append(Failure(where, msg("there is no kind of place {place}", place=line.place)))
        if not opening.said(line.hours):
            self._placed.append(Failure(where, msg("these are no opening hours: {hours}", hours=line.hours)))
        elif not opening.lawful(line.place, line.hours):
            hours = {"hours": line.hours, "widest": opening.LAW_HOURS}
            self._placed.append(Failure(where, msg("no game point is open so: {hours} does not lie within {widest}", **hours)))
        if isinstance(line.expires, str) and not _is_day(line.expires):
            self._placed.append(Failure(where, msg("this is no day: {day}", day=line.expires)))
        if not known(line.zone):
            text = msg("this verifier does not know the time zone {zone}: days are those of {other}",
                       zone=line.zone, other=DEFAULT)  # fmt: skip
            self._zones.add(Finding("no-zone", where, text, line.seat, line.wall))

    def rules(self) -> tuple[tuple[str, tuple[Arg, ...]], ...]:
        """What binds the place, and its guests, at the end of the log, as far as it is known."""
        return tuple(self._changes.rules(whole=self.timeline.whole))

    def failures(self) -> Iterator[Failure]:
        yield from self._placed
        yield from self._named.failures()
        yield from self._changes.failures
        yield from self._followed.failures()

    def findings(self) -> Iterator[Finding]:
        yield from self._zones
        yield from self._named.findings()
        yield from self._changes.findings()
        yield from self._law.found
        yield from self._followed.findings()


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
