"""Who asks the gate without starting anything, as often as it can, keeps no game running."""

from __future__ import annotations

import time

from tests.system import SLOW, until

# The arguments lie nowhere: execve(2) fails when the gate has been asked.
FLOOD = """python3 -c '
import ctypes, signal, sys, threading
execv, path = ctypes.CDLL(None).execv, sys.argv[1].encode()
def ask():
    while True:
        execv(path, ctypes.c_void_p(8))
for _ in range(20):
    threading.Thread(target=ask, daemon=True).start()
signal.pause()
' "$ASKED" """


def test_a_game_that_may_be_played_ends_beside_a_flood_of_questions_about_it(case):
    """A second a day; what is played beyond is what it is given to save, which the daemon is not kept from counting."""
    one = case(1)
    run = one.start('"$GAME" "$PLAY"')
    until(one.ran.exists)
    one.start(FLOOD, ASKED=str(one.game))
    slowest = 0.0
    while run.process.poll() is None:
        began = time.monotonic()
        one.status()
        slowest = max(slowest, time.monotonic() - began)
        time.sleep(0.1)
    until(lambda: one.entries("play.ended"))
    assert one.entries("play.ended")[0]["ms"] < 3_000 * SLOW
    assert slowest < SLOW
