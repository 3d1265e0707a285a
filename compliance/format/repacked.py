"""A bundle that another tool packed anew, as whoever unpacks it and sends it on does. Pure.

How members lie in a zip is no evidence: what they hold is signed, hashed, or named by its hash. So any plain zip of them is
read, at its top or all in one folder, if there is only one way to read it: stored or deflated members, one behind the other
from the first byte on, each told alike by its header and by the directory, which ends the file. Dates, attributes, owners say
nothing; of extra fields none is taken that could say something else of a member, as another name. What is deflated is inflated,
and found to be as written or not, when somebody asks for it: a file that nobody asks for costs nothing.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from functools import partial
from itertools import pairwise
from typing import NamedTuple

from compliance.format.container import MAX_MEMBER, MAX_MEMBERS, MAX_NAME, Members, Pieces
from i18n.message import Message, MessageError, msg

# How much smaller than its members a file may be. Logs of ticks, refusals and long lists of packs came to 6 to 11: each entry
# holds a hash.
MAX_RATIO = 30
_SLACK = 1 << 20
_MAX_EXTRA = 1024  # bytes beside a name; known tools write at most 36
_MAX_FOLDER = 256  # bytes of the folder that all may lie in, whatever it is called: who packs a folder packs its name

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_LOCAL_MARK, _CENTRAL_MARK, _END_MARK, _DATA_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x07\x08"
_STORED, _DEFLATED = 0, 8
_LATER, _HARMLESS = 0x0008, 0x0806  # sizes behind the content; how well it was deflated, names in UTF-8
_ASCII = range(0x21, 0x7F)
_IN_EACH = b"checkpoint"
_ZIP64 = 0x0001  # only one that repeats the sizes, which are in the header anyway
_DATES_AND_OWNERS = frozenset({0x000A, 0x5455, 0x5855, 0x7855, 0x7875})  # NTFS, times, Unix 1 to 3


class Unreadable(MessageError):
    """Bytes that are no zip, or one that could be read in more ways than one."""


class Member(NamedTuple):
    """As the directory tells it; `within` so many bytes of its name are the folder that all lie in."""

    name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    within: int = 0

    @property
    def text(self) -> str:
        return "".join(chr(byte) if byte in _ASCII else "?" for byte in self.name[self.within :])


def unpack(data: Pieces) -> Members[bytes]:
    """The members by name, folders left out. Unreadable says why not; asking for one that is not as written raises it, too."""
    members, end = _directory(data)
    if len({one.name for one in members}) < len(members):
        raise Unreadable(msg("a member is there twice"))
    if sum(one.size for one in members) > MAX_RATIO * len(data) + _SLACK:
        raise Unreadable(msg("its members are far larger than the file"))
    found: dict[str, Callable[[], bytes]] = {}
    empty: set[str] = set()
    at = 0
    for member in sorted(members, key=lambda one: one.offset):
        if member.offset != at:
            raise _stray(member)
        start, at = _place(data, member, end)
        found[member.text] = partial(_content, data, member, start)
        if member.method == _STORED and zlib.crc32(data[start : start + member.packed]) != member.crc:
            raise Unreadable(msg("{member}: its content is not as written", member=member.text))
        if not member.size:
            empty.add(member.text)
    if at != end:
        raise Unreadable(msg("there are bytes that belong to no member"))
    for folder in list(_folders(found, empty)):
        del found[folder]
    if "" in empty:  # that of all
        del found[""]
    return Members(found)


def _directory(data: Pieces) -> tuple[list[Member], int]:
    """All members, and where the directory begins."""
    at_end = len(data) - _END.size
    last = data[max(0, at_end) :]
    if len(last) < _END.size or last[:4] != _END_MARK:
        raise Unreadable(msg("it does not end as a zip does"))
    _, disk, first, here, count, size, start, comment = _END.unpack(last)
    if disk or first or here != count or comment or start + size != at_end:
        raise Unreadable(msg("the end of the file is not that of a plain zip"))
    if size > MAX_MEMBERS * (_CENTRAL.size + MAX_NAME + _MAX_FOLDER + _MAX_EXTRA):
        raise Unreadable(msg("its directory is not that of a plain zip"))
    members = list(_lines(data[start:at_end]))
    if len(members) != count:
        raise Unreadable(msg("the end of the file is not that of a plain zip"))
    return _unfolded(members), start


def _unfolded(members: list[Member]) -> list[Member]:
    """As named within the folder that all of them lie in, if there is one."""
    folder = members[0].name[: members[0].name.find(b"/") + 1] if members else b""
    if folder + _IN_EACH not in {one.name for one in members} or not all(one.name.startswith(folder) for one in members):
        folder = b""
    within = len(folder)
    for member in members:
        name = member.name[within:]
        if len(name) > MAX_NAME or any(byte not in _ASCII for byte in name) or not (name or (within and not member.size)):
            raise Unreadable(msg("a member has a name that no exported log has"))
    return [one._replace(within=within) for one in members]


def _lines(directory: bytes) -> Iterator[Member]:
    at, end = 0, len(directory)
    while at < end:
        if at + _CENTRAL.size > end or directory[at : at + 4] != _CENTRAL_MARK:
            raise Unreadable(msg("its directory is not that of a plain zip"))
        fields = _CENTRAL.unpack_from(directory, at)
        flags, method, crc, packed, size, name_length, extra, comment = *fields[3:5], *fields[7:13]
        name = directory[at + _CENTRAL.size : at + _CENTRAL.size + name_length]
        member = Member(name, flags, method, crc, packed, size, fields[16])
        if len(name) != name_length or name_length > MAX_NAME + _MAX_FOLDER:
            raise Unreadable(msg("a member has a name that no exported log has"))
        if flags & ~(_LATER | _HARMLESS) or method not in {_STORED, _DEFLATED} or comment or fields[13]:
            raise Unreadable(msg("{member} is packed in a way that is not read here", member=member.text))
        if size > MAX_MEMBER or packed > MAX_MEMBER + _SLACK:
            raise Unreadable(msg("{member} is larger than any file of a log", member=member.text))
        behind = at + _CENTRAL.size + name_length
        _check_extra(member, directory[behind : behind + extra], extra)
        yield member
        at += _CENTRAL.size + name_length + extra
    if at != end:
        raise Unreadable(msg("its directory is not that of a plain zip"))


def _place(data: Pieces, member: Member, limit: int) -> tuple[int, int]:
    """Where its content begins, and where the next member does."""
    header = data[member.offset : member.offset + _LOCAL.size + MAX_NAME + _MAX_FOLDER + _MAX_EXTRA]
    if member.offset + _LOCAL.size > limit or header[:4] != _LOCAL_MARK:
        raise _stray(member)
    _, _, flags, method, _, _, crc, packed, size, name_length, extra = _LOCAL.unpack_from(header)
    told = (member.crc, member.packed, member.size)
    same = all(one == as_told or (one == 0 and flags & _LATER) for one, as_told in zip((crc, packed, size), told, strict=True))
    named = _LOCAL.size + name_length
    if (header[_LOCAL.size : named], flags, method) != (member.name, member.flags, member.method) or not same:
        raise Unreadable(msg("{member}: its header and the directory differ", member=member.text))
    _check_extra(member, header[named : named + extra], extra)
    start = member.offset + named + extra
    end = start + member.packed
    if end > limit:
        raise _stray(member)
    return start, end + (_behind(data, end, told) if flags & _LATER else 0)


def _content(data: Pieces, member: Member, start: int) -> bytes:
    packed = data[start : start + member.packed]
    content = _inflated(packed, member) if member.method == _DEFLATED else packed
    if len(content) != member.size or zlib.crc32(content) != member.crc:
        raise Unreadable(msg("its content is not as written"))
    return content


def _check_extra(member: Member, extra: bytes, length: int) -> None:
    """Unreadable unless it is blocks of a kind that says nothing of the name and the content. Info-ZIP obeys a Unicode name."""
    at, sizes = 0, struct.pack("<2Q", member.size, member.packed)
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<2H", extra, at)
        block = extra[at + 4 : at + 4 + size]
        if kind not in _DATES_AND_OWNERS and not (kind == _ZIP64 and block == sizes):
            break
        at += 4 + size
    if not at == len(extra) == length <= _MAX_EXTRA:
        raise Unreadable(msg("{member} is packed in a way that is not read here", member=member.text))


def _inflated(data: bytes, member: Member) -> bytes:
    """Never more than the directory says."""
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = inflate.decompress(data, member.size + 1)
    except zlib.error:
        content = b""
    if not inflate.eof or inflate.unused_data or len(content) != member.size:
        raise Unreadable(msg("its content is not as written"))
    return content


def _behind(data: Pieces, at: int, told: tuple[int, int, int]) -> int:
    """How long what is told behind a content is; with or without a mark of its own."""
    record = struct.pack("<3I", *told)
    for behind in (_DATA_MARK + record, record):
        if data[at : at + len(behind)] == behind:
            return len(behind)
    raise Unreadable(msg("there are bytes that belong to no member"))


def _folders(found: Iterable[str], empty: AbstractSet[str]) -> Iterator[str]:
    """What is no member but holds some. In the order of names, what lies in a folder comes right behind it."""
    for name, after in pairwise(sorted(found)):
        if name.endswith("/") and name in empty and after.startswith(name):
            yield name


def _stray(member: Member) -> Unreadable:
    text: Message = msg("{member} does not lie where it should", member=member.text)
    return Unreadable(text)
