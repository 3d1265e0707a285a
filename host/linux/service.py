"""Tells the service manager that started us how we are, by its own protocol (sd_notify(3)); without one, nothing happens."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from host.api import Told
from host.linux import files

UNITS = Path("/usr/lib/systemd/system")
_LARGEST = 1 << 16


def notify(state: str) -> None:
    """One state, such as READY=1, WATCHDOG=1 or STOPPING=1."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.sendto(state.encode(), address)


def watchdog_interval() -> float | None:
    """Seconds between signs of life that the manager wants, halved as it recommends; None if it wants none."""
    microseconds = os.environ.get("WATCHDOG_USEC", "")
    return int(microseconds) / 2_000_000 if microseconds.isdecimal() and int(microseconds) else None


def credential(name: str) -> bytes | None:
    """Of systemd.exec(5), LoadCredential=."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY", "")
    with suppress(FileNotFoundError):
        return files.read_owned(Path(folder) / name, files.publishers("private"), _LARGEST) if folder else None
    return None


def kept(name: str) -> bytes | None:
    """Of LoadCredentialEncrypted=, opened by systemd-creds(1)."""
    from host.linux import sealing  # noqa: PLC0415 - no server needs it

    try:
        return sealing.opened(name)
    except (OSError, sealing.SealingError):
        return None


def let_go(name: str) -> None:
    from host.linux import sealing  # noqa: PLC0415 - as above

    (sealing.STORE / name).unlink(missing_ok=True)


def to_start(server: str) -> str:
    """By its unit, where the package brought one: started by hand beside it, two would want the same folder."""
    return f"sudo systemctl start {server}" if (UNITS / f"{server}.service").exists() else server


def listen(tell: Callable[[Told], None]) -> None:
    """Nothing comes: systemd stops a service by a signal, and what else happens to the PC shows in its clocks and processes."""
