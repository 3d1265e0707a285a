"""Build ids of whatever is opened."""

from __future__ import annotations

import io
import struct
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from host import images
from host.elf import build_id
from tests.host.pe_files import pe, rsds

REAL = bytearray(Path(sys.executable).resolve().read_bytes()[: 1 << 16])
FAR = (0, 1, 1 << 16, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)
ID = bytes.fromhex("00112233445566778899aabbccddeeff00112233")


def elf(*notes, first=64, entry=56):
    """A 64-bit ELF file with these (offset, size) as note segments, and behind them one whose id is ID."""
    at = 64 + 56 * (len(notes) + 1)
    note = struct.pack("<III", 4, len(ID), 3) + b"GNU\0" + ID
    head = struct.pack("<7s25xQ14xHH6x", b"\x7fELF\2\1\1", first, entry, len(notes) + 1)
    return head + b"".join(struct.pack("<II6Q", 4, 0, at, 0, 0, size, 0, 0) for at, size in (*notes, (at, len(note)))) + note


class Silent(io.RawIOBase):
    """A file that has nothing to say yet and was opened without waiting: `read` says None, after `talks` reads."""

    def __init__(self, content, talks):
        self._file, self._talks = io.BytesIO(content), talks

    def seek(self, at, whence=0):
        return self._file.seek(at, whence)

    def read(self, size=-1):
        self._talks -= 1
        return self._file.read(size) if self._talks >= 0 else None


def test_a_file_with_nothing_to_say():
    """No id, at whichever read it falls silent."""
    content = Path(sys.executable).resolve().read_bytes()
    assert [build_id(Silent(content, talks)) for talks in range(3)] == [None] * 3
    assert build_id(Silent(content, 99)) == build_id(io.BytesIO(content))


def on_disk(tmp_path_factory, content):
    """The file as gate and loop open it: a seek too far is an error there, and none in memory."""
    path = tmp_path_factory.getbasetemp() / "crafted"
    path.write_bytes(content)
    with path.open("rb", buffering=0) as file:
        return images.build_id(file, lambda _: False)


@pytest.mark.parametrize("offset", FAR[2:])
def test_a_note_that_leads_nowhere_hides_no_other(tmp_path_factory, offset):
    assert on_disk(tmp_path_factory, elf((offset, 1 << 63))) == ID.hex()


@pytest.mark.parametrize("first", FAR)
def test_headers_that_lead_nowhere(tmp_path_factory, first):
    """No id, and no error: a file that anybody can write must not fail the gate."""
    assert on_disk(tmp_path_factory, elf(first=first)) is None


def test_the_work_for_notes_is_bounded():
    """However many segments say that all of the file is theirs: together they are read once."""
    read = []

    class Counted(io.BytesIO):
        def read(self, size=-1):
            read.append(len(data := super().read(size)))
            return data

    assert build_id(Counted(elf(*[(0, 1 << 16)] * 1_000) + bytes(1 << 16))) is None
    assert sum(read) < 3 << 16


NUMBERS = st.tuples(st.integers(0, 4096), st.sampled_from(FAR) | st.integers(0, (1 << 64) - 1))


@given(st.lists(NUMBERS, max_size=8), st.booleans())
@example([(32, (1 << 63) - 1)], False)
def test_a_real_program_with_other_numbers_in_it(tmp_path_factory, numbers, windows):
    """Whatever stands in its headers is an id or none."""
    content = bytearray(pe(debug=[(2, rsds())]) if windows else REAL)
    for at, number in numbers:
        struct.pack_into("<Q", content, min(at, len(content) - 8), number)
    assert isinstance(on_disk(tmp_path_factory, bytes(content)), str | None)
