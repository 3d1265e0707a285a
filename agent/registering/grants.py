"""Grant events made at a seat, merged into a set that only grows."""

from __future__ import annotations

import msgspec

from agent.api import messages as m
from agent.registry import Change, Outcome


def grants_put(change: Change, request: m.PutGrants) -> Outcome:
    """Merge by id: what is known stays as it is, but a revocation wins, the earliest of several."""
    news = False
    for event in request.grants:
        merged = _merged(change.tables.events.grant(event.id), event)
        if merged is not None:
            change.tables.events.put_grant(merged)
            news = True
    return Outcome(changed=news)


def _merged(known: m.GrantEvent | None, event: m.GrantEvent) -> m.GrantEvent | None:
    """What to store, or None if that is stored already."""
    if known is None:
        return event
    revoked = min((at for at in (known.revoked, event.revoked) if at is not None), default=None)
    return None if revoked == known.revoked else msgspec.structs.replace(known, revoked=revoked)
