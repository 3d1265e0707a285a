"""What an engine runs, beside itself or behind, is known when a byte is added or the engine is another; by the real formats'
tables, as made by hand.
"""

from __future__ import annotations

import random
import struct

import pytest

from tests import native
from tests.host.test_parts import alike, archive

ENGINE = native.program().content
MEI = b"MEI\014\013\012\013\016"


def noise(seed, size):
    return random.Random(seed).randbytes(size)


def pack(seed, size=200_000):
    """Godot's."""
    return b"GDPC" + struct.pack("<4I", 2, 4, 1, 0) + bytes(64) + noise(seed, size)


def asar(seed):
    header = b'{"files":{"index.js":{"size":%d,"offset":"0"}}}' % seed
    return struct.pack("<4I", 4, len(header) + 8, len(header) + 4, len(header)) + header + noise(seed, 150_000)


def data_win(seed):
    return b"FORM" + struct.pack("<I", 90_000) + b"GEN8" + noise(seed, 90_000)


def renpy(seed):
    return b"RPA-3.0 %016x %08x\n" % (seed, seed) + noise(seed, 90_000)


def embedded(seed, engine=ENGINE):
    content = pack(seed)
    return engine + content + struct.pack("<Q", len(content)) + b"GDPC"


def app_image(seed, engine=ENGINE):
    superblock = b"hsqs" + struct.pack("<6I", seed, seed + 9, 1 << 17, 3, 0x110001, 0) + b"\4\0\0\0" + noise(seed, 64)
    return engine + superblock + noise(7, 150_000)  # which many have


def one_file(seed, engine=ENGINE):
    """PyInstaller's."""
    table = struct.pack(">IIII", 32, 0, seed, seed) + noise(seed, 800)
    content = noise(8, 50_000)
    whole = len(content) + len(table) + 88
    cookie = MEI + struct.pack(">4I", whole, len(content), len(table), 311) + b"libpython3.11.so".ljust(64, b"\0")
    return engine + content + table + cookie


BESIDE = {"pack": pack, "asar": asar, "data.win": data_win, "rpa": renpy, "small pack": lambda seed: pack(seed, 3_000)}
BEHIND = {"embedded pack": embedded, "AppImage": app_image, "one file": one_file}
ADDED = {"itself": b"", "a byte": b"#", "zeros": bytes(5_000), "an archive": archive({"a.py": b"import maths\n" * 9})}


@pytest.mark.parametrize("added", ADDED.values(), ids=ADDED)
@pytest.mark.parametrize("make", (BESIDE | BEHIND).values(), ids=BESIDE | BEHIND)
def test_with_something_behind_it_is_the_game(make, added):
    assert alike(make(1), make(1) + added)


@pytest.mark.parametrize("make", (BESIDE | BEHIND).values(), ids=BESIDE | BEHIND)
def test_another_of_the_same_engine_is_not(make):
    assert not alike(make(1), make(2))


@pytest.mark.parametrize("make", BEHIND.values(), ids=BEHIND)
def test_behind_another_engine_it_is_the_game(make):
    assert alike(make(1), make(1, native.program(pages=9).content))


@pytest.mark.parametrize("make", [pack, asar, data_win, renpy])
def test_what_is_changed_here_and_there_is_the_game(make):
    content = bytearray(make(1))
    for at in (600, 5_000, 70_000):
        content[at] ^= 1
    assert alike(make(1), bytes(content))


def test_what_is_empty_in_both_makes_no_two_games_one():
    """Wherever a block is taken but the first there is a table, or padding, that other games have there, too."""
    tables = b"".join(bytes([fill]) * (512 << fill) for fill in range(10))
    assert not alike(pack(1, 428) + tables, pack(2, 428) + tables)


def test_a_table_that_lies_beyond_the_end_is_none():
    """Else all that lie so would be one game."""
    beyond = MEI + struct.pack(">4I", 88, 1 << 31, 900, 311) + bytes(64)
    assert not alike(ENGINE + beyond, native.program().content + beyond)


@pytest.mark.parametrize("head", [b"GDPC", b"hsqs", b"\x7fELF", b"MZ", b"RPA-", b"FORM\0\0\0\0GEN8", bytes(16) + b'{"files"'])
def test_what_is_cut_or_lies_has_no_parts_or_few(head):
    """Whatever it says of itself."""
    for tail in (b"", b"GDPC", b"\xff" * 8 + b"GDPC", MEI + b"\xff" * 80, b"hsqs" + bytes(24) + b"\4\0\0\0"):
        assert not alike(pack(1), head + tail)
