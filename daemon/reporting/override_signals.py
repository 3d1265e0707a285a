"""What displays show of pauses, and of nothing being enforced."""

from __future__ import annotations

from typing import Any

from daemon import events
from daemon.deciding.overrides import PauseEvent


def paused(event: events.PlayPaused | events.PlayResumed, holds: PauseEvent | None) -> dict[str, Any]:
    """The fields of a signal. `holds`: the pause that holds for the player by now, perhaps another."""
    fields = {"player": (event.event.player or "") if event.player is None else event.player.id}
    if isinstance(event, events.PlayPaused) or holds is not None:
        pause = holds or event.event
        return {"kind": "paused", **fields, "until": pause.until, "who": pause.who, "reason": pause.reason}
    return {"kind": "resumed", **fields, "who": event.who}


def off(event: events.EnforcementOff | events.EnforcementOn) -> dict[str, Any]:
    """The same."""
    if isinstance(event, events.EnforcementOff):
        return {"kind": "off", "until": event.event.until, "who": event.event.who, "reason": event.event.reason}
    return {"kind": "on", "who": event.who}
