"""Files: planted ones are not read, written ones are whole. What modes and access lists add is tested per system."""

from __future__ import annotations

from pathlib import Path

import pytest

from host import choose
from host.files import read_owned, write_atomic

OURS = frozenset((choose.files().owner(),))
NOBODY = frozenset((12345, "S-1-5-21-1-2-3-12345"))


def test_written_is_read_back(tmp_path: Path) -> None:
    """Old content goes in one step and nothing else stays behind."""
    path = tmp_path / "khóa của ta"
    write_atomic(path, b"old", 0o644)
    write_atomic(path, b"new" * 50_000, 0o600)
    assert read_owned(path, OURS) == b"new" * 50_000
    assert list(tmp_path.iterdir()) == [path]


def test_failed_write_leaves_the_old_content(tmp_path: Path) -> None:
    """A target that cannot be replaced is left alone, without debris."""
    path = tmp_path / "folder"
    path.mkdir()
    with pytest.raises(OSError, match="directory"):
        write_atomic(path, b"x")
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_of_another_account_is_not_read(tmp_path: Path) -> None:
    """Whose it is decides, not where it lies."""
    write_atomic(tmp_path / "good", b"x")
    with pytest.raises(PermissionError, match="owned by"):
        read_owned(tmp_path / "good", NOBODY)


def test_what_is_no_small_plain_file_is_not_read(tmp_path: Path) -> None:
    """Folders, files larger than asked for and files that are not there: OSError, at once."""
    write_atomic(tmp_path / "large", b"x" * 11)
    assert read_owned(tmp_path / "large", OURS, 11) == b"x" * 11
    with pytest.raises(PermissionError, match="larger than 10"):
        read_owned(tmp_path / "large", OURS, 10)
    with pytest.raises(PermissionError, match="not a plain file"):
        read_owned(tmp_path, OURS, 10)
    with pytest.raises(FileNotFoundError):
        read_owned(tmp_path / "absent", OURS, 10)
    with pytest.raises(FileNotFoundError):
        read_owned(tmp_path / "no folder" / "absent", OURS, 10)


def test_a_sealed_secret_is_opened_again() -> None:
    """What stands in the file gives the secret back, byte for byte; damage is a ValueError."""
    files = choose.files()
    assert files.unseal(files.seal(b"\x00\xff\n", machine=True)) == b"\x00\xff\n"
    with pytest.raises(ValueError, match=r".+"):
        files.unseal(b"!!")
