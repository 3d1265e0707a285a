"""What becomes a user starts without packages: what it loads, and whatever that loads, is the standard library and the tree."""

from __future__ import annotations

import subprocess
import sys

import pytest

from daemon.platforms.linux import spawning
from daemon.platforms.linux.ending.asker import Asker
from daemon.platforms.linux.reading.client import Reader


@pytest.mark.parametrize("module", [Reader.MODULE, Asker.MODULE])
def test_who_becomes_a_user_loads_no_package(module):
    """As it is started: it would end at once, and nothing could be read, or nobody asked, any more."""
    loads = "import sys; sys.path.append(sys.argv[1]); __import__(sys.argv[2])"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", loads, spawning._ROOMS, module], stderr=subprocess.PIPE, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
