"""Root writes into another account's folder as that account: what it makes there is theirs, and no link leads out of it."""

from __future__ import annotations

import os

import pytest

from host.linux import files

NOBODY = 65534


@pytest.mark.root
def test_files_are_whose_the_folder_is(tmp_path):
    """Inside as its owner, afterwards as ourselves."""
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        folder.chmod(folder.stat().st_mode | 0o011)
    theirs, secret = tmp_path / "theirs", tmp_path / "secret"
    theirs.mkdir(mode=0o700)
    os.chown(theirs, NOBODY, NOBODY)
    secret.write_text("ours", "utf-8")
    secret.chmod(0o600)
    (theirs / "link").symlink_to(secret)
    with files.acting_for(theirs):
        (theirs / "made").write_text("x", "utf-8")
        with pytest.raises(PermissionError):
            (theirs / "link").read_text("utf-8")
    assert (theirs / "made").stat().st_uid == NOBODY
    assert (os.geteuid(), os.getegid()) == (0, 0)


def test_our_own_folder_is_written_as_ourselves(tmp_path):
    """Whoever we are."""
    before = os.geteuid(), os.getegid()
    with files.acting_for(tmp_path), files.acting_for(tmp_path / "not there"):
        assert (os.geteuid(), os.getegid()) == before
