"""Snaps: which files run when one is started. Their menu entries are snapd's, under /var/lib/snapd/desktop."""

from __future__ import annotations

import re

from daemon.scanning.files import Files
from daemon.scanning.formats.plainyaml import scalars

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*(?:\.[A-Za-z0-9_-]+)?")


def executables(files: Files, name: str) -> tuple[str, ...]:
    """The programs of a snap, or of one application of it (`snap.app`), as its own metadata names them."""
    if not _NAME.fullmatch(name):
        return ()
    snap, _, app = name.partition(".")
    top = f"/snap/{snap}/current"
    found = []
    for keys, value in scalars(files.text(f"{top}/meta/snap.yaml") or ""):
        if len(keys) == 3 and keys[0] == "apps" and keys[2] == "command" and keys[1] == (app or keys[1]):
            path = f"{top}/{value.split(' ')[0]}"
            if files.is_file(path):
                found += [path, files.real(path)]
    return tuple(dict.fromkeys(found))[:8]
