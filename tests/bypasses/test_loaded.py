"""The game's file changed so that neither content nor build id tells it, or loaded by something else: its code does."""

from __future__ import annotations

import io
import secrets
import struct
from pathlib import Path

import pytest

from host.elf import build_id
from tests import native
from tests.bypasses.case import some
from tests.native import PAGE

pytestmark = pytest.mark.skipif(not native.HERE, reason="a program made for x86-64")

LOADER = Path("/lib64/ld-linux-x86-64.so.2")
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


LOADED = {
    "another loader": './loader ./x "$RAN"',
    "python": """python3 -c 'import ctypes, sys; ctypes.CDLL("./x"); sys.stdin.read()'""",
    "python, later": """python3 -c 'import ctypes, sys, time; time.sleep(0.2); ctypes.CDLL("./x"); sys.stdin.read()'""",
    "deleted": """python3 -c 'import ctypes, os, sys; ctypes.CDLL("./x"); os.remove("x"); sys.stdin.read()'""",
    "memory": """python3 -c 'import ctypes, os, sys; to = os.memfd_create("x"); os.write(to, open("x", "rb").read())
ctypes.CDLL(f"/proc/self/fd/{to}"); sys.stdin.read()'""",
    "executed from memory": """python3 -c 'import os; to = os.memfd_create("x"); os.write(to, open("x", "rb").read())
os.execv(f"/proc/self/fd/{to}", ["x", os.environ["RAN"]])'""",
}


@pytest.mark.parametrize("script", LOADED.values(), ids=LOADED)
def test_a_changed_game_that_something_else_loads_is_ended(case, script):
    one = case(0, make=game)
    changed(one, without_id)
    (one.folder).chmod(0o777)
    loader = LOADER.read_bytes()
    native.write(one.folder / "loader", loader.replace(bytes.fromhex(build_id(io.BytesIO(loader))), secrets.token_bytes(20)))
    one.ended(script)


LATE = """python3 -c 'import ctypes, os, threading, time
libc = ctypes.CDLL(None)
def play():
    time.sleep(1)
    ctypes.CDLL("./x")
    time.sleep(60)
{}'"""
LATER = {
    "code that can be written to": LATE.format("play()"),
    "a thread that outlives the leader": LATE.format(  # exit(2), of this thread alone
        "threading.Thread(target=play).start(); time.sleep(0.3); libc.syscall(60, 0)"
    ),
}


@pytest.mark.parametrize("script", LATER.values(), ids=LATER)
def test_what_is_loaded_late_and_where_few_would_look_is_ended(case, script):
    one = case(0, make=game)
    changed(one, writable)
    one.ended(f"exec {script}")


def test_another_program_with_the_same_library_is_none(case):
    """What loads something else of the child's own goes on."""
    one = case(0, make=game)
    native.write(one.folder / "x", native.program().content)
    run = one.start("""python3 -c 'import ctypes, sys; ctypes.CDLL("./x"); sys.stdin.read()'""")
    run.finish()
    assert run.process.returncode == 0
    assert not one.entries("launch.refused")
