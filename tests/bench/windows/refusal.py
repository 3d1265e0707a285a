"""From a refused game's start to its end, by our daemon and, in turns with it, by the barest poll there can be."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

from tests.bench.windows import bare
from tests.bench.windows.house import PLAYER, House, house, lived_s

ROUNDS, STARTS = 5, 12
_POLL_S = 0.25  # daemon.platforms.windows.watcher.FAST_S
_PATIENCE_S = 20
_ENDED_UNBORN = 731  # what Wine's CreateProcess says if somebody ended the process while it was being made


def measure() -> dict[str, list[list[float]]]:
    """Milliseconds of each start in each round: `ours` and `bare`."""
    with house() as made:
        made.say("limit", PLAYER, "0")
        rounds = [(_ours(made), _bare(made)) for _ in range(ROUNDS)]
    ours, bare = zip(*rounds, strict=True)
    return {"ours": ours, "bare": bare}


def _ours(made: House) -> list[float]:
    return [_ended(made.game, wait) for wait in _waits(_POLL_S)]


def _bare(made: House) -> list[float]:
    script = str(Path(bare.__file__))
    poll = subprocess.Popen([sys.executable, script, str(made.other)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        poll.stdout.readline()
        return [_ended(made.other, wait) for wait in _waits(bare.EVERY_S)]
    finally:
        poll.kill()
        poll.communicate()


def _waits(every_s: float) -> list[float]:
    """Seconds before each start: a poll has just ended the one before, so these hit all parts of its interval alike."""
    return random.sample([every_s * (1 + (at + random.random()) / STARTS) for at in range(STARTS)], STARTS)


def _ended(game: Path, wait: float) -> float:
    """How long the game lived, by the times that Windows keeps; if it did not live to be told of, how long starting it took."""
    time.sleep(wait)
    begun = time.perf_counter()
    try:
        with subprocess.Popen([str(game)]) as playing:
            try:
                playing.wait(_PATIENCE_S)
            finally:
                playing.kill()  # if nobody else did
            return lived_s(playing) * 1000
    except OSError as error:
        if error.winerror != _ENDED_UNBORN:
            raise
    return (time.perf_counter() - begun) * 1000
