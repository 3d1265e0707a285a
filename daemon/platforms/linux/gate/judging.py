"""What to answer to one question of the kernel: from the snapshot, the file that it opened for us, and who asks."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from typing import NamedTuple

from daemon.platforms.api import ProgramStopped, StartRefused
from daemon.platforms.hashing import Key, key, sha256
from daemon.platforms.linux import calls, procfs
from daemon.platforms.linux.gate.answers import RefusalsByUid
from daemon.platforms.linux.trusted import Trusted
from daemon.platforms.linux.watching.images import Images
from daemon.platforms.linux.watching.passed import Started
from daemon.platforms.linux.watching.programs import acting_uid
from daemon.platforms.processes import Identity
from host.clock import Clock
from rules.games import Catalogue, Fingerprint

LARGEST_HASHED = 1 << 20
_MOST = 8192
_ANCESTORS = 32


class Answer(NamedTuple):
    """`refused`: it may not start. `ignorable`: never ask again for this file. `let`: a game's start that is allowed."""

    refused: StartRefused | ProgramStopped | None = None
    ignorable: bool = False
    let: Started | None = None


class Judge:
    """On the gate's thread. What it knows of files is forgotten with the catalogue that it was known for (`known_for`)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._images = Images(LARGEST_HASHED)
        self._trusted = Trusted()
        self._known: dict[tuple[str, Key], tuple[Fingerprint, frozenset[str]]] = {}
        self.known_for: Catalogue | None = None

    def answer(self, asked: calls.Question, current: RefusalsByUid | None) -> Answer:
        """OSError; whatever comes of reading a process."""
        if current is None:
            return Answer()
        found = os.fstat(asked.handle)
        path = procfs.link(f"/proc/self/fd/{asked.handle}") or ""
        self._images.sizes = current.sizes
        file, games = self._games(asked.handle, found, path, current.catalogue)
        trusted = not current.only or self._trusted.file(asked.handle, found, path)
        if not games and trusted:
            # Who may write to a file could do so through a mapping, which the kernel does not count as modified.
            known = (path, key(found)) in self._known  # else it could not be read for now
            return Answer(ignorable=known and found.st_uid == 0 and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH))
        uids = procfs.uids(asked.pid)
        account, refused = (uids and current.of(acting_uid(*uids))) or ("", frozenset())
        hit, now = games & refused, self._clock.mono()
        if not hit and not trusted and (stopped := self._stranger(asked, file, uids and acting_uid(*uids), current, now)):
            return Answer(stopped)
        if not games:
            return Answer()
        if all(_started_by(asked.pid, current.saving.get(game, frozenset())) for game in hit):
            who, image = procfs.stat(asked.pid), (found.st_dev, found.st_ino) if file.build_id else None
            let = Started(asked.pid, acting_uid(*uids), file, now, who.parent, image) if uids and who else None
            return Answer(let=let)
        return Answer(StartRefused(account, min(hit), path, asked.pid, now))

    def _stranger(
        self, asked: calls.Question, file: Fingerprint, uid: int | None, current: RefusalsByUid, now: int
    ) -> ProgramStopped | None:
        """What is not installed, if its account runs nothing else. What cannot be told from what is let through yet may start;
        it is looked at again when its content is known.
        """
        account, only = (None if uid is None else current.only_of(uid)) or ("", None)
        if only is None or only.lets(file, current.catalogue) is not False:
            return None
        if file.sha256 is None and file.size <= LARGEST_HASHED:  # a guardian may want to let it through
            found = os.fstat(asked.handle)
            file = replace(file, sha256=sha256(asked.handle))
            self._known[file.path, key(found)] = (file, current.catalogue.by_file(file))
        return ProgramStopped(account, file, asked.pid, now)

    def _games(
        self, handle: int, found: os.stat_result, path: str, catalogue: Catalogue
    ) -> tuple[Fingerprint, frozenset[str]]:
        if self.known_for is not catalogue or len(self._known) > _MOST:
            self._known, self.known_for = {}, catalogue
        this = (path, key(found))
        known = self._known.get(this)
        if known is None:
            try:
                file = self._images.read(handle, found, path, catalogue)
            except OSError:  # a damaged disk, or whatever the file's owner did to it: nothing of ours fails
                file = Fingerprint(path, found.st_size)
                return file, catalogue.by_file(file)
            known = self._known[this] = (file, catalogue.by_file(file))
        return known


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
