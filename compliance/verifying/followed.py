"""Whether seats decided by what was in force: the place and the packs that a decision names against the agent's entries. Pure.

A seat goes by the last list that it got, and enforces that for as long as it cannot reach its agent. So what was in force
before is a failure only where the seat must have had what came after it: an hour later, heard by the agent in between. What was
never in force is one always. Neither is, but told, where the seat itself says that something is wrong between the two. Of
players' packs only those are known that were ever put on somebody, as pseudonyms change by the day.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from msgspec import UNSET

from compliance.entry import AgentTick, AnyEntry, Decided, IssueCleared, IssueRaised, PlaceChanged, PolicyChanged
from compliance.format.chain import AGENT
from compliance.format.house_rule import HOUSE
from compliance.verifying.place import GUEST, PLACE, Timeline
from compliance.verifying.report import Failure, Finding
from i18n.message import Arg, Message, msg, msgn
from rules.policy import Param

LATE_MS: Final = 3_600_000
_CLOCKS_MS: Final = 600_000  # two PCs' clocks may be apart so far, and news be under way
_HEARD: Final = 16  # ticks: more than an hour
_APART: Final = frozenset({
    "agent-away", "agent-refuses", "clock-jump", "journal-unwritable", "log-replaced", "no-roster", "store-broken", "update",
})  # fmt: skip
_Key = tuple[object, ...]  # a kind of place, a pack's text and values, or all packs of the place


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
    """`take` every entry, after `timeline` did, then ask `failures` and `findings`."""

    timeline: Timeline
    _known: dict[_Key, _Known] = field(default_factory=dict)
    _now: dict[str, frozenset[_Key]] = field(default_factory=dict)  # by "place", "guest", and "kind" of the place
    _heard: dict[str, deque[int]] = field(default_factory=dict)
    _apart: dict[str, set[str]] = field(default_factory=dict)
    _failures: list[Failure] = field(default_factory=list)
    _unsaid: list[tuple[Failure, _Key, int]] = field(default_factory=list)
    _behind: dict[str, _Behind] = field(default_factory=dict)

    def take(self, where: Arg, line: AnyEntry) -> None:
        match line:
            case PlaceChanged() if line.seat == AGENT:
                self._say("kind", frozenset({_kind(line.place)}), line.wall)
            case PolicyChanged() if line.seat == AGENT:
                self._put(line)
            case AgentTick() if line.seat == AGENT:
                for seat, heard in line.seats.items():
                    times = self._heard.setdefault(seat, deque(maxlen=_HEARD))
                    if not times or times[-1] != heard:
                        times.append(heard)
            case IssueRaised() if line.id in _APART:
                self._apart.setdefault(line.seat, set()).add(line.id)
            case IssueCleared() if line.id in _APART:
                self._apart.get(line.seat, set()).discard(line.id)
            case Decided():
                self._decided(where, line)
            case _:
                pass

    def failures(self) -> Iterator[Failure]:
        yield from self._failures
        for failure, key, at in self._unsaid:  # the agent's own entries may reach its log after a seat's
            known = self._known.get(key)
            if known is None or known.first > at + _CLOCKS_MS:
                yield failure

    def findings(self) -> Iterator[Finding]:
        for seat, behind in self._behind.items():
            yield Finding("rules-behind", behind.where, msgn(
                "{n} decision went by rules that were not, or no longer, in force by the agent's word",
                "{n} decisions went by rules that were not, or no longer, in force by the agent's word", behind.number,
            ), seat, behind.at)  # fmt: skip

    # --- what was said ---------------------------------------------------------------------------------------------------

    def _put(self, line: PolicyChanged) -> None:
        keys = frozenset(_pack(one.sha256, one.params) for one in line.packs)
        if line.target in {PLACE, GUEST}:
            self._say(line.target, keys, line.wall)
        for key in keys if line.target not in {PLACE, GUEST} else ():
            self._known.setdefault(key, _Known(line.wall)).of_player = True

    def _say(self, what: str, keys: frozenset[_Key], at: int) -> None:
        before = self._now.get(what, frozenset())
        self._now[what] = keys
        held = frozenset().union(*self._now.values())
        for key in before - held:
            self._known[key].over = at
        for key in keys:
            self._known.setdefault(key, _Known(at)).over = None

    # --- what was decided ------------------------------------------------------------------------------------------------

    def _decided(self, where: Arg, line: Decided) -> None:
        if not self._in_place(line.place, line.at):
            told = msg("it is of a place that this was not: {place}", place=line.place)
            self._unlike(where, line, _kind(line.place), told)
        if line.paused is UNSET and line.pack not in {"", HOUSE} and not self._in_force(line):
            told = msg("the pack of its rule {rule}, with its values, was not in force", rule=line.rule)
            self._unlike(where, line, _pack(line.pack, line.params), told)

    def _in_place(self, place: str, at: int) -> bool:
        return any(self.timeline.place(moment) == place for moment in (at, at - _CLOCKS_MS, at + _CLOCKS_MS))

    def _in_force(self, line: Decided) -> bool:
        known = self._known.get(_pack(line.pack, line.params))
        if known is not None and known.of_player:
            return True
        found = (
            self.timeline.packs(target, moment)
            for moment in (line.at, line.at - _CLOCKS_MS, line.at + _CLOCKS_MS)
            for target in (PLACE, GUEST)
        )
        return any(pack.sha256 == line.pack and pack.params == line.params for packs in found for pack in packs or ())

    def _unlike(self, where: Arg, line: Decided, key: _Key, what: Message) -> None:
        known, failure = self._known.get(key), Failure(where, what)
        apart = bool(self._apart.get(line.seat)) or not self.timeline.whole
        if known is None and not apart:
            self._unsaid.append((failure, key, line.at))
        elif known is not None and known.over is not None and not apart and self._had_news(line, known.over):
            self._failures.append(failure)
        else:
            behind = self._behind.setdefault(line.seat, _Behind(where, line.at))
            behind.number += 1

    def _had_news(self, line: Decided, since: int) -> bool:
        """Whether the seat must have had, when it decided, what was changed at `since`."""
        late = line.at - since > LATE_MS
        return late and any(since + _CLOCKS_MS < heard < line.at - _CLOCKS_MS for heard in self._heard.get(line.seat, ()))


def _kind(place: str) -> _Key:
    return ("place", place)


def _pack(sha256: str, params: dict[str, Param]) -> _Key:
    return (sha256, *sorted(params.items()))
