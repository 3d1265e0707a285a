"""One tray a session, told by Windows itself."""

from __future__ import annotations

import subprocess
import sys

from tests.system import until
from tray.windows import once

HOLD = """
import sys
sys.path.insert(0, sys.argv[1])
from tray.windows import once
with once.alone(sys.argv[2]) as first:
    print(first, flush=True)
    sys.stdin.read()
"""
NAME = "Local\\GioChoi.Tests"


def test_the_second_one_is_told_and_a_killed_one_is_none(pytestconfig):
    with once.alone(NAME) as first:
        assert first
        with once.alone(NAME) as second:
            assert not second
    command = [sys.executable, "-c", HOLD, str(pytestconfig.rootpath), NAME]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline().split() == [b"True"]
        with once.alone(NAME) as second:
            assert not second
        other.kill()
    until(_free)


def _free():
    with once.alone(NAME) as first:
        return first
