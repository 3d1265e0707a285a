"""What a signal says of the time ahead: until when may be played now, or, of a play that is over, from when again. Pure."""

from __future__ import annotations

from typing import Any

from daemon import events
from daemon.deciding.outlook import Outlooks
from daemon.sessions import RuledPlayer
from rules.games import Game


def ahead(event: events.Event, looks: Outlooks) -> dict[str, Any]:
    """Fields of the signal: none where nothing is enforced, or the event is no news of that."""
    player, game = _about(event, looks)
    if player is None or looks.judge.overrides.open(looks.now):
        return {}
    decision = looks.decision(player, looks.about(player, game))
    if decision.verdict != ("refuse" if isinstance(event, events.PlayEnded) else "allow"):
        return {}
    if isinstance(event, events.PlayStarted):
        return {"until": decision.until, "left": decision.left_ms}
    return {"until": decision.until}


def _about(event: events.Event, looks: Outlooks) -> tuple[RuledPlayer | None, Game | None]:
    match event:
        case events.PlayStarted(play) | events.PlayEnded(play):
            return play.player, play.game
        case events.GrantGiven(player, grant) | events.GrantRevoked(player, grant):
            return player, looks.people.catalogue.games.get(grant.game or "")
        case events.Answered(player, _, part) if part.answer is not None and part.answer.approved and part.program is None:
            return player, looks.people.catalogue.games.get(part.game or "")
        case events.PlayResumed(player):
            return player, None
        case _:
            return None, None
