"""The game has no name any more, only an open file."""

from __future__ import annotations

import pytest

from tests.bypasses.case import some

OPEN = {
    "/proc/self/fd": 'exec 3<"$GAME" && /proc/self/fd/3 "$PLAY"',
    "/dev/fd": 'exec 3<"$GAME" && /dev/fd/3 "$PLAY"',
    "execveat": """python3 -c 'import os
file = os.open(os.environ["GAME"], os.O_RDONLY)
os.execve(file, ["x", os.environ["PLAY"]], os.environ)'""",
    "deleted copy": 'cp "$GAME" x && exec 3<x && rm x && /proc/self/fd/3 "$PLAY"',
}
MEMFD = """python3 -c 'import os
file = os.memfd_create("homework")
os.write(file, open(os.environ["GAME"], "rb").read())
os.execve(file, ["x", os.environ["PLAY"]], os.environ)'"""


@pytest.mark.parametrize("scripts", some(OPEN))
def test_an_open_file_is_the_same_game(case, scripts):
    case(0).each_refused(scripts)


@pytest.mark.promise("Games: A game in memory only is ended")
def test_a_game_in_memory_only_is_ended(case):
    """No file system that the gate could guard holds it."""
    case(0).ended(MEMFD)
