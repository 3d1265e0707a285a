"""A bundle that somebody unpacked and packed anew, and archives that only look like one."""

from __future__ import annotations

import io
import random
import shutil
import struct
import subprocess
import warnings
import zipfile
import zlib
from contextlib import suppress
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance import bundle
from compliance.__main__ import main
from compliance.format import container, repacked
from compliance.format.repacked import MAX_RATIO, Unreadable, _folders, unpack
from compliance.verify import verify
from i18n.message import plain

NOTE = "the archive was packed anew by another tool; its contents are whole"


@pytest.fixture(scope="module")
def whole(make_site, tmp_path_factory):
    with make_site(tmp_path_factory.mktemp("whole")) as site:
        site.honest_day()
        return site.bundle()


@pytest.fixture(scope="module")
def members(whole):
    return dict(bundle.parse(whole).members)


class _Pipe(io.BytesIO):
    """Where nobody can go back to, so that sizes stand behind the contents."""

    def seekable(self):
        return False

    def seek(self, *_):
        raise io.UnsupportedOperation

    tell = seek


def zipped(members, method=zipfile.ZIP_DEFLATED, into=None, folders=()):
    made = io.BytesIO() if into is None else into
    with warnings.catch_warnings(), zipfile.ZipFile(made, "w", method) as archive:
        warnings.simplefilter("ignore")  # that a name is there twice
        for folder in folders:
            archive.writestr(zipfile.ZipInfo(folder + "/"), b"")
        for name, data in members:
            archive.writestr(name, data)
    return made.getvalue()


@pytest.mark.parametrize("how", ["stored", "deflated", "another order", "with folders", "into a pipe", "a folder"])
def test_packed_anew_it_is_whole(members, how):
    """With a note, and every member as it was."""
    pairs = list(members.items())
    data = {
        "stored": lambda: zipped(pairs, zipfile.ZIP_STORED),
        "deflated": lambda: zipped(pairs),
        "another order": lambda: zipped(pairs[::-1]),
        "with folders": lambda: zipped(pairs, folders=("tile", "tile/0", "tile/entries", "packs")),
        "into a pipe": lambda: zipped(pairs, into=_Pipe()),
        "a folder": lambda: zipped([(f"Sổ quán/{name}", data) for name, data in pairs], folders=("Sổ quán", "Sổ quán/tile")),
    }[how]()
    found = bundle.parse(data)
    assert (found.members, found.damage, found.repacked) == (members, (), True)
    assert verify(found).ok


@pytest.mark.parametrize("what", ["files", "folder"])
@pytest.mark.parametrize(
    "command", [("zip", "-q", "-r", "{out}"), ("7z", "a", "-tzip", "{out}"), ("bsdtar", "-a", "-cf", "{out}")],
    ids=lambda command: command[0],
)  # fmt: skip
def test_what_other_tools_make_of_it(tmp_path, members, command, what):
    if shutil.which(command[0]) is None:
        pytest.skip(f"there is no {command[0]} here")
    folder = tmp_path / "Sổ quán"
    for name, data in members.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    names = sorted(path.name for path in folder.iterdir()) if what == "files" else [folder.name]
    words = [word.format(out=tmp_path / "again.zip") for word in command]
    subprocess.run([*words, *names], cwd=folder if what == "files" else tmp_path, check=True, capture_output=True)
    with bundle.read(tmp_path / "again.zip") as found:
        assert verify(found).ok


def test_the_verifier_says_so(tmp_path, capsys, monkeypatch, whole, members):
    """Exit 0 and one line; of what was exported nothing is said."""
    monkeypatch.setenv("GIOCHOI_LANG", "en")
    for data, told in ((zipped(members.items()), True), (whole, False)):
        (tmp_path / "log.zip").write_bytes(data)
        assert main([str(tmp_path / "log.zip")]) == 0
        assert (NOTE in capsys.readouterr().out) is told


def test_what_was_changed_in_it_is_found(members):
    """As in any other bundle, and nothing is said of the archive."""
    name = next(name for name in members if name.startswith("tile/entries"))
    changed = members[name].replace(b'"ms":', b'"mS":', 1)
    report = verify(bundle.parse(zipped({**members, name: changed}.items())))
    assert not report.ok
    assert not any(plain(one.where).startswith("byte ") for one in report.failures)


def twice(members):
    return zipped([*members.items(), ("key", b"another")])


def between(members):
    """Four bytes between the first and the second member, all offsets behind them mended."""
    data = bytearray(zipped(members.items()))
    at_end = len(data) - 22
    count, _, start = struct.unpack_from("<HII", data, at_end + 10)
    at = start
    second = sorted(zipfile.ZipFile(io.BytesIO(data)).infolist(), key=lambda one: one.header_offset)[1].header_offset
    for _ in range(count):
        lengths, offset = struct.unpack_from("<3H", data, at + 28), struct.unpack_from("<I", data, at + 42)[0]
        struct.pack_into("<I", data, at + 42, offset + 4 * (offset >= second))
        at += 46 + sum(lengths)
    struct.pack_into("<I", data, at_end + 16, start + 4)
    return bytes(data[:second] + b"junk" + data[second:])


def bomb(members):
    return zipped([*members.items(), ("packs/" + "0" * 64 + ".toml", bytes(container.MAX_MEMBER + 1))])


def longer_than_told(members):
    """A deflated member that goes on behind the size in the directory."""
    data = bytearray(zipped({"key": b"x" * 1000, "checkpoint": b""}.items()))
    for at, size in ((0, 22), (data.index(b"PK\x01\x02"), 24)):
        struct.pack_into("<I", data, at + size, 10)
    return bytes(data)


def with_extra(block, *, inside=True, listed=True):
    """The first member with this behind its name in its header, in the directory, or in both."""
    def make(members):
        name, content = "key", members["key"]
        crc, size = zlib.crc32(content), len(content)
        common = (20, 0, 0, 0, 33, crc, size, size, len(name))
        local = block if inside else b""
        first = struct.pack("<4s5H3I2H", b"PK\x03\x04", *common, len(local)) + name.encode() + local + content
        line = struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, *common, len(block) * listed, 0, 0, 0, 0, 0) + name.encode()
        rest = bytearray(zipped((pair for pair in members.items() if pair[0] != name), zipfile.ZIP_STORED))
        start = struct.unpack_from("<I", rest, len(rest) - 6)[0]
        at = start
        while rest[at : at + 4] == b"PK\x01\x02":
            struct.pack_into("<I", rest, at + 42, struct.unpack_from("<I", rest, at + 42)[0] + len(first))
            at += 46 + sum(struct.unpack_from("<3H", rest, at + 28))
        line += block * listed
        end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, *[len(members)] * 2, len(line) + at - start, start + len(first), 0)
        return bytes(first + rest[:start] + line + rest[start:at] + end)
    return make


def field(kind, data):
    return struct.pack("<2H", kind, len(data)) + data


_UNICODE_NAME = field(0x7075, b"\x01" + struct.pack("<I", zlib.crc32(b"key")) + b"checkpoint")


@pytest.mark.parametrize(("inside", "listed"), [(True, False), (False, True), (True, True)])
def test_dates_and_owners_may_stand_beside_a_name(members, inside, listed):
    blocks = field(0x5455, b"\x01" + bytes(4)) + field(0x7875, b"\x01\x04" + bytes(4) + b"\x04" + bytes(4))
    blocks += field(0x000A, bytes(32)) + field(0x0001, struct.pack("<2Q", *[len(members["key"])] * 2))
    assert unpack(with_extra(blocks, inside=inside, listed=listed)(members)) == members


@pytest.mark.parametrize(("inside", "listed"), [(True, False), (False, True)])
@pytest.mark.parametrize("block", [
    _UNICODE_NAME, field(0x5455, b"\x01" + bytes(4)) + _UNICODE_NAME, field(0x0001, struct.pack("<2Q", 1, 1)),
    field(0x0008, b"x"), field(0x6375, b"x"), field(0x5455, b"")[:3], field(0x5455, bytes(5))[:-1],
])  # fmt: skip
def test_another_name_or_size_beside_a_name_is_refused(members, block, inside, listed):
    with pytest.raises(Unreadable, match="key is packed in a way that is not read here"):
        unpack(with_extra(block, inside=inside, listed=listed)(members))


def test_a_text_that_no_entry_names_is_told(members):
    """Whoever packs it anew may put one in; nobody has signed that it was in force."""
    text = b"anything"
    more = {**members, bundle.pack_path(sha256(text).hexdigest()): text}
    report = verify(bundle.parse(zipped(more.items())))
    told = [plain(one.what) for one in report.audit.findings if one.kind == "pack"]
    assert (report.ok, told) == (True, ["1 text of a pack is in the bundle that no entry names"])
    assert not [one for one in verify(bundle.parse(zipped(members.items()))).audit.findings if one.kind == "pack"]


def other_name_inside(members):
    data = zipped(members.items())
    return data.replace(b"checkpoint", b"checkpoimt", 1)


def encrypted(members):
    data = bytearray(zipped(members.items()))
    for info in zipfile.ZipFile(io.BytesIO(data)).infolist():
        data[info.header_offset + 6] |= 1
    at = data.index(b"PK\x01\x02")
    while data[at : at + 4] == b"PK\x01\x02":
        data[at + 8] |= 1
        at += 46 + sum(struct.unpack_from("<3H", data, at + 28))
    return bytes(data)


HOSTILE = {
    "twice": twice, "between": between, "in front": lambda members: b"#!/bin/sh\n" + zipped(members.items()),
    "behind": lambda members: zipped(members.items()) + b"more", "longer": longer_than_told, "other name": other_name_inside,
    "encrypted": encrypted, "bzip2": lambda members: zipped(members.items(), zipfile.ZIP_BZIP2),
    "odd name": lambda members: zipped([*members.items(), ("kéy", b"")]),
    "space": lambda members: zipped([*members.items(), ("a b", b"")]),
    "up": lambda members: zipped([*members.items(), ("../key", b"")]),
    "empty folder": lambda members: zipped(members.items(), folders=("elsewhere",)),
    "comment": lambda members: zipped(members.items())[:-2] + b"\x02\x00hi",
}  # fmt: skip


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_an_archive_with_more_than_one_reading_is_refused(members, make):
    """By one line, not by one for each member."""
    data = make(members)
    try:
        report = verify(bundle.parse(data))
    except bundle.BundleError:
        return
    assert not report.ok
    assert sum(plain(one.where).startswith("byte ") for one in report.failures) <= 1


def test_a_bomb_is_not_unpacked(members):
    """Nothing of it: the directory says already how large it is."""
    data = bomb(members)
    with pytest.raises(Unreadable, match="larger than any file of a log"):
        unpack(data)


def test_what_is_unpacked_stays_in_proportion(members):
    """A file of ten megabytes takes no gigabyte; what a log is packed to is far from that."""
    size = sum(map(len, members.values()))
    assert size < MAX_RATIO / 3 * len(zipped(members.items()))
    noise = random.Random(7)
    hundredth = b"".join(noise.randbytes(100) + bytes(9_900) for _ in range(400))
    with pytest.raises(Unreadable, match="far larger"):
        unpack(zipped([("key", hundredth)]))


def test_what_nobody_asks_for_is_not_inflated(members, monkeypatch):
    """A file that no log has is refused by its name; only then would it be read."""
    data = zipped([*members.items(), ("more", bytes(1 << 20))])
    inflated = []
    real = repacked._inflated
    monkeypatch.setattr(repacked, "_inflated", lambda packed, member: inflated.append(member.text) or real(packed, member))
    assert plain(verify(bundle.parse(data)).failures[0].where) == "more"
    assert "more" not in inflated


class _Name(str):
    """Counts the comparisons."""

    __slots__ = ()
    asked = 0

    def startswith(self, *of):
        _Name.asked += 1
        return super().startswith(*of)


def test_folders_are_told_apart_in_one_pass():
    """However many there are: each against all others, 65,535 took six minutes."""
    empty = ["tile/", *(f"tile/{number}/" for number in range(2_000))]
    found = [_Name(name) for name in (*empty, "tile/7/000", "full/x", "full/")]
    _Name.asked = 0
    assert list(_folders(found, {name for name in found if name != "full/"})) == ["tile/", "tile/7/"]
    assert _Name.asked <= len(found)


@given(st.dictionaries(st.text("abc/.0", min_size=1, max_size=6), st.binary(max_size=40), min_size=1, max_size=5), st.data())
def test_no_content_changes_unseen(members, data):
    """A changed byte is refused, or changes no member."""
    sound = zipped(members.items())
    read = {name: content for name, content in members.items() if name in unpack(sound)}
    place = data.draw(st.integers(0, len(sound) - 1))
    changed = bytearray(sound)
    changed[place] ^= 1 << data.draw(st.integers(0, 7))
    try:
        found = dict(unpack(bytes(changed)))
    except Unreadable:
        return
    assert found == read


@given(st.binary(max_size=300), st.integers(0, 3))
def test_nothing_but_its_own_error(tail, cut):
    for data in (tail, zipped([("key", tail)])[: -cut or None], b"".join(container.pack([("key", tail)])) + tail):
        with suppress(Unreadable):
            dict(unpack(data))


def test_what_stands_behind_a_content_may_come_without_a_mark():
    """The specification leaves that open."""
    data = zipped([("key", b"hello")], into=_Pipe())
    at, end = data.index(b"PK\x07\x08"), len(data) - 22
    (start,) = struct.unpack_from("<I", data, end + 16)
    unmarked = data[:at] + data[at + 4 : end + 16] + struct.pack("<I", start - 4) + data[end + 20 :]
    assert unpack(unmarked) == unpack(data) == {"key": b"hello"}


def test_the_content_is_checked_where_nothing_is_deflated():
    data = zipped([("key", b"hello")], zipfile.ZIP_STORED)
    with pytest.raises(Unreadable, match="not as written"):
        unpack(data.replace(b"hello", b"jello"))
    assert zlib.crc32(unpack(data)["key"]) == zlib.crc32(b"hello")
