"""What the agent publishes, while somebody who may read it has it open for himself alone."""

from __future__ import annotations

import pytest
import win32file

from agent.recording.keys import PUBLISHED, publish
from host.files import held_open, read_owned
from host.homes import prepare, server_home
from host.windows.files import owner


def test_who_opens_a_published_file_alone_does_not_end_the_agent(tmp_path, caplog):
    """What it says by then stays; once it is let go it is written."""
    home = server_home(str(tmp_path / "home"))
    prepare(home.public, 0o755)
    publish(home, PUBLISHED, b"old")
    path = home.public / PUBLISHED
    held = win32file.CreateFile(str(path), win32file.GENERIC_READ, 0, None, win32file.OPEN_EXISTING, 0, None)
    try:
        with pytest.raises(OSError, match=r".+") as failed:
            read_owned(path, frozenset({owner()}))
        assert held_open(failed.value)
        publish(home, PUBLISHED, b"new")
        assert str(path) in caplog.text
    finally:
        held.Close()
    publish(home, PUBLISHED, b"new")
    assert read_owned(path, frozenset({owner()})) == b"new"
