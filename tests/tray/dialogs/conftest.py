"""A daemon that says what a test has it say."""

from __future__ import annotations

import pytest

from tests.tray.dialogs.fake_daemon import FakeDaemon


@pytest.fixture
def daemon(home_folder):
    made = FakeDaemon(home_folder).start()
    yield made
    made.stop()
