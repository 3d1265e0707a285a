"""Processes that are being made: listed already, while what they run or were told cannot be read yet."""

from __future__ import annotations

import pytest

from daemon.platforms.api import ProgramStarted
from daemon.platforms.windows.watching.images import Images
from daemon.platforms.windows.watching.programs import Programs
from daemon.platforms.windows.watching.snapshot import Process
from daemon.platforms.windows.watching.tracker import WindowsTracker
from daemon.platforms.windows.watching.trees import Trees
from rules.games import Catalogue, Fingerprint, Game, Program
from tests.daemon.platforms.windows.stand import AtOnce

GAME = Game(id="game", title="game", label=0, names=("choi.py",))
GAMES = Catalogue((GAME,))
PID = 8


class Grows(Programs):
    """Reads of one process what its `turns` say, one at each look, and then the last one for ever."""

    def __init__(self, clock, *turns):
        super().__init__(Images(), Trees(clock, sources=dict))
        self.turns = list(turns)

    def owner(self, process):
        return "an"

    def read(self, process, owner, since, catalogue):
        files = self.turns.pop(0) if len(self.turns) > 1 else self.turns[0]
        if files is None:
            return None
        return Program(process.pid, process.started, since, "an", tuple(Fingerprint(one, 1) for one in files), args=files[1:])


@pytest.fixture
def watch(clock):
    """`watch(*turns)`: a tracker that has looked at all, what it told, and what it wants to do later."""

    def make(*turns):
        tracker = WindowsTracker(Grows(clock, *turns), clock, AtOnce())
        tracker.catalogue = GAMES
        told, later = [], []
        tracker.later = lambda delay, what, *args: later.append((delay, what, args))
        tracker.start(told.append)
        tracker.scan({})
        return tracker, told, later

    return make


def made(clock):
    return {PID: Process(PID, 4, clock.wall() * 1000, 1, "")}


def pass_time(clock, later):
    """Until nothing is to be done any more; how long that took."""
    before = clock.mono()
    while later:
        delay, what, args = later.pop(0)
        clock.run(round(delay * 1000))
        what(*args)
    return clock.mono() - before


def games(told):
    return [one.program.pid for one in told if isinstance(one, ProgramStarted) and GAMES.recognise(one.program)]


@pytest.mark.parametrize("first", [None, ("python.exe",)], ids=["nothing can be read", "no command line yet"])
def test_a_game_that_cannot_be_read_at_first_is_read_again_in_a_moment(watch, clock, first):
    tracker, told, later = watch(first, first, ("python.exe", "choi.py"))
    tracker.compare(made(clock))
    assert games(told) == []
    assert pass_time(clock, later) <= 100
    assert games(told) == [PID]
    assert tracker.games == {PID}


def test_so_is_one_that_a_scan_finds_first(watch, clock):
    tracker, told, later = watch(None, ("python.exe", "choi.py"))
    assert tracker.scan(made(clock)) == ()
    pass_time(clock, later)
    assert games(told) == [PID]


def test_what_cannot_be_read_at_all_is_let_alone_after_a_few_seconds(watch, clock):
    tracker, told, later = watch(None)
    tracker.compare(made(clock))
    assert 500 <= pass_time(clock, later) <= 4_500
    tracker.compare({PID: tracker._known[PID].process})
    assert (told, later) == ([], [])


@pytest.mark.promise("Windows (under Wine): A program that hides what it is raises an Issue")
def test_of_a_program_that_hides_what_it_is_somebody_is_told(watch, clock):
    """Where we may read what runs in people's sessions, and this one keeps it from us: it may be a game."""
    tracker, _, later = watch(None)
    tracker.programs.everybody, troubles = True, []
    tracker.trouble = lambda *what: troubles.append(what)
    tracker.compare(made(clock))
    pass_time(clock, later)
    assert troubles == [("watch-unreadable", f", pid {PID}")]


def test_what_is_there_for_long_is_read_once(watch, clock):
    """Some of the system's own never tell what they were told."""
    here = made(clock)
    clock.run(10_000)
    tracker, _, later = watch(("python.exe",))
    tracker.stop()
    tracker.start(lambda _: None)
    tracker.scan(here)
    assert later == []


def test_nothing_is_read_of_a_process_that_has_gone(watch, clock):
    tracker, told, later = watch(None, ("python.exe", "choi.py"))
    tracker.compare(made(clock))
    tracker.compare({})
    pass_time(clock, later)
    assert told == []
