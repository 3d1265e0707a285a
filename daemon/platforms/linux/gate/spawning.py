"""While the gate is up its own process must not start programs.

subprocess holds the interpreter's lock between vfork and exec; that exec waits for the gate's answer, and the gate's thread for
the lock: nothing on the machine would start until the watchdog ends us. So whoever tries is told, before anything happens.
"""

from __future__ import annotations

import sys

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
