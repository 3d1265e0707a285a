"""What a PE file (.exe, .dll) says of itself: which build of a program it is, and its version resource.

PE format of the Microsoft portable executable specification; the version resource is VS_VERSIONINFO of winver.h. Files may have
been made to mislead: everything is read by small bounded reads from where the headers point, and what leads nowhere is None.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from host.segment import Segment, segment

_MOST_SECTIONS = 512  # Windows itself loads no more than some hundred
_MOST_OPTIONAL = 4096
_MOST_DEBUG = 32
_MOST_RESOURCES = 4096
_MOST_VERSION = 1 << 16  # lengths in a version resource have 16 bits
_MOST_NAME = 260
_RESOURCES, _SECURITY, _DEBUG = 2, 4, 6  # data directories
_CODEVIEW = 2
_RAW = 512  # what the system takes an offset down to
_EXECUTABLE = 0x2000_0000
_RT_VERSION = 16
_DIRECTORY = 0x8000_0000


@dataclass(frozen=True, slots=True)
class Version:
    """Of a file's version resource. None: it has none, does not say, or nothing that could be shown."""

    original_name: str | None = None
    product_name: str | None = None


@dataclass(frozen=True, slots=True)
class _Section:
    address: int
    size: int
    raw: int
    raw_size: int
    flags: int


@dataclass(frozen=True, slots=True)
class _Image:
    """`head`: the PE header from its signature to the end of the section table, without what signing changes."""

    file: BinaryIO
    head: bytes
    directories: tuple[tuple[int, int], ...]
    sections: tuple[_Section, ...]

    def directory(self, number: int) -> tuple[int, int]:
        return self.directories[number] if number < len(self.directories) else (0, 0)

    def at(self, address: int, size: int) -> bytes:
        """What is loaded at this relative address, as far as it is in the file."""
        for section in self.sections:
            inside = address - section.address
            if 0 <= inside < min(section.raw_size, section.size or section.raw_size):
                return _read(self.file, section.raw + inside, min(size, section.raw_size - inside))
        return b""


def build_id(file: BinaryIO, is_shared: Callable[[str], bool]) -> str | None:
    """40 hex digits that stay when the file is renamed, signed or appended to. None: no sound PE file. OSError from reading.

    The GUID and age by which debuggers find the symbols of this build, where there are any and they are of this program alone,
    which `is_shared` says of the name of their file; else a hash of the headers.
    """
    try:
        image = _image(file)
        if image is None:
            return None
        return _codeview(image, is_shared) or hashlib.sha256(image.head).hexdigest()[:40]
    except (struct.error, ValueError, OverflowError):  # offsets that lead nowhere: the file is damaged, or not meant to be read
        return None


def version(file: BinaryIO) -> Version:
    """The first names that the version resource has, if this is a sound PE file with one. OSError as above."""
    try:
        image = _image(file)
        data = b"" if image is None else _resource(image, _RT_VERSION)
        found = _names(data)
    except (struct.error, ValueError, OverflowError):  # as above
        return Version()
    original, product = _shown(found.get("originalfilename", "")), _shown(found.get("productname", ""))
    if original is not None and original.lower().endswith(".mui"):  # the texts of a program in one language
        original = original[:-4]
    return Version(original, product)


def loads(file: BinaryIO) -> tuple[Segment, ...]:
    """What is loaded, by relative addresses; nothing of a file that is no sound PE file. OSError as above."""
    try:
        image, end = _image(file), file.seek(0, 2)
    except (struct.error, ValueError, OverflowError):  # as above
        return ()
    found = (
        segment(one.address, one.raw // _RAW * _RAW, one.raw_size, end, executable=bool(one.flags & _EXECUTABLE))
        for one in (image.sections if image else ())
    )  # fmt: skip
    return tuple(one for one in found if one is not None)


def appended(file: BinaryIO) -> int:
    """How many bytes follow the image and are no signature: a program may carry there what it really runs. OSError as above."""
    try:
        image = _image(file)
        if image is None:
            return 0
        symbols, size = _symbols_end(image), file.seek(0, 2)
    except (struct.error, ValueError, OverflowError):  # as above
        return 0
    end = max([symbols, *(section.raw + section.raw_size for section in image.sections if section.raw_size)])
    offset, signature = image.directory(_SECURITY)  # of all directories the only one by offset in the file
    if offset >= end and offset + signature <= size:
        size -= signature
    return max(0, size - end)


def _symbols_end(image: _Image) -> int:
    """Where the symbol table of GNU's linkers ends, with the names behind it. 0: there is none."""
    offset, count = struct.unpack_from("<II", image.head, 12)
    names = _read(image.file, offset + 18 * count, 4) if offset else b""
    return int(offset + 18 * count + struct.unpack("<I", names)[0]) if len(names) == 4 else 0


def _read(file: BinaryIO, at: int, size: int) -> bytes:
    if at >= file.seek(0, 2):  # some disks refuse to seek as far as a header may say
        return b""
    file.seek(at)
    return file.read(size) or b""  # None: a file that has nothing to say yet, opened without waiting


def _image(file: BinaryIO) -> _Image | None:
    start = _read(file, 0, 64)
    if len(start) < 64 or start[:2] != b"MZ":
        return None
    offset = struct.unpack_from("<I", start, 60)[0]
    coff = _read(file, offset, 24)
    if len(coff) < 24 or coff[:4] != b"PE\0\0":
        return None
    count, size = struct.unpack_from("<H", coff, 6)[0], struct.unpack_from("<H", coff, 20)[0]
    if count > _MOST_SECTIONS or size > _MOST_OPTIONAL:
        return None
    rest = bytearray(_read(file, offset + 24, size + 40 * count))
    if len(rest) < size + 40 * count or size < 96 or rest[0] != 0x0B or rest[1] not in {1, 2}:
        return None
    directories = 112 if rest[1] == 2 else 96
    given = struct.unpack_from("<I", rest, directories - 4)[0]
    known = min(given, 16, (size - directories) // 8)
    pairs = tuple(struct.unpack_from("<II", rest, directories + 8 * number) for number in range(known))
    rest[64:68] = bytes(4)  # CheckSum
    if known > _SECURITY:
        rest[directories + 8 * _SECURITY : directories + 8 * _SECURITY + 8] = bytes(8)
    sections = tuple(_section(rest, size + 40 * number) for number in range(count))
    return _Image(file, coff + rest, pairs, sections)


def _section(headers: bytes | bytearray, at: int) -> _Section:
    size, address, raw_size, raw, flags = struct.unpack_from("<8xIIII12xI", headers, at)
    return _Section(address, size, raw, raw_size, flags)


def _codeview(image: _Image, is_shared: Callable[[str], bool]) -> str | None:
    address, size = image.directory(_DEBUG)
    table = image.at(address, min(size, 28 * _MOST_DEBUG))
    for at in range(0, len(table) - 27, 28):
        kind, length, _, raw = struct.unpack_from("<IIII", table, at + 12)
        if kind != _CODEVIEW:
            continue
        record = _read(image.file, raw, min(length, 24 + _MOST_NAME))
        if len(record) < 24 or record[:4] != b"RSDS" or not any(record[4:20]):
            continue
        name = re.split(rb"[\\/]", record[24:].partition(b"\0")[0])[-1]
        if not is_shared(name.decode("utf-8", "replace")):
            return record[4:24].hex()
    return None


def _resource(image: _Image, kind: int) -> bytes:
    """The first resource of this kind, in the first language that it is in."""
    root, _ = image.directory(_RESOURCES)
    offset = _entry(image, root, 0, kind) if root else None
    for _level in range(2):  # name, language
        if offset is None or not offset & _DIRECTORY:
            return b""
        offset = _entry(image, root, offset & ~_DIRECTORY, None)
    if offset is None or offset & _DIRECTORY:
        return b""
    where = image.at(root + offset, 8)
    address, size = struct.unpack("<II", where)
    return image.at(address, min(size, _MOST_VERSION))


def _entry(image: _Image, root: int, offset: int, kind: int | None) -> int | None:
    """What this directory's entry of that kind leads to, or its first one."""
    head = image.at(root + offset, 16)
    named, numbered = struct.unpack_from("<12xHH", head)
    if kind is None:
        first = image.at(root + offset + 16, 8)
        return None if len(first) < 8 else int(struct.unpack("<II", first)[1])
    table = image.at(root + offset + 16, 8 * min(named + numbered, _MOST_RESOURCES))
    for at in range(0, len(table) - 7, 8):
        number, leads = struct.unpack_from("<II", table, at)
        if number == kind:
            return int(leads)
    return None


_Span = tuple[int, int]


def _names(data: bytes) -> dict[str, str]:
    """The strings, by name in lower case, of the first table of a version resource that has one of the two we look for."""
    for key, _, blocks in _nodes(data, (0, len(data))):
        if key != "vs_version_info":
            break
        for tables in (inside for name, _, inside in _nodes(data, blocks) if name == "stringfileinfo"):
            for _, _, strings in _nodes(data, tables):
                found = {name: _text(data, value) for name, value, _ in _nodes(data, strings)}
                if found.get("originalfilename") or found.get("productname"):
                    return found
    return {}


def _nodes(data: bytes, span: _Span) -> Iterator[tuple[str, _Span, _Span]]:
    """The nodes that follow each other here: key in lower case, where the node's text is, where the nodes inside it are.

    Each begins with its length, its value's length and kind, and its key; what follows is padded to four bytes.
    """
    at, end = span
    while at + 6 <= end:
        length, value, text = struct.unpack_from("<HHH", data, at)
        stop = min(at + length, end)
        if length < 6:
            return
        key = _text(data, (at + 6, stop))
        begin = _padded(at + 8 + 2 * len(key))
        yield key.lower(), (begin, stop), (_padded(begin + (2 * value if text else value)), stop)
        at = _padded(at + length)


def _text(data: bytes, span: _Span) -> str:
    """The UTF-16 text here, up to its end mark; in it one character is two bytes."""
    begin, end = span
    units = struct.unpack_from(f"<{max(0, end - begin) // 2}H", data, min(begin, end))
    return "".join(map(chr, itertools.takewhile(bool, units)))


def _padded(at: int) -> int:
    return (at + 3) // 4 * 4


def _shown(text: str) -> str | None:
    """The text if it can be shown and is not too long; half surrogate pairs become characters."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").strip()
    return whole if 0 < len(whole) <= _MOST_NAME and whole.isprintable() else None
