"""Fingerprints of the files that programs run from, remembered by what the file is and not by what it is called."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from typing import BinaryIO, Protocol

from daemon.platforms.by_turns import ByTurns, Turns
from daemon.platforms.hashing import Key, Stop, never, sha256
from host.loaded import compared
from host.parts import parts
from rules.games import Fingerprint
from rules.matching import loaded

INLINE = 1 << 20
MOST = 4096
_MOST_WAITING, _MOST_TOGETHER = 64, 1024  # of one owner; their descriptors are held


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
    """Also for several threads at once, but for `start` and `stop`."""

    def __init__(self, largest: int | None = None, pressed: Callable[[], Stop] = lambda: never) -> None:
        """No file larger than `largest` is hashed, nor its signature looked at. `pressed` says for one file when its code
        was compared long enough: that is then done where all is that takes long.
        """
        self._largest = largest
        self._pressed = pressed
        self._known: OrderedDict[Key, Known] = OrderedDict()
        self._lock = threading.Lock()
        self._late: set[tuple[Hashable, Key]] = set()  # for whom, of which file
        self._slow: Turns[Looked | None] | None = None
        self._tell: Callable[[Key, Looked | None], None] = lambda *_: None
        self._stopping = False
        self.sizes: frozenset[int] = frozenset()
        """Of files whose content is wanted whatever the catalogue says."""

    @staticmethod
    def calm() -> None:
        """Has the calling thread yield to others, where `start` is called."""
        raise NotImplementedError

    @abstractmethod
    def _first(self, file: BinaryIO) -> Known:
        """What is soon read of a file. OSError."""

    @abstractmethod
    def _look(self, file: BinaryIO, path: str, wanted: Wanted, stop: Stop) -> Looked:
        """What may take long. OSError."""

    @staticmethod
    def _sha256(file: BinaryIO, stop: Stop) -> str:
        return sha256(file.fileno(), stop)

    def _turns(self) -> Turns[Looked | None]:
        """Where that is done."""
        return ByTurns("slow-looks", self.calm)

    def _aside(
        self, thread: Turns[Looked | None], file: BinaryIO, path: str, this: Key, wanted: Wanted
    ) -> Future[Looked | None]:
        """The same on this thread, in the turn of the file's owner; None for a file that is no longer the one with this key.
        OSError. Where `start` is called.
        """
        raise NotImplementedError

    def start(self, tell: Callable[[Key, Looked | None], None]) -> None:
        """From now on what takes long is done, and told, on a thread of its own: the loop has limits to keep meanwhile.

        `tell` gets None for what could not be read to its end unchanged; what it gets is to be given to `hashed`.
        """
        self._tell, self._stopping = tell, False
        self._slow = self._turns()

    def stop(self) -> None:
        """Nothing is told any more. May wait for what is read at the moment, at most a MiB of it."""
        self._stopping = True
        if self._slow:
            self._slow.shutdown()
        self._slow = None
        self._late.clear()

    def recall(self, this: Key, path: str, catalogue: Asks) -> Fingerprint | None:
        """What is known of it. None: nothing is, or this catalogue asks for more and nobody is finding that out yet."""
        known = self._known.get(this)
        if known is None:
            return None
        image = known.named(path, this[2])
        asked = known.asked is catalogue.parts or known.asked == catalogue.parts
        if not asked or (self._wanted(known, image, catalogue) and not self._is_late(this)):
            return None
        with self._lock:
            if this in self._known:
                self._known.move_to_end(this)
        return image

    def hashed(self, this: Key, found: Looked | None) -> int | None:
        """Takes what `tell` was given (None: it could not be read). The file's size, if that was news; else None."""
        with self._lock:
            self._late = {one for one in self._late if one[1] != this}
            known = self._known.get(this)
            if found is None or known is None:
                return None
            new = self._known[this] = _with(known, found)
        return None if _said(new) == _said(known) else this[2]

    def _read(self, file: BinaryIO, this: Key, path: str, catalogue: Asks) -> Fingerprint:
        """The fingerprint of an open plain file. OSError."""
        image = self.recall(this, path, catalogue)
        if image is not None:
            return image
        known = self._known.get(this) or self._first(file)
        if known.asked != catalogue.parts:
            known = replace(known, asked=catalogue.parts, parts=catalogue.parts & parts(file))
        wanted = self._wanted(known, known.named(path, this[2]), catalogue)
        if wanted.digest and this[2] <= INLINE:
            known = _with(known, Looked(self._sha256(file, never)))
            wanted = replace(wanted, digest=False)
        if wanted.blocks.stamp:
            known = _with(known, Looked(loaded=wanted.within(file, self._pressed())))
            if self._slow is None or known.found.loaded[1]:
                wanted = replace(wanted, blocks=_NO_BLOCKS)
        if wanted and self._slow is None:
            known = _with(known, self._look(file, path, wanted, never))
        elif wanted and self._slow is not None and not self._is_late(this) and self._room(self._slow, file):
            self._late_looks(self._slow, file, path, this, wanted)
        return self._keep(this, known).named(path, this[2])

    def _late_looks(self, slow: Turns[Looked | None], file: BinaryIO, path: str, this: Key, wanted: Wanted) -> None:
        """OSError."""
        self._begin_late(this)  # first: it may be told at once
        try:
            self._aside(slow, file, path, this, wanted).add_done_callback(partial(self._done, this))
        except OSError:
            with self._lock:
                self._late.discard((self._lane(), this))
            raise

    def _lane(self) -> Hashable:
        """For whom this thread looks: whose slow file keeps nobody else from an answer about the same one."""
        return None

    def _is_late(self, this: Key) -> bool:
        return (self._lane(), this) in self._late

    def _begin_late(self, this: Key) -> None:
        with self._lock:
            self._late.add((self._lane(), this))

    def _keep(self, this: Key, known: Known) -> Known:
        """With what another thread has found out meanwhile."""
        with self._lock:
            if (now := self._known.get(this)) is not None:
                known = replace(known, found=_with(now, known.found).found)
            self._known[this] = known
            if len(self._known) > MOST:
                self._known.popitem(last=False)
        return known

    def _done(self, this: Key, done: Future[Looked | None]) -> None:
        """In the thread."""
        if not self._stopping:
            self._tell(this, None if done.exception() else done.result())

    def _room(self, slow: Turns[Looked | None], file: BinaryIO) -> bool:
        """Whether one more may wait. Much of one owner takes nobody else's place."""
        return len(self._late) < _MOST_TOGETHER and slow.waiting(self.owner(file)) < _MOST_WAITING

    @staticmethod
    def owner(_: BinaryIO) -> Hashable:
        """Whose file it is, or for whom it is read."""
        return None

    def _stop(self) -> bool:
        return self._stopping

    def _wanted(self, known: Known, image: Fingerprint, catalogue: Asks) -> Wanted:
        small = self._largest is None or image.size <= self._largest
        blocks = catalogue.wanted_blocks
        return Wanted(
            digest=known.found.digest is None and small and (image.size in self.sizes or catalogue.wants_sha256(image.size)),
            signer=not known.found.looked and small and catalogue.wants_signer(image),
            blocks=_NO_BLOCKS if known.found.loaded[1] == blocks.stamp else blocks,
        )


def _said(known: Known) -> tuple[str | None, str | None, str]:
    return (known.found.digest, known.found.signer, known.found.loaded[0])


def _with(known: Known, found: Looked) -> Known:
    old = known.found
    signed = found if found.looked else old
    blocks = found.loaded if found.loaded[1] else old.loaded
    return replace(known, found=Looked(found.digest or old.digest, signed.signer, signed.looked, blocks))
