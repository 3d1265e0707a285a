"""Which files of a process not only an administrator can have put there: its executable, what it was told to run, and what its
environment has the loader load before (ld.so(8)). Asked only of accounts that run nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, islice

from daemon.platforms.linux import procfs
from daemon.platforms.linux.trusted import Trusted
from daemon.platforms.linux.watching.read_images import ReadImages
from daemon.platforms.linux.watching.told import MOST_FILES
from rules.games import Catalogue, Fingerprint

_LOADED_FIRST = (b"\0LD_PRELOAD=", b"\0LD_AUDIT=")
_MOST = 16  # libraries: more are nobody's honest start
_MOST_VARIABLES = 4  # one of each in an honest one


def foreign(
    pid: int, files: tuple[Fingerprint, ...], trusted: Trusted, images: ReadImages, catalogue: Catalogue
) -> tuple[Fingerprint, ...]:
    """`files`: the executable first. What cannot be looked at counts as somebody else's; what was not read in time is unread
    (`images`), looked at again, and nobody's until then. BlindError.
    """
    root, found = f"/proc/{pid}/root", [file for file in files[:1] if _is_foreign(f"/proc/{pid}/exe", trusted, images)]
    found += (file for file in files[1:] if _is_foreign(root + file.path, trusted, images, partial(_opened, file, images)))
    if len(files) > MOST_FILES:
        found.append(files[-1])  # others were not kept
    for number, (place, path) in enumerate(islice(_loaded_first(pid, images), _MOST + 1)):
        known = bool(place) and number < _MOST
        file = images.open(place, path, catalogue) if known else Fingerprint(path, 0)  # a name that leads nowhere loads nothing
        if file is not None and (not known or _is_foreign(place, trusted, images)):
            found.append(file)
    return tuple(found)


def lay_elsewhere(files: tuple[Fingerprint, ...], trusted: Trusted, images: ReadImages) -> tuple[Fingerprint, ...]:
    """Of a process that is over, which no longer leads to them: those not installed where they lay. Whoever had a world of
    their own may have called them otherwise there, but runs no more. BlindError.
    """
    return tuple(file for file in files if _is_foreign(file.path, trusted, images))


def _opened(file: Fingerprint, images: ReadImages, place: str) -> int | None:
    """What was opened as this file, for nothing: where it was, or at this place, where its name leads now. Its process may be
    elsewhere by now, or have mounted something over it. None: it is at neither.
    """
    where, *this = file.at
    if where in {"", place}:  # whatever lies there by now: an update leaves another one
        return images.node(place)
    for path in (where, place):
        if (node := images.node(path)) is not None:
            found = os.fstat(node)
            if [found.st_dev, found.st_ino] == this:
                return node
            os.close(node)
    return None


def _is_foreign(
    place: str, trusted: Trusted, images: ReadImages, opened: Callable[[str], int | None] | None = None
) -> bool:  # fmt: skip
    before, images.unread = images.unread, ""
    ours, held = trusted.at(place, opened or images.node), bool(images.unread)
    images.unread = before or images.unread
    return not ours and not held


def _loaded_first(pid: int, images: ReadImages) -> Iterator[tuple[str, str]]:
    """Where each library lies for us, and what the process calls it. Of a name without a slash, which is looked for in folders,
    it is not known. A space is between two of LD_PRELOAD, and part of one of LD_AUDIT. Nowhere: with $ORIGIN, $LIB and
    $PLATFORM the loader alone knows where that leads, and more variables than some are not looked through.
    """
    said = tuple(islice(_variables(b"\0" + images.environment(pid, procfs.ALL_ARGS)), _MOST_VARIABLES + 1))
    text = b":".join(said[:_MOST_VARIABLES]).decode("utf-8", "surrogateescape")
    names = chain(text.replace(" ", ":").split(":"), text.split(":") if " " in text else ())
    for name in dict.fromkeys(name for name in names if "/" in name):
        place = f"/proc/{pid}/root{name}" if name.startswith("/") else f"/proc/{pid}/cwd/{name}"
        yield "" if "$" in name else place, name
    if len(said) > _MOST_VARIABLES:
        yield "", "LD_PRELOAD"


def _variables(environment: bytes) -> Iterator[bytes]:
    """There may be megabytes of others."""
    for begins in _LOADED_FIRST:
        at = environment.find(begins)
        while at >= 0:
            end = environment.find(b"\0", at + 1)
            yield environment[at + len(begins) : end if end >= 0 else None]
            at = environment.find(begins, end) if end >= 0 else -1
