"""For tests of real starts: a folder with an awkward name whose programs are ended with the test, and no mistakes in ending."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from tests.contracts.windows import only_what_tests_started
from tests.daemon.platforms.windows import stand


@pytest.fixture
def here(monkeypatch):
    """Trò chơi của An, with spaces, as children name folders. The watcher looks often: its pace is not what is tested here."""
    only_what_tests_started(monkeypatch)
    monkeypatch.setattr("daemon.platforms.windows.watcher.FAST_S", 0.05)
    folder = Path(tempfile.mkdtemp(prefix="gc-")).resolve() / "Trò chơi của An"
    folder.mkdir()
    yield folder
    stand.end_all(folder.parent)
    shutil.rmtree(stand.PROLONGED + str(folder.parent), ignore_errors=True)
