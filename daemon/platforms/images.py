"""Fingerprints of the files that programs run from, remembered by what the file is and not by what it is called."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import BinaryIO, Protocol

from daemon.platforms.hashing import Key, Stop, never
from host.loaded import compared
from host.parts import parts
from rules.games import Fingerprint
from rules.matching import loaded

INLINE = 1 << 20
MOST = 4096


@dataclass(frozen=True, slots=True)
class Looked:
    """`looked`: whether a signer was looked for; if so, `signer` None means that no signature is valid. `loaded`: which
    blocks it has of those that were wanted, and the stamp of these.
    """

    digest: str | None = None
    signer: str | None = None
    looked: bool = False
    loaded: tuple[str, int] = ("", 0)


class Asks(Protocol):
    """What is asked of files: by a Catalogue, or by what stands for one (linux/reading/wants.py)."""

    @property
    def parts(self) -> frozenset[int]: ...

    @property
    def wanted_blocks(self) -> loaded.Wanted: ...

    def wants_sha256(self, size: int) -> bool: ...

    def wants_signer(self, file: Fingerprint) -> bool: ...


_NOTHING = Looked()
_NO_BLOCKS = loaded.Wanted()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one content. `original` and `product`: what a program for Windows says of itself. `parts`: of those of
    games that were `asked` for (rules.matching.alike).
    """

    build: str | None
    original: str | None = None
    product: str | None = None
    found: Looked = _NOTHING
    asked: frozenset[int] = frozenset()
    parts: frozenset[int] = frozenset()

    def named(self, path: str, size: int) -> Fingerprint:
        found = self.found
        return Fingerprint(
            path, size, found.digest, self.build, self.original, self.product, found.signer, found.loaded[0], self.parts
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    digest: bool
    signer: bool
    blocks: loaded.Wanted = _NO_BLOCKS

    def __bool__(self) -> bool:
        return self.digest or self.signer or bool(self.blocks.stamp)

    def within(self, file: BinaryIO, stop: Stop) -> tuple[str, int]:
        """As `Looked.loaded`: nothing where `stop` came first. OSError."""
        found = compared(file, self.blocks.pages, stop)
        return ("", 0) if found is None else (loaded.written(found), self.blocks.stamp)


class Images(ABC):
    """Also for several threads at once."""

    def __init__(self, largest: int | None = None) -> None:
        """No file larger than `largest` is hashed, nor its signature looked at."""
        self._largest = largest
        self._known: OrderedDict[Key, Known] = OrderedDict()
        self._lock = threading.Lock()
        self.sizes: frozenset[int] = frozenset()
        """Of files whose content is wanted whatever the catalogue says."""

    @abstractmethod
    def _first(self, file: BinaryIO) -> Known:
        """What is soon read of a file. OSError."""

    @abstractmethod
    def _look(self, file: BinaryIO, path: str, wanted: Wanted, stop: Stop) -> Looked:
        """Hash and signer of a file, which may take long. OSError, also if `stop` says so."""

    def recall(self, this: Key, path: str, catalogue: Asks) -> Fingerprint | None:
        """What is known of it. None: nothing is, or this catalogue asks for more."""
        known = self._known.get(this)
        if known is None:
            return None
        image = known.named(path, this[2])
        asked = known.asked is catalogue.parts or known.asked == catalogue.parts
        if not asked or self._wanted(known, image, catalogue):
            return None
        with self._lock:
            if this in self._known:
                self._known.move_to_end(this)
        return image

    def _read(
        self, file: BinaryIO, this: Key, path: str, catalogue: Asks, stop: Stop, *, soon: bool = False
    ) -> Fingerprint:  # fmt: skip
        """The fingerprint of an open plain file. `stop`: it was looked at long enough. `soon`: without what takes long, as its
        signer. OSError.
        """
        image = self.recall(this, path, catalogue)
        if image is not None:
            return image
        known = self._known.get(this) or self._first(file)
        if known.asked != catalogue.parts:
            known = replace(known, asked=catalogue.parts, parts=catalogue.parts & parts(file))
        wanted = self._wanted(known, known.named(path, this[2]), catalogue)
        if wanted.blocks.stamp:
            known = _with(known, Looked(loaded=wanted.within(file, stop)))
        if soon:
            wanted = replace(wanted, digest=wanted.digest and this[2] <= INLINE, signer=False)
        if wanted.digest or wanted.signer:
            known = _with(known, self._look(file, path, wanted, never if soon else stop))
        return self._keep(this, known).named(path, this[2])

    def _keep(self, this: Key, known: Known) -> Known:
        """With what another thread has found out meanwhile."""
        with self._lock:
            if (now := self._known.get(this)) is not None:
                known = replace(known, found=_with(now, known.found).found)
            self._known[this] = known
            if len(self._known) > MOST:
                self._known.popitem(last=False)
        return known

    def _wanted(self, known: Known, image: Fingerprint, catalogue: Asks) -> Wanted:
        small = self._largest is None or image.size <= self._largest
        blocks = catalogue.wanted_blocks
        return Wanted(
            digest=known.found.digest is None and small and (image.size in self.sizes or catalogue.wants_sha256(image.size)),
            signer=not known.found.looked and small and catalogue.wants_signer(image),
            blocks=_NO_BLOCKS if known.found.loaded[1] == blocks.stamp else blocks,
        )


def _with(known: Known, found: Looked) -> Known:
    old = known.found
    signed = found if found.looked else old
    blocks = found.loaded if found.loaded[1] else old.loaded
    return replace(known, found=Looked(found.digest or old.digest, signed.signer, signed.looked, blocks))
