"""Fingerprints of which the reading is left to the readers, where somebody may hold it up."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar, cast

from daemon.platforms.hashing import Key, Stop, key, never
from daemon.platforms.images import INLINE, Known, Looked
from daemon.platforms.linux import procfs
from daemon.platforms.linux.reading import stamps, texts
from daemon.platforms.linux.reading.files import Files, Runner
from daemon.platforms.linux.reading.lines import Message
from daemon.platforms.linux.trusted import opened
from daemon.platforms.linux.watching.images import Images
from daemon.platforms.reading.patience import HeldError
from rules.games import Catalogue, Fingerprint
from rules.matching import loaded

_MOST = 4_096
WORDS = "…"  # what could not be read is no file's
R = TypeVar("R")
_NOTHING = Looked(looked=True)


class ReadImages(Images):
    """`unread`: the first that could not be read in time since somebody emptied it; `own`: whether it lies where somebody else
    than root answers for it.
    """

    def __init__(
        self, files: Files | None = None, largest: int | None = None, wall: Callable[[], int] = lambda: 0,
        pressed: Callable[[], Stop] = lambda: never,
    ) -> None:  # fmt: skip
        super().__init__(largest, wall, pressed)
        self.files = files
        self.unread, self.own = "", False

    def open(self, path: str, shown: str, catalogue: Catalogue) -> Fingerprint | None:
        try:
            return self.found(path, shown, catalogue)
        except HeldError:
            self.hold(shown)
            return None

    def found(self, path: str, shown: str, catalogue: Catalogue) -> Fingerprint | None:
        """As `open`. HeldError: the way to it takes too long."""
        if self.files is None:
            return super().open(path, shown, catalogue)
        try:
            node = self.files.node(path)
        except (OSError, ValueError) as error:
            if isinstance(error, OSError):
                procfs.check(error)
            return None
        try:
            return self._through(self.files, node, shown, catalogue)
        except HeldError:
            self.hold(shown, own=self.files.own(node))
        except OSError as error:
            own = self.files.own(node)
            if not own:
                procfs.check(error)
            if own or error.errno == errno.EACCES:  # not even as the one who runs it; or whoever answers for it says so to us
                self.hold(shown, own=own)
        finally:
            os.close(node)
        return None

    @property
    def whole(self) -> bool:
        """Whether nothing is left to read, or to find out of what was read."""
        return not (self.unread or self.held or self._late)

    # --- what is no file's content -----------------------------------------------------------------------------------------

    def read_for(self, runner: Runner) -> None:
        if self.files:
            self.files.runner = runner

    def wait_anew(self) -> int:
        """As Files.waited, until now."""
        waited = 0
        if self.files:
            waited, self.files.waited = self.files.waited, 0
        return waited

    def args(self, pid: int, limit: int) -> bytes:
        """As procfs.cmdline."""
        return self._say(WORDS, b"", lambda files: files.args(pid, limit), lambda: procfs.cmdline(pid, limit))

    def environment(self, pid: int, limit: int) -> bytes:
        """As procfs.environment."""
        here = partial(procfs.environment, pid, limit)
        return self._say(WORDS, b"", lambda files: files.environment(pid, limit), here)

    def beginning(self, path: str, most: int) -> bytes:
        """As texts.beginning."""
        return self._say(path, b"", lambda files: files.beginning(path, most), lambda: texts.beginning(path, most))

    def manifest(self, path: str, most: int) -> bytes:
        """As texts.manifest."""
        return self._say(path, b"", lambda files: files.manifest(path, most), lambda: texts.manifest(path, most))

    def names(self, path: str, most: int) -> tuple[str, ...]:
        """As texts.names."""
        return self._say(path, (), lambda files: files.names(path, most), lambda: texts.names(path, most))

    def link(self, path: str) -> str | None:
        """As procfs.link."""
        return self._say(path, None, lambda files: files.link(path), lambda: procfs.link(path))

    def _say(self, shown: str, nothing: R, asked: Callable[[Files], R], here: Callable[[], R]) -> R:
        """What readers say, or where there are none, we."""
        if self.files is None:
            return here()
        try:
            return asked(self.files)
        except HeldError:
            self.hold(shown)
        except (OSError, ValueError) as error:
            if isinstance(error, OSError):
                procfs.check(error)
        return nothing

    def node(self, path: str) -> int | None:
        """The file there, opened for nothing. None: it cannot be, or lies where somebody else than root answers for it."""
        if self.files is None:
            return opened(path)
        node = self._say(path, None, lambda files: files.node(path), lambda: None)
        if node is not None and not self.files.local(node):
            os.close(node)
            return None
        return node

    def placed(self, path: str, shown: str, catalogue: Catalogue) -> Fingerprint | None:
        """As `open`, and says where it was."""
        found = self.open(path, shown, catalogue)
        return found and replace(found, at=(path, *self.seen))

    def hold(self, shown: str, *, own: bool = False) -> None:
        self.unread, self.own = self.unread or shown, self.own or own

    def _through(self, files: Files, node: int, shown: str, catalogue: Catalogue) -> Fingerprint | None:
        if files.free(node):
            return self._at(node, shown, catalogue)
        found = files.stat(node)
        self.seen = (found.st_dev, found.st_ino)
        if not stat.S_ISREG(found.st_mode):
            return None
        if found.st_size == 0 or found.kernels:
            return Fingerprint(shown, found.st_size)
        this = key(cast("os.stat_result", found))  # which tells nothing of its content where somebody answers for the file
        here = files.local(node)
        if here and self.holds(this, node, found) and (image := self.recall(this, shown, catalogue)):
            return image
        try:
            answer = files.content(node, self.question(this, catalogue, doubt=True))
        except BlockingIOError:
            self.held[found.st_size] = shown
            return Fingerprint(shown, found.st_size)
        known, same = self.learn(this, answer, catalogue, tells=here and stamps.tell(node, found, self._wall()))
        image = known.named(shown, found.st_size)
        if same and self._slow is not None and not self._is_late(this) and self._wanted(known, image, catalogue).digest:
            self._later(files, node, this)
        return image

    def _later(self, files: Files, node: int, this: Key) -> None:
        """Its hash, which takes long. HeldError."""
        done: Future[Looked | None] = Future()
        done.add_done_callback(partial(self._done, this))
        files.later(node, {"key": this, "first": False, "digest": True, "parts": False}, partial(_hashed, done, this))
        self._begin_late(this)

    def question(self, this: Key, catalogue: Catalogue, *, doubt: bool = False) -> dict[str, Any]:
        """What there is to ask about the content of the file with this key; `doubt`: also what was known of it."""
        known, small = None if doubt else self._known.get(this), this[2] <= INLINE
        if known is not None:
            self._known.move_to_end(this)  # what is not asked about is to be known still when the answer comes
        wanted = self._wanted(known or Known(None), Fingerprint("", this[2]), catalogue)
        parts = bool(catalogue.parts) and (known is None or known.asked != catalogue.parts)
        pages = {"pages": sorted(wanted.blocks.pages), "stamp": wanted.blocks.stamp} if wanted.blocks.stamp else {}
        return {"key": this, "first": known is None, "digest": wanted.digest and small, "parts": parts, **pages}

    def learn(self, this: Key, answer: Message, catalogue: Catalogue, *, tells: bool) -> tuple[Known, bool]:
        """What a reader said of it, and whether it still is the file with this key: else it is asked about again. `tells`:
        whether its stamps do.
        """
        first, digest = answer.head["known"], answer.head["digest"]
        known = self._known.get(this) or Known(None)
        if first is not None:
            fresh = Known(**first, found=_NOTHING)
            if this[2] <= INLINE or fresh.build != known.build:  # else what took long is believed, as in Images._doubt
                known = fresh
            known = replace(known, settled=tells and answer.head["alone"], native=fresh.native)
        if digest is not None:
            known = replace(known, found=replace(known.found, digest=digest))
        blocks = catalogue.wanted_blocks
        if answer.head["stamp"] == blocks.stamp != 0:
            code = loaded.of(answer.body.partition(b"\0")[0].decode(), blocks.pages)
            known = replace(known, found=replace(known.found, loaded=(code, blocks.stamp)))
        if answer.head["parts"]:
            parts = frozenset(int(one, 16) for one in answer.body.partition(b"\0")[2].split())
            known = replace(known, asked=catalogue.parts, parts=catalogue.parts & parts)
        same = answer.head["key"] == list(this)
        if same:
            self._known[this] = known
            if len(self._known) > _MOST:
                self._known.popitem(last=False)
        return known, same


def _hashed(done: Future[Looked | None], this: Key, answer: Message | None) -> None:
    same = answer is not None and answer.head["key"] == list(this)
    done.set_result(Looked(answer.head["digest"]) if answer and same else None)

