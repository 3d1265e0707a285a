"""A lease (fcntl(2), F_SETLEASE) has whoever opens the file wait for its holder. We wait for nobody."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace

import pytest

from daemon.platforms.api import Refusals, WatchTrouble
from daemon.platforms.linux import calls
from daemon.platforms.linux.gate import questions
from daemon.platforms.linux.gate.execgate import ExecGate
from host.clock import SystemClock
from rules.games import Catalogue
from tests.system import PATIENCE

pytestmark = pytest.mark.root
CHILD, UID = "games", 5
# Keeps the lease whatever it is asked, until its input ends.
HOLDER = """
import fcntl, os, signal, sys
signal.signal(signal.SIGIO, signal.SIG_IGN)
os.setgid(60); os.setuid(5)
file = os.open(sys.argv[1], os.O_RDWR)
fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def held(path):
    """An ordinary account holds a lease of its file meanwhile."""
    os.chown(path, UID, 60)
    with subprocess.Popen([sys.executable, "-c", HOLDER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        try:
            assert holder.stdout.readline() == b"held\n"
            yield
        finally:
            holder.stdin.close()
            holder.wait(PATIENCE)


def test_a_lease_kills_no_gate(gate_folder, launcher, make_game):
    """The start of the leased program is refused, other programs start, games are refused; it is told once."""
    path, game = make_game(gate_folder, "chess")
    leased, other = (shutil.copy("/bin/true", gate_folder / name) for name in ("leased", "other"))
    with held(leased):
        told = []
        gate = ExecGate(SystemClock(), told.append)
        gate.open()
        try:
            gate.watch(str(gate_folder))
            gate.arm(Refusals(Catalogue((game,)), {CHILD: frozenset({"chess"})}))
            for _ in range(3):
                for user in (CHILD, None):
                    assert "pid" not in launcher("start", args=[str(leased)], user=user, cwd="/")
                assert "pid" in launcher("start", args=[str(other)], user=CHILD, cwd="/")
                assert "pid" not in launcher("start", args=[str(path), "1"], user=CHILD, cwd="/")
            assert gate.watchdog is not None
        finally:
            gate.close()
    told = [one for one in told if isinstance(one, WatchTrouble)]
    assert {one.id for one in told} <= {"gate-unread"}
    assert len(told) <= 1  # none from a kernel that does not say it


def asked_and_failed(*numbers):
    """`fanotify_read` of a kernel that says which files could not be opened, and of one that fails instead."""
    for number in numbers:
        yield [calls.Question(-number, 1)]
        yield OSError(number, os.strerror(number))


@pytest.mark.parametrize("number", [errno.ENOKEY, errno.EUCLEAN, errno.EIO, errno.EACCES])
def test_no_file_closes_the_gate(number, monkeypatch):
    """Whatever keeps a file from being opened: told once, and over when it has not come for a while."""
    answers = asked_and_failed(number)
    told = []

    def read(_):
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return answer

    monkeypatch.setattr(calls, "fanotify_read", read)
    found = questions.Questions(-1, -1, SystemClock(), told.append)
    assert [found.read(), found.read()] == [[], []]
    found.look_back()
    assert told == [questions.UNREAD]
    monkeypatch.setattr(questions, "_CALM_MS", -1)
    found.look_back()
    found.look_back()
    assert told == [questions.UNREAD, replace(questions.UNREAD, over=True)]
