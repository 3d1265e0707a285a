"""What refuses starts by the games' files, undone while no daemon runs: by a process of its own, with the caller's rights."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def lift(root: Path) -> str:
    """What it said, a line for each file; empty where nothing was refused by files. `root`: the home's."""
    command = [sys.executable, "-P", "-m", "daemon.lift", str(root)]
    done = subprocess.run(command, input=b"", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.stdout.decode("utf-8", "replace").strip()
