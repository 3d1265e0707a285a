"""The main job, end to end, as `make run` does it, with less time."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from cli.demo import steps

TOP = Path(__file__).resolve().parents[2]


def left_behind(folder):
    """Homes of demos in it, and processes of those."""
    found = {path.name for path in folder.glob("giochoi-demo-*")}
    for process in psutil.process_iter(["pid", "cmdline"]):
        command = " ".join(process.info["cmdline"] or ())
        if f"{folder}{os.sep}giochoi-demo-" in command:
            found.add(f"{process.pid} {command}")
    return found


def test_each_step_is_observed_and_nothing_stays_behind(giochoi, home_folder):
    """Exit 0; --json tells each step with what was measured."""
    done = giochoi("demo", "--seconds", "5", "--json", TMPDIR=str(home_folder))

    told = json.loads(done.stdout)
    assert [step["id"] for step in told["steps"] if not step["ok"]] == []
    changed = told["steps"][-1]["measured"]
    assert re.match(r"byte [0-9,]+: a play of [0-9. a-z]*sec became one of [0-9. a-z]*sec: ", changed), changed
    assert (done.returncode, told["ok"], len(told["steps"])) == (0, True, len(steps.STEPS))
    assert left_behind(home_folder) == set()


@pytest.mark.linux("nobody can send one a signal")
def test_an_interrupted_demo_cleans_up(home_folder):
    """Ctrl-C, twice: exit 130, servers ended, the home gone, no traceback."""
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "cli", "demo"], cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(home_folder)},
    ) as run:  # fmt: skip
        while b"3. " not in run.stdout.readline():  # both servers run
            assert run.poll() is None
        run.send_signal(signal.SIGINT)
        run.send_signal(signal.SIGINT)  # somebody in a hurry
        _, err = run.communicate(timeout=30)

    assert (run.returncode, err) == (130, b"")
    assert left_behind(home_folder) == set()


@pytest.mark.linux("a script is no program there")
def test_a_game_that_runs_already_is_refused(giochoi, tmp_path):
    """The demo must not end somebody's game."""
    (tmp_path / "pingus").write_text("#!/bin/sh\nwhile :; do sleep 0.2; done\n", "utf-8")
    (tmp_path / "pingus").chmod(0o755)
    with subprocess.Popen([tmp_path / "pingus"]) as game:
        try:
            line = giochoi.fails(1, "demo", "--game", "pingus", PATH=f"{tmp_path}:{os.environ['PATH']}")
        finally:
            game.kill()

    assert str(game.pid) in line


def test_a_game_that_is_not_installed_is_named_with_what_was_looked_for(fails, monkeypatch):
    """Exit 1: it could be."""
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)

    assert "supertux2" in fails(1, "demo", "--game", "supertux")


@pytest.mark.parametrize(("left_ms", "waits"), [(45_000, True), (55_000, False)])
def test_close_to_midnight_the_demo_waits_for_the_new_day(make_clock, left_ms, waits):
    """A day's limit starts anew at midnight in Vietnam, whatever zone the PC has."""
    midnight = 1_795_539_600_000  # 2026-11-25 00:00 in Hanoi
    clock = make_clock(wall=midnight - left_ms)

    class Soon:
        seconds = 20
        clock = None

        def say(self, text):
            assert waits, text

        def pause(self, seconds):
            self.clock.run(round(seconds * 1000))

    demo = Soon()
    demo.clock = clock
    steps.wait_past_midnight(demo)

    assert (clock.wall() > midnight) is waits
