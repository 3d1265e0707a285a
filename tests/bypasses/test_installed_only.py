"""A child who runs only what an administrator installed: one rule instead of knowing every game and every way to hide one."""

from __future__ import annotations

import pytest

NOTHING_KNOWN = {
    "a program of one's own": 'cp /bin/dash own && ./own "$PLAY"',
    "a script with a first line": 'printf "#!/bin/sh\\n. $PLAY\\n" >own && chmod +x own && ./own',
    "a script of another's": 'cp /bin/dash "bài tập.odt" && "./bài tập.odt" "$PLAY"',
}


@pytest.mark.parametrize("script", NOTHING_KNOWN.values(), ids=NOTHING_KNOWN)
def test_what_nobody_knows_is_refused(strict, script):
    strict().stopped(script)
