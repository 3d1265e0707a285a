"""After a stop, however it came: what became of the plays that went on when the daemon was last alive.

A game that still runs is picked up and counted in full. One that is gone is counted to this first look, or after a power cut
to its last row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from daemon import events
from daemon.deciding.plays import Play, Plays
from daemon.ending import from_store
from daemon.platforms.api import Control
from daemon.platforms.processes import Identity
from daemon.sessions import People, RuledPlayer
from daemon.store import Store
from daemon.storing.rows import PlayRow
from daemon.trusted import Reading
from rules.calendar import day_bounds, day_name
from rules.games import Game


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


@dataclass(frozen=True, slots=True, eq=False)
class Resumer:
    """`announce` records an event, then shows it."""

    store: Store
    plays: Plays
    control: Control
    announce: Callable[[events.Event], None]

    def take_up(self, people: People, now: Reading) -> None:
        """Plays that have not ended go on, or end now."""
        going = []
        for row in self.store.plays(now.wall):
            if row.ended:
                continue
            alive = {identity for identity in row.programs if row.boot == now.boot and self.control.alive(*identity)}
            player = people.by_id(row.player)
            if alive and player is not None:
                going.append(_play(row, player, people, alive))
            elif row.boot == now.boot and row.programs and player is not None:
                self._gone(_play(row, player, people, set(row.programs)), people, now)
            else:
                self._close(row, people, now)
        for play in going:
            self.plays.begin(play)

    def _gone(self, play: Play, people: People, now: Reading) -> None:
        """It may have been played until now, so it is cut at midnight as if it had."""
        self.plays.begin(play)
        last = cut(self.plays, play, people.zone, now, self.announce)
        ms = last.ms(now.mono)
        self.plays.finish(last, now.mono)
        self.announce(events.PlayEnded(last, now, ms, "gone", late=True))

    def _close(self, row: PlayRow, people: People, now: Reading) -> None:
        """Nobody saw its end: it counts as far as it may. Of one that was over before, the log is told so now."""
        same_boot = row.boot == now.boot
        seen = replace(row, ms=max(row.ms, now.mono - row.since_mono)) if same_boot and row.programs else row
        play = _play(seen, people.by_id(row.player) or people.guest, people, set(row.programs))
        self.plays.remember(seen)
        how: events.How = "gone" if same_boot else "power"
        self.announce(events.PlayEnded(play, now, seen.total, how, late=True))


def _play(row: PlayRow, player: RuledPlayer, people: People, programs: set[Identity]) -> Play:
    """As it was when the row was written, in those of its programs that are named."""
    return Play(
        player,
        row.who,
        row.account,
        people.catalogue.games.get(row.game, Game(id=row.game, title=row.game, publisher=row.publisher)),
        (),
        row.since_wall,
        row.since_mono,
        programs,
        row.started_wall,
        unsure=set() if row.sure else set(programs),
        seq=row.seq,
        pieces=list(row.pieces),
        ending=from_store(row.ending, row.until),
    )
