"""Files on Linux: modes are exact, and nothing that is planted in a file's place is read."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from host.files import read_owned, write_atomic
from host.homes import HomeError, lock
from tests.contracts.programs import mounted

OURS = frozenset((os.geteuid(),))


def test_the_mode_is_exact_whatever_the_umask(tmp_path: Path) -> None:
    """Closed further or opened again, when the file is replaced."""
    path = tmp_path / "key"
    write_atomic(path, b"old", 0o644)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    write_atomic(path, b"new", 0o600)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.promise("Servers and rights: Files that somebody planted are not read, and none is opened that could block")
def test_planted_files_are_not_read(tmp_path: Path) -> None:
    """Links, FIFOs and files open to others: OSError, at once."""
    write_atomic(tmp_path / "good", b"x")
    (tmp_path / "link").symlink_to(tmp_path / "good")
    os.mkfifo(tmp_path / "fifo")
    write_atomic(tmp_path / "open", b"x", 0o666)
    for name in ("link", "fifo", "open"):
        with pytest.raises(OSError):  # noqa: PT011 - which one does not matter
            read_owned(tmp_path / name, OURS, 10)


@pytest.mark.root
def test_who_runs_on_a_disk_that_takes_nothing_is_found_there(tmp_path: Path) -> None:
    """Where not even the file can be made that says who it is."""
    handles = Path("/proc/self/fd")
    with mounted(tmp_path):
        subprocess.run(["mount", "-o", "remount,ro", tmp_path], check=True)
        with lock(tmp_path):
            before = len(list(handles.iterdir()))
            with pytest.raises(HomeError, match="in use by another process"), lock(tmp_path):
                pass
            assert len(list(handles.iterdir())) == before
