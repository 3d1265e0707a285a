"""Whom a rule binds and when: its pack's dates, the player's age, who may relax it where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from rules.calendar import Calendar, birthday, calendar
from rules.policy import Pack, Place, Role, Rule

NEVER = 1 << 62
ADULT = 18
_POINTS = frozenset({"game-point", "agent-without-games"})


@dataclass(frozen=True, slots=True)
class Reach:
    """A rule at one place for one birth date: it applies in [start, end), which begin and end with days of its zone."""

    calendar: Calendar
    start: int
    end: int
    relax: frozenset[Role]


def reach(rule: Rule, pack: Pack, place: Place, born: date | None) -> Reach | None:
    """Where the rule reaches; None if it never binds this player here.

    Without a birth date it binds as for every age. A household's own rule ends on the 18th birthday. ZoneError if this
    machine does not know the pack's zone.
    """
    if rule.places and place not in rule.places:
        return None
    zone = calendar(pack.zone)
    starts = [] if pack.effective_from is None else [pack.effective_from]
    ends = [] if pack.effective_to is None else [pack.effective_to]
    if born is not None:
        starts += [birthday(born, rule.from_age)] if rule.from_age else []
        ends += [] if rule.to_age is None else [birthday(born, rule.to_age)]
        ends += [birthday(born, ADULT)] if pack.scope == "place" and rule.spares_adults else []
    start = max((zone.start(day) for day in starts), default=-NEVER)
    end = min((zone.start(day) for day in ends), default=NEVER)
    return Reach(zone, start, end, relaxable_by(rule, place)) if start < end else None


def approver(place: Place) -> Role:
    """As what somebody lets a game through at this place: who keeps the registry is a guardian at home, else staff."""
    return "guardian" if place == "home" else "staff"


def relaxable_by(rule: Rule, place: Place) -> frozenset[Role]:
    """Who may relax the rule at this place: nobody, if it is a law addressed to the place itself."""
    to_us = place == "home" if rule.addressee == "household" else rule.addressee == "point" and place in _POINTS
    return frozenset() if rule.authority == "law" and to_us else frozenset(rule.relax)
