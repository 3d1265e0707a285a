"""A game that runs says that it is something else: what was recognised stays that until it executes something."""

from __future__ import annotations

import pytest

from tests import native
from tests.bypasses.case import first, python
from tests.bypasses.test_counting import counted
from tests.bypasses.test_forks import PYTHON, own_python
from tests.bypasses.test_loaded import changed, game, without_id
from tests.system import until

BEGIN = """
import ctypes, os, struct, sys
from ctypes import c_size_t, c_void_p
libc = ctypes.CDLL(None)
stat = open("/proc/self/stat").read().rpartition(")")[2].split()
field = lambda number: int(stat[number - 3])
"""
PLAY = """
open(os.environ["RAN"], "a").write("ran")
sys.stdin.read()
"""
# prctl(2), PR_SET_MM_MAP: once no file holds what it runs, it may name any in a user namespace of its own.
EXECUTABLE = """
libc.mmap.restype = libc.sbrk.restype = c_void_p
exe = os.readlink("/proc/self/exe")
mine = [line.split()[:2] for line in open("/proc/self/maps") if line.rstrip().endswith(exe)]
assert libc.unshare(0x10000000) == 0
for place, may in mine:
    at, end = (int(one, 16) for one in place.split("-"))
    size, rights = c_size_t(end - at), sum(bit for bit, one in zip((1, 2, 4), "rwx") if one in may)
    copy = c_void_p(libc.mmap(None, size, 3, 0x22, -1, c_size_t(0)))
    ctypes.memmove(copy, at, end - at)
    libc.mprotect(copy, size, rights)
    libc.mremap(copy, size, size, 3, c_void_p(at))
where = [*map(field, (26, 27, 45, 46, 47)), libc.sbrk(c_size_t(0)), *map(field, (28, 48, 49, 50, 51)), 0]
told = struct.pack("=12QII", *where, 0, os.open("/bin/true", os.O_RDONLY))
assert libc.prctl(35, 14, told, c_size_t(len(told)), 0) == 0
assert os.readlink("/proc/self/exe") != exe
"""
# The same in our own namespace, by a child that shares our memory and has one (clone(2)); in the words of x86-64.
HELPED = EXECUTABLE.replace("assert libc.unshare(0x10000000) == 0\n", "").replace("""
assert libc.prctl(35, 14, told, c_size_t(len(told)), 0) == 0
""", """
libc.mmap.argtypes = (c_void_p, c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, c_size_t)
memory, page = ctypes.create_string_buffer(told, len(told)), libc.mmap(None, 1 << 16, 7, 0x22, -1, 0)
stack, at, length = (struct.pack("<Q", one).hex() for one in (page + 0xf000, ctypes.addressof(memory), len(told)))
clone = f"b838000000 bf11410010 48be{stack} 31d2 4d31d2 4d31c0 0f05 85c0 7401 c3"
child = f"b89d000000 bf23000000 be0e000000 48ba{at} 49ba{length} 4d31c0 0f05 89c7 b83c000000 0f05"
code = bytes.fromhex(clone + child)
ctypes.memmove(page, code, len(code))
assert os.waitpid(ctypes.CFUNCTYPE(ctypes.c_int)(page)(), 0)[1] == 0
""")
FORKS = 2 * "os.fork() and os._exit(0)\n"
WORDS = """
at, end = field(48), field(49)
ctypes.memmove(at, b"python3\\0{}".ljust(end - at, b"\\0"), end - at)
"""


@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize("then", first(FORKS, ""))
def test_another_executable(case, then):
    """Nobody told that it had executed one."""
    one = case(None, make=own_python)
    with one.played('"$GAME" -c "$DO" | cat', DO=BEGIN + EXECUTABLE + then + PLAY, PYTHONHOME="/usr") as run:
        stays(one)
    counted(one, run)


@pytest.mark.usefixtures("namespaces")
@pytest.mark.skipif(not native.HERE, reason="words of x86-64")
def test_another_executable_that_a_child_names(case):
    """Of the game itself nothing is in a world of its own."""
    one = case(None, make=own_python)
    with one.played('"$GAME" -c "$DO" | cat', DO=BEGIN + HELPED + PLAY, PYTHONHOME="/usr") as run:
        stays(one)
    counted(one, run)


@pytest.mark.parametrize("told", first("{here}/as-long", "/usr/bin/pdb3"))
def test_another_command_line(case, told):
    """Of an interpreter it says which script it runs, and anybody may write over his own."""
    one = case(None, make=python)
    told = told.format(here=one.folder)
    (one.folder / "as-long").write_bytes(b"#" * one.game.stat().st_size)
    with one.played(f'{PYTHON} "$GAME" {"x" * 120} | cat', DO=BEGIN + WORDS.format(told) + PLAY) as run:
        run.go()
        stays(one)
    counted(one, run)


TRY_ANOTHER = """
import os, sys
try:
    os.execve(os.environ["OTHER"], ["x", *40 * ["x" * 100_000]], os.environ)
except OSError:  # too much, but the gate had said yes
    os.execv("/usr/bin/python3", ["python3", os.environ["GAME"]])
"""


@pytest.mark.usefixtures("namespaces")
def test_a_game_after_one_that_was_only_asked_for(case):
    """In a world of one's own, where the gate is believed more than what is seen."""
    allowed, one = case(None), case(0, make=python)
    one.ended('unshare -r python3 -c "$TRY"', TRY=TRY_ANOTHER, OTHER=str(allowed.game))


@pytest.mark.usefixtures("namespaces")
@pytest.mark.skipif(not native.HERE, reason="a program made for x86-64")
def test_code_of_a_game_after_one_that_was_only_asked_for(case):
    """It is looked for all the same."""
    allowed, one = case(None), case(0, make=game)
    changed(one, without_id)
    load = TRY_ANOTHER.replace('os.environ["GAME"]', '"-c", os.environ["DO"]')
    do = 'import ctypes, signal, time; time.sleep(0.2); ctypes.CDLL("./x"); signal.pause()'
    one.ended('unshare -r python3 -c "$TRY"', TRY=load, OTHER=str(allowed.game), DO=do)


def stays(one):
    """It is played, also once all that runs was read anew."""
    until(one.ran.exists)
    one.look_again()
    assert one.running()
