"""From a refused game's start to its end, by our daemon and, in turns with it, by the barest poll there can be."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

from house import PLAYER, House, house

ROUNDS, STARTS = 5, 12
_PATIENCE_S = 20
_ENDED_UNBORN = 731  # what Wine's CreateProcess says if somebody ended the process while it was being made


def measure() -> dict[str, list[list[float]]]:
    """Milliseconds of each start in each round: `ours` and `bare`."""
    with house() as (made, _):
        made.say("limit", PLAYER, "0")
        rounds = [(_ours(made), _bare(made)) for _ in range(ROUNDS)]
    ours, bare = zip(*rounds, strict=True)
    return {"ours": ours, "bare": bare}


def _ours(made: House) -> list[float]:
    return [_ended(made.game) for _ in range(STARTS)]


def _bare(made: House) -> list[float]:
    script = Path(__file__).with_name("bare.py")
    poll = subprocess.Popen([sys.executable, str(script), str(made.other)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        poll.stdout.readline()
        return [_ended(made.other) for _ in range(STARTS)]
    finally:
        poll.kill()
        poll.communicate()


def _ended(game: Path) -> float:
    time.sleep(random.uniform(0, 0.5))  # so that no start keeps time with a poll
    begun = time.perf_counter()  # before CreateProcess: the process itself is a little younger, so this never flatters
    try:
        with subprocess.Popen([str(game)]) as playing:
            try:
                playing.wait(_PATIENCE_S)
            finally:
                playing.kill()  # if nobody else did
    except OSError as error:
        if error.winerror != _ENDED_UNBORN:
            raise
    return (time.perf_counter() - begun) * 1000
