"""Whether a play went on for too long, moment by moment. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, NamedTuple

from compliance.verifying.plays.packs import Part, Why
from compliance.verifying.plays.runs import FOREVER, Given, Ruled, Run, Shift
from rules.calendar import DAY_MS, day_bounds, day_name
from rules.decide import decide
from rules.decision import Decision
from rules.engine.plan import bind
from rules.facts import Facts, Grant, Pause
from rules.policy import NEWS_MS, Break, Budget

SLACK_MS = 60_000  # a machine may be busy; events may come late
LEAVE_MS = NEWS_MS + SLACK_MS
_START_MS = 15_000  # a start that is refused is ended at once
_APART_MS = 10_000
_KEPT = 4096
_YEAR_MS = 366 * DAY_MS

Revoked = dict[tuple[str, str], int]


class Over(NamedTuple):
    """From when on it was too long, for how much, and the decision that says so."""

    at: int
    ms: int
    decision: Decision
    ruled: Ruled


def over(run: Run, given: Sequence[Given], revoked: Revoked, moments: Sequence[int]) -> Over | Why | None:
    """Whether the play went on for too long; why that cannot be said. Its day's history holds all of the day.

    `given`: the grants of its pseudonym; `moments`: those of `moments_of`. ValueError: nothing can be asked about it.
    """
    since = last = FOREVER  # of an end that has come: when, and how long there was to keep to it
    for at, then in zip(moments, [*moments[1:], FOREVER], strict=True):
        ruled = [one for one in run.ruled if one.at <= at][-1]
        if ruled.rules.packs is None:
            return ruled.rules.why
        held = _held_back(run, ruled, at)
        if held == "down" and since < FOREVER:  # what was due before stays due: another start of the daemon frees nobody
            last += min(then, run.ended) - at
            continue
        if held is not None:
            since = FOREVER
            continue
        grants = tuple(one.grant for one in given if one.grant.given <= at < revoked.get((run.seat, one.grant.id), FOREVER))
        decision = _decided(run, ruled, at, grants)
        allowed = decision.verdict == "allow"
        end = (decision.until or FOREVER) if allowed else at
        if allowed or since == FOREVER:
            if end >= min(then, run.ended):
                since = FOREVER
                continue
            since, last = end, end + _leave(run, at, decision)
        if run.ended > last and then > last:
            found = Over(since, run.ended - since, decision, ruled)
            return found if run.apart <= _APART_MS else "unseen"
    return None


def _leave(run: Run, at: int, decision: Decision) -> int:
    """How long a play may go on after its end: warned, saved, closed. One that was refused when it began may not."""
    if at == run.at and run.fresh and decision.verdict != "allow":
        due = run.due is not None and run.due[0] - at <= _START_MS
        return _START_MS + (decision.grace_ms + SLACK_MS if due else 0)
    return LEAVE_MS + decision.grace_ms


def _held_back(run: Run, ruled: Ruled, at: int) -> Literal["down", "off"] | None:
    """Whether nobody was there to enforce anything, or nothing was to be. A pause is enforced all the same."""
    kinds = {one.kind for one in run.shifts if one.start <= at < one.ends(run.day.who)}
    if "down" in kinds:
        return "down"
    return "off" if "off" in kinds and ruled.bound.place == "home" and "pause" not in kinds else None


def _paused(run: Run, at: int) -> Shift | None:
    """The longest pause that held at `at`."""
    found = (one for one in run.shifts if one.kind == "pause" and one.start <= at < one.ends(run.day.who))
    return max(found, key=lambda one: FOREVER if one.until is None else one.until, default=None)


def _decided(run: Run, ruled: Ruled, at: int, grants: tuple[Grant, ...]) -> Decision:
    pause, bound = _paused(run, at), ruled.bound
    limited = bool(ruled.rules.packs) or bound.house
    facts = replace(
        facts_of(run, ruled, at), past=run.day.history.since(at - 3 * DAY_MS), grants=grants,
        paused=Pause(pause.until, bound.zone, pause.id) if pause is not None and limited else None,
    )  # fmt: skip
    part: Part = run.part if ruled.counted else "none"
    return decide(ruled.rules.policy(part), facts)


def facts_of(run: Run, ruled: Ruled, at: int) -> Facts:
    """What a play's entries tell of it. ValueError: nothing can be asked about such a day."""
    bound, today = ruled.bound, day_name(ruled.bound.zone, at)
    return Facts(
        now=at,
        place=bound.place,  # type: ignore[arg-type] # checked where the entry is read
        game=run.game,
        publisher=ruled.publisher,
        label=ruled.label,
        system=ruled.system,  # type: ignore[arg-type] # one that no rule knows is one more system
        born=None if ruled.age is None else date(today.year - ruled.age, 1, 1),
        guardian=bound.guardian,
        approved=frozenset((run.game,) if ruled.approved else ()),
    )


def moments_of(run: Run, given: Sequence[Given], revoked: Revoked) -> list[int]:
    """When it began, or was first said what binds it, and when something changed while it was played."""
    began = max(run.at, run.ruled[0].at)
    found = [one.at for one in run.ruled]
    for shift in run.shifts:
        found += (shift.start, shift.ends(run.day.who))
    for one in given:
        found += (one.grant.given, revoked.get((run.seat, one.grant.id), 0))
    return sorted({began, *(at for at in found if began < at < run.ended)})


def overnight(given: Sequence[Given], run: Run) -> bool:
    """Whether time that was given on the day before reaches to the play's end: it may be the player's, under the pseudonym of
    that day.
    """
    start, _ = day_bounds(run.ruled[0].bound.zone, run.at)
    near = (one.grant for one in given if start - DAY_MS <= one.grant.given < start)
    return any(one.given + one.ms + LEAVE_MS >= run.ended for one in near)


@dataclass(frozen=True, slots=True)
class _Known:
    """Allowed from `start` to `end`, as long as no more than that is played of the game, and of all games."""

    start: int
    end: int
    game: int
    total: int


@dataclass
class Surely:
    """`allows` asks; what was found is kept for the next play of the same kind."""

    _known: dict[Hashable, _Known] = field(default_factory=dict)

    def allows(self, run: Run) -> bool:
        """Whether a play might go on to its end, whatever else is in the log. ValueError: nothing can be asked about it."""
        ruled, day = run.ruled[0], run.day
        key = (
            ruled.rules.number, ruled.bound.place, ruled.bound.guardian, ruled.age, run.game, ruled.label, ruled.system,
            ruled.approved, run.at // _YEAR_MS,
        )  # fmt: skip
        known = self._known.get(key)
        if known is None or not known.start <= run.at < known.end:
            if len(self._known) >= _KEPT:
                self._known.clear()
            known = self._known[key] = _found(run, ruled)
        if day.many:  # then nothing is asked that counts
            return run.ended <= known.end
        going = sum(max(0, run.ended - one.since) for one in day.running.values()) if day.running else 0
        return run.ended <= known.end and day.total + going <= known.total and day.games[run.game] <= known.game


def _found(run: Run, ruled: Ruled) -> _Known:
    facts = facts_of(run, ruled, run.at)
    decision = decide(ruled.rules.policy("none"), facts)
    if decision.verdict != "allow":
        return _Known(run.at, run.at + 1, -1, -1)
    limits = bind(ruled.rules.policy("all"), facts).limits
    budgets = [one.rule for one in limits if isinstance(one.rule, Budget)]
    total = [one.ms for one in budgets if one.per != "game"]
    total += [one.rule.after_ms for one in limits if isinstance(one.rule, Break)]
    game = [one.ms for one in budgets if one.per == "game"]
    return _Known(run.at, decision.until or FOREVER, min(game, default=FOREVER), min(total, default=FOREVER))
