"""What follows from facts under a policy: allow, ask or refuse, until when, and which rule makes it so.

Every limit speaks for itself (rules.limits); together, the strictest verdict holds:
  a play may go on to the earliest end that any limit sets;
  a refusal lasts until no limit refuses, an ask until no rule asks or one refuses.
"""

from __future__ import annotations

from collections.abc import Sequence

from rules.decision import Decision, Finding, NoticeAt, Reason, Verdict
from rules.facts import Facts
from rules.limits import Limit
from rules.plan import KINDS, Plan, bind
from rules.policy import Policy
from rules.reach import NEVER
from rules.view import View


def decide(policy: Policy, facts: Facts) -> Decision:
    """The decision on a play of the facts' game that begins, or goes on, at the facts' now."""
    plan, view = bind(policy, facts), View(facts)
    verdict, limit, end = _judge(plan.limits, plan.asks, view)
    until = end if end <= view.horizon else None
    reason = None if limit is None else _reason(limit, view)
    if verdict != "allow":
        return Decision(verdict, reason, until, 0, (), (), policy.grace_ms)
    notices = _notices(plan, view, end)
    if until is None:
        return Decision("allow", None, None, None, (), notices, policy.grace_ms)
    return Decision("allow", reason, until, until - view.now, _warnings(policy, view.now, until), notices, policy.grace_ms)


def explain(policy: Policy, facts: Facts) -> tuple[Finding, ...]:
    """What each rule says by itself, the refusing kinds first: the rules that apply today, and the one that decides."""
    plan, view = bind(policy, facts), View(facts)
    _, decisive, _ = _judge(plan.limits, plan.asks, view)
    findings = []
    for limit in sorted((*plan.limits, *plan.asks), key=lambda one: (KINDS.index(one.kind), one.tie)):
        if limit is decisive or limit.applies(view):
            verdict, _, end = _judge((), (limit,), view) if limit.kind == "ask" else _judge((limit,), (), view)
            findings.append(Finding(_reason(limit, view), verdict, end if end <= view.horizon else None))
    return tuple(findings)


def _judge(limits: Sequence[Limit], asks: Sequence[Limit], view: View) -> tuple[Verdict, Limit | None, int]:
    """The verdict, the limit behind it, and the first moment at which it no longer holds."""
    now, end, binding = view.now, NEVER, None
    for limit in limits:
        at = limit.ends(view)
        if at == now:
            return "refuse", limit, _opens(limits, view)
        if at < end or (at == end and binding is not None and limit.tie < binding.tie):
            end, binding = at, limit
    for limit in asks:
        at = limit.ends(view)
        if at == now:
            return "ask", limit, min([_opens(asks, view), *(one.blocks_from(view, now) for one in limits)])
        if at < end or (at == end and binding is not None and limit.tie < binding.tie):
            end, binding = at, limit
    return "allow", binding, end


def _opens(limits: Sequence[Limit], view: View) -> int:
    """The first moment from now on at which none of these limits blocks, if nobody plays: each pushes it on for the others."""
    at, before = view.now, -NEVER
    while before < at <= view.horizon:
        before = at
        for limit in limits:
            at = limit.frees_from(view, at)
    return at


def _notices(plan: Plan, view: View, end: int) -> tuple[NoticeAt, ...]:
    found = ((clock.next(view), clock.rule) for clock in plan.notices)
    return tuple(NoticeAt(at, rule.id, rule.text) for at, rule in found if at < end and at <= view.horizon)


def _warnings(policy: Policy, now: int, until: int) -> tuple[int, ...]:
    """Those still ahead, the earliest first; at once if there is none."""
    return tuple(at for at in [until - before for before in policy.warn_ms] if at > now) or (now,)


def _reason(limit: Limit, view: View) -> Reason:
    rule, pack = limit.rule, limit.pack
    budget, used, granted = limit.numbers(view)
    source = "house" if pack.id == "house" else pack.sha256
    return Reason(rule.id, rule.cite, rule.text, limit.kind, source, pack.params, budget, used, granted)
