"""Whether a play went on for too long, moment by moment. Pure.

A play's moments count what was played. Where its PC slept, or the clock was set, by the wall clock they were others, by no more
than both differ in the end (`blur`). Then what frees a player is taken to have held as far to either side, what binds one as
much less; and what ends by the wall clock to have been over by so much sooner.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from compliance.verifying.plays.binding import Why
from compliance.verifying.plays.runs import FOREVER, LEAVE_MS, SLACK_MS, START_MS, Given, Ruled, Run, decided, facts_of, paused
from compliance.verifying.watched import OFTEN_MS
from rules.calendar import DAY_MS, day_bounds
from rules.decide import decide
from rules.decision import Decision
from rules.engine.plan import bind
from rules.facts import Grant
from rules.policy import Break, Budget

Revoked = dict[tuple[str, str], int]


class Over(NamedTuple):
    """From when on it was too long, for how much, and the decision that says so."""

    at: int
    ms: int
    decision: Decision
    ruled: Ruled


class _End(NamedTuple):
    """When a play had to end by what held at some moment, and by which decision."""

    since: int
    ruled: Ruled
    decision: Decision
    free: int = FOREVER  # from when on it might have gone on again, if the wall clock was there


def over(run: Run, given: Sequence[Given], revoked: Revoked, moments: list[int]) -> Over | Why | None:
    """Whether the play went on for too long; why that cannot be said. Its day's history holds all of the day.

    `given`: the grants of its pseudonym, in the order of their moments; `moments`: those of `moments_of`.
    """
    found = _over(run, given, revoked, moments, run.blur)
    if run.blur and found is None and isinstance(_over(run, given, revoked, moments, 0), Over):
        return "unseen"
    return found


def _over(run: Run, given: Sequence[Given], revoked: Revoked, moments: list[int], blur: int) -> Over | Why | None:
    since, last = FOREVER, FOREVER  # of an end that has come: when, and how long there was to keep to it
    off: dict[str | None, int] = {"down": FOREVER, "restart": OFTEN_MS}  # how much longer one may take while no daemon runs
    for at, then in zip(moments, [*moments[1:], FOREVER], strict=True):
        ruled = _ruled(run, at, blur)
        if (unread := next((one for one in ruled if one.rules.packs is None), None)) is not None:
            return unread.rules.why
        held = held_back(run, ruled[-1], at, blur)
        if held in off and since < FOREVER:  # what was due before stays due: another start of the daemon frees nobody
            more = min(min(then, run.ended) - at, off[held])
            off[held] -= more
            last += more
            continue
        if held is not None:
            since = FOREVER
            continue
        end = _end(run, ruled, at, _given(run, given, revoked, at, blur), blur)
        if end.decision.verdict == "allow":
            since = FOREVER
        if since == FOREVER:
            since = end.since
            if since >= min(then, run.ended):
                since = FOREVER
                continue
            last = max(run.carried, since + run.spared + _leave(run, at, end.decision))
        if end.free - blur <= min(last, then, run.ended):
            since = FOREVER
        elif run.ended > last and then > last:
            return Over(since, run.ended - since, end.decision, end.ruled)
    return None


def _ruled(run: Run, at: int, blur: int) -> list[Ruled]:
    """What may have ruled it at that moment."""
    if not blur:
        return [one for one in run.ruled if one.at <= at][-1:]
    nexts = (*(one.at for one in run.ruled[1:]), FOREVER)
    return [one for one, then in zip(run.ruled, nexts, strict=True) if one.at - blur <= at < then + blur]


def _given(run: Run, given: Sequence[Given], revoked: Revoked, at: int, blur: int) -> tuple[Grant, ...]:
    """All that may have been given by then."""
    held = (one.grant for one in given if one.given - blur <= at < revoked.get((run.seat, one.id), FOREVER) + blur)
    return tuple(replace(one, given=min(one.given, at)) for one in held) if blur else tuple(held)


def _end(run: Run, ruled: list[Ruled], at: int, grants: tuple[Grant, ...], blur: int) -> _End:
    """By that of these rules which let it go on for the longest."""
    found = max((_end_by(run, one, at, grants, blur) for one in ruled), key=lambda one: one.since)
    if not blur or found.since >= run.ended:
        return found
    since = max(at, found.since)
    then = (decided(run, one, since, grants, (), blur) for one in ruled)
    return found._replace(free=min(since if one.verdict == "allow" else one.until or FOREVER for one in then))


def _end_by(run: Run, ruled: Ruled, at: int, grants: tuple[Grant, ...], blur: int) -> _End:
    """Of hours that extra time suspends it is not known when that was."""
    decision = decided(run, ruled, at, grants, (), blur)
    since = at if decision.verdict != "allow" else decision.until or FOREVER
    if blur and grants and decision.reason is not None and decision.reason.kind == "window":
        wide = tuple(replace(one, given=one.given - blur, ms=one.ms + 2 * blur) for one in grants)
        later = decided(run, ruled, at, wide, (), blur)
        since = at if later.verdict != "allow" else later.until or FOREVER
    return _End(since, ruled, decision)


def _leave(run: Run, at: int, decision: Decision) -> int:
    """How long a play may go on after its end: warned, saved, closed. One that was refused when it began may not, but if it had
    run before that.
    """
    if at == run.at and run.refused and decision.verdict != "allow" and not run.late and not run.ran:
        due = run.due is not None and run.due[0] - at <= START_MS
        return START_MS + (decision.grace_ms + SLACK_MS if due else 0)
    return LEAVE_MS + decision.grace_ms


def held_back(run: Run, ruled: Ruled, at: int, blur: int = 0) -> Literal["down", "restart", "off"] | None:
    """Whether nobody was there to enforce anything, or nothing was to be. A pause is enforced all the same."""
    kinds = {one.kind for one in run.shifts if one.start - blur <= at < one.ends(run.day.who) + blur}
    if kinds & {"down", "restart"}:
        return "down" if "down" in kinds else "restart"
    return "off" if "off" in kinds and ruled.bound.place == "home" and paused(run, at, blur) is None else None


def moments_of(run: Run, given: Sequence[Given], revoked: Revoked) -> list[int]:
    """When it began, and when something changed while it was played, or may have."""
    found = [one.at for one in run.ruled]
    for one in run.shifts:
        found += (one.start, one.ends(run.day.who))
    found += (one.given for one in given)
    found += (revoked.get((run.seat, one.id), 0) for one in given)
    edges = found if not run.blur else [at + by for at in found for by in (-run.blur, 0, run.blur)]
    return sorted({run.at, *(at for at in edges if run.at < at < run.ended)})


def overnight(given: Sequence[Given], run: Run) -> list[Given]:
    """Of all grants, in order, those of the day before that reach into the play's: they may be the player's, under the
    pseudonym of that day. To a day's minutes they add nothing.
    """
    start, _ = day_bounds(run.ruled[0].bound.zone, run.at)
    near = given[bisect_left(given, (start - DAY_MS,)) : bisect_left(given, (start,))]
    return [one for one in near if one.given + one.grant.ms > start and one.given + one.grant.ms > run.at]


_KEPT = 4096
_YEAR_MS = 366 * DAY_MS


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

    def allows(self, run: Run, ruled: Ruled, ended: int) -> bool:
        """Whether a play might go on until then, whatever else is in the log. ValueError: nothing can be asked about it."""
        key = (
            ruled.rules.number, ruled.bound.place, ruled.bound.guardian, ruled.age, run.game, ruled.label, ruled.system,
            ruled.approved, run.day.learning, run.at // _YEAR_MS,
        )  # fmt: skip
        known = self._known.get(key)
        if known is None or not known.start <= run.at < known.end:
            if len(self._known) >= _KEPT:
                self._known.clear()
            known = self._known[key] = self._found(run, ruled, known)
        day = run.day
        if day.many:  # then nothing is asked that counts
            return ended <= known.end
        going = sum(max(0, ended - one.since) for one in day.running.values()) if day.running else 0
        return ended <= known.end and day.total + going <= known.total and day.games[run.game] <= known.game

    def _found(self, run: Run, ruled: Ruled, before: _Known | None) -> _Known:
        facts = facts_of(run, ruled, run.at)
        decision = decide(ruled.rules.policy("none", run.day.learning), facts)
        if decision.verdict != "allow":
            return _Known(run.at, run.at + 1, -1, -1)
        end = FOREVER if decision.until is None else decision.until
        if before is not None and before.end == end:
            return replace(before, start=min(before.start, run.at))
        limits = bind(ruled.rules.policy("all", run.day.learning), facts).limits
        budgets = [one.rule for one in limits if isinstance(one.rule, Budget)]
        total = [one.ms for one in budgets if one.per != "game"]
        total += [one.rule.after_ms for one in limits if isinstance(one.rule, Break)]
        game = [one.ms for one in budgets if one.per == "game"]
        return _Known(run.at, end, min(game, default=FOREVER), min(total, default=FOREVER))
