"""While the gate is up its own process must not start programs.

subprocess holds the interpreter's lock between vfork and exec; that exec waits for the gate's answer, and the gate's thread for
the lock: nothing on the machine would start until the watchdog ends us. So whoever tries is told, before anything happens.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_ROOMS = str(Path(__file__).resolve().parents[3])
_CODE = "import runpy, sys; sys.path.append(sys.argv.pop(1)); runpy.run_module(sys.argv.pop(1), run_name='__main__')"
_SPAWNS = frozenset(("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.forkpty", "pty.spawn"))

_gates: set[int] = set()
_hooked: list[bool] = []


def forbid(gate: object) -> None:
    """From now on RuntimeError meets whoever spawns, until `permit`."""
    _gates.add(id(gate))
    if not _hooked:  # an audit hook cannot be taken away again
        _hooked.append(True)
        sys.addaudithook(_hook)


def permit(gate: object) -> None:
    _gates.discard(id(gate))


def permitted() -> bool:
    """Whether this process may start programs now."""
    return not _gates


def _hook(event: str, _: object) -> None:
    if event in _SPAWNS and _gates:
        raise RuntimeError(f"{event}: this process runs the exec gate and must not start programs ({__name__})")


def start(module: str, *handles: int) -> subprocess.Popen[bytes]:
    """`module` with these descriptors, whose numbers are its arguments. OSError."""
    # -I -S: none of the packages and paths that somebody's environment, or the folder we were started in, could name.
    command = [sys.executable, "-I", "-S", "-c", _CODE, _ROOMS, module, *map(str, handles)]
    return subprocess.Popen(
        command, pass_fds=handles, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={},
        cwd="/", start_new_session=True,
    )  # fmt: skip
