"""Moments and days on Windows: starts and ends on the clock that play is counted on, whatever the wall clock does meanwhile.

The machine's own clock is not touched: the tracker gets one that a test turns by hand, and processes that were never there.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from daemon.platforms.api import ProgramEnded, ProgramStarted
from daemon.platforms.windows.watching.images import Images
from daemon.platforms.windows.watching.programs import Programs
from daemon.platforms.windows.watching.snapshot import Process
from daemon.platforms.windows.watching.tracker import WindowsTracker
from daemon.platforms.windows.watching.trees import Trees
from host.choose import clocks
from rules.calendar import day_bounds, day_name
from rules.games import Catalogue, Fingerprint, Game, Program
from tests.daemon.platforms.windows.stand import AtOnce

HOUR, LOOK = 3_600_000, 250
GAME = Game(id="game", title="game", label=0, names=("choi.exe",))


class Reads(Programs):
    """Programs that are what the test says: a process named choi.exe is the game. Reading one takes as long as `slow` does."""

    def slow(self):
        pass

    def owner(self, process):
        return "an"

    def read(self, process, owner, since, catalogue):
        self.slow()
        return Program(*process.identity, since, "an", (Fingerprint(f"C:\\{process.name}", 1),), parent=process.parent)


@dataclass
class Watched:
    """A tracker that looks every `LOOK` ms, over processes that a test starts and ends."""

    clock: object
    here: dict[int, Process] = field(default_factory=dict)
    seen: list = field(default_factory=list)

    def __post_init__(self):
        self.tracker = WindowsTracker(Reads(Images(), Trees(self.clock, sources=dict)), self.clock, AtOnce())
        self.tracker.catalogue = Catalogue((GAME,))
        self.tracker.start(self.seen.append)

    def launch(self, pid: int = 8) -> int:
        """A game starts now; the moment (mono)."""
        self.here[pid] = Process(pid, 4, self.clock.wall() * 1000, 1, "choi.exe")
        return self.clock.mono()

    def exit(self, pid: int = 8) -> int:
        del self.here[pid]
        return self.clock.mono()

    def look(self):
        self.tracker.compare(dict(self.here))

    def pass_time(self, ms: int):
        for _ in range(ms // LOOK):
            self.clock.run(LOOK)
            self.look()

    def scan(self):
        return self.tracker.scan(dict(self.here))

    def one(self, kind):
        (found,) = (one for one in self.seen if isinstance(one, kind))
        return found


@pytest.fixture
def watched(clock):
    made = Watched(clock)
    made.scan()
    made.pass_time(1_000)
    yield made
    made.tracker.stop()


def test_an_event_of_before_ends_nothing(watched):
    """A session that is taken over still tells of processes that had the pid earlier."""
    watched.launch()
    watched.look()
    watched.tracker.started(replace(watched.here[8], started=watched.here[8].started - 1, name="a.exe"))
    assert [type(one) for one in watched.seen] == [ProgramStarted]


STEPS = (-8 * HOUR, -1, 0, 90_000, HOUR, 30 * 24 * HOUR)


@pytest.mark.parametrize("step", STEPS)
def test_a_step_between_a_start_and_the_look_moves_it_by_less_than_a_look(watched, step):
    """Somebody starts a game and sets the clock at once."""
    watched.clock.run(50)
    at = watched.launch()
    watched.clock.run(100)
    watched.clock.step(step)
    watched.clock.run(100)
    watched.look()
    since = watched.one(ProgramStarted).program.since
    assert at - LOOK <= since <= at + LOOK


@pytest.mark.parametrize("step", STEPS)
def test_nor_when_a_scan_is_the_first_to_see_it(watched, step):
    """A changed clock makes the seat look again at once, and that look is a scan."""
    watched.clock.run(50)
    at = watched.launch()
    watched.clock.run(100)
    watched.clock.step(step)
    (program,) = watched.scan()
    assert at - LOOK <= program.since <= at + LOOK


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("told", ["by a look", "by an event"])
def test_a_step_does_not_move_an_end_either(watched, step, told):
    """Whoever tells of it; an end that was before its start is at its start."""
    watched.launch()
    watched.pass_time(60_000)
    created = watched.here[8].started
    watched.clock.run(50)
    at, wall = watched.exit(), watched.clock.wall() * 1000
    watched.clock.run(100)
    watched.clock.step(step)
    if told == "by a look":
        watched.look()
    else:
        watched.tracker.ended(8, created, wall)
    assert at - LOOK <= watched.one(ProgramEnded).mono <= at + LOOK


@pytest.mark.parametrize("step", STEPS)
def test_a_step_in_the_middle_of_a_play_is_none_of_it(watched, step):
    """An hour of play is an hour."""
    watched.launch()
    watched.pass_time(HOUR // 60)
    watched.clock.step(step)
    watched.pass_time(HOUR // 60)
    assert [one.program.pid for one in watched.seen if isinstance(one, ProgramStarted)] == [8]
    watched.exit()
    watched.look()
    played = watched.one(ProgramEnded).mono - watched.one(ProgramStarted).program.since
    assert abs(played - HOUR // 30) <= LOOK


@pytest.mark.parametrize("look", ["look", "scan"])
def test_sleep_between_a_start_and_the_look_is_no_play(watched, look):
    """The lid is closed just after the start: the night counts for nothing."""
    at = watched.launch()
    watched.clock.run(100)
    watched.clock.sleep(9 * HOUR)
    watched.clock.run(100)
    (watched.look if look == "look" else watched.scan)()
    (program,) = watched.tracker.running()
    assert at - LOOK <= program.since <= at + LOOK


@pytest.mark.parametrize("look", ["look", "scan"])
def test_what_starts_while_others_are_read_counts_from_its_start(watched, look):
    """Reading all programs may take its time, with large ones to hash: none of it is lost to a game that starts meanwhile."""
    watched.launch(12)
    watched.tracker.programs.slow = lambda: watched.clock.run(400)
    (watched.look if look == "look" else watched.scan)()
    del watched.tracker.programs.slow
    watched.clock.run(-200)
    at = watched.launch(8)
    watched.clock.run(200 + LOOK)
    watched.look()
    assert [one.since for one in watched.tracker.running() if one.pid == 8] == [at]


def test_what_started_before_us_counts_from_its_start(clock):
    """By the wall clock, which is all that tells when it was."""
    watched = Watched(clock)
    at = watched.launch()
    clock.run(HOUR)
    assert [one.since for one in watched.scan()] == [at]
    watched.tracker.stop()


@pytest.mark.parametrize("step", [-2 * HOUR, -30 * 24 * HOUR])
def test_what_started_before_us_is_never_from_the_future(clock, step):
    """A clock that was set back puts old starts ahead of now: then they are now."""
    watched = Watched(clock)
    watched.launch()
    clock.run(HOUR)
    clock.step(step)
    assert [one.since for one in watched.scan()] == [clock.mono()]
    watched.tracker.stop()


def test_a_second_run_of_the_watcher_looks_back_again(watched):
    """A daemon that stopped watching saw nothing meanwhile: what started then counts from its start."""
    watched.tracker.stop()
    watched.clock.run(HOUR)
    at = watched.launch()
    watched.clock.run(HOUR)
    watched.tracker.start(watched.seen.append)
    assert [one.since for one in watched.scan()] == [at]


# --- days -------------------------------------------------------------------------------------------------------------------


def at(zone_hours: float, *moment: int) -> int:
    """Unix milliseconds of this moment in a zone so many hours ahead of UTC."""
    return int(datetime(*moment, tzinfo=UTC).timestamp() * 1000 - zone_hours * HOUR)


@pytest.mark.parametrize(("zone", "hours"), [("Asia/Ho_Chi_Minh", 7), ("Pacific/Kiritimati", 14), ("Asia/Kathmandu", 5.75)])
def test_days_are_of_the_policys_zone(zone, hours):
    """Windows has no such zones: they come with us."""
    midnight = at(hours, 2026, 11, 24)
    assert day_bounds(zone, midnight) == (midnight, midnight + 24 * HOUR)
    assert day_bounds(zone, midnight - 1) == (midnight - 24 * HOUR, midnight)
    assert (day_name(zone, midnight - 1).day, day_name(zone, midnight).day) == (23, 24)


def test_a_day_of_23_hours():
    """Where clocks are put forward; the policy's zone may be anybody's."""
    start, end = day_bounds("Europe/Berlin", at(2, 2026, 3, 29, 12))
    assert end - start == 23 * HOUR


def test_the_zone_of_the_pc_does_not_matter():
    """Nor what TZ says: another process, told to be in Kiritimati, finds the same day."""
    code = (
        "import sys, time; sys.path.insert(0, sys.argv[1])\n"
        "from rules.calendar import day_bounds, day_name\n"
        "zone, moment = 'Asia/Ho_Chi_Minh', int(sys.argv[2])\n"
        "print(*day_bounds(zone, moment), day_name(zone, moment), time.timezone)"
    )
    moment = at(7, 2026, 11, 24, 0, 30)
    said = set()
    zones = set()
    for zone in ("UTC0", "LIN-14", "AOE12"):
        words = [sys.executable, "-c", code, os.getcwd(), str(moment)]  # noqa: PTH109 - the tree, where the tests run
        out = subprocess.check_output(words, env={**os.environ, "TZ": zone}, stdin=subprocess.DEVNULL, text=True)
        *answer, offset = out.split()
        said.add(tuple(answer))
        zones.add(offset)
    assert said == {(str(at(7, 2026, 11, 24)), str(at(7, 2026, 11, 25)), "2026-11-24")}
    assert len(zones) == 3  # TZ did matter to the process


# --- the clocks -------------------------------------------------------------------------------------------------------------


def test_play_is_counted_on_a_clock_that_nobody_sets():
    """QueryUnbiasedInterruptTime: forward only, never ahead of the clock that includes sleep."""
    ours = clocks()
    readings = [(ours.mono(), ours.elapsed()) for _ in range(1_000)]
    assert readings == sorted(readings)
    assert all(mono <= elapsed + 20 for mono, elapsed in readings)
