"""What `game add` takes down about a file, and which files it will not have."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from cli.clues import game_of
from cli.errors import CommandError
from cli.fingerprint import fingerprint
from rules.ratings import parse_label


def test_a_script_is_known_by_its_content(tmp_path):
    """It has no build id; its path is absolute and without links."""
    script = tmp_path / "turtles.py"
    script.write_text("#!/usr/bin/env python3\n")
    (tmp_path / "link").symlink_to(script)
    found = fingerprint(tmp_path / "link")

    assert found.path == str(script.resolve())
    assert (found.size, found.sha256, found.build_id) == (23, hashlib.sha256(script.read_bytes()).hexdigest(), None)


def test_a_program_is_known_by_its_build_id_as_well(need):
    """It survives renaming and stripping."""
    found = fingerprint(Path(need("gpg", "openssl", "git", "tar")))

    assert found.build_id is not None
    assert len(bytes.fromhex(found.build_id)) == 20


@pytest.mark.parametrize("program", ["sh", "bash", "python3", "sleep", "env"])
def test_what_runs_other_programs_is_no_game(need, tmp_path, program):
    """Nor is a copy of it under another name: all that it runs would become a game."""
    copy = tmp_path / "supertux"
    shutil.copy(need(program), copy)

    for path in (Path(need(program)), copy):
        with pytest.raises(CommandError, match="whatever it runs would be this game"):
            fingerprint(path)


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, Path.touch, lambda path: path.symlink_to(path)])
def test_what_is_no_file_with_content_is_refused_at_once(tmp_path, make):
    """A folder, a pipe that nobody writes to, an empty file, a link to itself."""
    make(tmp_path / "game")

    with pytest.raises(CommandError) as caught:
        fingerprint(tmp_path / "game")
    assert caught.value.code == 2


def test_names_that_everybody_uses_are_no_clue(tmp_path):
    """`start.sh` of one game must not make a game of every `start.sh`."""
    names = {}
    for name in ("start.sh", "supertux2"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        names[name] = game_of("x", fingerprint(tmp_path / name), title=None, label=parse_label("VN00")).names

    assert names == {"start.sh": (), "supertux2": ("supertux2",)}
