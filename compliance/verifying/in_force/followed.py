"""Whether seats decided by what the agent had said: the kind of place, its zone, the packs of plays and decisions. Pure.

A seat goes by the last list that it got, for as long as it cannot reach its agent: what was over counts for a week more. Packs
of players count for good, as pseudonyms change by the day. What was never said is a failure, once the agent's entries came.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from msgspec import UNSET

from compliance.entries.base import Entry
from compliance.entries.decision import Decided, LaunchRefused, PlayDue
from compliance.entries.log import Restored
from compliance.entries.place import PackLine, PlaceChanged, PolicyChanged
from compliance.entries.play import Bound, PlayRuled, PlayStarted
from compliance.format.house_rule import HOUSE
from compliance.verifying.in_force.changes import PLACES
from compliance.verifying.in_force.place import GUEST, PLACE, Timeline
from compliance.verifying.listed import Faults
from compliance.verifying.report import NOWHERE, Failure
from compliance.verifying.wanted import Wants, each
from compliance.verifying.zones import LATELY
from i18n.message import Arg, Message, msg
from rules.calendar import DAY_MS
from rules.policy import Param

_MOST: Final = 10_000  # that wait for the agent's entries: an honest log has a few
_Key: TypeAlias = tuple[object, ...]


@dataclass
class Followed:
    """`take` every change after `timeline` did, and every entry that it `wants`; then ask `failures`."""

    timeline: Timeline
    _now: dict[str, frozenset[_Key]] = field(default_factory=dict)
    _until: dict[_Key, int] = field(default_factory=dict)  # up to when what was over held
    _players: set[_Key] = field(default_factory=set)
    _waiting: list[tuple[Failure, _Key, int]] = field(default_factory=list)
    _forgot: int = 0  # up to when it may lack what it had said
    _more: Faults = field(default_factory=Faults)  # than so many

    def wants(self) -> Wants:
        return {
            **each(self._ruled, PlayStarted, PlayRuled), **each(self._decided, PlayDue, LaunchRefused),
            Restored: self._put_back,
        }  # fmt: skip

    def _put_back(self, _: Arg, line: Restored) -> None:
        """Seats may know for a day what an agent from a backup has forgotten."""
        self._forgot = line.wall + DAY_MS

    def take(self, line: PlaceChanged | PolicyChanged) -> None:
        if isinstance(line, PlaceChanged):
            self._say("place", {("kind", line.place), ("zone", line.zone)}, line.wall)
        elif line.target in {PLACE, GUEST}:
            self._say(line.target, map(_pack, line.packs), line.wall)
        else:
            self._players.update(map(_pack, line.packs))

    def _say(self, what: str, keys: Iterable[_Key], at: int) -> None:
        now = frozenset(keys)
        self._until.update(dict.fromkeys(self._now.get(what, now) - now, at))
        self._now[what] = now

    def _ruled(self, where: Arg, line: PlayStarted | PlayRuled) -> None:
        if not isinstance(bound := line.bound, Bound):
            return
        self._placed(where, line, bound.place)
        told = msg("it is of a time zone that the place did not have: {zone}", zone=bound.zone)
        self._ask(where, ("zone", bound.zone), line.wall, told)
        for pack in (*bound.place_packs, *bound.packs):
            told = msg("its pack {pack}, with its values, was not in force", pack=pack.id)
            self._ask(where, _pack(pack), line.wall, told)

    def _decided(self, where: Arg, line: Decided) -> None:
        self._placed(where, line, line.place)
        if line.paused is UNSET and line.pack not in {"", HOUSE}:
            told = msg("the pack of its rule {rule}, with its values, was not in force", rule=line.rule)
            self._ask(where, _key(line.pack, line.params), line.at, told)

    def _placed(self, where: Arg, line: Entry, place: str) -> None:
        told = msg("it is of a place that this was not: {place}", place=PLACES.get(place, place))
        self._ask(where, ("kind", place), line.wall, told)

    def _ask(self, where: Arg, key: _Key, at: int, what: Message) -> None:
        if where == NOWHERE or at < self._forgot or self._held(key, at):
            return
        if len(self._waiting) < _MOST:
            self._waiting.append((Failure(where, what), key, at))
        else:
            self._more.append(Failure(where, what))

    def _held(self, key: _Key, at: int) -> bool:
        held = key in self._players or any(key in now for now in self._now.values())
        return held or self._until.get(key, 0) >= at - LATELY * DAY_MS

    def failures(self) -> Iterator[Failure]:
        """None where what the log began with is gone."""
        if not self.timeline.whole:
            return
        for failure, key, at in self._waiting:
            if not self._held(key, at):
                self._more.append(failure)
        yield from self._more


def _pack(pack: PackLine) -> _Key:
    return _key(pack.sha256, pack.params)


def _key(sha256: str, params: Mapping[str, Param]) -> _Key:
    return (sha256, *sorted(params.items()))
