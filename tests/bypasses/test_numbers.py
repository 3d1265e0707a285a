"""A child has more numbers than one: those that a file grants, and those that the system hands out (systemd-nsresourced)."""

from __future__ import annotations

import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.accounts import end_all
from tests.bypasses.case import KILLED, first, python_on
from tests.bypasses.test_counting import counted
from tests.system import until

pytestmark = pytest.mark.usefixtures("namespaces")

# Waits in a namespace of its own until somebody has given it numbers, takes one of them, and starts the game.
AS_ANOTHER = """unshare --user sh -c 'echo $$ >pid.new; mv pid.new pid; until [ "$(id -u)" = 0 ]; do sleep 0.02; done
    exec python3 -c "import os; os.setresgid(5, 5, 5); os.setresuid(5, 5, 5); os.execv(os.environ[\\"GAME\\"],
        [\\"x\\", os.environ[\\"PLAY\\"]])"'"""
WAITS, _, _ = AS_ANOTHER.partition("exec")
A_SCRIPT = AS_ANOTHER.replace('os.environ[\\"GAME\\"],', '\\"/usr/bin/python3\\",').replace("PLAY", "GAME")
BELOW = """python3 -c "import os, signal; os.setresuid(5, 5, 5); signal.pause()" & read line"""
PLAY = "read line; exit 0"  # it may not write what is the child's


@pytest.fixture(params=first("unnamed", "named"))
def taken(request) -> Iterator[int]:
    """The first of the numbers, of which the fifth is taken. systemd names each, as somebody whom nobody lets in."""
    number, name = 1_800_000_000 + secrets.randbelow(70_000_000), f"ns-{secrets.token_hex(3)}-5"
    told = ["-M", "-N", "-g", "65534", "-d", "/", "-s", "/usr/sbin/nologin", "-K", "UID_MAX=4000000000"]
    if request.param == "named":
        subprocess.run(["useradd", *told, "-u", str(number + 4), name], check=True, capture_output=True)
    try:
        yield number
    finally:
        end_all(number + 4)
        subprocess.run(["userdel", "--force", name], check=False, capture_output=True)


def give(one, taken):
    """As systemd-nsresourced does for anybody who asks."""
    told = one.folder / "pid"
    until(told.exists)
    for what, own in (("uid_map", one.child.pw_uid), ("gid_map", one.child.pw_gid)):
        Path(f"/proc/{int(told.read_text())}/{what}").write_text(f"0 {own} 1\n1 {taken} 1000\n", "ascii")


def test_a_number_that_is_nobodys_starts_no_game(case, taken):
    one = case(0)
    run = one.start(f"{AS_ANOTHER} 2>&1")
    give(one, taken)
    code, said = run.over()
    assert code == 1, said
    assert "not permitted" in said
    assert one.log("launch.refused")["how"] == "gate"


def test_what_it_plays_is_the_childs_play(case, taken):
    one = case(None)
    run = one.start(AS_ANOTHER)
    give(one, taken)
    until(one.running)
    one.look_again()
    assert one.running()
    run.finish()
    counted(one, run)


def test_its_play_ends_when_the_childs_time_is_over(case, taken):
    one = case(1)
    run = one.start(AS_ANOTHER)
    give(one, taken)
    assert run.over()[0] in KILLED


@pytest.mark.parametrize("strict", [False, True])
def test_a_script_that_it_starts_is_ended(case, taken, strict):
    """The gate knows the interpreter alone; that the script is a game is seen as it runs."""
    one = case(0, make=python_on, strict=strict)
    run = one.start(A_SCRIPT)
    give(one, taken)
    assert run.over()[0] in KILLED


def test_what_is_over_before_it_is_read_is_the_childs(case, taken):
    """It is what the gate saw, and whose that was."""
    one = case(None)
    Path(one.env["PLAY"]).write_text("exit 0\n", "utf-8")
    run = one.start(AS_ANOTHER)
    give(one, taken)
    run.over()
    assert one.log("play.started")["age"] is not None


def test_what_its_game_started_ends_with_it(case, taken):
    """What is below a game, by whatever number of the child's, is no other account's."""
    one = case(2)
    Path(one.env["PLAY"]).write_text(BELOW, "utf-8")
    run = one.start(f"""{WAITS} exec "$GAME" "$PLAY"'""")
    give(one, taken)
    until(lambda: taken + 4 in running())
    assert run.over()[0] in KILLED
    until(lambda: taken + 4 not in running())


def running():
    """Whose programs run."""
    found = (one.info for one in psutil.process_iter(["uids", "status"]))
    return {one["uids"].real for one in found if one["uids"] and one["status"] != psutil.STATUS_ZOMBIE}
