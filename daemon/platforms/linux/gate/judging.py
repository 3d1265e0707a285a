"""What to answer to one question of the kernel: from the snapshot, the file that it opened for us, and who asks."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any, NamedTuple

from daemon.platforms.api import ProgramStopped, StartRefused
from daemon.platforms.hashing import Key, key, sha256, within
from daemon.platforms.linux import calls, procfs
from daemon.platforms.linux.accounts import LAST_OWN, acting_uid
from daemon.platforms.linux.gate.answers import RefusalsByUid
from daemon.platforms.linux.namespaces import maker
from daemon.platforms.linux.reading import stamps
from daemon.platforms.linux.reading.lines import Message
from daemon.platforms.linux.reading.places import Mounts, only_roots
from daemon.platforms.linux.trusted import Trusted
from daemon.platforms.linux.watching.passed import Started
from daemon.platforms.linux.watching.read_images import ReadImages
from daemon.platforms.processes import Identity
from host.clock import Clock
from rules.games import Catalogue, Fingerprint

LARGEST_HASHED = 1 << 20
_MOST, _LONGEST = 8192, 512
_COMPARING_MS = 200  # of a file's code: on a slow disk some pages take longer, and the loop looks at it again
_ANCESTORS = 32
_NO_KEY: Key = (0, 0, 0, 0, 0)  # no file's
_Known = tuple[Fingerprint, frozenset[str]]


class ToRead(NamedTuple):
    """What a reader is to be asked about the file, for whom."""

    whose: str
    question: dict[str, Any]


class Answer(NamedTuple):
    """`refused`: it may not start. `ignorable`: never ask again for this file. `let`: a game's start that is allowed.

    `unread`: it may not start, as nobody can tell what it is; the file's path. `to_read`: no answer yet.
    """

    refused: StartRefused | ProgramStopped | None = None
    ignorable: bool = False
    let: Started | None = None
    unread: str | None = None
    to_read: ToRead | None = None


class _Ask(NamedTuple):
    """A reader is to be asked; `doubt`: also what was known of it."""

    doubt: bool


class _Seen(NamedTuple):
    """What is about to run. `found` None: a user's file system says what it is. `trusted`: an administrator put it there."""

    path: str
    file: Fingerprint
    games: frozenset[str]
    found: os.stat_result | None
    trusted: bool
    read: Message | None


class Judge:
    """On the gate's thread. What it knows of files is forgotten with the catalogue that it was known for.

    `mounts`: where files are that readers are to be asked about, as a user may hold up their reading; None: we read all.
    """

    def __init__(self, clock: Clock, mounts: Mounts | None = None) -> None:
        self._clock = clock
        self._mounts = mounts
        self._images = ReadImages(largest=LARGEST_HASHED, wall=clock.wall, pressed=within(clock.mono, _COMPARING_MS))
        self._trusted = Trusted()
        self._known: dict[tuple[str, Key], _Known] = {}
        self._known_for: Catalogue | None = None

    def answer(self, asked: calls.Question, current: RefusalsByUid | None, read: Message | None = None) -> Answer:
        """`read`: what a reader said, if one was asked: nothing but its number where that was not in time. OSError; whatever
        comes of reading a process.
        """
        if current is None:
            return Answer()
        if self._known_for is not current.catalogue or len(self._known) > _MOST:
            self._known, self._known_for = {}, current.catalogue
        self._images.sizes = current.sizes
        path = procfs.link(f"/proc/self/fd/{asked.handle}") or ""
        here = self._mounts is None or self._mounts.whose(asked.handle) == "local"
        found = os.fstat(asked.handle) if here else None
        known = self._of_file(asked.handle, found, path, current.catalogue, read)
        if isinstance(known, _Ask):
            return self._to_read(asked, found, current, doubt=known.doubt)
        file = known[0] if known else Fingerprint(path, found.st_size if found else 0)
        games = known[1] if known else current.catalogue.by_file(file)
        trusted = not current.only or (found is not None and self._trusted.file(asked.handle, found, path))
        if games or not trusted:
            seen = _Seen(path, file, games, found, trusted=trusted, read=read)
            return self._of_process(asked, seen, current, known=known is not None)
        if known is None and read is not None and self._account(asked.pid, current)[1]:
            return Answer(unread=path)
        # Who may write to a file could do so through a mapping, which the kernel does not count as modified.
        return Answer(ignorable=found is not None and only_roots(found) and (path, key(found)) in self._known)

    def _of_process(self, asked: calls.Question, seen: _Seen, current: RefusalsByUid, *, known: bool) -> Answer:
        """For a game, or what not only an administrator can have put there, it matters who starts it."""
        account, refused = self._account(asked.pid, current)
        hit, now = seen.games & refused, self._clock.mono()
        if not hit and not seen.trusted and (said := self._stranger(asked, seen, current, now)):
            return said
        if not seen.games:
            return Answer(unread=seen.path) if not known and seen.read is not None and refused else Answer()
        if all(_started_by(asked.pid, current.saving.get(game, frozenset())) for game in hit):
            return Answer(let=self._let(asked.pid, seen.file, seen.found, current))
        return Answer(StartRefused(account, min(hit), seen.path, asked.pid, now))

    def _stranger(self, asked: calls.Question, seen: _Seen, current: RefusalsByUid, now: int) -> Answer | None:
        """What is not installed, if its account runs nothing else. What cannot be told from what is let through yet may start;
        it is looked at again when its content is known.
        """
        uid, file = acting(asked.pid, current), seen.file
        account, only = (uid is not None and current.only_of(uid)) or ("", None)
        if only is None or only.lets(file, current.catalogue) is not False:
            return None
        if file.sha256 is None and file.size <= LARGEST_HASHED:  # a guardian may want to let it through
            here = seen.found is not None and (self._mounts is None or only_roots(seen.found))
            if not here and seen.read is None:
                return self._to_read(asked, seen.found, current, doubt=False)
            if here and seen.found:
                file = replace(file, sha256=sha256(asked.handle))
                self._keep(seen.path, key(seen.found), file, current.catalogue)
        return Answer(ProgramStopped(account, file, asked.pid, now))

    def _of_file(
        self, handle: int, found: os.stat_result | None, path: str, catalogue: Catalogue, read: Message | None
    ) -> _Known | _Ask | None:
        known = self._known.get((path, this := key(found))) if found else None
        doubt = known is not None and found is not None and not self._images.holds(this, handle, found)
        if known is not None and not doubt and read is None:
            return known
        if found and (self._mounts is None or only_roots(found)):
            return self._look(handle, found, path, catalogue)
        return _Ask(doubt) if read is None else self._learn(handle, read, found, path, catalogue)

    @staticmethod
    def _account(pid: int, current: RefusalsByUid) -> tuple[str, frozenset[str]]:
        """Whose the process is, if that account may not start something, and what."""
        uid = acting(pid, current)
        return (uid is not None and current.of(uid)) or ("", frozenset())

    def _let(
        self, pid: int, file: Fingerprint, found: os.stat_result | None, current: RefusalsByUid
    ) -> Started | None:  # fmt: skip
        uid, who = acting(pid, current), procfs.stat(pid)
        # As it was read for its fingerprint, here or by a reader: reading a user's file now may keep us waiting. What lies on a
        # user's own file system (`found` None) may be another at each look.
        native = self._images.native(key(found)) if found else None
        image = (found.st_dev, found.st_ino) if found and (native or file.build_id or file.loaded) else None
        if uid is None or who is None:
            return None
        return Started(pid, uid, file, self._clock.mono(), who.parent, image, script=native is False)

    def _look(self, handle: int, found: os.stat_result, path: str, catalogue: Catalogue) -> _Known | None:
        """None: a damaged disk, or whatever the file's owner did to it. Nothing of ours fails."""
        try:
            file = self._images.read(handle, found, path, catalogue)
        except OSError:
            return None
        return self._keep(path, key(found), file, catalogue)

    def _to_read(
        self, asked: calls.Question, found: os.stat_result | None, current: RefusalsByUid, *, doubt: bool
    ) -> Answer:
        uid = acting(asked.pid, current) or 0
        only = current.only_of(uid)
        account, _ = current.of(uid) or only or (str(uid), frozenset())
        this = key(found) if found else _NO_KEY
        question = self._images.question(this, current.catalogue, doubt=doubt)
        # Of what not everybody may run it is told what it was.
        tells = only is not None and found is not None and found.st_size <= LARGEST_HASHED
        return Answer(to_read=ToRead(account, {**question, "digest": question["digest"] or tells}))

    def _learn(
        self, handle: int, read: Message, found: os.stat_result | None, path: str, catalogue: Catalogue
    ) -> _Known | None:  # fmt: skip
        """None: it was not read in time, or cannot be read."""
        if "known" not in read.head:
            return None
        this, tells = (key(found), stamps.tell(handle, found, self._clock.wall())) if found else (_NO_KEY, False)
        content, same = self._images.learn(this, read, catalogue, tells=tells)
        file = content.named(path, found.st_size if found else 0)
        return self._keep(path, this, file, catalogue) if same else (file, catalogue.by_file(file))

    def _keep(self, path: str, this: Key, file: Fingerprint, catalogue: Catalogue) -> _Known:
        """For as long as nothing more is to be found out of it: it may have been asked about for another catalogue."""
        known = (file, catalogue.by_file(file))
        if len(path) <= _LONGEST and self._images.recall(this, path, catalogue):  # anybody may make many that are longer
            self._known[path, this] = known
        return known


def acting(pid: int, current: RefusalsByUid) -> int | None:
    """The number of whoever starts something; where nothing is known of it or it may be a namespace's, of whoever made that."""
    uids = procfs.uids(pid)
    if uids is None:
        return None
    uid = acting_uid(*uids)
    return uid if uid <= LAST_OWN and current.knows(uid) else maker(pid) or uid


def _started_by(pid: int, programs: frozenset[Identity]) -> bool:
    """Whether a process descends from one of these, or is one: what a game does while it saves is its own business. If it has
    lost its parent, it is still in the group that was made for the game.
    """
    if not programs:
        return False
    found = procfs.stat(pid)
    for leader, started in programs:
        if found is not None and found.group == leader and ((now := procfs.stat(leader)) is None or now.started == started):
            return True
    for _ in range(_ANCESTORS):
        if found is None or found.identity in programs:
            return found is not None
        found = procfs.stat(found.parent)
    return False
