"""Which interpreters and loaders are installed here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from daemon.platforms.linux.watching.images import Images
from rules.games import Catalogue
from rules.programs import interpreter

_FOLDERS = ("/usr/bin", "/lib64", "/lib", "/usr/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu")


def interpreters() -> Mapping[str, str]:
    """Their file names, by build id."""
    empty = Catalogue(())
    images = Images()
    found = {}
    for folder in _FOLDERS:
        for path in _listed(folder):
            if interpreter(path.name) and (image := images.open(str(path), str(path), empty)) and image.build_id:
                found[image.build_id] = path.name
    return found


def _listed(folder: str) -> list[Path]:
    try:
        return list(Path(folder).iterdir())
    except OSError:
        return []
