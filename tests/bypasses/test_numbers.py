"""A child has more numbers than one: those that a file grants, and those that the system hands out (systemd-nsresourced)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bypasses.test_counting import counted
from tests.system import until

pytestmark = pytest.mark.usefixtures("namespaces")

NOBODYS = 1_879_000_000
# Waits in a namespace of its own until somebody has given it numbers, takes one of them, and starts the game.
AS_ANOTHER = """unshare --user sh -c 'echo $$ >pid.new; mv pid.new pid; until [ "$(id -u)" = 0 ]; do sleep 0.02; done
    exec python3 -c "import os; os.setresgid(5, 5, 5); os.setresuid(5, 5, 5); os.execv(os.environ[\\"GAME\\"],
        [\\"x\\", os.environ[\\"PLAY\\"]])"'"""
PLAY = "read line; exit 0"  # it may not write what is the child's


def give(one):
    """As systemd-nsresourced does for anybody who asks."""
    told = one.folder / "pid"
    until(told.exists)
    for what, own in (("uid_map", one.child.pw_uid), ("gid_map", one.child.pw_gid)):
        Path(f"/proc/{int(told.read_text())}/{what}").write_text(f"0 {own} 1\n1 {NOBODYS} 1000\n", "ascii")


def test_a_number_that_is_nobodys_starts_no_game(case):
    one = case(0)
    run = one.start(f"{AS_ANOTHER} 2>&1")
    give(one)
    code, said = run.over()
    assert code == 1, said
    assert "not permitted" in said
    assert one.log("launch.refused")["how"] == "gate"


def test_what_it_plays_is_the_childs_play(case):
    one = case(None)
    run = one.start(AS_ANOTHER)
    give(one)
    until(one.running)
    one.look_again()
    assert one.running()
    run.finish()
    counted(one, run)
