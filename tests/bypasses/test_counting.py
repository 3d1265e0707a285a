"""Ways to play without being counted. What was counted is held against what the test itself saw: no less than the time
between its two looks at a running game, no more than from before its start to after its end.
"""

from __future__ import annotations

import signal
import time

import pytest

from tests.bypasses.case import python
from tests.system import until

NEAR_S = 0.05  # moments are whole milliseconds, the start of a process whole ticks


def counted(case, *runs) -> None:
    """The log and the day's usage have these plays, one after the other, whole."""
    used = case.used()
    try:
        ended = until(lambda: len(found := case.entries("play.ended")) == len(runs) and found)
    except AssertionError:
        raise AssertionError(case.entries("play.started", "play.ended"), case.status()) from None
    assert sum(run.at_least for run in runs) - NEAR_S <= used <= sum(run.at_most for run in runs) + NEAR_S
    assert sum(one["ms"] for one in ended) / 1000 == pytest.approx(used, abs=0.001 * len(runs))
    assert {one["how"] for one in ended} == {"by itself"}


def test_many_short_plays_add_up(case, soak):
    """A game that is closed and started again every half second."""
    one = case(None)
    runs = []
    for _ in range(soak(8, 40)):
        with one.played('"$GAME" "$PLAY"') as run:
            time.sleep(0.3)
        runs.append(run)
        until(lambda: not one.running())
    counted(one, *runs)


@pytest.mark.promise("Games: Starts beyond 60 a minute are ended")
def test_flood_of_starts_is_ended(case, soak):
    """Hundreds of starts, as fast as a shell starts them: a few begin a play, the others are ended."""
    one = case(None, who="Lu")
    times = soak(400, 5_000)
    one.start(f'for i in $(seq {times}); do "$GAME" -c "exit 0"; done').over()
    one.look_again()
    ended = until(lambda: one.entries("play.ended"))
    assert len(ended) < times / 2


@pytest.mark.promise("Games: Two games at once count once")
def test_two_at_once_count_once(case):
    """As long as either runs, and no longer."""
    one = case(None)
    with one.played('"$GAME" "$PLAY"') as first:
        with one.played('cp "$GAME" x && ./x "$PLAY"'):
            time.sleep(0.3)
        assert one.running()
    counted(one, first)


def test_a_game_that_is_stopped_and_continued_goes_on_counting(case):
    """SIGSTOP hides nothing: who is stopped has not left."""
    one = case(None)
    churn = "for i in 1 2 3 4 5; do kill -STOP $!; sleep 0.1; kill -CONT $!; sleep 0.05; done"
    with one.played(f'"$GAME" "$PLAY" <&0 & {churn}; wait $!') as run:
        time.sleep(0.8)
    counted(one, run)


def test_a_game_that_takes_another_name_goes_on_counting(case):
    """It executes itself again, under another name: one play."""
    one = case(None)
    again = 'read once; exec "$HERE/x" "$PLAY"'
    with one.played(f"cp \"$GAME\" x && \"$GAME\" -c '{again}'") as run:
        run.go()
        until(one.ran.exists)
        time.sleep(0.2)
        assert one.running()
    used = one.used()
    assert run.at_least - NEAR_S <= used <= run.at_most + NEAR_S


@pytest.mark.parametrize("hide", ["rm ./x", "mv ./x y", "mv ./x y && cp /bin/true x", "mv ../$ID ../$ID.moved"], ids=[
    "deleted", "renamed", "replaced", "its folder renamed"])  # fmt: skip
def test_a_file_that_goes_while_the_game_runs(case, hide):
    """What was recognised stays recognised while it runs."""
    one = case(None)
    with one.played('cp "$GAME" x && ./x "$PLAY"') as run:
        assert one.start(hide.replace("$ID", one.id)).over()[0] == 0
        one.look_again()
        assert one.running()
    counted(one, run)


@pytest.mark.parametrize("do", ['os.unlink("x")', 'os.chdir("/")', 'os.mkdir("a"); os.rename("x", "a/x")'])
def test_a_script_that_goes_while_it_runs(case, do):
    """Its file was seen when it started; that the path leads nowhere by now makes it nothing else."""
    one = case(None, make=python)
    with one.played('cp "$GAME" x && python3 x', DO=do) as run:
        run.go()
        until(one.ran.exists)
        one.look_again()
        assert one.running()
    counted(one, run)


def test_a_game_whose_starter_has_gone_is_counted(case):
    """Nobody waits for it any more: it belongs to init, and still to the child."""
    one = case(None)
    with one.played('setsid --fork "$GAME" "$PLAY" <&0') as run:
        run.process.wait(20)
        assert one.running()
        time.sleep(0.2)
    until(lambda: not one.running())
    (line,) = until(lambda: one.entries("play.ended"))
    assert line["ms"] / 1000 >= run.at_least - NEAR_S


@pytest.mark.promise("Games: Play in a second session counts for the same day")
def test_the_second_session_finds_the_day_used_up(case):
    """Logging out and in, or a second login beside the first, is the same child."""
    one = case(1)
    assert one.start('"$GAME" "$PLAY"').over()[0] != 0
    assert one.log("play.ended")["how"] in {"asked", "killed"}
    one.ran.unlink()
    one.refused('setsid --wait bash -lc \'"$GAME" "$PLAY"\'')


def test_a_game_that_ignores_the_request_to_close_is_ended(case):
    """Asked when its time is over, ended when the time to save is."""
    one = case(1)
    one.start("""exec "$GAME" -c 'trap "" TERM HUP INT QUIT; while :; do read line; done' """).over()
    due, ended = one.log("play.due"), one.log("play.ended")
    assert ended["how"] == "killed"
    assert ended["ms"] >= due["at"] - ended["since"]


def test_a_stopped_game_is_ended(case):
    """It cannot obey, nor can it stay."""
    one = case(1)
    run = one.start('"$GAME" "$PLAY"')
    until(one.running)
    run.process.send_signal(signal.SIGSTOP)
    run.over()
    assert one.log("play.ended")["how"] in {"asked", "killed"}
