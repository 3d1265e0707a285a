"""`giochoi` as the program that is installed: exit codes, pipes, encodings. What commands do is tested beside this file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.system import ours

PATH = os.pathsep.join(filter(None, (str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH"))))
GAME = {"id": "cờ", "publisher": None, "label": "VN00"}
FACTS = {"now": "2026-11-24T10:30:00+07:00", "place": "home", "born": "2014-05-01", "guardian": True, "game": GAME}


def test_an_answer_goes_through_pipes_as_utf_8(giochoi):
    """Exit 0; nothing else is said. The locale has no say."""
    done = giochoi.process("policy", "packs", "--json", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")

    assert (done.returncode, done.stderr) == (0, "")
    assert "Giờ Chơi" in "".join(str(pack) for pack in json.loads(done.stdout)["packs"])


@pytest.mark.linux("nobody can send one a signal")
def test_ctrl_c_while_the_program_still_loads_is_no_traceback(tmp_path):
    """A command that loads much, as the demo does, is interrupted there as anywhere."""
    interrupted = "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(30)\n"
    (tmp_path / "argparse.py").write_text(interrupted, "utf-8")
    env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), PATH))}
    command = ["env", "--default-signal=INT", sys.executable, "-m", "cli", "demo"]  # what runs in the background ignores it
    done = subprocess.run(command, capture_output=True, env=env, timeout=30, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (-2, b"", b"")


def test_what_stdin_says_is_read(giochoi):
    """As UTF-8, whatever the locale is."""
    facts = json.dumps(FACTS, ensure_ascii=False).encode()
    words = ("policy", "ask", "--pack", "vn-147", "--facts", "-", "--json")
    done = giochoi.process(*words, stdin=facts, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["verdict"] == "allow"


def test_what_is_refused_is_exit_1(giochoi, tmp_path):
    """The file that is there may be the evidence of last year."""
    (tmp_path / "log.zip").touch()
    done = giochoi.process("log", "export", str(tmp_path / "log.zip"))

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)


def test_a_mistake_is_exit_2(giochoi):
    """Whatever the locale is."""
    done = giochoi.process("player", "add", "An", GIOCHOI_LANG="vi", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "thiếu" in done.stderr


def test_nobody_there_is_exit_3(giochoi):
    """…and nothing changed."""
    done = giochoi.process("grant", "An", "15")

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1)


@pytest.mark.linux("pipes need asyncio there")
def test_a_command_loads_only_what_it_uses(home_folder):
    """Starting is most of what `status` costs: `make bench ARGS=cli` says how much, this which half of the house stays out."""
    code = "import sys; from cli.__main__ import main; main(['status']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, timeout=60, check=True,
                          env={**os.environ, "GIOCHOI_HOME": str(home_folder), "PYTHONPATH": PATH})  # fmt: skip

    heavy = {"asyncio", "babel", "compliance", "cryptography", "psutil", "pydantic", "segno", "sqlalchemy", "ssl",
             "rules.policy", "rules.games", "agent.api.players", "cli.registering.policy"}  # fmt: skip
    assert "cli.status" in done.stdout.split()
    assert heavy & set(done.stdout.split()) == set()


def test_a_reader_that_leaves_early_is_no_failure_of_ours():
    """`giochoi … | head -1` prints no traceback."""
    command = [*ours("giochoi"), "policy", "packs", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        program.stdout.close()
        assert program.stderr.read() == b""
    assert program.returncode == 1


@pytest.mark.linux("it has no /dev/full")
def test_a_full_disk_under_stdout_is_one_line():
    """/dev/full says what a full disk says."""
    with Path("/dev/full").open("wb") as full:
        command = [*ours("giochoi"), "policy", "packs"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)

    assert done.returncode == 1
    assert done.stderr.count(b"\n") == 1
