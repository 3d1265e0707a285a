"""The command line. Until a command runs, Ctrl-C ends the program as it ends any other: half loaded it has nothing to say."""

from __future__ import annotations

import signal
import sys
from pathlib import PurePath

# Nobody else's Ctrl-C is ours: of a program that only imports this it does what it did. As `python -m cli` we have no name yet.
_OURS = PurePath(sys.argv[0]).stem == "giochoi" or " -m cli" in " ".join(sys.orig_argv[:5])
if _OURS and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def interruptible() -> None:
    """From now on Ctrl-C is a KeyboardInterrupt."""
    if _OURS and signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
