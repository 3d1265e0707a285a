"""The gate's watchdog: a gate that hangs is ended, and one that works never is."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from daemon.platforms.linux import calls
from daemon.platforms.linux.gate.execgate import ExecGate
from host.clock import SystemClock
from tests.system import PATIENCE

pytestmark = pytest.mark.root


STUCK = """
import os, subprocess, sys, threading, time
sys.path.insert(0, sys.argv[2])
from functools import partial
from daemon.platforms.api import Refusals
from daemon.platforms.linux.gate import execgate
from daemon.platforms.linux.gate.judging import Judge
from host.clock import SystemClock
from rules.games import Catalogue
execgate.Watchdog = partial(execgate.Watchdog, limit_ms=1500)
gate = execgate.ExecGate(SystemClock(), print)
gate.open()
gate.watch(sys.argv[1])
Judge.answer = lambda *_: threading.Event().wait()
print("up", flush=True)
time.sleep(60)
"""


def test_the_watchdog_frees_the_machine(gate_folder, top_folder):
    """A gate that hangs is ended with its process within seconds; who waited runs on."""
    program = shutil.copy("/bin/true", gate_folder / "program")
    with subprocess.Popen([sys.executable, "-c", STUCK, gate_folder, top_folder], stdout=subprocess.PIPE, text=True) as stuck:
        try:
            assert stuck.stdout.readline() == "up\n"
            subprocess.run([program], check=True, timeout=PATIENCE)
            assert stuck.wait(PATIENCE) == -signal.SIGKILL
        finally:
            stuck.kill()


LOCKED = """
import ctypes, sys, time
sys.path.insert(0, sys.argv[1])
from daemon.platforms.linux.gate.execgate import Watchdog
from host.clock import SystemClock
Watchdog(SystemClock(), 300)
ctypes.PyDLL(None).sleep(60)
"""


def test_the_watchdog_needs_nothing_of_us(top_folder):
    """Neither the interpreter's lock nor a process of its own: the kernel ends whoever hangs with the lock held."""
    done = subprocess.run([sys.executable, "-c", LOCKED, top_folder], check=False, timeout=PATIENCE)
    assert done.returncode == -signal.SIGKILL


def test_every_answer_is_a_beat(monkeypatch):
    """However many questions come at once, and however slow each file is: that is not taken for a gate that hangs."""
    gate, order = ExecGate(SystemClock(), print), []
    gate._handle, gate._wake = os.eventfd(1), os.eventfd(0)
    monkeypatch.setattr(os, "setpriority", lambda *_: None)
    monkeypatch.setattr(ExecGate, "_beat", lambda _: order.append("beat"))
    monkeypatch.setattr(ExecGate, "_serve", lambda *_: order.append("answer"))

    def three(_):
        os.eventfd_write(gate._wake, 1)
        return [calls.Question(0, 1)] * 3

    monkeypatch.setattr(calls, "fanotify_read", three)
    gate._run()
    gate._shut()
    assert order == ["beat", *["answer", "beat"] * 3, "beat"]


@pytest.fixture
def top_folder():
    return Path(__file__).parents[4]
