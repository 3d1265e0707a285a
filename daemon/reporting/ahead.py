"""What a signal says of the time ahead: until when may be played now, or, of what is over or refused, from when again. Pure."""

from __future__ import annotations

from typing import Any

from daemon import events
from daemon.deciding.judge import Ruling, next_verdict
from daemon.deciding.outlook import Outlooks
from daemon.sessions import RuledPlayer
from daemon.trusted import Reading
from rules.games import Game


def ahead(event: events.Event, looks: Outlooks) -> dict[str, Any]:
    """Fields of the signal: none where nothing is enforced, or the event is no news of that."""
    player, game = _about(event, looks)
    if player is None or looks.judge.overrides.open(looks.now):
        return {}
    if isinstance(event, events.LaunchRefused):
        return _again(event.ruling, event.now)
    ruling = looks.ruling(player, looks.about(player, game))
    if isinstance(event, events.PlayEnded):
        return _again(ruling, looks.now)
    if not ruling.allowed:
        return {}
    decision = ruling.decision
    if isinstance(event, events.PlayStarted):
        return {"until": decision.until, "left": decision.left_ms}
    return {"until": decision.until}


def _again(ruling: Ruling, now: Reading) -> dict[str, Any]:
    """What waits for a guardian's yes, or is refused by another rule then, may not be played from there on."""
    later = not ruling.allowed and next_verdict(ruling, now) == "allow"
    return {"until": ruling.decision.until} if later else {}


def _about(event: events.Event, looks: Outlooks) -> tuple[RuledPlayer | None, Game | None]:
    match event:
        case events.PlayStarted(play) | events.PlayEnded(play):
            return play.player, play.game
        case events.LaunchRefused(player, _, game):
            return player, game
        case events.GrantGiven(player, grant) | events.GrantRevoked(player, grant):
            return player, looks.people.catalogue.games.get(grant.game or "")
        case events.Answered(player, _, part) if part.answer is not None and part.answer.approved and part.program is None:
            return player, looks.people.catalogue.games.get(part.game or "")
        case events.PlayResumed(player):
            return player, None
        case _:
            return None, None
