from __future__ import annotations

import pytest

from tests.scripted_daemon import ScriptedDaemon


@pytest.fixture
def daemon(home_folder):
    """One that says what a test tells it to."""
    found = ScriptedDaemon(home_folder)
    yield found
    found.close()
