"""What follows from facts under a policy: allow, ask or refuse, until when, and which rule makes it so.

Every limit speaks for itself (rules.engine.limits); together, the strictest verdict holds:
  a play may go on to the earliest end that any limit sets;
  a refusal lasts until no limit refuses, an ask until no rule asks or one refuses.
A pause comes before all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from rules.decision import Decision, Finding, NoticeAt, Reason
from rules.engine import pausing
from rules.engine.limits import Limit
from rules.engine.plan import KINDS, Plan, bind
from rules.engine.reach import NEVER
from rules.engine.view import HORIZON_MS, View
from rules.facts import Facts, Pause, Played
from rules.history import kinds
from rules.policy import GRACE_MS, MAX_SAVE_MS, Policy
from rules.verdict import Verdict

_COUNTING: Final = frozenset({"budget", "break"})


@dataclass(frozen=True, slots=True)
class _Judgement:
    """The verdict, the limit behind it, and the first moment at which it no longer holds."""

    verdict: Verdict
    limit: Limit | None
    end: int


def decide(policy: Policy, facts: Facts) -> Decision:
    """The decision on a play of the facts' game that begins, or goes on, at the facts' now."""
    plan = bind(policy, facts)
    if facts.paused is not None and facts.paused.holds(facts.now):
        return Decision(
            "refuse", pausing.reason(facts.paused), _over(policy, facts, facts.paused), 0,
            grace_ms=_grace(policy, plan, None, facts.now),
        )  # fmt: skip
    view = _view(plan, facts)
    found = _judge(plan, plan.limits, plan.asks, view)
    until = found.end if found.end <= view.horizon else None
    reason = None if found.limit is None else _reason(found.limit, view)
    if found.verdict != "allow":
        return Decision(found.verdict, reason, until, 0, (), (), _grace(policy, plan, found.limit, view.now))
    notices = _notices(plan, view, found.end)
    if until is None:
        return Decision("allow", None, None, None, (), notices, _grace(policy, plan, None, view.now))
    grace = _grace(policy, plan, found.limit, view.now)
    return Decision("allow", reason, until, until - view.now, _warnings(policy, view.now, until), notices, grace)


def explain(policy: Policy, facts: Facts, begins: int | None = 0) -> tuple[Finding, ...]:
    """What each rule says by itself, the refusing kinds first: the rules that apply today, and the one that decides.

    `begins`: from when on play counts that there may be; not before now. None: never, so that no play comes to an end.
    """
    plan = bind(policy, facts)
    view = _view(plan, facts)
    decisive = _judge(plan, plan.limits, plan.asks, view).limit
    findings = []
    if (pause := facts.paused) is not None and pause.holds(facts.now):
        findings.append(Finding(pausing.reason(pause), "refuse", pause.until))
    for limit in sorted((*plan.limits, *plan.asks, *plan.advice), key=lambda one: (KINDS.index(one.kind), one.tie)):
        if limit is decisive or limit.applies(view):
            found = _judge(plan, (), (limit,), view) if limit.kind == "ask" else _judge(plan, (limit,), (), view)
            end = found.end
            if found.verdict == "allow" and limit.kind in _COUNTING:
                end = _ends_later(plan, limit, view, found.end, begins)
            findings.append(Finding(_reason(limit, view), found.verdict, end if end <= view.horizon else None, limit.advisory))
    return tuple(findings)


def _ends_later(plan: Plan, limit: Limit, view: View, end: int, begins: int | None) -> int:
    """The end that a limit sets to play that goes on from `begins` on, `end` if that is now."""
    if begins is not None and begins <= view.now:
        return end
    if begins is None or begins > view.horizon:
        return NEVER
    return _judge(plan, (limit,), (), _view(plan, replace(view.facts, now=begins), view.horizon)).end


def _over(policy: Policy, facts: Facts, pause: Pause) -> int | None:
    """When nothing refuses any more, if nobody plays: once the pause is over, or what refuses then."""
    last = facts.now + HORIZON_MS
    if pause.until is None or pause.until > last:
        return None
    then = decide(policy, replace(facts, now=pause.until, paused=None))
    until = then.until if then.verdict == "refuse" else pause.until
    return until if until is None or until <= last else None


def _view(plan: Plan, facts: Facts, horizon: int | None = None) -> View:
    if not plan.uncounted:
        return View(facts, horizon=horizon)
    met = [facts.game, *(kind.game for kind in kinds(facts))]
    return View(facts, plan.uncounted_at(facts.now).intersection(met), horizon)


def _judge(plan: Plan, limits: Sequence[Limit], asks: Sequence[Limit], view: View) -> _Judgement:
    found = _look(limits, asks, view)
    if not plan.uncounted:
        return found
    change = plan.uncounted_change(view.now)
    if found.end < change or change > view.horizon:
        return found
    # From then on other games count: judge again at that moment, with this play having gone on until then, or not.
    facts = view.facts
    if found.verdict == "allow":
        meanwhile = Played(facts.game, facts.publisher, view.now, change - view.now, facts.label, facts.sure)
        facts = replace(facts, played=(*facts.played, meanwhile))
    then = _view(plan, replace(facts, now=change), view.horizon)
    later = _judge(plan, limits, asks, then)
    if found.verdict != "allow":
        return _Judgement(found.verdict, found.limit, later.end if later.verdict == found.verdict else change)
    if later.verdict == "allow":
        return later
    ending = (one for one in (*limits, *asks) if one.ends(then) == change)
    return _Judgement("allow", min(ending, key=lambda one: one.tie), change)


def _look(limits: Sequence[Limit], asks: Sequence[Limit], view: View) -> _Judgement:
    """The judgement, as long as the same games count."""
    now, end, binding = view.now, NEVER, None
    for limit in limits:
        at = limit.ends(view)
        if at == now:
            return _Judgement("refuse", limit, _opens(limits, view))
        if at < end or (at == end and binding is not None and limit.tie < binding.tie):
            end, binding = at, limit
    for limit in asks:
        at = limit.ends(view)
        if at == now:
            return _Judgement("ask", limit, min([_opens(asks, view), *(one.blocks_from(view, now) for one in limits)]))
        if at < end or (at == end and binding is not None and limit.tie < binding.tie):
            end, binding = at, limit
    return _Judgement("allow", binding, end)


def _opens(limits: Sequence[Limit], view: View) -> int:
    """The first moment from now on at which none of these limits blocks, if nobody plays: asked in turn until none moves it."""
    at, before = view.now, -NEVER
    while before < at <= view.horizon:
        before = at
        for limit in limits:
            at = limit.frees_from(view, at)
    return at


def _notices(plan: Plan, view: View, end: int) -> tuple[NoticeAt, ...]:
    """The next notice of each rule; a rule that several packs bring counts once."""
    found = [NoticeAt(clock.next(view), clock.rule.id, clock.rule.text) for clock in plan.notices]
    for limit in plan.advice:
        judged = _judge(plan, (limit,), (), view)
        found += [NoticeAt(judged.end, limit.rule.id, limit.rule.text)] if judged.verdict == "allow" else []
    first: dict[str, NoticeAt] = {}
    for one in found:
        known = first.get(one.rule)
        if one.at < end and one.at <= view.horizon and (known is None or one.at < known.at):
            first[one.rule] = one
    return tuple(first.values())


def _warnings(policy: Policy, now: int, until: int) -> tuple[int, ...]:
    """The warnings still ahead, earliest first; if none is, one at once."""
    return tuple(at for at in [until - before for before in policy.warn_ms] if at > now) or (now,)


def _grace(policy: Policy, plan: Plan, limit: Limit | None, now: int) -> int:
    save = plan.save_ms(now) if plan.saves else None
    grace = policy.grace_ms if save is None else min(save, MAX_SAVE_MS)
    return grace if limit is None or limit.relax else min(grace, GRACE_MS)


def _reason(limit: Limit, view: View) -> Reason:
    rule, pack = limit.rule, limit.pack
    budget, used, granted = limit.numbers(view)
    source = "house" if pack.id == "house" else pack.sha256
    said, counted = limit.said(view), limit.counted(view)
    extended = limit.extended(view)
    return Reason(rule.id, rule.cite, said, limit.kind, source, pack.params, budget, used, granted, counted, extended)
