"""The one file of host that tests sys.platform: which half is in use, and what each half has to offer."""

from __future__ import annotations

import sys
from pathlib import Path
from socket import socket
from typing import Protocol


class UnsupportedError(Exception):
    """Raised where the operating system is not one we run on."""


class TakenError(Exception):
    """Another process has it; `pid` is 0 where it is not known."""

    def __init__(self, pid: int) -> None:
        super().__init__(pid)
        self.pid = pid


class Files(Protocol):
    """Folders, files and locks of one owner. Failures are OSError; broken trust is PermissionError with one clear line."""

    def boot(self) -> str:
        """An id of this boot of the machine."""

    def synchronised(self) -> bool:
        """Whether a time service keeps the system clock: then a step of it is a correction."""

    def privileged(self) -> bool:
        """Whether we run as the system (root)."""

    def owner(self) -> int:
        """The uid that files of ours have."""

    def system_root(self) -> Path:
        """Where the system's installation keeps its state."""

    def system_run(self) -> Path:
        """Where the system's installation keeps its sockets."""

    def private_root(self) -> Path:
        """Where one user's installation keeps state and sockets."""

    def prepare(self, folder: Path, mode: int) -> None:
        """Create the folder, or check that it is ours or root's, no link, and that nobody else may write to it."""

    def lock(self, file: Path) -> int:
        """Lock the file for this process until the descriptor is closed. TakenError if another has it."""

    def read_owned(self, path: Path, uids: frozenset[int], limit: int) -> bytes:
        """The content of a plain file owned by one of `uids`, with no link followed at its end."""

    def write_atomic(self, path: Path, data: bytes, mode: int) -> None:
        """Replace the file in one step, durably, with exactly this mode."""


class Sockets(Protocol):
    """Local stream sockets and who is at the other end."""

    def listen(self, address: str, mode: int) -> socket:
        """A listening socket; one that a dead server left is replaced. TakenError: a living server has it."""

    def connect(self, address: str, timeout: float | None) -> socket:
        """A connected socket, or OSError; `timeout` 0 makes it non-blocking, BlockingIOError then says: try again."""

    def remove(self, address: str) -> None:
        """Take the address away, if it is still there."""

    def peer(self, connection: socket) -> tuple[int, int]:
        """(uid, pid) of who connected, as the kernel says."""

    def account(self, uid: int) -> str:
        """The account's name, or the number as text."""

    def administrator(self, uid: int) -> bool:
        """Root, or in a group that may become root."""


class Service(Protocol):
    """The service manager that started us, if one did."""

    def notify(self, state: str) -> None:
        """Say how we are: READY=1, WATCHDOG=1, STOPPING=1."""

    def watchdog_interval(self) -> float | None:
        """Seconds between the signs of life that it wants; None if it wants none."""


def service() -> Service:
    """The half in use here. UnsupportedError where there is none."""
    if sys.platform == "linux":
        from host.linux import service as half  # noqa: PLC0415 - other platforms lack what it imports

        return half
    raise UnsupportedError(sys.platform)


def files() -> Files:
    """The half in use here. UnsupportedError where there is none."""
    if sys.platform == "linux":
        from host.linux import files as half  # noqa: PLC0415 - other platforms lack what it imports

        return half
    raise UnsupportedError(sys.platform)


def sockets() -> Sockets:
    """The half in use here. UnsupportedError where there is none."""
    if sys.platform == "linux":
        from host.linux import sockets as half  # noqa: PLC0415 - other platforms lack what it imports

        return half
    raise UnsupportedError(sys.platform)
