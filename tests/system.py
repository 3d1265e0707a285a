"""What tests have to know of the system they run on: how programs of ours end there, and who may read a file."""

from __future__ import annotations

import ctypes
import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from typing import Any, Literal
from unittest.mock import patch

SOAK = os.environ.get("GIOCHOI_SOAK") == "1"
WINDOWS = sys.platform == "win32"
WINE = WINDOWS and hasattr(ctypes.WinDLL("ntdll"), "wine_get_version")
KILLED = 1 if WINDOWS else -9
BIN = Path(sys.executable).parent  # the programs as `make setup` installs them
MODULES = {
    "giochoi": "cli", "giochoi-daemon": "daemon", "giochoi-agent": "agent", "giochoi-verify": "compliance",
    "giochoi-tray": "tray", "giochoi-uplink": "uplink",
}  # fmt: skip
SLOW = float(os.environ.get("GIOCHOI_SLOW", "1"))  # a computed PC (tests/lab/kernel) takes so many times as long
PATIENCE = (30.0 if WINDOWS else 20.0) * SLOW  # seconds: what takes longer on a busy machine does not come any more
TERMINATED = 1 if WINDOWS else 0  # a server of ours in the foreground: Windows asks services only, and kills everybody else


def ours(program: str) -> list[str]:
    """How a program of ours is run: on Windows by its module, as what pip makes there starts a second process."""
    return [sys.executable, "-m", MODULES[program]] if WINDOWS else [str(BIN / program)]


def in_here(
    main: Callable[[list[str]], int], words: Sequence[str], home: Path, stdin: bytes = b"", **env: str
) -> subprocess.CompletedProcess[str]:
    """What a program of ours does, in the test's own process: a new one takes half a second, in Wine five.

    Its output is a file that takes ASCII only until the program says otherwise, as where no locale is set.
    """
    out, err = (io.TextIOWrapper(io.BytesIO(), "ascii", newline="\n") for _ in range(2))
    reads = io.TextIOWrapper(io.BytesIO(stdin), "utf-8")
    place = patch.dict(os.environ, GIOCHOI_HOME=str(home), **env)
    with redirect_stdout(out), redirect_stderr(err), patch("sys.stdin", reads), place:
        try:
            code = main(list(words))
        except SystemExit as left:
            code = left.code
        said = []
        for stream in (out, err):
            stream.flush()
            said.append(stream.buffer.getvalue().decode())
    return subprocess.CompletedProcess(words, code, *said)


def tick() -> None:
    """Until a change has another stamp: up to Linux 6.12 those within a tick of the kernel's clock mostly have one."""
    time.sleep(0.02)


def until(condition: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """What `condition` returns once it is true."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.05)
    return found


def readable(path: Path, by: Literal["its owner", "all"]) -> bool:
    """Whether these may read the file or list the folder; nobody else may write to it (AssertionError).

    Wine keeps no entry for all users, whoever asks for one: there "all" cannot be told from "its owner", and is not.
    """
    if not WINDOWS:
        mode = path.stat().st_mode & 0o777
        assert mode in {0o600, 0o700, 0o644, 0o755}, f"{path}: {mode:o}"
        return (mode & 0o077 != 0) == (by == "all")
    from host.windows import sids, tokens

    owner, entries = _listed(path)
    trusted = {tokens.own_sid(), sids.SYSTEM, sids.ADMINS}
    assert {owner, *sids.writers(entries, owner)} <= trusted, f"{path}: {owner} {entries}"
    if by == "all":
        return sids.USERS in sids.readers(entries, owner) or not _keeps_users()
    return sids.readers(entries, owner) <= trusted


def _listed(path: Path) -> Any:
    """Owner and entries of its access list."""
    from host.windows import descriptors, win32

    with win32.open_itself(path, win32.READ_CONTROL) as handle:
        return descriptors.descriptor_of(handle.value)


@cache
def _keeps_users() -> bool:
    from host.windows import descriptors, sids, tokens, win32

    with tempfile.TemporaryDirectory() as folder:
        with win32.open_itself(folder, win32.READ_CONTROL | win32.WRITE_DAC) as handle:
            descriptors.protect(handle.value, f"D:P(A;OICI;FA;;;{tokens.own_sid()})(A;OICI;FR;;;{sids.USERS})")
        return any(entry.sid == sids.USERS for entry in _listed(Path(folder))[1])


@cache
def zone_with_noon() -> str:
    """A zone whose clocks showed 12 when this was asked first: no day begins while a test counts on one, and all that it makes
    have the same. Their names count hours west of Greenwich as positive.
    """
    return f"Etc/GMT{int(time.time()) // 3600 % 24 - 12:+d}"
