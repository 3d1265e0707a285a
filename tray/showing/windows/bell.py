"""A short sound of our own: a scheme of sounds may be silent."""

from __future__ import annotations

import threading
import winsound
from concurrent.futures import TimeoutError as NotYet
from pathlib import Path
from typing import Final

from tray.showing.api import Outcome, settled

_CHIME: Final = str(Path(__file__).parents[1] / "chime.wav")
_FAILS_S: Final = 0.12  # what cannot be played fails within


class Bell:
    """That it is played does not say that a loudspeaker is on: it is the most that can be known."""

    def ring(self) -> Outcome:
        played: Outcome = Outcome()
        threading.Thread(target=_play, args=(played,), name="bell", daemon=True).start()
        try:
            return settled(came=played.result(_FAILS_S))
        except NotYet:
            return settled(came=True)


def _play(played: Outcome) -> None:
    try:
        winsound.PlaySound(_CHIME, winsound.SND_FILENAME | winsound.SND_NODEFAULT)
    except RuntimeError:
        played.set_result(False)
    else:
        played.set_result(True)
