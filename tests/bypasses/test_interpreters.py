"""A game that is a script passes the gate as its interpreter. It is recognised by the file that was told to run."""

from __future__ import annotations

import pytest

from tests.bypasses.case import python, some

TOLD = {
    "python FILE": 'python3 "$GAME"',
    "options first": 'python3 -u -X utf8 -- "$GAME" --fullscreen',
    "renamed": 'cp "$GAME" maths.py && python3 maths.py',
    "other folder": 'mkdir -p a/b && cp "$GAME" a/b/x && cd a && python3 ./b/x',
    "env": 'env -u LANG python3 "$GAME"',
    "renamed interpreter": 'cp "$(readlink -f /usr/bin/python3)" calculator && ./calculator "$GAME"',
    "stdin kept busy": 'python3 "$GAME" </dev/zero',
}


@pytest.mark.parametrize("scripts", some(TOLD))
def test_a_script_is_ended_at_its_start(case, scripts):
    case(0, make=python).each_ended(scripts)


def test_a_script_that_is_executed_itself_is_refused(case):
    """The kernel asks for it before it asks for the interpreter that its first line names."""
    case(0, make=python).refused('cp "$GAME" maths && ./maths')
