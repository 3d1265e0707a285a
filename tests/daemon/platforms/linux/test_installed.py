"""A name is believed where only an administrator can have put the file."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

from daemon.platforms.linux.control import LinuxControl
from daemon.platforms.linux.procfs import stat


@contextmanager
def running(path):
    program = subprocess.Popen([path, "60"])
    try:
        yield program.pid
    finally:
        program.kill()
        program.wait()


def test_a_package_is_believed_and_a_copy_is_not(tmp_path):
    """The same file, somewhere else."""
    sleep = os.path.realpath(shutil.which("sleep"))
    copy = tmp_path / "sleep"
    shutil.copy(sleep, copy)
    with running(sleep) as true, running(copy) as false:
        found = [LinuxControl().installed(pid, stat(pid).started) for pid in (true, false)]
        assert found == [True, False]
        assert not LinuxControl().installed(true, 1)


@pytest.mark.root
def test_what_a_process_mounts_over_our_paths_is_seen_through(tmp_path):
    """In a mount namespace of one's own any file may lie at any path; ours says what is there."""
    need = shutil.which("unshare")
    sleep, other = os.path.realpath(shutil.which("sleep")), tmp_path / "sleep"
    shutil.copy(sleep, other)
    program = subprocess.Popen(
        [need, "--mount", "sh", "-c", f"mount --bind {other} {sleep} && exec {sleep} 60"], stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(200):
            if program.poll() is not None:
                pytest.skip("may not mount here")
            if str(Path(f"/proc/{program.pid}/exe").readlink()) in {sleep, str(other)}:
                break
            subprocess.run(["sleep", "0.01"], check=True)
        assert not LinuxControl().installed(program.pid, stat(program.pid).started)
    finally:
        program.kill()
        program.wait()
