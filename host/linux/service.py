"""Tells the service manager that started us how we are, by its own protocol (sd_notify(3)); without one, nothing happens."""

from __future__ import annotations

import asyncio
import ctypes
import os
import socket
import sys
import weakref
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from host.api import Told
from host.linux import files

UNITS = Path("/usr/lib/systemd/system")
_LARGEST = 1 << 16
_WALL, _ABSTIME, _CANCEL_ON_SET = 0, 1, 2  # CLOCK_REALTIME and flags of timerfd_settime(2)


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
    """That the clock was set, or that the PC woke up, the kernel says. systemd stops a service by a signal; who logs on shows
    in processes. To be called in a running loop.
    """
    try:
        timer = _until_set()
    except OSError:  # then it is seen at the next look
        return
    loop = asyncio.get_running_loop()
    loop.add_reader(timer, _read, timer, tell)
    weakref.finalize(loop, os.close, timer)


def _read(timer: int, tell: Callable[[Told], None]) -> None:
    try:
        _taken(timer)
    except BlockingIOError:
        return
    except OSError:  # ECANCELED, once each time
        tell("time")


def _taken(timer: int) -> bytes:
    return os.read(timer, 8)


def _until_set() -> int:
    """A timer for the end of time, which each step of the wall clock cancels: timerfd_create(2). OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    timer = int(libc.timerfd_create(_WALL, os.O_NONBLOCK | os.O_CLOEXEC))
    never = (ctypes.c_long * 4)(0, 0, sys.maxsize // 10**9, 0)
    if timer < 0 or libc.timerfd_settime(timer, _ABSTIME | _CANCEL_ON_SET, never, None) < 0:
        raise OSError(ctypes.get_errno(), "timerfd")
    return timer
