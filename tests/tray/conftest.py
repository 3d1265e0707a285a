from __future__ import annotations

import pytest

from tests.scripted_daemon import ScriptedDaemon


@pytest.fixture
def daemon(home_folder):
    """One that says what a test tells it to."""
    found = ScriptedDaemon(home_folder)
    yield found
    found.close()


@pytest.fixture(autouse=True)
def _own_state(monkeypatch, tmp_path):
    """What a tray remembers of an account."""
    for name in ("XDG_STATE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "state"))
