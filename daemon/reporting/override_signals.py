"""What displays show of pauses, and of nothing being enforced."""

from __future__ import annotations

from typing import Any

from daemon import events
from daemon.deciding.overrides import PauseEvent
from i18n.message import Message, Moment, msg
from rules.engine.pausing import paused_text
from rules.facts import Pause


def paused(event: events.PlayPaused | events.PlayResumed, zone: str, holds: PauseEvent | None) -> dict[str, Any]:
    """The fields of a signal. `zone`: the place's. `holds`: the pause that holds for the player by now, perhaps another."""
    fields = {"player": (event.event.player or "") if event.player is None else event.player.id}
    if isinstance(event, events.PlayPaused) or holds is not None:
        pause = holds or event.event
        return {"kind": "paused", **fields, "until": pause.until, "who": pause.who, "text": _text(pause, zone)}
    return {"kind": "resumed", **fields, "who": event.who, "text": msg("the pause is over")}


def off(event: events.EnforcementOff | events.EnforcementOn, zone: str) -> dict[str, Any]:
    """The same."""
    if isinstance(event, events.EnforcementOff):
        until, who, reason = event.event.until, event.event.who, event.event.reason
        text = msg("nothing is limited until {until}: {reason}", until=Moment(until, zone), reason=reason)
        return {"kind": "off", "until": until, "who": who, "text": text}
    return {"kind": "on", "who": event.who, "text": msg("limits hold again")}


def _text(pause: PauseEvent, zone: str) -> Message:
    said = paused_text(Pause(pause.until, zone))
    return msg("{said}: {reason}", said=said, reason=pause.reason) if pause.reason else said
