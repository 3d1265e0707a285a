"""Which files of Linux `game add` will not have, and what it makes of links."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from cli.errors import CommandError
from cli.games.fingerprint import fingerprint


def test_the_path_is_without_links(tmp_path):
    script = tmp_path / "turtles.py"
    script.write_text("#!/usr/bin/env python3\n")
    (tmp_path / "link").symlink_to(script)

    assert fingerprint(tmp_path / "link").path == str(script.resolve())


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


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to(path)])
def test_what_cannot_be_read_to_its_end_is_refused_at_once(tmp_path, make):
    """A pipe that nobody writes to, a link to itself."""
    make(tmp_path / "game")

    with pytest.raises(CommandError) as caught:
        fingerprint(tmp_path / "game")
    assert caught.value.code == 2
