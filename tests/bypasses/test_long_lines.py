"""Command lines and environments of megabytes hold up neither the clock nor a look at what else runs."""

from __future__ import annotations

import time

import pytest

from tests.bypasses.case import python_on, stand_in

IN_TIME_S = 4
DECOYS = """import os, sys
def decoy(name, words, **env):
    if not os.fork():
        os.execve(os.environ["DECOY"], [name, "-c", "read line; read line", *words], {**os.environ, **env})
"""
# Each folder costs a question to whoever reads for us.
JAVA = """
names = "JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS"
for _ in range(3):
    decoy("java", [], **{one: "-cp " + ":".join(f"{one[:2]}{n:x}*" for n in range(14_000)) for one in names})
"""
# Each module is looked for by a variable at the end of the environment.
NODE = """
for _ in range(4):
    decoy("node", ["-r", "a"] * 30_000, **{f"A{n}": "x" * 120_000 for n in range(8)}, NODE_PATH="/a")
"""
DROWNED = 'exec python3 "$GAME" $(head -c 40000 /dev/zero | fold -w 9 | tr "\\0" x)'


@pytest.fixture
def decoys(case):
    """`decoys(case, name, script)` have been started."""
    def start(one, name, script):
        stand_in(one.folder / name)
        run = one.start(f"exec python3 -c '{DECOYS}{script}sys.stdin.read()'", DECOY=str(one.folder / name))
        time.sleep(1)
        assert run.process.poll() is None
    return start


def test_time_is_over_while_java_has_folders_without_number(case, decoys):
    one = case(1)
    decoys(one, "java", JAVA)
    run = one.start('exec "$GAME" "$PLAY"')
    run.over()
    assert one.log("play.ended")["how"] in {"asked", "killed"}
    assert run.at_most < 1 + IN_TIME_S


def test_a_script_is_found_while_node_has_modules_without_number(case, decoys):
    """Among too many words, so that it waits for its account's turn."""
    one = case(0, make=python_on)
    decoys(one, "node", NODE)
    run = one.start(DROWNED)
    run.over()
    assert one.log("launch.refused")["how"] == "ended"
    assert run.at_most < IN_TIME_S
