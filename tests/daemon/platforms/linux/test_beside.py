"""Which files beside an engine are opened, in the world of its process."""

from __future__ import annotations

import subprocess

import pytest

from daemon.platforms.linux import procfs
from daemon.platforms.linux.watching import beside
from daemon.platforms.linux.watching.read_images import ReadImages
from tests.system import until

pytestmark = pytest.mark.root


def test_a_service_that_works_in_the_root_folder_has_nothing_looked_for_there(monkeypatch):
    """Into which only root puts something; and what is told has no path that nobody has."""
    monkeypatch.setattr(beside, "_is_ours", lambda *_: False)  # as in a namespace of its own, which systemd gives to many
    with subprocess.Popen(["sleep", "60"], cwd="/") as service:
        try:
            told = [shown for _, shown in beside.places(service.pid, "/usr/bin/sleep", ReadImages())]
        finally:
            service.kill()
    assert "/usr/bin/sleep.pck" in told
    assert [one for one in told if one.startswith(("//", "/game/")) or one == "/sleep.pck"] == []


def test_in_a_folder_of_a_users_it_is_looked_for(tmp_path):
    with subprocess.Popen(["sleep", "60"], cwd=tmp_path) as process:
        try:
            told = [shown for _, shown in beside.places(process.pid, "/opt/x/y/engine", ReadImages())]
        finally:
            process.kill()
    assert {f"{tmp_path}/engine.pck", "/opt/game/script.rpyc"} <= set(told)


@pytest.mark.parametrize(("enter", "others", "ours"), [
    ([], beside._ORDINARY, True), ([], ("/proc/self/ns/mnt", "/proc/none/ns/mnt"), True), ([], ("/proc/none/ns/mnt",), False),
    (["unshare", "--mount"], beside._ORDINARY, False),
], ids=["the host's", "ours, and the host's is not told", "neither is told", "its own"])  # fmt: skip
def test_whose_mounts_it_sees(monkeypatch, enter, others, ours):
    """What lies in the system's folders is not looked for where nobody could have put something else in their place."""
    monkeypatch.setattr(beside, "_ORDINARY", others)
    with subprocess.Popen([*enter, "sleep", "60"]) as process:
        try:
            until(lambda: procfs.args(process.pid) == ("sleep", "60"))
            assert bool([*beside.places(process.pid, "/usr/bin/sleep", ReadImages())]) is not ours
        finally:
            process.kill()


def test_of_what_is_over_nothing_is_known():
    assert not beside._is_ours(2**22 + 1, ReadImages())
