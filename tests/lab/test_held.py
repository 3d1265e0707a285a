"""A disk of this system's that answers nobody, in the lab: no call comes back from there, and none can be cancelled."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests import fuse

TOP = Path(__file__).resolve().parents[2]
TEST = "tests/daemon/platforms/windows/test_held.py"
# Each read is asked for: over the kernel's cache the next one to open the file, which is Wine's server, would wait, too.
SERVE = """
import struct, sys, time
from pathlib import Path
from tests import fuse
fuse._FIXED[fuse.OPEN] = struct.pack("<QII", 0, 1, 0)
with fuse.served(Path(sys.argv[1]), 0, {"tro.py": b"import time\\ntime.sleep(60)\\n"}) as disk:
    disk.hold(int(sys.argv[3]))
    print("ready", flush=True)
    while not Path(sys.argv[2]).exists():
        time.sleep(0.1)
"""


@pytest.fixture
def disk(lab, request):
    """One that does not answer to this, where programs of the lab see it, until a file `over` lies beside it."""
    home = Path(os.environ.get("GIOCHOI_LAB", "/var/cache/giochoi-lab")) / "windows"
    keeper = home / "run/keeper"
    enter = ["nsenter", "--target", keeper.read_text().split()[0], "--mount"] if keeper.exists() else []
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        there = Path(folder, "disk")
        there.mkdir()
        words = [f"{home / 'machine' if enter else ''}{there}", f"{folder}/over", str(request.param)]
        server = subprocess.Popen([*enter, sys.executable, "-c", SERVE, *words], cwd=TOP, stdout=subprocess.PIPE)
        if server.stdout.readline() != b"ready\n":
            pytest.skip("no FUSE here")
        yield there
        Path(folder, "over").touch()
        server.communicate(timeout=20)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("disk", [fuse.READ, fuse.LOOKUP], ids=["reading", "looking for a file"], indirect=True)
def test_what_no_answer_comes_to_holds_up_nobody_else(windows, disk, monkeypatch):
    monkeypatch.setenv("GIOCHOI_HELD_DISK", f"Z:{disk}")
    said = windows("pytest", "-q", "-k", "on_a_disk", TEST, code=None)
    assert "1 passed" in said, said
