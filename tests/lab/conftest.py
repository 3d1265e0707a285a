"""The Windows lab, for the tests of it and in it that run here: `make test-windows`."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

import pytest

LAB = Path(__file__).with_name("windows")


@pytest.fixture(scope="session")
def lab() -> Path:
    """The script of the lab, which is made."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or platform.machine() != "x86_64":
        pytest.skip("needs root on x86_64: the Windows lab")
    subprocess.run([LAB, "up"], check=True)
    return LAB
