"""Ordinary accounts for tests, each with a name and a number that nobody else has: a gate refuses by number, and who gets one
that another test's servers still remember is refused what that test's child was.
"""

from __future__ import annotations

import pwd
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from tests.system import until


@contextmanager
def account(home: Path | None = None) -> Iterator[pwd.struct_passwd]:
    """Exists meanwhile, with its home there or where the system has homes; what it left running is ended. Needs root."""
    name, uid = f"gc-{secrets.token_hex(3)}", 30_000 + secrets.randbelow(20_000)
    place = [] if home is None else ["--home-dir", str(home)]
    command = ["useradd", "--uid", str(uid), "--create-home", *place, "--shell", "/bin/bash", name]
    subprocess.run(command, check=True, capture_output=True)
    try:
        yield pwd.getpwnam(name)
    finally:
        end_all(uid)
        subprocess.run(["userdel", "--remove", name], check=False, capture_output=True)


def end_all(*uids: int) -> None:
    """Whatever these accounts run."""

    def gone() -> bool:
        left = {_uid(one) for one in psutil.process_iter()} & set(uids)
        for uid in left:  # all at once: one after the other does not end those that fork themselves away
            subprocess.run(["/bin/sh", "-c", "kill -9 -1"], user=uid, cwd="/", check=False, capture_output=True)
        return not left

    until(gone)


def _uid(process: psutil.Process) -> int | None:
    with suppress(psutil.NoSuchProcess):
        if process.status() != psutil.STATUS_ZOMBIE:
            return process.uids().real
    return None
