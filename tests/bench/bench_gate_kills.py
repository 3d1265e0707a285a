"""kill -9 of the daemon early in a play: what of it is counted in the end, and for how long starts are not refused."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Iterator

from measure import Row, runs
from world import PLAYER, World, until, world

KILLS, RESTARTS, LONGEST_S = 100, 10, 0.9
POLLS_S = 61  # so long the agent holds the line of a daemon that waited for news when it was killed, and only 32 in all


def main() -> Iterator[Row]:
    random.seed(1)
    with world(gate=True) as (made, first):
        daemon, found = first, []
        for number in range(runs(KILLS)):
            lost, daemon = _lost(made, daemon, outlives=bool(number % 2))
            found.append(lost)
        uncounted = []
        for _ in range(runs(RESTARTS)):
            missed, daemon = _over_a_restart(made, daemon)
            uncounted.append(missed)
        time.sleep(POLLS_S if len(found) > 20 else 0)
        made.say("limit", PLAYER, "0")
        open_s = []
        for _ in range(runs(RESTARTS)):
            seconds, daemon = _without_a_gate(made, daemon)
            open_s.append(seconds)
    yield Row("gate: play lost by kill -9, the most", found, "s", 1.0, of=max)
    yield Row("gate: play of a second and more that a restart left uncounted, the most", uncounted, "s", 0.02, of=max)
    yield Row("gate: from kill -9 to the next refusal, the most", open_s, "s", 2.0, of=max)


def _kill(daemon: subprocess.Popen[bytes]) -> None:
    daemon.kill()
    daemon.wait()


def _now() -> float:
    return time.clock_gettime(time.CLOCK_MONOTONIC)


def _end(game: subprocess.Popen[bytes]) -> None:
    game.stdin.close()
    game.wait()


def _lost(made: World, daemon: subprocess.Popen[bytes], *, outlives: bool) -> tuple[float, subprocess.Popen[bytes]]:
    """Seconds that were played and not counted; the next daemon. The game outlives the daemon, or ends while it is dead."""
    before = made.played_ms()
    game = made.play()
    begun = _now()
    time.sleep(random.uniform(0, LONGEST_S))
    _kill(daemon)
    if not outlives:
        _end(game)
        true = _now() - begun
    daemon = made.serve("daemon")
    if outlives:
        until(made.playing)
        _end(game)
        true = _now() - begun
    until(lambda: not made.playing())
    return max(0.0, true - (made.played_ms() - before) / 1000), daemon


def _over_a_restart(made: World, daemon: subprocess.Popen[bytes]) -> tuple[float, subprocess.Popen[bytes]]:
    """Seconds of a play, seen before, that are missing after an orderly restart in its middle."""
    before = made.played_ms()
    game = made.play()
    begun = _now()
    until(made.playing)
    daemon.terminate()
    daemon.wait()
    daemon = made.serve("daemon")
    until(made.playing)
    _end(game)
    true = _now() - begun
    until(lambda: not made.playing())
    return max(0.0, true - (made.played_ms() - before) / 1000), daemon


def _without_a_gate(made: World, daemon: subprocess.Popen[bytes]) -> tuple[float, subprocess.Popen[bytes]]:
    """Seconds in which a start that is to be refused got through to the kernel."""
    until(lambda: _refused(made))
    _kill(daemon)
    killed = _now()
    with made.starting("daemon") as started:
        until(lambda: _refused(made))
        seconds = _now() - killed
    return seconds, started


def _refused(made: World) -> bool:
    try:
        game = made.play()
    except PermissionError:
        return True
    game.kill()
    game.communicate()
    return False
