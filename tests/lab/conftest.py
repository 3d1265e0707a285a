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
    os.environ["GIOCHOI_LAB_AS_IS"] = "1"  # it need not be looked at again for each program
    return LAB


@pytest.fixture
def windows(lab):
    """`windows("giochoi", "status")`: what a program of the lab prints; it must end with `code`."""

    def run(*words: str, code: int | None = 0, how: str = "run") -> str:
        done = subprocess.run([lab, how, *words], input="", capture_output=True, encoding="utf-8", timeout=300, check=False)
        assert code is None or done.returncode == code, (words, done.stdout, done.stderr)
        return done.stdout

    return run
