"""A play that crosses the place's midnight is closed there and goes on as a new one, so that days add up."""

from __future__ import annotations

from collections.abc import Callable

from daemon import events
from daemon.deciding.plays import Play, Plays
from daemon.trusted import Reading
from rules.calendar import day_bounds, day_name


def cut(plays: Plays, play: Play, zone: str, now: Reading, announce: Callable[[events.Event], None]) -> Play:
    """The play that goes on today: this one, if it began today. It is cut at each midnight that it was played over, of which
    there are several where nobody looked for days.
    """
    today, _ = day_bounds(zone, now.wall)
    began = now.wall - (now.mono - play.since_mono)  # of what goes on of it; before that the PC slept, or had another clock
    while play.started_wall < today:
        start = min(today, day_bounds(zone, max(play.started_wall, began))[1])
        ms, new = plays.cut_at_midnight(play, start, play.player.pseudonym(day_name(zone, start)), now)
        announce(events.PlayEnded(play, now, ms, "midnight"))
        pid, started = min(new.programs)
        announce(events.PlayStarted(new, now, pid, started, resumed=play.seq))
        play = new
    return play
