"""What "-" means as a file to write, on a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.cli.test_stdout import BINARY
from tests.system import PATIENCE, ours

TOP = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def agent(servers, giochoi_in):
    servers.start("agent")
    return giochoi_in(servers.home)


def on_terminal(words, **env):
    """The exit code, and what it says beside what it writes there."""
    master, slave = pty.openpty()
    env = {**os.environ, "GIOCHOI_LANG": "en", "PYTHONPATH": str(TOP), **env}
    try:
        done = subprocess.run(words, env=env, stdout=slave, stderr=subprocess.PIPE, timeout=PATIENCE, check=False)
        os.set_blocking(master, False)
        try:
            shown = os.read(master, 1 << 16)
        except BlockingIOError:
            shown = b""
        return done.returncode, shown, done.stderr.decode()
    finally:
        os.close(master)
        os.close(slave)


@pytest.mark.parametrize("words", BINARY)
def test_what_is_no_text_does_not_go_there(agent, words):
    code, shown, said = on_terminal([*ours("giochoi"), *words.split()], GIOCHOI_HOME=str(agent.home))
    assert (code, shown) == (2, b"")
    assert "> FILE" in said


def test_nor_does_the_verifiers_paper(agent, tmp_path):
    """Its page in HTML does, as a text."""
    agent("log", "export", str(tmp_path / "log.zip"))
    command = [*ours("giochoi-verify"), str(tmp_path / "log.zip")]
    code, shown, said = on_terminal([*command, "--pdf", "-"])
    assert (code, shown, "> FILE" in said) == (2, b"", True)
    code, shown, _ = on_terminal([*command, "--html", "-"])
    assert (code, shown.startswith(b"<!doctype html>")) == (0, True)


def test_text_does(agent):
    code, shown, _ = on_terminal([*ours("giochoi"), "log", "card", "-"], GIOCHOI_HOME=str(agent.home))
    assert (code, shown.startswith(b"giochoi/")) == (0, True)
