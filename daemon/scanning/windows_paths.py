"""Paths of Windows inside a Wine prefix: drives are links in `dosdevices`, names come in any case."""

from __future__ import annotations

import re

from daemon.scanning.files import Files

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
