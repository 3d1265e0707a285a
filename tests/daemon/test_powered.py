"""Of the time in which no daemon looked the log says when the PC was on."""

import pytest

from tests.daemon.world import NOON

MINUTE, HOUR = 60_000, 60 * 60_000


class Told:
    """A system's record of its starts, which takes a minute to be read."""

    by = "journal"

    def __init__(self, *runs):
        self.answers = [None, runs]

    def begin(self):
        pass

    def runs(self):
        return self.answers.pop(0)

    def close(self):
        pass


def later(world, hours, *runs):
    """It is stopped in order, and started so many hours later; what it then writes."""
    world.start()
    world.pass_time(MINUTE)
    world.stop()
    world.clock.run(hours * HOUR)
    world.platform.power = Told(*runs)
    world.start()
    world.pass_time(3 * MINUTE)
    return world.journal("seat.powered")


STOPPED = NOON + MINUTE


def test_a_pc_that_ran_without_its_daemon_says_so(world):
    ran = (STOPPED + HOUR, STOPPED + 3 * HOUR)
    (line,) = later(world, 5, (NOON - HOUR, STOPPED + 1), ran, (STOPPED + 5 * HOUR - 1, STOPPED + 9 * HOUR))
    assert (line.since, line.by, line.ran[1]) == (STOPPED, "journal", ran)
    assert line.ran[-1] == (STOPPED + 5 * HOUR - 1, STOPPED + 5 * HOUR)  # up to this start


@pytest.mark.parametrize("runs", [(), ((STOPPED + HOUR, STOPPED + 3 * HOUR),)])
def test_a_record_that_does_not_reach_back_says_nothing(world, runs):
    """Somebody deleted it, or the system keeps none."""
    (line,) = later(world, 5, *runs)
    assert (line.by, line.ran) == ("nothing", ())


def test_a_new_version_or_a_first_start_has_nothing_to_ask(world):
    assert later(world, 0, (NOON - HOUR, NOON)) == []
