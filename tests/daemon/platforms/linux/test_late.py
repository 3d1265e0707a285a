"""What the gate has seen of a game is enough where nobody can read its process in time, as on a busy PC."""

from __future__ import annotations

import os

from daemon.platforms.linux.reading.process import overdue
from daemon.platforms.linux.watching.plays import Plays
from daemon.platforms.linux.watching.seen import is_game, program_of
from rules.games import Catalogue, Fingerprint, Game

GAME = Fingerprint("/home/an/homework", 3, sha256="0" * 64)


def late(plays, *, let):
    """This process, read too late, and whether it was made a play of."""
    read = overdue(os.getpid())
    if let:
        plays.allow(read.pid, read.uid, GAME, 10)
    allowed = plays.take_allowed(read.pid, 11)
    return plays.find(program_of(read, "an", 11), read, 0, allowed, same=False)


def test_what_the_gate_let_start_is_a_game_though_it_is_read_late():
    plays = Plays()
    plays.catalogue = Catalogue((Game(id="chess", title="", sha256=(GAME.sha256,)),))
    program, tag = late(plays, let=True)
    assert tag
    assert is_game(plays.origin(tag), plays.catalogue)
    assert program.origin == plays.origin(tag)


def test_what_it_was_not_asked_about_is_unknown():
    plays = Plays()
    plays.catalogue = Catalogue((Game(id="chess", title="", sha256=(GAME.sha256,)),))
    program, tag = late(plays, let=False)
    assert program.unread
    assert not is_game(plays.origin(tag), plays.catalogue)
