"""What to answer to one question of the kernel: from an immutable snapshot of who may not start what, the file that the kernel
opened for us, and who asks.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from daemon.platforms.api import ProgramStopped, Refusals, StartRefused
from daemon.platforms.hashing import Key, key, sha256, within
from daemon.platforms.linux import accounts, calls, procfs
from daemon.platforms.linux.places import only_roots
from daemon.platforms.linux.reading.images import Images
from daemon.platforms.linux.trusted import Trusted
from daemon.platforms.processes import Identity
from host.clock import Clock
from rules.games import Catalogue, Fingerprint
from rules.installed import OnlyInstalled, sizes

LARGEST_HASHED = 1 << 20
_MOST, _LONGEST = 8192, 512
_COMPARING_MS = 50  # of a file's code: what takes longer is unknown here, and the loop looks at it again
_ANCESTORS = 32
_Known = tuple[Fingerprint, frozenset[str]]


@dataclass(frozen=True)
class RefusalsByUid:
    """Refusals by number instead of name: account and games that it may not start, by uid; `ids` are containers' numbers.
    `saving` and `only` as in Refusals.
    """

    catalogue: Catalogue
    refused: Mapping[int, tuple[str, frozenset[str]]]
    ids: tuple[tuple[range, int], ...] = ()
    saving: Mapping[str, frozenset[Identity]] = field(default_factory=dict)
    only: Mapping[int, tuple[str, OnlyInstalled]] = field(default_factory=dict)

    @cached_property
    def sizes(self) -> frozenset[int]:
        return sizes(one for _, one in self.only.values())

    def ignores_as(self, other: RefusalsByUid | None) -> bool:
        """Whether what need not be asked for again is the same by both."""
        return other is not None and self.catalogue is other.catalogue and self.only == other.only

    def of(self, uid: int) -> tuple[str, frozenset[str]] | None:
        return self.refused.get(self.holder(uid))

    def only_of(self, uid: int) -> tuple[str, OnlyInstalled] | None:
        return self.only.get(self.holder(uid)) if self.only else None

    def knows(self, uid: int) -> bool:
        """Whether anything is refused to whoever has this number."""
        holder = self.holder(uid)
        return holder in self.refused or holder in self.only

    def holder(self, uid: int) -> int:
        """Whose number it is; itself, where nothing is refused to that one."""
        if uid in self.refused or uid in self.only:
            return uid
        return next((holder for numbers, holder in self.ids if uid in numbers), uid)


def by_uid(refusals: Refusals) -> RefusalsByUid:
    """Asks the name service, so: on the loop's thread."""
    uids = {account: accounts.uid_of(account) for account in {*refusals.refused, *refusals.only}}
    refused = {uid: (account, games) for account, games in refusals.refused.items() if (uid := uids[account]) is not None}
    only = {uid: (account, one) for account, one in refusals.only.items() if (uid := uids[account]) is not None}
    ids = []
    for one in accounts.sub_ids():
        uid = accounts.uid_of(one.account)
        if uid is not None and (uid in refused or uid in only):
            ids.append((range(one.start, one.start + one.count), uid))
    return RefusalsByUid(refusals.catalogue, refused, tuple(ids), refusals.saving, only)


class Answer(NamedTuple):
    """`refused`: it may not start. `ignorable`: never ask again for this file. `game`: the user and file of a game's start that
    is allowed.
    """

    refused: StartRefused | ProgramStopped | None = None
    ignorable: bool = False
    game: tuple[int, Fingerprint] | None = None


class Judge:
    """On the gate's thread. What it knows of files is forgotten with the catalogue that it was known for."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._images = Images(largest=LARGEST_HASHED, wall=clock.wall, pressed=within(clock.mono, _COMPARING_MS))
        self._trusted = Trusted()
        self._known: dict[tuple[str, Key], _Known] = {}
        self._known_for: Catalogue | None = None

    def answer(self, asked: calls.Question, current: RefusalsByUid | None) -> Answer:
        """OSError; whatever comes of reading a process."""
        if current is None:
            return Answer()
        if self._known_for is not current.catalogue or len(self._known) > _MOST:
            self._known, self._known_for = {}, current.catalogue
        self._images.sizes = current.sizes
        path = procfs.link(f"/proc/self/fd/{asked.handle}") or ""
        found = os.fstat(asked.handle)
        file, games = self._of_file(asked.handle, found, path, current.catalogue)
        trusted = not current.only or self._trusted.file(asked.handle, found, path)
        if games or not trusted:
            return self._of_process(asked, (path, file, found), games, current, trusted=trusted)
        # Who may write to a file could do so through a mapping, which the kernel does not count as modified.
        return Answer(ignorable=only_roots(found) and (path, key(found)) in self._known)

    def _of_process(
        self, asked: calls.Question, seen: tuple[str, Fingerprint, os.stat_result], games: frozenset[str],
        current: RefusalsByUid, *, trusted: bool,
    ) -> Answer:  # fmt: skip
        """For a game, or what not only an administrator can have put there, it matters who starts it."""
        uid = acting(asked.pid)
        if uid is None:
            return Answer()
        path, file, _ = seen
        account, refused = current.of(uid) or ("", frozenset())
        hit, now = games & refused, self._clock.mono()
        if not hit and not trusted and (said := self._stranger(asked, uid, seen, current, now)):
            return said
        if not games:
            return Answer()
        if all(_started_by(asked.pid, current.saving.get(game, frozenset())) for game in hit):
            return Answer(game=(uid, file))
        return Answer(StartRefused(account, min(hit), path, asked.pid, now))

    def _stranger(
        self, asked: calls.Question, uid: int, seen: tuple[str, Fingerprint, os.stat_result], current: RefusalsByUid, now: int
    ) -> Answer | None:
        """What is not installed, if its account runs nothing else. What cannot be told from what is let through yet may start;
        it is looked at again when its content is known.
        """
        path, file, found = seen
        account, only = current.only_of(uid) or ("", None)
        if only is None or only.lets(file, current.catalogue) is not False:
            return None
        if file.sha256 is None and file.size <= LARGEST_HASHED:  # a guardian may want to let it through
            file = replace(file, sha256=sha256(asked.handle))
            self._keep(path, key(found), file, current.catalogue)
        return Answer(ProgramStopped(account, file, asked.pid, now))

    def _of_file(self, handle: int, found: os.stat_result, path: str, catalogue: Catalogue) -> _Known:
        """By its name alone where it cannot be read: a damaged disk, or whatever the file's owner did to it."""
        this = key(found)
        known = self._known.get((path, this))
        if known is not None and self._images.holds(this, handle, found):
            return known
        try:
            file = self._images.read(handle, found, path, catalogue)
        except OSError:
            file = Fingerprint(path, found.st_size)
            return file, catalogue.by_file(file)
        return self._keep(path, this, file, catalogue)

    def _keep(self, path: str, this: Key, file: Fingerprint, catalogue: Catalogue) -> _Known:
        """For as long as nothing more is to be found out of it: it may have been asked about for another catalogue."""
        known = (file, catalogue.by_file(file))
        if len(path) <= _LONGEST and self._images.recall(this, path, catalogue):  # anybody may make many that are longer
            self._known[path, this] = known
        return known


def acting(pid: int) -> int | None:
    """The number of whoever starts something."""
    uids = procfs.uids(pid)
    return None if uids is None else procfs.acting_uid(uids)


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
