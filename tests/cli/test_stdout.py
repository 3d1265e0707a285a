"""What "-" means as a file to write: standard output, which then holds nothing else."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.system import ours

TOP = Path(__file__).resolve().parents[2]
BINARY = {"log export -": b"PK", "backup -": b"PK", "report day --pdf -": b"%PDF", "report day --xlsx -": b"PK"}
TEXT = {"log card -": b"giochoi/", "player export An -": b"{", "report day --csv -": b"\xef\xbb\xbf"}


def piped(agent, words, folder):
    """In a folder in which there is nothing, and shall be nothing."""
    env = {**os.environ, "GIOCHOI_LANG": "en", "GIOCHOI_HOME": str(agent.home), "PYTHONPATH": str(TOP)}
    done = subprocess.run([*ours("giochoi"), *words.split()], cwd=folder, env=env, capture_output=True, timeout=60, check=False)
    assert list(folder.iterdir()) == []
    return done


@pytest.mark.parametrize("words", [*BINARY, *TEXT])
def test_it_is_standard_output(agent, words, tmp_path):
    """The bytes of the file and no others; what is said of them goes to stderr."""
    done = piped(agent, words, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith({**BINARY, **TEXT}[words])
    assert b"standard output" in done.stderr
    assert b"standard output" not in done.stdout


@pytest.mark.parametrize("words", ["log export - --json", "report day --csv - --pdf -", "report day --csv - --json"])
def test_nothing_else_goes_there(agent, words):
    assert "nothing else can go: name a file" in agent.fails(2, *words.split())


def test_a_file_of_that_name_can_be_written(agent, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert json.loads(agent("log", "card", "./-", "--json").stdout)["file"] == str(tmp_path / "-")
    assert (tmp_path / "-").read_text("utf-8").startswith("giochoi/")
