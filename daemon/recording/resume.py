"""After a stop, however it came: what became of the plays that went on when the daemon was last alive.

A game that still runs is picked up and counted in full. One that is gone is counted to this first look, or after a power cut
to its last row.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from daemon.deciding.plays import Play, pieces_of
from daemon.ending import resumed
from daemon.platforms.api import Control
from daemon.sessions import People
from daemon.store import PlayRow
from daemon.trusted import Reading
from rules.games import Game


@dataclass(frozen=True, slots=True)
class Lost:
    """A play whose end nobody saw: `row` counts it as far as it may be."""

    row: PlayRow
    boot_over: bool


def resume(
    rows: tuple[PlayRow, ...], people: People, control: Control, boot: str, now: Reading
) -> tuple[list[Play], list[Lost]]:
    """The plays that still go on, and those that are over."""
    running, lost = [], []
    for row in rows:
        if row.ended:
            continue
        if row.boot != boot:
            lost.append(Lost(row, boot_over=True))
            continue
        alive = {identity for identity in row.programs if control.alive(*identity)}
        subject = people.by_id(row.player)
        if alive and subject is not None:
            game = people.catalogue.games.get(row.game, Game(id=row.game, title=row.game, publisher=row.publisher))
            running.append(
                Play(
                    subject,
                    row.who,
                    row.account,
                    game,
                    (),
                    row.since_wall,
                    row.since_mono,
                    alive,
                    row.started_wall,
                    unsure=set() if row.sure else set(alive),
                    seq=row.seq,
                    pieces=pieces_of(row),
                    ending=resumed(row.ending, row.until),
                )
            )
        else:
            lost.append(Lost(replace(row, ms=max(row.ms, now.mono - row.since_mono)), boot_over=False))
    return running, lost
