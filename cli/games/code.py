"""What of a program's code is its own: neither an engine's, which many games share, nor that of a program that is installed."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from host.images import appended, build_id, segments
from host.loaded import Blocks, compared, sampled
from rules.games import Fingerprint
from rules.matching.engines import LONGEST, is_engines
from rules.matching.loaded import MOST_PAGES, is_written, written
from rules.programs import is_engine

_PIECE = 1 << 20
_MOST_SEARCHED = 1 << 27  # bytes; an engine's constants lie before its code
_SYSTEMS = ("/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/games")
_GAMES = "/usr/games"  # what lies there is no innocent program (Debian Policy 11.11): a copy of it is the game
_SAME = 0.9
_LIKE = 2  # times as large at most, or as small: one of quite another size has no code at the same addresses


def is_shared(file: BinaryIO) -> bool:
    """Whether it is an engine or a runtime, or carries what it runs behind itself as only those do. OSError."""
    if not segments(file):
        return False
    if appended(file):
        return True
    file.seek(0)
    before = b""
    while (piece := file.read(_PIECE)) and file.tell() <= _MOST_SEARCHED:
        if is_engines(before + piece):
            return True
        before = piece[1 - LONGEST :]
    return False


def own_of(file: BinaryIO, path: Path, size: int) -> tuple[str | None, str | None]:
    """Build id and code, as text, of a program that is not shared; None for what it has not, or too little of. OSError."""
    installed = tuple(_installed(path, size))
    return _build_of(file, installed), _code_of(file, installed)


def _code_of(file: BinaryIO, installed: Iterable[Path]) -> str | None:
    blocks = dict(sampled(file, MOST_PAGES))
    for other in installed if blocks else ():
        shared = _shared(other, blocks)
        if other.parent != Path(_GAMES) or len(shared) < _SAME * len(blocks):
            for block in shared:
                del blocks[block]
    text = written(blocks)
    return text if is_written(text) else None


def _build_of(file: BinaryIO, installed: Iterable[Path]) -> str | None:
    """None also if an installed program that is no game has the same: a copy with a few bytes more is not that program, and
    would be known by what it shares with it.
    """
    build = build_id(file, is_engine)
    others = (other for other in installed if other.parent != Path(_GAMES)) if build else ()
    return None if any(_build(other) == build for other in others) else build


def twin(found: Fingerprint) -> Path | None:
    """An installed program that is no game and has the same content: whoever starts that plays this game from now on."""
    others = (other for other in _installed(Path(found.path), found.size) if other.parent != Path(_GAMES))
    return next((other for other in others if same_content(other, found)), None)


def same_content(other: Path, found: Fingerprint) -> bool:
    """Whether that file has the same content; not where it cannot be read."""
    try:
        if other.stat().st_size != found.size:
            return False
        with other.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == found.sha256
    except OSError:
        return False


def _build(path: Path) -> str | None:
    with suppress(OSError), path.open("rb") as file:
        return build_id(file, is_engine)
    return None


def _shared(other: Path, blocks: Blocks) -> Collection[tuple[int, int]]:
    pages: dict[int, dict[int, frozenset[int]]] = {}
    for (page, slot), value in blocks.items():
        pages.setdefault(page, {})[slot] = frozenset((value,))
    with suppress(OSError), other.open("rb", buffering=0) as file:
        return compared(file, pages) or ()
    return ()


def _installed(path: Path, size: int) -> Iterator[Path]:
    """The programs of this machine, but for the one at `path`, that may have code of one that has this size."""
    known = {os.path.realpath(path)}
    for folder in dict.fromkeys(map(os.path.realpath, (*_SYSTEMS, *os.get_exec_path()))):
        with suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                with suppress(OSError):
                    found = entry.stat()
                    like = size <= _LIKE * found.st_size <= size * _LIKE * _LIKE
                    if not like or not stat.S_ISREG(found.st_mode):
                        continue
                    real = os.path.realpath(entry) if entry.is_symlink() else entry.path  # the folder's own is real
                    if real not in known:
                        known.add(real)
                        yield Path(real)
