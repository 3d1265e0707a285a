"""Programs for Windows made from nothing, as small as they can be, for tests on any system."""

from __future__ import annotations

import struct

FILE_AT, LOADED_AT = 0x400, 0x1000


def pe(*, wide=True, resource=b"", debug=(), signature=b"", stamp=1, checksum=0, behind=b"", symbols=b"", room=0):
    """A PE file of one section with a version resource (its bytes) and debug records; `signature` is what a signer appends,
    `room` how much of nothing ends the section.
    """
    directories = [(0, 0)] * 16
    body = bytearray(16)
    if resource:
        directories[2] = (LOADED_AT + len(body), 72 + len(resource))
        body += _tree(LOADED_AT + len(body), resource)
    if debug:
        table = LOADED_AT + len(body)
        directories[6] = (table, 28 * len(debug))
        at = len(body) + 28 * len(debug)
        records = bytearray()
        for kind, record in debug:
            place = at + len(records)
            body += struct.pack("<IIHHIIII", 0, 0, 0, 0, kind, len(record), LOADED_AT + place, FILE_AT + place)
            records += record
        body += records
    body += bytes(-len(body) % 512 + room)
    end = FILE_AT + len(body)
    if signature:
        directories[4] = (end + len(symbols), len(signature))
    where = (end, 1) if symbols else (0, 0)
    optional = struct.pack("<H58xIIH", 0x20B if wide else 0x10B, FILE_AT, checksum, 2)[:70].ljust(108 if wide else 92, b"\0")
    optional += struct.pack("<I", 16) + b"".join(struct.pack("<II", *one) for one in directories)
    head = b"MZ".ljust(60, b"\0") + struct.pack("<I", 64) + b"PE\0\0"
    head += struct.pack("<HHIIIHH", 0x8664, 1, stamp, *where, len(optional), 0x22) + optional
    head += struct.pack("<8sIIII16x", b".all", len(body), LOADED_AT, len(body), FILE_AT)
    return bytes(head.ljust(FILE_AT, b"\0") + body + symbols + signature + behind)


def _tree(at, data):
    """A resource directory of three levels with one version resource."""
    level = struct.pack("<IIHHHH", 0, 0, 0, 0, 0, 1)
    return b"".join((
        level, struct.pack("<II", 16, 0x8000_0018), level, struct.pack("<II", 1, 0x8000_0030), level,
        struct.pack("<II", 1033, 72), struct.pack("<IIII", at + 88, len(data), 0, 0), data,
    ))  # fmt: skip


def rsds(guid=b"\x01" * 16, age=1, name=b"game.pdb"):
    return b"RSDS" + guid + struct.pack("<I", age) + name + b"\0"


def node(key, value=b"", *children, text=True):
    name = key.encode("utf-16-le") + b"\0\0"
    head = _padded(bytes(6) + name)
    body = head + value
    for child in children:
        body = _padded(body) + child
    length = len(value) // 2 if text else len(value)
    return struct.pack("<HHH", len(body), length, text) + body[6:]


def _padded(data):
    return data + bytes(-len(data) % 4)


def strings(**values):
    return node("040904B0", b"", *(node(key, value.encode("utf-16-le") + b"\0\0") for key, value in values.items()))


def version(*tables):
    """A version resource with these tables of strings."""
    return node("VS_VERSION_INFO", bytes(52), node("VarFileInfo"), node("StringFileInfo", b"", *tables), text=False)
