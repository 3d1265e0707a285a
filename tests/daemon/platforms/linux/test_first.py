"""The daemon goes before programs of users; what it begins for them does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from daemon.platforms.linux import first

SAY = "; print(os.getpriority(os.PRIO_PROCESS, 0), open('/proc/self/oom_score_adj').read().strip())"


def said(code):
    """What a process of its own has in the end: ours keeps what it has."""
    root = Path(__file__).parents[4]
    command = [sys.executable, "-c", f"import os; {code}{SAY}"]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.split()


def may_be_spared():
    """Root of a container often lacks CAP_SYS_RESOURCE."""
    status = Path("/proc/self/status").read_text("ascii")
    return bool(int(status.partition("CapEff:")[2].split()[0], 16) >> 24 & 1)


@pytest.mark.root
def test_the_daemon_goes_first_and_who_becomes_a_user_does_not():
    """Neither when the processors are busy nor when memory ends."""
    go = "from daemon.platforms.linux import first; first.go_first()"
    _, usual = said("pass")
    niceness, score = said(go)
    assert (niceness, score) == (str(first.NICENESS), str(first.OOM) if may_be_spared() else usual)
    become = "from daemon.platforms.linux.children import become; become(65534, 65534)"
    assert said(f"{go}; {become}") == ["0", "0" if int(usual) <= 0 else usual]


@pytest.mark.root
@pytest.mark.parametrize("alone", [True, False], ids=["a service", "in somebody's session"])
def test_a_service_goes_before_the_sessions_of_users(alone):
    """Of which anybody may have hundreds, each with a share of the processors whatever its niceness (sched(7), autogroup)."""
    if not first._SESSION_FILE.exists():
        pytest.skip("this kernel does not share by sessions")
    code = f"""import os, sys; sys.path.insert(0, {str(Path(__file__).parents[4])!r})
from daemon.platforms.linux import first
os.setsid()
if {not alone} and (child := os.fork()): sys.exit(os.waitpid(child, 0)[1])
try: first._SESSION_FILE.write_text("-1")
except OSError: sys.exit("skip")
first.go_first(); print(first._SESSION_FILE.read_text())"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    if told.stderr == "skip\n":
        pytest.skip("root may not change it here, as in a container")
    assert int(told.stdout.split()[-1]) == (first.NICENESS if alone else -1), told.stderr


def test_who_is_no_better_than_others_stays_so():
    """Somebody started us to be nice."""
    ours = int(said("pass")[0])
    nice = said("os.nice(7); from daemon.platforms.linux import first; first.be_ordinary()")[0]
    assert int(nice) == min(19, max(0, ours + 7))


def test_a_system_that_does_not_let_us_is_told_of(monkeypatch, tmp_path):
    """Root in a container may lack the right: then the doctor says so."""

    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "setpriority", refuse)
    monkeypatch.setattr(first, "_OOM_FILE", tmp_path / "none" / "oom")
    assert first.go_first() == {"processor", "memory"}
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert not first.go_first()
