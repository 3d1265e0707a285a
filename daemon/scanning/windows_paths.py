"""Paths of Windows inside a Wine prefix: drives are links in `dosdevices`, names come in any case."""

from __future__ import annotations

import re
import struct

from daemon.scanning.files import Files

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


_DRIVE = re.compile(r"([A-Za-z]):[\\/]*(.*)", re.DOTALL)


def in_prefix(files: Files, prefix: str, path: str) -> str | None:
    """The file that a path means to programs in the prefix, as this machine sees it; None if it is not there."""
    match = _DRIVE.fullmatch(path)
    if match is None:
        return path if path.startswith("/") and files.is_file(path) else None
    letter, inside = match[1].lower(), match[2].replace("\\", "/")
    top = "/" if letter == "z" else f"{prefix}/drive_c" if letter == "c" else f"{prefix}/dosdevices/{letter}:"
    found = any_case(files, top, inside)
    return found if found is not None and files.is_file(found) else None


def inside(folder: str, program: str) -> str:
    """Where a program lies that is told of by its path in the folder, or by its whole path, all with slashes; "" if that leads
    anywhere but below the folder.
    """
    whole = program if _DRIVE.match(program) else "" if program.startswith("/") else f"{folder}/{program}"
    parts, above = ([part for part in path.split("/") if part not in {"", "."}] for path in (whole, folder))
    odd = any(not part.rstrip(" .") or ":" in part for part in (*parts[1:], *above[1:]))  # `..`, also as Windows reads `.. `
    below = len(parts) > len(above) and [part.casefold() for part in parts[: len(above)]] == [part.casefold() for part in above]
    return "/".join(parts) if above and below and not odd else ""


def any_case(files: Files, top: str, inside: str) -> str | None:
    """What lies at `inside` (with slashes) below `top`, whatever case its names are in."""
    here = top.rstrip("/")
    for part in inside.split("/"):
        if part in {"", "."}:
            continue
        if part == "..":
            return None
        inner = f"{here}/{part}"
        if not (files.is_file(inner) or files.is_folder(inner)):
            name = next((name for name in files.names(here or "/") if name.casefold() == part.casefold()), None)
            if name is None:
                return None
            inner = f"{here}/{name}"
        here = inner
    return here
