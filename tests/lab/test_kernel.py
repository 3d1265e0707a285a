"""What a child tries holds on Debian's own kernels too, which are not this machine's."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from tests.system import SOAK

LAB = Path(__file__).with_name("kernel")
TREE, CASES = LAB.parents[2], "tests/bypasses/"
PYTEST = (".venv/bin/python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--timeout", "1200")
SLOW = "20"  # so many times as long as here
KERNELS = [("trixie", "tmpfs"), ("trixie", "btrfs"), ("trixie", "xfs"), ("bookworm", "tmpfs"), ("bookworm", "btrfs")]


@pytest.mark.root
@pytest.mark.skipif(not SOAK, reason="a third of an hour: make soak")
@pytest.mark.skipif(platform.machine() != "x86_64", reason="a PC of this kind is computed")
@pytest.mark.parametrize(("release", "disks"), KERNELS)
def test_what_a_child_tries_there(release, disks):
    """One case of each file."""
    env = {name: word for name, word in os.environ.items() if name != "GIOCHOI_SOAK"}
    env |= {"GIOCHOI_SLOW": SLOW, "GIOCHOI_DISKS": disks, "GIOCHOI_KERNEL": release}
    asked = [sys.executable, "-m", "pytest", "-q", "--collect-only", CASES]
    every = subprocess.run(asked, cwd=TREE, env=env, capture_output=True, text=True, check=True).stdout.split("\n")
    first = {case.partition("::")[0]: case for case in reversed(every) if case.startswith(CASES)}
    assert len(first) == len(list((TREE / CASES).glob("test_*.py")))

    done = subprocess.run([LAB, "run", *PYTEST, *first.values()], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
