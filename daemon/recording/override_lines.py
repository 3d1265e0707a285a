"""What a guardian put before the rules, as entries of the log: pauses, and that nothing was enforced."""

from __future__ import annotations

from typing import Any, TypeAlias

from compliance import entry
from daemon import events
from daemon.sessions import RuledPlayer
from rules.calendar import day_name

Override: TypeAlias = events.PlayPaused | events.PlayResumed | events.EnforcementOff | events.EnforcementOn


def override(event: Override, zone: str) -> tuple[type[entry.Entry], dict[str, Any], dict[str, str]]:
    """The kind, its fields, and what is personal of it. `zone`: the place's."""
    match event:
        case events.PlayPaused(player, pause, now):
            fields = {"id": pause.id, "who": _pseudonym(player, now.wall, zone), "until": pause.until}
            return entry.Paused, fields, {"player": _name(player), "who": pause.who, "reason": pause.reason} | proved(pause.how)
        case events.PlayResumed(player, pause, who, now, how):
            fields = {"id": pause.id, "who": _pseudonym(player, now.wall, zone), "how": _how(who)}
            return entry.Resumed, fields, {"player": _name(player), "who": who} | proved(how)
        case events.EnforcementOff(off):
            return entry.EnforcementOff, {"id": off.id, "until": off.until}, {"who": off.who, "reason": off.reason}
        case events.EnforcementOn(off, who):
            return entry.EnforcementOn, {"id": off.id, "how": _how(who)}, {"who": who}


def proved(how: str) -> dict[str, str]:
    """How somebody proved to be a guardian, where it was not by their account."""
    return {} if how == "account" else {"how": how}


def _how(who: str) -> str:
    return "taken back" if who else "over"


def _name(player: RuledPlayer | None) -> str:
    return "" if player is None else player.registered.name


def _pseudonym(player: RuledPlayer | None, wall: int, zone: str) -> str | None:
    return None if player is None else player.pseudonym(day_name(zone, wall))
