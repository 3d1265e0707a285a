"""Shortcuts of Windows ([MS-SHLLINK]): only where they lead. Everything else in them is passed over."""

from __future__ import annotations

import struct

_MAGIC = b"\x4c\x00\x00\x00\x01\x14\x02\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46"
_HAS_ID_LIST, _HAS_LINK_INFO = 1, 2
_HEADER = 76


def link_target(data: bytes) -> str | None:
    """The local path that a shortcut leads to, as Windows writes it; None for any other kind of shortcut, or a damaged one."""
    try:
        return _target(data)
    except (struct.error, IndexError):
        return None


def _target(data: bytes) -> str | None:
    if not data.startswith(_MAGIC):
        return None
    flags, at = struct.unpack_from("<I", data, 20)[0], _HEADER
    if flags & _HAS_ID_LIST:
        at += 2 + struct.unpack_from("<H", data, at)[0]
    if not flags & _HAS_LINK_INFO:
        return None
    size, header, info, _, base, _, suffix = struct.unpack_from("<7I", data, at)
    if not info & 1 or size > len(data) - at:  # VolumeIDAndLocalBasePath: otherwise it lies on a network
        return None
    block = data[at : at + size]
    if header >= 0x24:  # the paths again, in Unicode
        wide, wide_suffix = struct.unpack_from("<2I", block, 28)
        return _wide(block, wide) + _wide(block, wide_suffix)
    return _narrow(block, base) + _narrow(block, suffix)


def _narrow(block: bytes, at: int) -> str:
    return block[at : block.index(0, at) if 0 in block[at:] else len(block)].decode("cp1252", "replace")


def _wide(block: bytes, at: int) -> str:
    end = at
    while block[end : end + 2] not in {b"\0\0", b""}:
        end += 2
    return block[at:end].decode("utf-16-le", "replace")
