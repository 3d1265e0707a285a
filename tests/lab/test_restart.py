"""Both services over a restart of Windows, in the lab. It has to have the lab for itself."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

PROGRAMS = ("giochoi-agent", "giochoi-daemon")


@pytest.mark.timeout(600)
def test_services_survive_a_restart_and_go_without_a_trace(windows):
    """Installed and started, both answer; after a restart of Windows they answer again by themselves; removed, all is gone."""

    def both(*words, code=0):
        with ThreadPoolExecutor() as side_by_side:
            return list(side_by_side.map(lambda program: windows(program, "service", *words, code=code), PROGRAMS))

    try:
        for word, done in (("install", "installed"), ("start", "running")):
            assert [done in said for said in both(word)] == [True, True]
        windows("giochoi", "player", "add", "An", "--born", "2014-05-01")
        windows("wineserver", "--kill", how="linux")  # as a shutdown: the next `run` boots anew
        assert [one["id"] for one in answer(windows)["players"]] == ["an"]
        for word, done in (("status", "running"), ("remove", "removed")):
            assert [done in said for said in both(word)] == [True, True]
        for program in PROGRAMS:
            windows("reg", "query", f"HKLM\\SYSTEM\\CurrentControlSet\\Services\\{program}", code=1)
    except BaseException:
        both("remove", code=None)
        raise
    finally:
        windows("cmd", "/c", "rmdir", "/s", "/q", "C:\\ProgramData\\GioChoi", code=None)


def answer(windows) -> dict:
    """What the daemon says once it has its roster: services start after the boot, in any order."""
    for _ in range(20):
        said = windows("giochoi", "status", "--json", code=None)
        if said and json.loads(said)["players"]:
            return json.loads(said)
    raise AssertionError("the services did not come back")
