"""A play that crosses the place's midnight is closed there and goes on as a new one, so that days add up."""

from __future__ import annotations

from collections.abc import Callable

from daemon import events
from daemon.deciding.plays import Play, Plays
from daemon.trusted import Reading
from rules.calendar import day_bounds, day_name


def cut(plays: Plays, play: Play, zone: str, now: Reading, announce: Callable[[events.Event], None]) -> Play:
    """The play that goes on today: this one, if it began today."""
    start, _ = day_bounds(zone, now.wall)
    if play.started_wall >= start:
        return play
    ms, new = plays.cut_at_midnight(play, start, play.player.pseudonym(day_name(zone, start)), now)
    announce(events.PlayEnded(play, now, ms, "midnight"))
    pid, started = min(new.programs)
    announce(events.PlayStarted(new, now, pid, started, resumed=play.seq))
    return new
