"""What the kernel knows of a path by itself costs no question to a reader; all else does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from daemon.platforms.linux.reading import at_once
from daemon.platforms.linux.reading.files import Files
from daemon.platforms.linux.reading.lines import Message
from host.clock import SystemClock


class Desk:
    """Counts what it is asked, and answers nothing."""

    def __init__(self):
        self.asked = []
        self.mono = SystemClock().mono

    def ask(self, _, do, handle=-1, **more):
        self.asked.append((do, more.get("path")))
        return Message({"link": "asked"}, handle=handle)


@pytest.fixture
def files():
    made = Files(Desk())
    yield made
    made.close()


@pytest.fixture
def script(tmp_path):
    path = tmp_path.resolve() / "script.py"
    path.write_text("pass\n")
    path.stat()  # its names are in memory
    return path


def through_us(path):
    return f"/proc/{os.getpid()}/root{path}"


def test_a_plain_file_is_found_without_a_question(files, script):
    """The same one, and that it is no link."""
    handle = files.node(through_us(script))
    try:
        assert os.path.samestat(os.fstat(handle), script.stat())
    finally:
        os.close(handle)
    assert files.link(through_us(script)) is None
    assert files._desk.asked == []


def test_whatever_takes_longer_is_asked_for(files, script):
    """Links, on the way and at its end, what is not there, and what no process's root leads to."""
    link, folder, none = script.with_name("link"), script.parent.with_name("folder"), script.with_name("none")
    link.symlink_to(script)
    folder.symlink_to(script.parent)
    assert files.link(through_us(link)) == "asked"
    for path in (through_us(link), through_us(folder / "script.py"), through_us(none), str(script)):
        assert files.node(path) == -1
    assert files.link(f"/proc/{os.getpid()}/cwd/none") == "asked"
    assert [do for do, _ in files._desk.asked] == ["link", "find", "find", "find", "find", "link"]


def test_what_the_kernel_knows_to_be_missing_is_not_asked_for(files):
    """Once somebody looked for it."""
    none = Path("/usr/bin/none.pck")
    kind = subprocess.run(["stat", "--file-system", "--format=%T", "/usr/bin"], capture_output=True, text=True, check=True)
    if kind.stdout.strip() not in {"ext2/ext3", "btrfs", "xfs"}:
        pytest.skip("other file systems may forget at once what is missing")
    assert not none.exists()
    with pytest.raises(FileNotFoundError):
        files.node(through_us(none))
    assert files._desk.asked == []


ELSEWHERE = """
import ctypes, os, sys
if sys.argv[1] == "chroot":
    os.chroot(sys.argv[2])
elif ctypes.CDLL(None, use_errno=True).unshare(0x20000):  # CLONE_NEWNS
    raise OSError(ctypes.get_errno(), "unshare")
print("there", flush=True)
sys.stdin.read()
"""


@pytest.mark.root
@pytest.mark.parametrize("how", ["chroot", "unshare"])
def test_another_root_than_ours_is_looked_through_by_a_reader(script, how):
    """A path means something else there; and nothing where the process is over."""
    command = [sys.executable, "-c", ELSEWHERE, how, str(script.parent)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as there:
        assert there.stdout.readline() == b"there\n"
        assert at_once.node(f"/proc/{there.pid}/root{script}") is None
        there.communicate()
    assert at_once.node(f"/proc/{there.pid}/root{script}") is None
