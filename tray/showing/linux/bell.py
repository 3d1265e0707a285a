"""A short sound, by whichever player of sounds is installed."""

from __future__ import annotations

import shutil
import subprocess
import threading
from pathlib import Path
from typing import Final

from tray.showing.api import Outcome, settled

_PLAYERS: Final = (("pw-play",), ("paplay",), ("aplay", "-q"))
_CHIME: Final = Path(__file__).parents[1] / "chime.wav"
_FAILS_S: Final = 0.12  # a player that finds nothing to play on says so within
_LONGEST_S: Final = 5.0


class Bell:
    """That a player plays does not say that a loudspeaker is on: it is the most that can be known."""

    def ring(self) -> Outcome:
        for player, *options in _PLAYERS:
            if found := shutil.which(player):
                outcome: Outcome = Outcome()
                threading.Thread(target=_play, args=([found, *options], outcome), name="bell", daemon=True).start()
                return outcome
        return settled(came=False)


def _play(player: list[str], outcome: Outcome) -> None:
    quiet = subprocess.DEVNULL
    try:
        child = subprocess.Popen([*player, str(_CHIME)], stdin=quiet, stdout=quiet, stderr=quiet)
    except OSError:
        outcome.set_result(False)
        return
    try:
        outcome.set_result(child.wait(_FAILS_S) == 0)
    except subprocess.TimeoutExpired:
        outcome.set_result(True)
    try:
        child.wait(_LONGEST_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
