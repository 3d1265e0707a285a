"""The game's file is changed so that neither its content nor its build id tells it: its code does."""

from __future__ import annotations

import secrets
import struct

import pytest

from tests import native
from tests.bypasses.case import some
from tests.native import PAGE

pytestmark = pytest.mark.skipif(not native.HERE, reason="a program made for x86-64")

HEADERS = 64
NOTE, CODE = HEADERS + 5 * 56, HEADERS + 2 * 56  # entries in the table of program headers
ID = HEADERS + 7 * 56 + 16


def game(path):
    native.write(path, native.program().content)


def put(content, at, new):
    return content[:at] + new + content[at + len(new) :]


def without_id(content):
    """Its note is one of another kind."""
    return put(content, ID - 8, b"\0")


def moved(content):
    """The code lies elsewhere in the file, and where it lay is something else."""
    size = struct.unpack_from("<Q", content, CODE + 32)[0]
    text = content[PAGE : PAGE + size]
    whole = put(content, PAGE, secrets.token_bytes(size)).ljust(PAGE * 20, b"\0")
    return put(whole, CODE + 8, struct.pack("<Q", len(whole))) + text


def writable(content):
    """Its code may be written to as it runs: a flag of one byte."""
    return put(without_id(content), CODE + 4, b"\7")


CHANGED = {
    "a byte of its build id": lambda content: put(content, ID + 3, b"?"),
    "no build id": without_id,
    "notes that lead nowhere": lambda content: put(content, NOTE + 8, struct.pack("<Q", (1 << 63) - 1)),
    "said to be of 32 bits": lambda content: put(put(content, 4, b"\1"), ID + 3, b"?"),
    "said to be of no kind": lambda content: put(put(content, 4, b"\x7f\x09"), ID + 3, b"?"),
    "a byte of its code": lambda content: put(without_id(content), PAGE * 3, b"?"),
    "a page of its code": lambda content: put(without_id(content), PAGE * 3, secrets.token_bytes(PAGE)),
    "code that can be written to": writable,
    "padded": lambda content: without_id(content) + bytes(PAGE * 3),
    "code elsewhere in it": lambda content: moved(without_id(content)),
}


def changed(one, change, name="x"):
    native.write(one.folder / name, change(one.game.read_bytes()))


@pytest.mark.parametrize("changes", some(CHANGED))
def test_a_changed_game_is_refused(case, changes):
    one = case(0, make=game)
    for number, change in enumerate(changes.values()):
        changed(one, change, f"x{number}")
        one.refused(f'cp x{number} homework{number} && ./homework{number} "$RAN"')
