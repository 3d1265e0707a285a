"""A child who runs only what an administrator installed: one rule instead of knowing every game and every way to hide one."""

from __future__ import annotations

import pytest

from tests.bypasses.case import python
from tests.bypasses.test_copies import SAME
from tests.bypasses.test_interpreters import TOLD
from tests.system import SOAK, until

OWN = {
    "a program": 'cp /bin/dash own && ./own "$PLAY"',
    "a changed one": 'cp /bin/dash own && printf X | dd of=own bs=1 seek=99999 conv=notrunc && ./own "$PLAY"',
    "a script with a first line": 'printf "#!/bin/sh\\n. $PLAY\\n" >own && chmod +x own && ./own',
}
AFTERWARDS = {
    "ld.so": '/lib64/ld-linux-x86-64.so.2 /bin/dash "$PLAY" && cp /bin/dash own && /lib64/ld-linux-x86-64.so.2 ./own "$PLAY"',
    "a shell's script": 'cp "$PLAY" own && sh own',
    "python": 'echo "import sys; sys.stdin.read()" >own && python3 own',
}
# Every copy is refused at the gate; a few of each in each run, all of them in `make soak`.
COPIES = [script for name, script in SAME.items() if name != "direct" and name != "symlink"][:: 1 if SOAK else 3]


@pytest.mark.parametrize("script", OWN.values(), ids=OWN)
def test_what_nobody_knows_is_refused(case, script):
    case(strict=True).refused(script)


@pytest.mark.parametrize("script", AFTERWARDS.values(), ids=AFTERWARDS)
def test_what_an_installed_program_is_told_to_run_is_ended(case, script):
    case(strict=True).ended(script)
