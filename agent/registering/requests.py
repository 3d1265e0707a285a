"""What was asked and answered at a seat: a set that only grows. What an answer let through is entered here, by the agent."""

from __future__ import annotations

import uuid

from msgspec.structs import replace

from agent.api.asked import RequestAnswer, RequestEvent, merged
from agent.api.erased import mark
from agent.api.seat import PutRequests
from agent.registering import approvals, programs
from agent.registry import Change, Outcome
from agent.roster import ERASED_MS
from agent.store.rows import ApprovalRow, PlayerRow
from compliance.entries.override import GrantRevoked


def requests_put(change: Change, request: PutRequests) -> Outcome:
    """Merge by id. Of two answers the first stands: what the other one gave is taken back. A seat that had not heard of it may
    have let something through for somebody who was removed: that holds no longer.
    """
    players = {row.id: row for row in change.tables.players()}
    news, gone = False, change.tables.erased(change.now - ERASED_MS)
    for event in request.requests:
        if mark(event.player) in gone:
            continue
        known = change.tables.request(event.id)
        now = merged(known, event)
        if now == known:
            news |= _lost(change, now, event.answer)
            continue
        change.tables.put_request(now)
        news = True
        row = players.get(now.player)
        if known is not None and known.answer is not None and row is not None:
            _take_back(change, row, known, known.answer)
        if now.answer is not None and row is not None and not _over(row, now):
            _let(change, row, now, now.answer)
    return Outcome(changed=news)


def _over(row: PlayerRow, event: RequestEvent) -> bool:
    return row.removed or event.asked < row.since


def _let(change: Change, row: PlayerRow, event: RequestEvent, answer: RequestAnswer) -> None:
    """Enters what was let through, if that is news and there still is such a game."""
    if not answer.let:
        return
    personal = {"by": answer.who, "what": "request.approve"}
    if event.program is not None:
        programs.let_through(change, row, event.program, personal)
    elif event.game is not None and event.game in change.catalogue.games:
        approvals.let_through(change, row, ApprovalRow(uuid.uuid4().hex, row.id, event.game, answer.who, answer.at), personal)


def _take_back(change: Change, row: PlayerRow, event: RequestEvent, answer: RequestAnswer) -> None:
    """Another answer came first."""
    _lost(change, replace(event, answer=None), answer)
    if answer.let and event.program is not None:
        programs.take_back(change, row, event.program, {"what": "request.answered"})
    elif answer.let:
        approvals.take_back(change, row.id, event.game or "", answer.who, answer.at, {"what": "request.answered"})


def _lost(change: Change, event: RequestEvent, answer: RequestAnswer | None) -> bool:
    """Whether time was given by an `answer` that does not stand: it counts no longer."""
    given = None if answer is None or answer.grant is None else change.tables.grant(answer.grant)
    if given is None or given.revoked is not None or answer == event.answer:
        return False
    change.tables.put_grant(replace(given, revoked=change.now))
    change.record(GrantRevoked, {"what": "request.answered"}, id=given.id)
    return True
