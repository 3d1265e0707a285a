"""What is asked on a real terminal, and what becomes of the answers."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
from pathlib import Path

import pytest

from tests.system import PATIENCE, ours

TOP = Path(__file__).parents[3]


class Terminal:
    """A pseudo-terminal with `giochoi` on it: what it says there, and its answer, which goes into a pipe."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def __call__(self, *words: str, answers: tuple[str, ...] = (), asks: str = "] ", **env: str) -> tuple[int, str, str]:
        """Type each answer when it is asked for. The exit code, the answer, and all that stood on the terminal."""
        master, slave = pty.openpty()
        env = {**os.environ, "GIOCHOI_HOME": str(self.home), "GIOCHOI_LANG": "en", **env}
        try:
            with subprocess.Popen(
                [*ours("giochoi"), *words], cwd=TOP, env=env, stdin=slave, stderr=slave, stdout=subprocess.PIPE,
                start_new_session=True,  # else PINs are asked on the terminal that the tests are started from
            ) as asked:
                os.close(slave)
                shown = ""
                for answer in answers:
                    shown += _read(master, asks)
                    os.write(master, answer.encode())
                out, _ = asked.communicate(timeout=PATIENCE)
                return asked.returncode, out.decode(), shown + _read(master)
        finally:
            os.close(master)


def _read(master: int, until: str = "\0") -> str:
    """What comes, to its end or until it ends so."""
    said = b""
    while not said.decode(errors="ignore").endswith(until):
        assert select.select([master], [], [], PATIENCE)[0], said
        try:
            said += os.read(master, 4096)
        except OSError:  # nobody has the other end any more
            break
    return said.decode()


@pytest.fixture(scope="module")
def agent(servers, giochoi_in):
    servers.start("agent")
    return giochoi_in(servers.home)


@pytest.fixture
def terminal(agent):
    agent("player", "add", "An", "--born", "2014-05-01")
    agent("guardian", "add", "Mẹ")
    return Terminal(agent.home)


def names(agent):
    return [one["name"] for one in json.loads(agent("player", "list", "--json").stdout)["players"]]


@pytest.mark.parametrize("answer", ["\n", "n\n", "no\n", "yesterday\n", "\x04"])
def test_no_answer_removes_nobody(agent, terminal, answer):
    """Nor does a wrong one, or the end of input."""
    code, out, shown = terminal("player", "remove", "An", answers=(answer,))
    assert (code, out) == (1, "")
    assert "Remove An (an), born 1 May 2014? [no] " in shown
    assert shown.endswith("giochoi: nothing changed\r\n")
    assert names(agent) == ["An"]


@pytest.mark.parametrize("answer", ["y\n", "Yes\n"])
def test_a_yes_removes(agent, terminal, answer):
    """And the answer says whom."""
    code, out, _ = terminal("player", "remove", "an", answers=(answer,))
    assert (code, out, names(agent)) == (0, "An is removed (id an); the log stays\n", [])


def test_a_yes_beforehand_is_not_asked_for_again(agent, terminal):
    """For a guardian as for a player."""
    code, out, shown = terminal("player", "remove", "An", "--yes")
    assert (code, out, "[no]" in shown) == (0, "An is removed (id an); the log stays\n", False)
    assert terminal("guardian", "remove", "Mẹ", answers=("n\n",))[0] == 1
    assert terminal("guardian", "remove", "Mẹ", answers=("y\n",))[1] == "Mẹ is no guardian any more (id me)\n"
    assert names(agent) == []


def test_in_vietnamese(agent, terminal):
    """Asked and answered so."""
    code, out, shown = terminal("player", "remove", "An", answers=("có\n",), GIOCHOI_LANG="vi")
    assert (code, "[không] " in shown, names(agent)) == (0, True, [])
    assert "An" in out


@pytest.mark.parametrize(("way", "asked"), [
    ("remove", "Remove An (an), born 1 May 2014? [no] "), ("erase", "Delete all of it? Nobody can bring it back. [no] "),
])  # fmt: skip
def test_what_ends_is_a_list(agent, terminal, way, asked):
    """A line each above a short question, which Enter answers as it says."""
    agent("policy", "use", "An", "vn-147")
    agent("limit", "An", "20")
    code, out, shown = terminal("player", way, "An", answers=("\n",))
    lines = [line.strip() for line in shown.splitlines()]
    assert (code, out) == (1, "")
    first = {"remove": "Removed along with An:", "erase": "Deleted for good of all that is kept about An:"}[way]
    at = lines.index(first)
    assert lines[at + 1 : at + 3] == ["· rules vn-147", "· own limits, each day: 20 min"]
    more = {"remove": [], "erase": ["· time that was given", "· names and reasons beside the log, which itself stays"]}[way]
    assert lines[at + 3 : at + 3 + len(more)] == more
    assert any(line.startswith(asked.strip()) for line in lines[at + 3 + len(more) :])
    agent("policy", "use", "An", "none")
    agent("limit", "An", "none")


def test_a_near_name_is_asked_about(agent, terminal):
    """A yes is for the one who was named in the question, a no changes nothing; what follows is asked besides."""
    code, out, shown = terminal("limit", "Ẩn", "30", answers=("n\n",))
    assert (code, out) == (2, "")
    assert "no player 'Ẩn'; did you mean An (an)? [no] " in shown
    code, out, _ = terminal("limit", "Ẩn", "30", answers=("y\n",))
    assert (code, out) == (0, "An (an): at most 30 min a day\n")
    code, out, _ = terminal("player", "set", "Ân", "--guardian", "Me", answers=("y\n", "y\n"))
    assert (code, out) == (0, "An is changed (id an)\n")
    code, _, shown = terminal("player", "remove", "Ẩn", answers=("y\n", "n\n"))
    assert (code, shown.count("[no]"), names(agent)) == (1, 2, ["An"])


def test_adding_asks_nothing(agent, terminal):
    """An exact new name is a new player, whoever else looks like it."""
    for name in ("Ẩn", "Ấn", "ân"):
        code, _, shown = terminal("player", "add", name, "--born", "none")
        assert (code, "?" in shown) == (0, False)
    assert sorted(names(agent)) == sorted(["An", "Ẩn", "Ấn", "ân"])
    for name in ("Ẩn", "Ấn", "ân"):
        terminal("player", "remove", name, "--yes")
