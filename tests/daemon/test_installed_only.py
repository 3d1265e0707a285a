"""A player who runs only what is installed: what the gate did not see is ended, told and recorded, and nothing else is."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from daemon.platforms.api import ProgramStopped, ProgramUnread
from daemon.recording.program_lines import AGAIN_MS, MOST, THEN_MS, ProgramLines
from daemon.reporting.people_checks import programs_check
from rules.games import Fingerprint
from rules.installed import READ_AT_ONCE, LetProgram, OnlyInstalled
from tests.daemon.world import MINUTE, limit, roster

OWN = Fingerprint("/home/an/own", 10, "aa", "b1")
SUMS = LetProgram(name="sums", sha256="aa", size=10, build_id="b1")


def strict(number=1, *programs, on=True, **more):
    base = roster(number, **more)
    [an] = base.players
    return msgspec.structs.replace(base, players=(msgspec.structs.replace(an, only_installed=on, programs=programs),))


def start(world, pid, file=OWN, account="an"):
    world.clock.run(10)
    return world.platform.launch(file, account=account, pid=pid, strange=True)


def refused(world):
    return [(one.how, one.sha256, one.size) for one in world.journal("program.refused")]


def test_it_is_ended_and_the_log_says_what_it_was(world):
    world.start(strict())
    start(world, 1)
    assert (world.platform.ended, refused(world)) == ([1], [("ended", "aa", 10)])
    assert b"/home/an" not in b"".join(msgspec.json.encode(one) for one in world.journal("program.refused"))


def test_the_gate_refuses_for_that_account_alone(world):
    """What a guardian let through is in what it answers from, at once."""
    world.start(strict(1, SUMS, approved=("chess",)))
    assert world.platform.refusals.only == {"an": OnlyInstalled((SUMS,), frozenset({"chess"}))}
    world.adopt(strict(2, on=False))
    assert world.platform.refusals.only == {}


def test_what_nobody_can_read_is_ended_too(world):
    """Whoever holds up the reading of a script hides what it is. Not where it ran before, nor what an interpreter runs that may
    run anybody's scripts.
    """
    world.start(strict(on=False))
    before = start(world, 1)
    world.adopt(strict(2))
    python = Fingerprint("/usr/bin/python3", 10, "aa", "b1")
    start_unread(world, 2, python)
    world.daemon.heart.observe(ProgramUnread(before))
    assert world.platform.ended == [2]
    world.adopt(strict(3, replace(SUMS, interpreter="python")))
    start_unread(world, 3, python)
    assert world.platform.ended == [2]


def start_unread(world, pid, file):
    world.clock.run(10)
    program = world.platform.launch(file, account="an", pid=pid)
    world.daemon.heart.observe(ProgramUnread(program))


def test_what_the_gate_stopped_is_recorded(world):
    world.start(strict())
    world.daemon.loop.observe(ProgramStopped("an", OWN, 1, world.clock.mono()))
    world.daemon.loop.observe(ProgramStopped("binh", OWN, 1, world.clock.mono()))
    assert (world.platform.ended, refused(world)) == ([], [("gate", "aa", 10)])


def test_a_file_of_any_size_is_recorded(world):
    """A sparse one is as large as its owner says."""
    world.start(strict())
    start(world, 1, Fingerprint("/home/an/\udcff", 2**63 - 1))
    assert (refused(world), world.daemon.recorder.lost) == ([("ended", None, 2**53 - 1)], 0)


def test_what_is_installed_and_what_others_run_is_left_alone(world):
    world.start(strict())
    world.platform.launch(OWN, pid=1)
    start(world, 2, account="binh")
    assert (world.platform.ended, refused(world)) == ([], [])


def test_what_was_let_through_goes_on_when_that_is_taken_back(world):
    """It is judged when it starts. Anew it does not start."""
    world.start(strict(1, SUMS))
    start(world, 1)
    world.adopt(strict(2))
    world.pass_time(5 * MINUTE)
    assert world.platform.ended == []
    start(world, 2)
    assert world.platform.ended == [2]


def test_what_runs_when_it_is_switched_on_goes_on(world):
    """But not what is found after a start of the daemon: who could end that had a free hour."""
    world.start(strict(on=False))
    start(world, 1)
    world.adopt(strict(2))
    world.pass_time(5 * MINUTE)
    start(world, 2)
    assert world.platform.ended == [2]
    world.stop()
    world.start()
    assert world.platform.ended == [2, 1]


def test_a_large_file_is_judged_when_its_content_is_known(world):
    """Until then it may run, if it looks like what was let through."""
    size = READ_AT_ONCE + 1
    world.start(strict(1, replace(SUMS, size=size)))
    seen = start(world, 1, Fingerprint("/home/an/own", size, None, "b1"))
    assert world.platform.ended == []
    known = Fingerprint("/home/an/own", size, "ab", "b1")
    world.platform.programs[seen.identity] = replace(seen, files=(known,), foreign=(known,))
    world.daemon.loop.scan(world.daemon.loop.read(), 0)
    assert world.platform.ended == [1]


def test_a_game_that_may_not_be_played_is_refused_as_that(world):
    world.start(strict(packs=(limit(0),)))
    world.platform.launch(Fingerprint("/usr/games/luanti", 1000), pid=1, strange=True)
    assert (world.platform.ended, refused(world)) == ([1], [])
    assert len(world.journal("launch.refused")) == 1


def test_a_game_of_ones_own_with_time_left_is_refused_as_what_it_is(world):
    """Its name is anybody's to choose; a guardian lets it through by content."""
    world.start(strict(packs=(limit(60),)))
    world.platform.launch(Fingerprint("/home/an/luanti", 1000), pid=1, strange=True)
    assert (world.platform.ended, len(refused(world)), world.journal("play.started")) == ([1], 1, [])


def test_status_says_it(world):
    world.start(strict())
    assert world.status().only_installed
    [an] = world.daemon.in_force.people.players
    assert [[one.ok for one in programs_check(an, kind)] for kind in ("gate", "events", "poll")] == [[True], [False], [False]]


@pytest.mark.parametrize("known", ["sha256", "build_id"])
def test_a_thousand_tries_are_a_few_lines(known):
    lines = ProgramLines()
    every = [Fingerprint("/home/an/x", 1, **{known: str(number)}) for number in range(1000)]
    assert sum(lines.worth_one("an", file, 0) for file in every) == MOST
    assert sum(lines.worth_one("an", file, THEN_MS) for file in reversed(every)) == 1
    assert lines.worth_one("binh", every[0], 0)
    assert not lines.worth_one("an", every[0], AGAIN_MS - 1)
    assert lines.worth_one("an", every[0], AGAIN_MS)
