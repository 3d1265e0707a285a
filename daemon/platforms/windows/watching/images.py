"""Fingerprints of the files that programs run from, remembered by what the file is and not by what it is called."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import BinaryIO

from daemon.platforms.hashing import Key, sha256
from daemon.platforms.windows.watching.opening import opened
from daemon.platforms.windows.watching.slow_looks import Looked, Wanted, look
from host.images import build_id, version
from rules.games import Catalogue, Fingerprint
from rules.programs import is_engine

INLINE = 1 << 20
_MOST = 4096
# A file of this machine. Others can keep us waiting, and could ask who we are.
_LOCAL = re.compile(r"(?:\\\\\?\\)?[A-Za-z]:[\\/].*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Known:
    """`looked`: whether somebody has looked for a signer."""

    build: str | None
    original: str | None
    product: str | None
    digest: str | None = None
    signer: str | None = None
    looked: bool = False


class Images:
    """All calls on one thread. No handle stays open, and none keeps a file from being changed, renamed or deleted."""

    def __init__(self, largest: int | None = None) -> None:
        """No file larger than `largest` is hashed."""
        self._largest = largest
        self._known: OrderedDict[Key, _Known] = OrderedDict()
        self._late: set[Key] = set()
        self.later: Callable[[str, Key, Wanted], bool] | None = None
        """Takes over what may take long: a path, what must be there then, and what is wanted of it. False: not now."""

    def open(self, path: str, catalogue: Catalogue) -> Fingerprint | None:
        """The fingerprint of the plain file at this absolute path. None: no drive of this PC has it, or we may not read it."""
        if not _LOCAL.fullmatch(path):
            return None
        try:
            with opened(path) as (file, this):
                return self._read(path, file, this, catalogue)
        except (OSError, ValueError):  # ValueError: no name that a file could have
            return None

    def hashed(self, this: Key, found: Looked | None) -> int | None:
        """What `later` came to; None: it could not be read. The file's size, if anything is known that was not before."""
        self._late.discard(this)
        known = self._known.get(this)
        if found is None or known is None:
            return None
        new = _with(known, found)
        self._known[this] = new
        return this[2] if (new.digest, new.signer) != (known.digest, known.signer) else None

    def forget_late(self) -> None:
        """Nobody takes anything over any more."""
        self.later = None
        self._late.clear()

    def _read(self, path: str, file: BinaryIO, this: Key, catalogue: Catalogue) -> Fingerprint:
        known = self._known.get(this)
        if known is None:
            said = version(file)
            known = _Known(build_id(file, is_engine), said.original_name, said.product_name)
        image = Fingerprint(path, this[2], known.digest, known.build, known.original, known.product, known.signer)
        wanted = self._wanted(known, image, catalogue)
        if wanted.digest and this[2] <= INLINE:
            known = replace(known, digest=sha256(file.fileno()))
            wanted = replace(wanted, digest=False)
        if wanted and self.later is None:
            known = _with(known, look(file.fileno(), path, wanted))
        elif wanted and self.later is not None and this not in self._late and self.later(path, this, wanted):
            self._late.add(this)
        self._known[this] = known
        self._known.move_to_end(this)
        if len(self._known) > _MOST:
            self._known.popitem(last=False)
        return replace(image, sha256=known.digest, signer=known.signer)

    def _wanted(self, known: _Known, image: Fingerprint, catalogue: Catalogue) -> Wanted:
        small = self._largest is None or image.size <= self._largest
        return Wanted(
            digest=known.digest is None and small and catalogue.wants_sha256(image.size),
            signer=not known.looked and small and catalogue.wants_signer(image),
        )


def _with(known: _Known, found: Looked) -> _Known:
    if found.digest is not None:
        known = replace(known, digest=found.digest)
    return replace(known, signer=found.signer, looked=True) if found.looked else known
