"""Whether a public place is open, by the opening hours that bind everybody there: packs of the place alone. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from rules.decide import decide
from rules.facts import Facts
from rules.policy import FIELDS, Pack, Place, Policy, Window, combine

WARN_MS: Final = (900_000, 300_000)
"""How long before closing time everybody is told of it."""


@dataclass(frozen=True, slots=True)
class Opening:
    """`open` changes at `until` (Unix ms); None: not within a year."""

    open: bool
    until: int | None


def hours_of(packs: Iterable[Pack]) -> Policy:
    """The windows of these packs, which are the place's, that hold for every game and every age."""
    nothing: dict[str, object] = dict.fromkeys(FIELDS.values(), ())
    return combine(replace(one, **(nothing | {"windows": tuple(filter(_binds_all, one.windows))})) for one in packs)  # type: ignore[arg-type] # fields by name


def _binds_all(rule: Window) -> bool:
    ages = rule.from_age, rule.to_age
    return rule.every_game and ages == (None, None) and not rule.spares_adults and not rule.advisory


def opening(hours: Policy, place: Place, now: int) -> Opening:
    """`hours` as `hours_of` makes them. A home is always open."""
    if place == "home":
        return Opening(open=True, until=None)
    decision = decide(hours, Facts(now=now, place=place, game=""))
    return Opening(decision.verdict == "allow", decision.until)


def warning(left: int) -> int | None:
    """Which of WARN_MS is due `left` ms before closing; None: none yet."""
    return min((one for one in WARN_MS if 0 < left <= one), default=None)
