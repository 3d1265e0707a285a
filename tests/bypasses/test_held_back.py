"""Files that somebody holds back by a lease (fcntl(2), F_SETLEASE), or that lie too deep."""

from __future__ import annotations

import pytest

from tests.bypasses.case import python

# Takes a lease of a file, says so, and keeps it for some seconds whatever it is asked.
LEASE = """
import fcntl, os, signal, sys, time
signal.signal(signal.SIGIO, signal.SIG_IGN)
file = os.open(sys.argv[1], os.O_RDWR)
fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
print(flush=True)
time.sleep(float(sys.argv[2]))
"""
DEEP = """
import os
for _ in range(20):
    os.mkdir("x" * 250)
    os.chdir("x" * 250)
os.execvp("sh", ["sh", "-c", os.environ["DO"]])
"""
# What is started then is started by env: bash itself opens what it may not run, and waits.
TAKE = 'exec 3< <(exec python3 -c "$LEASE" {} {}) && read <&3; '


@pytest.mark.promise("Servers and rights: One account's slow files or displays delay no other account")
def test_a_leased_program_stops_no_gate(case):
    """Its start is refused, and the gate goes on refusing."""
    case(0).refused(f'cp /bin/true x && {TAKE.format("x", 60)} env ./x; env ./x; "$GAME" "$PLAY"', LEASE=LEASE)


def test_a_leased_game_is_not_started(case):
    """The kernel refuses it where the gate cannot look at it."""
    here = case(0)
    code, said = here.start(f'cp "$GAME" x && {TAKE.format("x", 60)} env ./x "$PLAY"', LEASE=LEASE).over()
    assert code != 0, said
    assert not here.ran.exists()


@pytest.mark.promise("Games: A game that has a path too long for the kernel to name is refused")
def test_a_path_that_is_too_long(case):
    """No name is left, but the content."""
    case(0).refused('python3 -c "$DEEP"', DEEP=DEEP, DO='cp "$GAME" x && ./x "$PLAY"')


def test_a_script_under_too_long_a_path(case):
    case(0, make=python).ended('python3 -c "$DEEP"', DEEP=DEEP, DO='cp "$GAME" x && DO= && unset DO && exec python3 x')
