"""`python -m daemon.lift ROOT`: undoes, without a daemon, what refuses starts by the games' files. Exit 1: not all of it."""

from __future__ import annotations

import sys
from pathlib import Path

from daemon.platforms import choose

if __name__ == "__main__":
    sys.exit(not choose.lift(Path(sys.argv[1])))
