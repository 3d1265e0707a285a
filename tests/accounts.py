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

_NUMBER_TAKEN = 4  # useradd(8)


@contextmanager
def account(home: Path | None = None) -> Iterator[pwd.struct_passwd]:
    """Exists meanwhile, with its home there or where the system has homes; what it left running is ended. Needs root."""
    made = _made(home)
    try:
        yield made
    finally:
        end_all(made.pw_uid)
        subprocess.run(["userdel", "--remove", made.pw_name], check=False, capture_output=True)


def _made(home: Path | None) -> pwd.struct_passwd:
    place = [] if home is None else ["--home-dir", str(home)]
    while True:
        name, uid = f"gc-{secrets.token_hex(3)}", 30_000 + secrets.randbelow(20_000)
        command = ["useradd", "--uid", str(uid), "--create-home", *place, "--shell", "/bin/bash", name]
        done = subprocess.run(command, check=False, capture_output=True)
        if done.returncode != _NUMBER_TAKEN:  # by a test that runs beside this one
            done.check_returncode()
            return pwd.getpwnam(name)


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
