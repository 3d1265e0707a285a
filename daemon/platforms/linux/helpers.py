"""Starts a process of ours that does what the daemon itself must not: none of its packages, paths and variables but our own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_ROOMS = str(Path(__file__).resolve().parents[3])
_CODE = "import runpy, sys; sys.path.append(sys.argv.pop(1)); runpy.run_module(sys.argv.pop(1), run_name='__main__')"


def start(module: str, *handles: int) -> subprocess.Popen[bytes]:
    """`module` with these descriptors, whose numbers are its arguments. OSError."""
    # -I -S: none of the packages and paths that somebody's environment, or the folder we were started in, could name.
    command = [sys.executable, "-I", "-S", "-c", _CODE, _ROOMS, module, *map(str, handles)]
    return subprocess.Popen(
        command, pass_fds=handles, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={},
        cwd="/", start_new_session=True,
    )  # fmt: skip
