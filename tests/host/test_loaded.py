"""Blocks of what is loaded: the same whatever is done around the code, and nothing raised whatever a file says of itself."""

from __future__ import annotations

import io
import random
import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from host import elf, images
from host.loaded import compared, sampled
from rules.matching.loaded import MOST_PAGES, Index, written
from tests import native
from tests.host import pe_files

PAGE = native.PAGE
SOME = random.Random("blocks")
FAR = (0, 1, 4095, 4096, 1 << 16, (1 << 31) - 1, (1 << 32) - 1, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)


def put(content, at, new):
    return content[:at] + new + content[at + len(new) :]


def exe(pages=6):
    """A program for Windows with code of its own."""
    content = pe_files.pe(room=PAGE * pages, debug=[(2, pe_files.rsds())])
    flags = content.index(b".all") + 36
    begin = pe_files.FILE_AT + 512
    content = put(content, begin, SOME.randbytes(PAGE * pages))
    return put(content, flags, struct.pack("<I", 0x6000_0020))


def share(content, of):
    """Which part of the blocks by which `of` is known are in `content`."""
    known = sampled(io.BytesIO(of), MOST_PAGES)
    found = compared(io.BytesIO(content), Index([("x", written(known))]).wanted.pages)
    return len(found) / len(known)


GAME = native.program("a game").content
EXE = exe()
MADE = {"ELF": GAME, "PE": EXE}


@pytest.mark.parametrize("game", MADE.values(), ids=MADE)
def test_what_is_done_around_the_code_changes_nothing(game):
    for content in (game, game + bytes(PAGE * 9), put(game, 0x4A, b"?") if game is EXE else put(game, 7, b"???????")):
        assert share(content, game) == 1


@pytest.mark.parametrize("game", MADE.values(), ids=MADE)
def test_a_byte_is_a_block(game):
    assert 0.95 < share(put(game, PAGE * 2, b"?"), game) < 1


@pytest.mark.parametrize("other", [native.program().content, exe(), b"", b"MZ", b"\x7fELF", b"#!/bin/sh"])
def test_other_programs_have_none_of_it(other):
    assert [share(other, game) for game in MADE.values()] == [0, 0]


def test_the_header_of_a_program_for_windows_is_no_part_of_it():
    """One byte of it makes another build where it has no GUID; its code stays."""
    game = put(EXE, EXE.index(b"RSDS"), b"none")
    other = put(game, game.index(b"PE\0\0") + 8, b"?")  # when it was linked

    assert images.build_id(io.BytesIO(game), lambda _: False) != images.build_id(io.BytesIO(other), lambda _: False)
    assert share(other, game) == 1


def parts(*entries):
    """A file of these (kind, flags, offset, address, size), with the game's code at PAGE and nothing at PAGE * 8."""
    table = b"".join(struct.pack("<IIQQQQQQ", kind, flags, at, where, where, size, size, PAGE)
                     for kind, flags, at, where, size in entries)  # fmt: skip
    head = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 3, 62, 1, PAGE, 64, 0, 0, 64, 56, len(entries), 64, 0, 0)
    return put(GAME[: PAGE * 7].ljust(PAGE * 16, b"\0"), 0, head + table)


CODE = (1, 5, PAGE, PAGE, PAGE * 6)


@pytest.mark.parametrize("content", [
    parts(CODE),
    parts((1, 4, *CODE[2:])),  # made executable later
    parts((1, 5, PAGE, PAGE, PAGE * 3), (1, 5, PAGE * 4, PAGE * 4, PAGE * 3)),
    parts((1, 5, PAGE + 0x40, PAGE + 0x40, PAGE * 6 - 0x50)),  # whole pages are loaded
    parts((1, 5, PAGE * 8, PAGE, PAGE * 6), CODE),  # one over the other: the last stays
    parts(*[(1, 5, PAGE * 8, PAGE * (100 + one), PAGE) for one in range(60)], CODE),
    parts((1, 5, PAGE * 8, PAGE * 100, (1 << 40) + 1), CODE),
], ids=range(7))  # fmt: skip
def test_however_it_is_loaded(content):
    assert share(content, GAME) == 1


def test_what_the_system_does_not_ask_says_nothing():
    """The kernel takes the machine's word for class and byte order, whatever the file's first bytes say."""
    for change in (b"\1", b"\0\0", b"\x7f\x09", b"\1\2"):
        assert share(put(GAME, 4, change), GAME) == 1
        assert elf.build_id(io.BytesIO(put(GAME, 4, change))) == elf.build_id(io.BytesIO(GAME))


def test_a_part_that_is_overridden_says_nothing():
    assert share(parts(CODE, (1, 5, PAGE * 8, PAGE, PAGE * 6)), GAME) == 0


def test_who_is_pressed_hears_nothing():
    wanted = Index([("x", written(sampled(io.BytesIO(GAME), MOST_PAGES)))]).wanted.pages

    assert compared(io.BytesIO(GAME), wanted, lambda: True) is None


def test_padding_and_tables_say_nothing():
    assert sampled(io.BytesIO(parts((1, 5, PAGE * 8, PAGE * 8, PAGE * 4))), MOST_PAGES) == {}


def test_of_a_large_program_some_pages_are_taken():
    found = sampled(io.BytesIO(native.program(pages=200).content), MOST_PAGES)

    assert len({page for page, _ in found}) == MOST_PAGES


def test_what_a_program_carries_behind_itself():
    """A runtime with its game, not what a linker or stripping leaves there."""
    for content in (GAME, EXE):
        assert not images.appended(io.BytesIO(content))
        assert images.appended(io.BytesIO(content + b"PK" * 200))


def on_disk(tmp_path_factory, content):
    """As gate and loop open it: a seek too far is an error there, and none in memory."""
    path = tmp_path_factory.getbasetemp() / "crafted"
    path.write_bytes(content)
    wanted = {page: {0: frozenset((1,))} for page in (0, 1, 9, 1 << 20, (1 << 52) - 1)}
    with path.open("rb", buffering=0) as file:
        images.build_id(file, lambda _: False)
        sampled(file, MOST_PAGES)
        compared(file, wanted)
        images.appended(file)


number = st.sampled_from(FAR) | st.integers(0, (1 << 64) - 1)


@given(st.lists(st.tuples(st.sampled_from((0, 1, 1, 2, 4)), st.integers(0, 7), number, number, number), max_size=8))
@example([(4, 4, (1 << 63) - 1, 0, (1 << 63) - 1), (1, 5, (1 << 63) - 1, (1 << 63) - 1, (1 << 64) - 1)])
def test_crafted_parts_raise_nothing(tmp_path_factory, entries):
    on_disk(tmp_path_factory, parts(*entries))


@given(st.lists(st.tuples(st.integers(0, 600), st.binary(min_size=1, max_size=16)), max_size=6), st.sampled_from((GAME, EXE)))
def test_crafted_headers_raise_nothing(tmp_path_factory, changes, content):
    for at, new in changes:
        content = put(content, at, new)
    on_disk(tmp_path_factory, content)
