"""The Windows lab as a user meets Windows: the main job, and both services over a restart of the machine."""

from __future__ import annotations

import json
import subprocess

import pytest

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def windows(lab):
    """`windows("giochoi", "status")`: what a program of the lab prints; it must end with `code`."""

    def run(*words: str, code: int | None = 0, how: str = "run") -> str:
        done = subprocess.run([lab, how, *words], input="", capture_output=True, encoding="utf-8", timeout=300, check=False)
        assert code is None or done.returncode == code, (words, done.stdout, done.stderr)
        return done.stdout

    return run


@pytest.mark.parametrize("game", [(), ("--game", "winemine")], ids=["stand-in", "winemine"])
def test_the_main_job(windows, game):
    """All fifteen steps: with a game that does not listen and is ended, and with one that came with the system and closes."""
    said = windows("giochoi", "demo", "--seconds", "6", *game)
    assert said.count("✓") == 15
    assert ("it closed by itself" if game else "ended after 3 s") in said


def test_services_survive_a_restart_and_go_without_a_trace(windows):
    """Installed and started, both answer; after a restart of Windows they answer again by themselves; removed, all is gone."""
    try:
        for program in ("giochoi-agent", "giochoi-daemon"):
            assert "/ installed" in windows(program, "service", "install")
            assert "/ running" in windows(program, "service", "start")
        windows("giochoi", "player", "add", "An", "--born", "2014-05-01")
        windows("wineserver", "--kill", how="linux")  # as a shutdown: the next `run` boots anew
        status = windows_answer(windows)
        assert [one["id"] for one in status["players"]] == ["an"]
        for program in ("giochoi-daemon", "giochoi-agent"):
            assert "/ running" in windows(program, "service", "status")
            assert "/ removed" in windows(program, "service", "remove")
        services = "HKLM\\SYSTEM\\CurrentControlSet\\Services"
        for program in ("giochoi-daemon", "giochoi-agent"):
            windows("reg", "query", f"{services}\\{program}", code=1)
    finally:
        for program in ("giochoi-daemon", "giochoi-agent"):
            windows(program, "service", "remove", code=None)
        windows("cmd", "/c", "rmdir", "/s", "/q", "C:\\ProgramData\\GioChoi", code=None)


def windows_answer(windows) -> dict:
    """What the daemon says once it has its roster: services start after the boot, in any order."""
    for _ in range(20):
        said = windows("giochoi", "status", "--json", code=None)
        if said and json.loads(said)["players"]:
            return json.loads(said)
    raise AssertionError("the services did not come back")
