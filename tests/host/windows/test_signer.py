"""Whose signature holds: programs signed here, by somebody whom this machine trusts for a moment."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from host import choose
from host.images import build_id
from host.windows.signer import signer
from host.windows.win32 import extended
from rules.programs import is_engine
from tests.host.windows.authenticode import Publisher, trusting
from tests.windows_programs import program

NAME = "Nhà Phát Hành Thử"
ASK = "import json, sys; from host.windows.signer import signer; print(json.dumps([signer(path) for path in sys.argv[1:]]))"


def signers(top, *paths):
    """As a process of its own finds them: it remembers whom it trusts from the first time on."""
    done = subprocess.run([sys.executable, "-c", ASK, *paths], cwd=top, capture_output=True, check=True, stdin=subprocess.PIPE)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def top(request):
    return request.config.rootpath


@pytest.fixture(scope="module")
def publisher():
    return Publisher(NAME, f"Gio Choi {secrets.token_hex(8)}")  # no other root of this name is left from anywhere


@pytest.fixture
def signed(publisher, tmp_path):
    """A signed program under a name with letters and spaces, deeper than 260 characters."""
    folder = tmp_path / "Trò chơi của An"
    for _ in range(6):
        folder /= "thư mục dài " * 3 + "x"
    Path(extended(str(folder))).mkdir(parents=True)
    path = str(folder / "cờ vua.exe")
    Path(extended(path)).write_bytes(publisher.sign(program("trochoi.exe").read_bytes()))
    assert len(path) > 260
    return path


def test_a_signature_holds_while_its_root_is_trusted(top, publisher, signed, tmp_path):
    """Not after a byte has changed, not of an unsigned program, not of what is no program, and not of anybody's."""
    content = bytearray(Path(extended(signed)).read_bytes())
    content[0x500] ^= 1
    (tmp_path / "changed.exe").write_bytes(content)
    (tmp_path / "text.exe").write_text("no program")
    (tmp_path / "other.exe").write_bytes(Publisher(NAME, "Another root").sign(program("trochoi.exe").read_bytes()))
    unsigned = str(program("trochoi.exe"))
    paths = [signed, *(str(tmp_path / f"{name}.exe") for name in ("changed", "text", "other", "gone")), unsigned]

    with trusting(publisher):
        assert signers(top, *paths) == [NAME, None, None, None, None, None]
    assert signers(top, signed) == [None]


def test_signing_changes_no_build(signed):
    """So that a game is the same one before its maker signs it and after."""
    with Path(extended(signed)).open("rb") as file, program("trochoi.exe").open("rb") as plain:
        assert build_id(file, is_engine) == build_id(plain, is_engine)


def test_looking_keeps_nobody_from_the_file(publisher, tmp_path):
    """No handle stays behind."""
    path = tmp_path / "a.exe"
    path.write_bytes(publisher.sign(program("tran.exe").read_bytes()))
    assert signer(str(path)) is None
    assert choose.signatures().signer(str(path)) is None
    path.unlink()
    assert [signer(name) for name in ("", "\0", str(path), "NUL", str(tmp_path))] == [None] * 5
