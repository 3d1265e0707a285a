"""What entries of plays say that these were decided by. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, get_args

from msgspec import UNSET

from compliance.entries.play import Bound, PlayRuled, PlayStarted
from compliance.verifying.listed import Faults
from compliance.verifying.plays.binding import Part, Policies, Rules, same_day
from compliance.verifying.plays.runs import Ruled, Seat
from compliance.verifying.plays.undecided import Undecided
from compliance.verifying.report import Failure
from i18n.message import Arg, msg
from rules.policy import Place

_OLDEST: Final = 150  # in years
_PLACES: Final = frozenset(get_args(Place))


@dataclass
class Binding:
    """`read` each such entry. What cannot be is a failure."""

    policies: Policies
    undecided: Undecided
    failures: Faults

    def read(self, where: Arg, line: PlayStarted | PlayRuled, seat: Seat) -> Ruled | None:
        """What the entry says bound it. None: nothing, or what cannot be."""
        bound = line.bound
        if bound is UNSET:
            self.undecided.add("older", where)
            return None
        if isinstance(bound, int):
            said = seat.bounds.get(line.who)
            if said is None or said[0] != bound:
                untold = msg("no entry {seq} of its seat says what its player was bound by", seq=str(bound))
                self.failures.append(Failure(where, untold))
                return None
            _, bound, rules = said
        else:
            rules = self.policies.of(bound)
            seat.say(line.who, line.seq, bound, rules)
        if bound.place not in _PLACES:
            self.failures.append(Failure(where, msg("there is no kind of place {place}", place=bound.place)))
            return None
        if line.age is not None and not 0 <= line.age <= _OLDEST:
            self.failures.append(Failure(where, msg("{age} is not an age", age=str(line.age))))
            return None
        return self._ruled_by(where, line, bound, rules)

    def _ruled_by(self, where: Arg, line: PlayStarted | PlayRuled, bound: Bound, rules: Rules) -> Ruled:
        part: Part = "all"
        try:
            if rules.packs and not same_day(rules, bound.zone, line.wall):
                part = "none"
                self._elsewhere(where, bound, rules)
        except (ValueError, OverflowError):
            rules = Rules(None, "odd")
        system = line.system if line.system is not UNSET else "VN"
        return Ruled(
            line.wall, rules, bound, line.age, line.label, system, line.publisher, line.approved is True, part
        )  # fmt: skip

    def _elsewhere(self, where: Arg, bound: Bound, rules: Rules) -> None:
        """Its rules' days are others than its place's, by which pseudonyms are. A public place lies where its rules do."""
        if bound.place != "home" and any(pack.scope == "place" and pack.zone != bound.zone for pack in rules.packs or ()):
            self.undecided.add("abroad", where)
        elif rules.counts("none"):
            self.undecided.add("zone", where)
