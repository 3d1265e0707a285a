"""Paths lead where they lead the process that they are of."""

from __future__ import annotations

import subprocess
import sys

import pytest

from daemon.platforms.linux.reading import ways
from daemon.platforms.linux.reading.ways import way
from daemon.platforms.processes import BlindError


@pytest.fixture
def other(tmp_path):
    """A process whose working directory and seventh descriptor are here."""
    (tmp_path / "file").write_text("x")
    code = "import os, sys; os.dup2(os.open('file', 0), 7); os.dup2(os.open('.', 0), 8); print(flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        yield f"/proc/{process.pid}"
        process.communicate()


PATHS = {
    "file": "{}/root{here}/file", "./x/..//file": "{}/root{here}/file", "link": "{}/root{here}/file",
    "twice": "{}/root{here}/file", "{here}/link": "{}/root{here}/file", "/../{here}/folder/file": "{}/root{here}/file",
    "own/7": "{}/fd/7", "/proc/self/fd/7": "{}/fd/7", "//proc/./thread-self/fd/7": "{}/fd/7",
    "/proc/self/../self/fd/7": "{}/fd/7",
    "/proc/self/cwd/own/7": "{}/fd/7", "/proc/self/fd/8/link": "{}/root{here}/file",
    "/proc/self/fd/8/x/../file": "{}/fd/8/file", "/proc/{pid}/cwd/own/7": "{}/fd/7",
    "/proc/self/task/{pid}/cwd/file": "{}/task/{pid}/cwd/file", "none/../x": None,
}  # fmt: skip


@pytest.mark.parametrize(("path", "leads"), PATHS.items(), ids=PATHS)
def test_links_are_followed_as_by_the_process(other, tmp_path, path, leads):
    links = {"link": tmp_path / "file", "twice": "x/../link", "folder": tmp_path, "own": "/proc/self/fd"}
    for name, target in links.items():
        (tmp_path / name).symlink_to(target)
    (tmp_path / "x").mkdir()
    known = {"here": tmp_path, "pid": other[6:]}
    path = path.format(**known)
    whole = f"{other}/root{path}" if path.startswith("/") else f"{other}/cwd/{path}"
    if leads is None:
        with pytest.raises(FileNotFoundError):
            way(whole)
        return
    leads = leads.format(other, **known)
    assert way(whole) in {leads, leads.replace(f"root{tmp_path}", "cwd")}
    assert (tmp_path / "file").samefile(way(whole))


def test_the_last_name_may_be_asked_about_itself(other, tmp_path):
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "folder").symlink_to(tmp_path)

    assert way(f"{other}/cwd/folder/link", last=False) == f"{other}/root{tmp_path}/link"
    assert way(f"{other}/exe") == f"{other}/exe"


def test_a_maze_has_an_end(other, tmp_path, monkeypatch):
    monkeypatch.setattr(ways, "_MOST", 9)
    (tmp_path / "round").symlink_to("round")

    with pytest.raises(BlindError):
        way(f"{other}/cwd/round")
