"""What programs for Windows say of themselves: made for these tests, and damaged in any way."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host import images
from host.pe import Version, appended, build_id, version
from rules.programs import is_engine
from tests.host import pe_files as make

NAMES = make.version(make.strings(CompanyName="x", OriginalFilename="trochoi.exe", ProductName="Trò Chơi Thử"))
RECORDS = [(13, b"noise"), (2, make.rsds())]
WHOLE = make.pe(resource=NAMES, debug=RECORDS)
LONG = make.pe(resource=NAMES, debug=RECORDS, room=1 << 20)  # as much to read as its headers can be made to say
LITTLE = 200_000  # bytes


class Counting(io.BytesIO):
    """A file that counts what is read of it."""

    def __init__(self, content):
        super().__init__(content)
        self.taken = 0

    def read(self, size=-1):
        found = super().read(size)
        self.taken += len(found)
        return found


def id_of(content):
    return build_id(io.BytesIO(content), is_engine)


def names_of(content):
    return version(io.BytesIO(content))


@pytest.mark.parametrize("wide", [True, False])
def test_build_and_names(wide):
    """By the debug record where there is one; both kinds of PE."""
    file = io.BytesIO(make.pe(wide=wide, resource=NAMES, debug=[(2, make.rsds(age=3))]))

    assert build_id(file, is_engine) == images.build_id(file, is_engine) == "01" * 16 + "03000000"
    assert version(file) == Version("trochoi.exe", "Trò Chơi Thử")


@pytest.mark.parametrize("debug", [[], [(2, make.rsds(bytes(16)))], [(2, b"NB10" + bytes(40))], [(4, make.rsds())]])
def test_without_a_debug_record_the_headers_count(debug):
    """Signed, stamped with a checksum or appended to, it is the same build; another linker's run is another."""
    one = id_of(make.pe(debug=debug))

    assert len(bytes.fromhex(one)) == 20
    assert id_of(make.pe(debug=debug, signature=b"s" * 64, checksum=77, behind=b"x")) == one
    assert id_of(make.pe(debug=debug, stamp=2)) != one


@pytest.mark.parametrize("name", [b"electron.exe.pdb", rb"C:\b\WindowsPlayer_Master_x64.pdb", b"apphost.pdb", b"/b/JAVAW.pdb"])
def test_a_runtimes_record_is_nobodys_own(name):
    """One game of Unity, or one program of Electron, must not make a game of all others."""
    other = make.pe(debug=[(2, make.rsds(name=name))], resource=NAMES)

    assert id_of(make.pe(debug=[(2, make.rsds(name=name))])) not in {id_of(other), make.rsds()[4:24].hex()}


@pytest.mark.parametrize(("resource", "found"), [
    (make.version(make.strings(Comments="x"), make.strings(ProductName="Second")), Version(None, "Second")),
    (make.version(make.strings(OriginalFilename="notepad.exe.MUI")), Version("notepad.exe", None)),
    (make.version(make.strings(originalfilename="a.exe", PRODUCTNAME=" ")), Version("a.exe", None)),
    (make.version(make.strings(OriginalFilename="a\nb", ProductName="x" * 261)), Version()),
    (make.version(make.strings(ProductName="Chess 😀")), Version(None, "Chess 😀")),
    (make.version(), Version()),
    (make.node("SOMETHING", bytes(52)), Version()),
    (b"", Version()),
    (NAMES[:40], Version()),
    (NAMES[: len(NAMES) - 18], Version("trochoi.exe", "Trò")),
])
def test_which_names_count(resource, found):
    """The first table that has one of them; what cannot be shown is none; of a cut resource what is left."""
    assert names_of(make.pe(resource=resource)) == found


@pytest.mark.parametrize(("content", "more"), [
    (make.pe(), 0), (make.pe(signature=b"s" * 8), 0), (make.pe(behind=b"zip" * 100), 300),
    (make.pe(signature=b"s" * 8, behind=b"zip"), 3), (make.pe(symbols=bytes(18) + b"\x04\0\0\0"), 0), (b"MZ", 0), (b"", 0),
])
def test_what_is_carried_behind(content, more):
    """A signature is not, nor GNU's symbols."""
    assert appended(io.BytesIO(content)) == more


@pytest.mark.parametrize("content", [
    b"", b"MZ", b"MZ".ljust(64, b"\xff"), b"\x7fELF".ljust(99, b"\0"), WHOLE[:80], WHOLE[:300],
])
def test_no_sound_file(content):
    assert (id_of(content), names_of(content)) == (None, Version())
    assert images.build_id(io.BytesIO(content), is_engine) is None


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=8)), min_size=1, max_size=6))
def test_a_damaged_file_costs_little_and_nothing_worse(changes):
    """Whatever its headers say: no exception, and no more is read than some hundred KiB."""
    content = bytearray(LONG)
    for at, new in changes:
        content[at : at + len(new)] = new
    file = Counting(bytes(content))

    found = (build_id(file, is_engine), version(file), appended(file))

    assert found[0] is None or len(found[0]) == 40
    assert file.taken < LITTLE


HEADER = 64  # where the headers begin
DIRECTORIES = HEADER + 24 + 112
TREE = make.FILE_AT + 16  # the directories of resources
RECORD = LONG.index(struct.pack("<II", 2, len(make.rsds())))  # kind and length of a debug record


@pytest.mark.parametrize(("at", "claimed", "sound"), [
    (HEADER + 6, b"\xff\xff", False), (HEADER + 20, b"\xff\xff", False), (DIRECTORIES + 6 * 8 + 4, b"\xff" * 4, True),
    (RECORD + 4, b"\xff" * 4, True), (TREE + 12, b"\xff" * 4, True), (TREE + 76, b"\xff" * 4, True),
], ids=["sections", "optional header", "debug records", "name", "resources", "version"])  # fmt: skip
def test_what_claims_to_be_long_is_not_read_whole(at, claimed, sound):
    """Each length in the headers that somebody could have made as large as can be written; what is sound is still found."""
    file = Counting(LONG[:at] + claimed + LONG[at + len(claimed) :])

    found = (build_id(file, is_engine), version(file))

    assert found == ((id_of(WHOLE), names_of(WHOLE)) if sound else (None, Version()))
    assert file.taken < LITTLE


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=2_000))
def test_any_bytes_as_a_version_resource(resource):
    found = names_of(make.pe(resource=resource))

    assert all(name is None or name.isprintable() for name in (found.original_name, found.product_name))


def test_a_resource_that_leads_in_a_circle_ends():
    """Its directories name themselves, and claim to have as many entries as can be written."""
    content = bytearray(LONG)
    at = TREE
    content[at + 12 : at + 16] = b"\xff\xff\xff\xff"
    content[at + 20 : at + 24] = b"\0\0\0\x80"
    file = Counting(bytes(content))

    assert version(file) == Version()
    assert file.taken < LITTLE
