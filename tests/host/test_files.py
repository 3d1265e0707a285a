"""Files: planted ones are not read, written ones are whole."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from host.files import read_owned, write_atomic

OURS = frozenset((os.geteuid(),))


def test_written_is_read_back_with_its_mode(tmp_path: Path) -> None:
    """The mode is exact whatever the umask, old content goes in one step and nothing else stays behind."""
    path = tmp_path / "key"
    write_atomic(path, b"old", 0o644)
    write_atomic(path, b"new" * 50_000, 0o600)
    assert read_owned(path, OURS) == b"new" * 50_000
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_failed_write_leaves_the_old_content(tmp_path: Path) -> None:
    """A target that cannot be replaced is left alone, without debris."""
    path = tmp_path / "folder"
    path.mkdir()
    with pytest.raises(OSError, match="directory"):
        write_atomic(path, b"x")
    assert list(tmp_path.iterdir()) == [path]


def test_planted_files_are_not_read(tmp_path: Path) -> None:
    """Links, FIFOs, folders, files open to others, too large ones and ones of other accounts: OSError, at once."""
    good = tmp_path / "good"
    write_atomic(good, b"x")
    (tmp_path / "link").symlink_to(good)
    os.mkfifo(tmp_path / "fifo")
    write_atomic(tmp_path / "open", b"x", 0o666)
    write_atomic(tmp_path / "large", b"x" * 11)
    for name in ("link", "fifo", "open", "large", ".", "absent"):
        with pytest.raises(OSError):  # noqa: PT011 - which one does not matter
            read_owned(tmp_path / name, OURS, 10)
    with pytest.raises(PermissionError):
        read_owned(good, frozenset((12345,)))
