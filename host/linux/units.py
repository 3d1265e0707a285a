"""Our servers as systemd's units (api.Units), where the package brought them; else nothing is done."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from host.api import Name
from host.linux import files
from host.linux.service import UNITS

_OWN_UNITS = Path("/etc/systemd/system")  # an administrator's
_RUNS = Path("/run/systemd/system")  # sd_booted(3)
_TOOL = "/usr/bin/systemctl"
_IN_NETWORK = """# Written by giochoi place serve: PCs of this place call the agent. giochoi place serve off takes it away.
[Service]
PrivateNetwork=no
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
IPAddressDeny=
"""


@contextmanager
def handing_over(former: Name, to: Name) -> Iterator[None]:
    if not _managed(to):
        yield
        return
    units = (_unit(former), _unit(to))
    _systemctl("stop", *units)
    try:
        yield
    except BaseException:
        for unit in units:
            with suppress(OSError):
                _systemctl("is-enabled", unit)
                _systemctl("start", unit)
        raise
    _systemctl("disable", _unit(former))
    _systemctl("enable", _unit(to))
    _systemctl("restart", _unit(to), _unit("daemon"))


def reachable(server: Name, *, on: bool) -> bool:
    """By a drop-in of its unit, which shuts it in otherwise."""
    path = _OWN_UNITS / f"{_unit(server)}.d/network.conf"
    if not _managed(server) or path.exists() == on:
        return False
    if on:
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        files.write_atomic(path, _IN_NETWORK.encode(), 0o644)
    else:
        path.unlink()
    _systemctl("daemon-reload")
    _systemctl("restart", _unit(server))
    return True


def _managed(server: Name) -> bool:
    return _RUNS.is_dir() and (UNITS / _unit(server)).exists()


def _unit(server: Name) -> str:
    return f"giochoi-{server}.service"


def _systemctl(*words: str) -> None:
    """OSError."""
    done = subprocess.run((_TOOL, "--quiet", *words), capture_output=True, check=False, encoding="utf-8", errors="replace")
    if done.returncode:
        raise OSError(done.stderr.strip() or f"systemctl {' '.join(words)}: {done.returncode}")
