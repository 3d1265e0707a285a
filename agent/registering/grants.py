"""Time that was given at a seat: a set that only grows. What was given to a player ends when the player is removed."""

from __future__ import annotations

from msgspec.structs import replace

from agent.api.erased import mark
from agent.api.roster import GrantEvent
from agent.api.seat import PutGrants
from agent.registry import Change, Outcome
from agent.roster import ERASED_MS, GRANTS_MATTER_MS
from agent.store.rows import PlayerRow
from compliance.entries.override import GrantRevoked


def grants_put(change: Change, request: PutGrants) -> Outcome:
    """Merge by id: what is known stays as it is, but a revocation wins, the earliest of several. A seat that had not heard of a
    removal may have given time to whoever was removed.
    """
    players = {row.id: row for row in change.tables.players()}
    news, gone = False, change.tables.erased(change.now - ERASED_MS)
    for event in request.grants:
        if mark(event.player) in gone:
            continue
        known = change.tables.grant(event.id)
        revoked = min((one.revoked for one in (known, event) if one and one.revoked is not None), default=None)
        merged = replace(known or event, revoked=revoked)
        if merged != known:
            change.tables.put_grant(merged)
            news = True
            if revoked is None and _over(players.get(event.player), event):
                _end(change, merged)
    return Outcome(changed=news)


def end_grants(change: Change, player: str) -> None:
    """Nothing that was given to the player counts any more, not even if they come back under the same name."""
    for event in change.tables.grants(change.now - GRANTS_MATTER_MS):
        if event.player == player and event.revoked is None:
            _end(change, event)


def _over(row: PlayerRow | None, event: GrantEvent) -> bool:
    return row is not None and (row.removed or event.given < row.since)


def _end(change: Change, event: GrantEvent) -> None:
    change.tables.put_grant(replace(event, revoked=change.now))
    change.record(GrantRevoked, {"what": "player.remove"}, id=event.id)
