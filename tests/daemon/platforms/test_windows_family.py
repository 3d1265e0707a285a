"""Who below a game is ended with it on Windows, whatever system this is."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from daemon.platforms import processes
from daemon.platforms.windows.ending.family import OVER, Whose, own

AN, PARENT = "S-1-5-21-1-2-3-1001", "S-1-5-21-1-2-3-1000"
PLAIN = Whose(AN)


@dataclass(frozen=True, slots=True)
class Process(processes.Process):
    session: int = 1


GAME, CHILD, BELOW = Process(8, 4, 10), Process(12, 8, 11), Process(16, 12, 12)


def left(child, root=PLAIN, below=PLAIN, family=(GAME, CHILD, BELOW)):
    """The pids of those that are not ended with it."""
    whose = {GAME.pid: root, CHILD.pid: child, BELOW.pid: below}
    return {one.pid for one in family} - {one.pid for one in own(family, lambda one: whose[one.pid])}


def test_what_a_game_has_started_is_ended_with_it():
    assert left(PLAIN) == set()


@pytest.mark.parametrize(
    "child",
    [Whose(PARENT), Whose(PARENT, elevated=True), Whose(AN, elevated=True), None],
    ids=["runas", "uac", "own", "closed"],
)
def test_what_another_has_started_there_goes_on_with_all_below_it(child):
    """An administrator's installer that the game asked for, and what that unpacks; nor is anybody's whom nobody can tell."""
    assert left(child) == {CHILD.pid, BELOW.pid}


def test_of_an_elevated_game_all_is_ended_that_is_the_accounts():
    assert left(Whose(AN, elevated=True), root=Whose(AN, elevated=True)) == set()
    assert left(PLAIN, root=Whose(AN, elevated=True)) == set()
    assert left(Whose(PARENT), root=Whose(AN, elevated=True)) == {CHILD.pid, BELOW.pid}


def test_of_another_session_nothing_is():
    assert left(PLAIN, family=(GAME, Process(12, 8, 11, session=0), BELOW)) == {CHILD.pid, BELOW.pid}


@pytest.mark.parametrize("root", [None, OVER])
def test_of_whom_nobody_can_tell_whose_it_is_the_game_alone_is_ended(root):
    assert left(PLAIN, root=root) == {CHILD.pid, BELOW.pid}


def test_what_is_over_hides_nothing_that_it_has_started():
    assert left(OVER) == set()
    assert left(OVER, below=Whose(PARENT)) == {BELOW.pid}


def test_whose_parent_is_gone_is_still_the_games():
    """As it was remembered."""
    assert left(PLAIN, family=(GAME, BELOW)) == set()


def test_who_was_made_before_its_parent_is_a_stranger_whatever_the_clock_says():
    """The shell, whose own parent is gone, and a game that has its pid by now and is older by a clock that was set back."""
    game, shell = Whose(AN, number=900), Whose(AN, number=50)
    assert left(shell, root=game, below=Whose(AN, number=51)) == {CHILD.pid, BELOW.pid}
    assert left(Whose(AN, number=901), root=game, below=Whose(AN, number=902)) == set()
    assert left(shell, root=PLAIN) == set()  # where only one of them says
