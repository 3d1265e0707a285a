"""The child changes what programs go by: the time zone, the clock as its programs see it, libraries that are loaded first."""

from __future__ import annotations

import pytest

from tests.bypasses.case import some

SURROUNDINGS = {
    "west": {"TZ": "Pacific/Honolulu"},
    "east": {"TZ": "Pacific/Kiritimati"},
    "faketime": {"FAKETIME": "-2d", "LD_PRELOAD": "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"},
    "home": {"HOME": "/nowhere", "USER": "root", "LOGNAME": "root", "SUDO_USER": "root"},
}


@pytest.mark.promise("Clock: A false clock or environment of the child's own decides nothing")
@pytest.mark.parametrize("envs", some(SURROUNDINGS))
def test_variables_decide_nothing(case, envs):
    """Who, when and where is asked of the kernel."""
    one = case(0)
    for env in envs.values():
        one.refused('"$GAME" "$PLAY"', **env)
