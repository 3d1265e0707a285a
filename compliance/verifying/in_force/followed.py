"""Whether seats decided by what was in force: place and packs of decisions and plays against the agent's entries. Pure.

A seat goes by the last list that it got, and enforces that for as long as it cannot reach its agent. So what was in force
before is a failure only where the seat must have had what came after it: an hour later, heard by the agent in between. What was
never in force is one always. Neither is, but told, where the seat itself says that something is wrong between the two. Of
players' packs only those are known that were put on this pseudonym, or together on anybody, as pseudonyms change by the day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, get_args

from msgspec import UNSET

from compliance.entries.base import Entry
from compliance.entries.decision import Decided, LaunchRefused, PlayDue
from compliance.entries.log import Erasure
from compliance.entries.place import PlaceChanged, PolicyChanged
from compliance.entries.play import Bound, PlayRuled, PlayStarted
from compliance.entries.seat import SessionOpened
from compliance.format.house_rule import HOUSE
from compliance.verifying.in_force.changes import PLACES
from compliance.verifying.in_force.hearing import CLOCKS_MS, Hearing
from compliance.verifying.in_force.place import GUEST, PLACE, Packs, Timeline
from compliance.verifying.listed import Faults
from compliance.verifying.report import NOWHERE, Failure, Finding
from compliance.verifying.wanted import Wants, each
from compliance.verifying.zones import LATELY
from i18n.message import Arg, Message, msg, msgn
from rules.calendar import DAY_MS
from rules.policy import Param, Place

_MOST: Final = 10_000
_Key = tuple[object, ...]  # a kind of place, its zone, a pack's text and values, all packs of somebody, or of any player
_KINDS: Final = get_args(Place)  # what is none of these is named where the decision is made again
HOME: Final = "home"
_PUBLIC: Final = tuple(one for one in _KINDS if one != HOME)
_NONE: Final[frozenset[_Key]] = frozenset()


@dataclass(slots=True)
class _Known:
    """When something was said first, and when it was over (None: it holds). `of_player`: it was put on somebody, once."""

    first: int
    over: int | None = None
    of_player: bool = False


@dataclass(slots=True)
class _Behind:
    """A seat's first decision by what was not in force, and how many there are."""

    where: Arg
    at: int
    number: int = 0


@dataclass
class Followed:
    """`take` every entry that it `wants`, after `timeline` did, then ask `failures` and `findings`."""

    timeline: Timeline
    hearing: Hearing = field(default_factory=Hearing)
    _known: dict[_Key, _Known] = field(default_factory=dict)
    _now: dict[object, frozenset[_Key]] = field(default_factory=dict)  # by target, ("of", target), "kind" and "zone"
    _first: dict[str, int] = field(default_factory=dict)  # by pseudonym; what was in force before that has none
    _guests: dict[str, bool] = field(default_factory=dict)  # by pseudonym, of whom somebody was found logged on
    _erased: dict[str, int] = field(default_factory=dict)  # by pseudonym, when
    _failures: Faults = field(default_factory=Faults)
    _unsaid: list[tuple[Failure, _Key, int]] = field(default_factory=list)
    _more: Faults = field(default_factory=Faults)  # than so many: an agent's own entries are never so late
    _behind: dict[str, _Behind] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for target in (PLACE, GUEST):
            self._say(("of", target), frozenset({_all(target, _NONE)}), 0)

    def wants(self) -> Wants:
        """Changes of place and packs besides, from whoever tells the timeline of them."""
        return {
            **each(self._ruled, PlayStarted, PlayRuled), **each(self._decided, PlayDue, LaunchRefused),
            SessionOpened: self._logged_on, Erasure: self._erase,
        }  # fmt: skip

    def _ruled(self, where: Arg, line: PlayStarted | PlayRuled) -> None:
        if isinstance(line.bound, Bound):
            self._bound(where, line, line.bound)
        erased = self._erased.get(line.who)
        if erased is None or self.hearing.is_apart(line.seat, line.wall):
            return
        if self.hearing.had_news(line.seat, erased, line.wall):
            self._failures.append(Failure(where, msg("it is of somebody of whom all had been erased")))

    def take(self, line: PlaceChanged | PolicyChanged) -> None:
        self.hearing.agents(line)
        if isinstance(line, PolicyChanged):
            self._put(line)
        else:
            self._say("kind", frozenset({_kind(line.place)}), line.wall)
            self._say("zone", frozenset({_zone(line.zone)}), line.wall)

    def _erase(self, _: Arg, line: Erasure) -> None:
        if line.who is not None:
            self._erased.setdefault(line.who, line.wall)

    def failures(self) -> Iterator[Failure]:
        yield from self._failures
        for failure, key, at in self._unsaid:  # the agent's own entries may reach its log after a seat's
            known = self._known.get(key)
            if known is None or known.first > at + CLOCKS_MS:
                yield failure
        yield from self._more

    def findings(self) -> Iterator[Finding]:
        for seat, behind in self._behind.items():
            yield Finding("rules-behind", behind.where, msgn(
                "{n} decision went by rules that were not, or no longer, in force by the agent's word",
                "{n} decisions went by rules that were not, or no longer, in force by the agent's word", behind.number,
            ), seat, behind.at)  # fmt: skip

    # --- what was said ---------------------------------------------------------------------------------------------------

    def _put(self, line: PolicyChanged) -> None:
        keys = _keys(line.packs)
        self._say(("of", line.target), frozenset({_all(line.target, keys)}), line.wall)
        if line.target in {PLACE, GUEST}:
            self._say(line.target, keys, line.wall)
        else:
            self._first.setdefault(line.target, line.wall)
            self._known.setdefault(_together(keys), _Known(line.wall))
            for key in keys:
                self._known.setdefault(key, _Known(line.wall)).of_player = True

    def _say(self, what: object, keys: frozenset[_Key], at: int) -> None:
        beside = self._now.get({PLACE: GUEST, GUEST: PLACE}.get(str(what)), _NONE)
        for key in self._now.get(what, _NONE) - keys - beside:
            self._known[key].over = at
        self._now[what] = keys
        for key in keys:
            self._known.setdefault(key, _Known(at)).over = None

    # --- what was decided ------------------------------------------------------------------------------------------------

    def _decided(self, where: Arg, line: Decided) -> None:
        self._placed(where, line, line.at, line.place)
        if line.paused is UNSET and line.pack not in {"", HOUSE} and not self._was_put(line.pack, line.params, line.at):
            told = msg("the pack of its rule {rule}, with its values, was not in force", rule=line.rule)
            self._unlike(where, line, line.at, _pack(line.pack, line.params), told)

    def _bound(self, where: Arg, line: PlayStarted | PlayRuled, bound: Bound) -> None:
        """What a play says that it was decided by."""
        self._placed(where, line, line.wall, bound.place)
        self._zoned(where, line, bound.zone)
        self._all_of(where, line, PLACE, bound.place_packs)
        who = line.who
        if ("of", who) in self._now and who not in {PLACE, GUEST} and not self._all_of(where, line, who, bound.packs):
            return
        unknown = [pack for pack in bound.packs if not self._was_put(pack.sha256, pack.params, line.wall)]
        for pack in unknown:
            told = msg("its pack {pack}, with its values, was not in force", pack=pack.id)
            self._unlike(where, line, line.wall, _pack(pack.sha256, pack.params), told)
        if not unknown:
            self._of_anybody(where, line, bound.packs)

    def _of_anybody(self, where: Arg, line: PlayStarted | PlayRuled, packs: Packs) -> None:
        """Of a pseudonym of which the agent said nothing no more is known than whether any player had these packs together, or
        guests: no guest has an age, and at a public place the seat says who is one.
        """
        guest, key = self._guests.get(line.who), _together(_keys(packs))
        if guest or (guest is None and line.age is None and key not in self._known):
            self._all_of(where, line, GUEST, packs)
        elif key not in self._known:
            self._unlike(where, line, line.wall, key, msg("nobody had just the packs of the player that it names"))

    def _recent_zone(self, key: _Key, at: int) -> bool:
        """Days by the zone before are said to be that where they are added up: that is all that there is to tell of them."""
        known = self._known.get(key)
        return key[0] == "zone" and known is not None and known.over is not None and at - known.over < LATELY * DAY_MS

    def _zoned(self, where: Arg, line: PlayStarted | PlayRuled, zone: str) -> None:
        known = self._known.get(_zone(zone))
        if "zone" in self._now and (known is None or (known.over is not None and known.over < line.wall - CLOCKS_MS)):
            told = msg("it is of a time zone that the place did not have: {zone}", zone=zone)
            self._unlike(where, line, line.wall, _zone(zone), told)

    def _placed(self, where: Arg, line: Entry, at: int, place: str) -> None:
        if place not in _KINDS or self.timeline.place(at) == place:
            return
        if all(self.timeline.place(moment) != place for moment in _about(at)):
            told = msg("it is of a place that this was not: {place}", place=PLACES.get(place, place))
            self._unlike(where, line, at, _kind(place), told)

    def _logged_on(self, where: Arg, line: SessionOpened) -> None:
        """A seat says it at a public place alone."""
        self._guests[line.who] = line.guest
        if any(self.timeline.place(moment) != HOME for moment in _about(line.wall)):
            return
        told = msg("it says who was logged on at a home, where nobody looks")
        self._unlike(where, line, line.wall, max(map(_kind, _PUBLIC), key=self._last_over), told)

    def _last_over(self, key: _Key) -> int:
        known = self._known.get(key)
        return -1 if known is None else known.over or 0

    def _all_of(self, where: Arg, line: Entry, target: str, packs: Packs) -> bool:
        """Whether these are all packs of the place, or of the pseudonym, at about this moment."""
        found = [self.timeline.packs(target, moment) for moment in _about(line.wall)]
        all_ = any(one is None or _keys(one) == _keys(packs) for one in found)
        if not all_:
            told = msg("the packs of the place that it names were not those in force") if target == PLACE else (
                msg("the packs of the player that it names were not those in force")
            )
            self._unlike(where, line, line.wall, _all(target, _keys(packs)), told, self._first.get(target))
        return all_

    def _was_put(self, sha256: str, params: Mapping[str, Param], at: int) -> bool:
        """Whether this pack was on the place or guests at about this moment, or on some player ever."""
        for moment in _about(at):
            for target in (PLACE, GUEST):
                if any(one.sha256 == sha256 and one.params == params for one in self.timeline.packs(target, moment) or ()):
                    return True
        known = self._known.get(_pack(sha256, params))
        return known is not None and known.of_player

    def _unlike(self, where: Arg, line: Entry, at: int, key: _Key, what: Message, before: int | None = None) -> None:
        """`before`: up to when it may have been in force, as nothing was said until then."""
        known = self._known.get(key) or (None if before is None else _Known(0, before))
        failure, apart = Failure(where, what), self.hearing.is_apart(line.seat, at)
        if where == NOWHERE or (known is None and not self.timeline.whole):
            return  # what the log began with is gone
        if known is None and not apart and len(self._unsaid) < _MOST:
            self._unsaid.append((failure, key, at))
        elif known is None and not apart:
            self._more.append(failure)
        elif known is not None and known.over is not None and not apart and self.hearing.had_news(line.seat, known.over, at):
            self._failures.append(failure)
        elif not isinstance(line, SessionOpened) and not self._recent_zone(key, at):
            self._behind.setdefault(line.seat, _Behind(where, at)).number += 1


def _about(at: int) -> tuple[int, int, int]:
    return at, at - CLOCKS_MS, at + CLOCKS_MS


def _kind(place: str) -> _Key:
    return ("kind", place)


def _zone(zone: str) -> _Key:
    return ("zone", zone)


def _pack(sha256: str, params: Mapping[str, Param]) -> _Key:
    return (sha256, *sorted(params.items()))


def _keys(packs: Packs) -> frozenset[_Key]:
    return frozenset(_pack(one.sha256, one.params) for one in packs)


def _all(target: str, keys: frozenset[_Key]) -> _Key:
    return ("all", target, keys)


def _together(keys: frozenset[_Key]) -> _Key:
    return ("together", keys)
