"""What runs: asks about each process that is new or has executed something, and tells what begins and ends.

A process is read once after each exec (reading/). If it is a game, or unknown code, it begins a play of its own and gets a
tag (plays.py). Its children inherit the tag at fork and keep it over exec until they leave the play. Where the kernel carries
tags (kernel/), its table is the truth and events are hints. Elsewhere this table is all there is.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from daemon.platforms.api import Observation, ProgramEnded, ProgramStarted
from daemon.platforms.linux import places, procfs
from daemon.platforms.linux.accounts import account_of
from daemon.platforms.linux.kernel.tags import Event, KernelTags
from daemon.platforms.linux.reading.client import Reader
from daemon.platforms.linux.reading.process import ReadProcess
from daemon.platforms.linux.watching.plays import Plays
from daemon.platforms.linux.watching.seen import Allowed, Seen, program_of
from daemon.platforms.processes import BlindError, Identity
from daemon.platforms.troubles import BLIND
from host.clock import Clock, together
from i18n.message import said_by
from rules.games import Catalogue, Fingerprint, Program

_NS = 1_000_000
_FORK_MS = 50  # most children execute something else at once
_MOST_FORKS = 4_096
_MOST_PLAIN = 4_096
_YOUNG_MS = 3_000
_LATE_S = 5.0  # after which what could not be read in time is read once more
_SCAN_MS = 300  # that a scan waits for what is new
_FIRST_SCAN_MS = 3_000


class _Question(NamedTuple):
    """What was asked at `asked` (mono) about a process of `account` that `carried` this tag. Others as in Tracker._ask."""

    since: int | None
    asked: int
    account: str
    carried: int
    allowed: Allowed | None = None


class Tracker:
    """All on the loop's thread, but `allow`. `strict`: accounts of whose programs it is asked what an administrator did not
    install. `root`: whether root's programs are of interest. `later` as the loop's `call_later`. `began`: called when something
    began to play.
    """

    def __init__(self, reader: Reader, clock: Clock) -> None:
        self._reader, self._clock = reader, clock
        self.tags: KernelTags | None = None
        self._plays = Plays()
        self.strict: frozenset[str] = frozenset()
        self.root = True
        self.trouble: Callable[..., None] = lambda *_, **__: None
        self.later: Callable[..., object] = lambda *_: None
        self.began: Callable[[], object] = lambda: None
        self._sink: Callable[[Observation], None] | None = None
        self._seen: dict[int, Seen] = {}
        self._asked: dict[int, _Question] = {}  # by process, the latest
        self._forks: OrderedDict[int, tuple[int, int, int]] = OrderedDict()  # by child: parent, tag, when (mono)
        self._plain: OrderedDict[tuple[int, ...], None] = OrderedDict()  # stamps of executables
        self._scanned = False
        self._quiet = False
        self._account = cache(account_of)

    def start(self, sink: Callable[[Observation], None]) -> None:
        self._sink = sink

    def stop(self) -> None:
        self._sink, self._scanned = None, False
        for table in (self._plays, self._seen, self._asked, self._forks, self._plain):
            table.clear()

    def watch(self, catalogue: Catalogue, strict: frozenset[str], *, root: bool) -> None:
        """What is looked for from now on."""
        if catalogue is not self._plays.catalogue or not strict <= self.strict:
            self._plain.clear()
        self._plays.catalogue, self.strict, self.root = catalogue, strict, root

    # --- what is known -----------------------------------------------------------------------------------------------------

    def known(self) -> Iterable[Seen]:
        return tuple(self._seen.values())

    @property
    def plays(self) -> bool:
        """Whether anything of a play runs."""
        return any(seen.tag for seen in self._seen.values())

    def running(self) -> tuple[Program, ...]:
        return tuple(seen.program for seen in self._seen.values() if seen.program is not None)

    def together(self, this: Identity) -> tuple[str, tuple[int, ...]]:
        """The account of this program, and the pids of all that carry the same tag: what has to end with it."""
        seen = self._seen.get(this[0])
        if seen is None or seen.identity != this or seen.program is None:
            return "", ()
        carrying = {*self._carrying(seen.tag), *(pid for pid, one in self._seen.items() if one.tag == seen.tag != 0)}
        return seen.program.account, tuple(carrying)

    def _carrying(self, tag: int) -> list[int]:
        """The processes that carry this tag by the kernel's table."""
        return [pid for pid, carried in self.tags.tagged().items() if carried == tag] if self.tags and tag else []

    # --- what happens ------------------------------------------------------------------------------------------------------

    def allow(self, pid: int, uid: int, file: Fingerprint) -> int:
        """In the gate's thread: it lets this process start a game. The tag that it is to carry."""
        return self._plays.allow(pid, uid, file, self._clock.mono())

    def happened(self, event: Event) -> None:
        mono = event.ns // _NS
        if event.kind == "exec":
            self.executed(event.pid, mono, event.tag)
        elif event.kind == "fork":
            self.forked(event.parent, event.pid, mono, event.tag)
        else:
            self.ended(event.pid, mono)

    def executed(self, pid: int, mono: int, tag: int = 0) -> None:
        fork, old, allowed = self._forks.pop(pid, None), self._seen.get(pid), self._plays.take_allowed(pid, mono)
        before = old.tag if old else fork[1] if fork else 0
        if allowed is not None:
            tag, allowed = allowed.tag, replace(allowed, before=before)
        self._ask(pid, mono, tag or before, allowed)

    def forked(self, parent: int, pid: int, mono: int, tag: int = 0) -> None:
        """A child belongs to the play of its parent. It is told in a moment, if it has not executed something by then."""
        mother, fork = self._seen.get(parent), self._forks.get(parent)
        tag = tag or (mother.tag if mother else fork[1] if fork else 0)
        if not tag:
            return
        if not self._forks:
            self.later(_FORK_MS / 1000, self._forks_due)
        self._forks[pid] = (parent, tag, mono)
        if len(self._forks) > _MOST_FORKS:
            self._tell_fork(next(iter(self._forks)))

    def appeared(self, pid: int, status: procfs.Stat) -> None:
        """A process that no event told of."""
        mother = self._seen.get(status.parent)
        tag = mother.tag if mother and mother.identity[1] <= status.started else 0
        if not tag and status.group != pid:  # it has lost its parent, and is still in the group that was made for the game
            tag = next((one.tag for one in self._seen.values() if one.tag and one.identity[0] == status.group), 0)
        self._ask(pid, None, tag)

    def ended(self, pid: int, mono: int) -> None:
        """With all its threads, at `mono`."""
        question, allowed = self._asked.pop(pid, None), None
        if question is not None and question.allowed:
            allowed = question.allowed
        elif pid not in self._seen:
            self._forks.pop(pid, None)
            allowed = self._plays.take_allowed(pid, mono)
        if allowed:
            self._begin_late(allowed)
        if (seen := self._seen.get(pid)) is not None and mono >= seen.at:
            forked = [child for child, (_, tag, _) in self._forks.items() if tag == seen.tag]
            for child in forked:  # first: the play goes on in them
                self._tell_fork(child)
            if seen.tag and not any(one.tag == seen.tag for one in self._seen.values() if one is not seen):
                self._go_on(seen, forked, mono)
            self._end(pid, mono)

    def _go_on(self, seen: Seen, forked: list[int], mono: int) -> None:
        """In one of those that carry the tag and were not read yet, or are over before anybody can read them."""
        asked = [pid for pid, question in self._asked.items() if question.carried == seen.tag]
        left = [pid for pid in (*self._carrying(seen.tag), *asked, *forked) if pid not in self._seen]
        if left and seen.program is not None:
            status, now = self._stat(left[-1]), together(self._clock)
            started = status.started if status else (mono + now[1] - now[0]) // procfs.TICK_MS
            origin = seen.program.origin or seen.program
            program = replace(seen.program, pid=left[-1], started=started, since=mono, origin=origin)
            self._seen[left[-1]] = replace(seen, identity=program.identity, program=program, at=mono)
            self._tell(ProgramStarted(program))

    def resume(self, programs: Mapping[Identity, tuple[str, str]]) -> None:
        """These went on while nobody watched: by identity, the account and the id of the game whose play each is part of."""
        for (pid, started), (account, game) in programs.items():
            status = procfs.stat(pid)
            if status is None or status.started != started or not status.alive:
                continue
            now = self._clock.mono()
            origin = Program(pid, started, now, account, (), trees=((game, True),))
            tag = self._plays.begin(origin)
            image = places.image_of(pid)
            self._seen[pid] = Seen(origin.identity, origin, image, status.stack, status.group, now, tag)
            if self.tags:
                self.tags.put(pid, tag)

    # --- reading -----------------------------------------------------------------------------------------------------------

    def _ask(self, pid: int, since: int | None, carried: int, allowed: Allowed | None = None) -> None:
        """`since`: when it executed what it runs, if somebody told. `allowed`: what the gate let it execute then.

        Where it cannot be seen now, a scan finds it.
        """
        now = self._clock.mono()
        try:
            ids = procfs.ids(pid)
        except BlindError as error:
            self.trouble(BLIND, said_by(error))
            return
        if ids is None:
            if allowed:
                self._plays.give_back(allowed)
            return
        uid = procfs.acting_uid(ids)
        if not uid and not self.root and not carried:
            self._left(pid, now)
            return
        if not carried and places.stamped_at(f"/proc/{pid}/exe") in self._plain:
            self._left(pid, since or now)
            return
        question = _Question(since, now, self._account(uid), carried, allowed)
        self._asked[pid] = question
        self._reader.ask(pid, uid, lambda read: self._read(pid, question, read), strict=question.account in self.strict)

    def _read(self, pid: int, question: _Question, read: ReadProcess | None) -> None:
        if self._asked.get(pid) is not question:  # it has ended, or executed something else meanwhile
            return
        del self._asked[pid]
        if read is None:  # over: an event or a scan says when
            if question.allowed:
                self._plays.give_back(question.allowed)
            return
        if question.account not in self.strict:
            read = replace(read, foreign=(), unread=False)
        if read.large:
            self._reader.hash(read.uid, read.large, lambda digests: self._hashed(pid, read, digests))
        self._known(read, question)

    def _known(self, read: ReadProcess, question: _Question) -> None:
        """Decides what a process is that was read as this."""
        since, asked, pid = question.since, question.asked, read.pid
        old = self._seen.get(pid)
        if old is not None and old.identity != (pid, read.started):
            self._end(pid, asked)
            old = None
        status = self._stat(pid)
        same = bool(old and since is None and old.image == read.image and status and old.stack == status.stack)
        program = program_of(read, question.account, self._since(read, since, old if same else None, old))
        program, tag = self._plays.find(program, read, question.carried, question.allowed, same=same)
        interesting = bool(tag or self._plays.catalogue.matches(program))
        if not interesting and read.plain and read.stamp:
            self._plain[read.stamp] = None
            if len(self._plain) > _MOST_PLAIN:
                self._plain.popitem(last=False)
        stack, group = (status.stack, status.group) if status else (0, 0)
        found = program if interesting else None
        seen = Seen(
            (pid, read.started), found, read.image, stack, group, since or asked, tag, self._plays.catalogue, read.late
        )  # fmt: skip
        self._become(seen, question.carried, since or asked)
        if read.late:
            self.later(_LATE_S, self._read_again, pid)

    def _since(self, read: ReadProcess, told: int | None, same: Seen | None, old: Seen | None) -> int:
        """Since when (mono) it runs what it runs."""
        if told is not None:
            return told
        if same is not None and same.program is not None:
            return same.program.since
        mono, elapsed, _ = together(self._clock)
        started = read.started * procfs.TICK_MS - (elapsed - mono)  # ticks include sleep: all sleep since boot is taken off
        return max(started, old.at) if old is not None else started

    def _become(self, seen: Seen, carried: int, mono: int) -> None:
        pid, old = seen.identity[0], self._seen.get(seen.identity[0])
        if self.tags and seen.tag != carried:
            if seen.tag:
                self.tags.put(pid, seen.tag)
                self._adopt_children(pid, seen)
            else:
                self.tags.take_away(pid)
        elif not self.tags and seen.tag and (old is None or old.tag != seen.tag):
            self._adopt_children(pid, seen)
        goes_on = old is not None and old.program is not None and seen.program is not None and self._plays.same(old, seen)
        if old is not None and not goes_on:
            self._end(pid, mono)
        self._seen[pid] = seen
        if seen.tag and not (old and old.tag):
            self.began()
        if seen.program is not None and (old is None or not goes_on or old.program != seen.program):
            self._tell(ProgramStarted(seen.program))

    def _adopt_children(self, pid: int, seen: Seen) -> None:
        """What it forked before it carried the tag."""
        now, elapsed, _ = together(self._clock)
        since = ((seen.program.since if seen.program else seen.at) + elapsed - now) // procfs.TICK_MS
        for child in map(int, procfs.text(f"/proc/{pid}/task/{pid}/children").split()):
            known, asked = self._seen.get(child), self._asked.get(child)
            if child in self._forks or (known and known.tag) or (asked and asked.carried):
                continue
            if self.tags and known is None and asked is None:
                self.tags.put(child, seen.tag)
                self.forked(pid, child, self._clock.mono(), seen.tag)
            elif (status := self._stat(child)) is not None and status.started >= since:
                if self.tags:
                    self.tags.put(child, seen.tag)
                self._ask(child, None, seen.tag)

    def _hashed(self, pid: int, read: ReadProcess, digests: dict[str, str]) -> None:
        """Of a large file more is known by now: it may be a game after all."""
        seen = self._seen.get(pid)
        if not digests or seen is None or seen.identity != (read.pid, read.started) or seen.image != read.image:
            return
        files = tuple(replace(one, sha256=digests.get(one.path, one.sha256)) for one in read.files)
        since = seen.program.since if seen.program else seen.at
        question = _Question(since, seen.at, self._account(read.uid), seen.tag)
        self._known(replace(read, files=files, large=()), question)

    def _left(self, pid: int, mono: int) -> None:
        """It runs nothing of interest."""
        if pid in self._seen:
            self._end(pid, mono)

    def _begin_late(self, allowed: Allowed) -> None:
        """A game that was over before anybody could read it was played all the same."""
        now, elapsed, _ = together(self._clock)
        started = (allowed.mono + elapsed - now) // procfs.TICK_MS
        program = Program(allowed.pid, started, allowed.mono, self._account(allowed.uid), (allowed.file,))
        if self._plays.begins(program, allowed.before):
            self._left(allowed.pid, allowed.mono)
            tag = self._plays.begin(program, allowed.tag)
            self._seen[allowed.pid] = Seen(program.identity, program, None, 0, 0, allowed.mono, tag, self._plays.catalogue)
            self._tell(ProgramStarted(program))

    def _stat(self, pid: int) -> procfs.Stat | None:
        """None also where we cannot see, which is told: a scan sees it later."""
        try:
            return procfs.stat(pid)
        except BlindError as error:
            self.trouble(BLIND, said_by(error))
            return None

    # --- children ----------------------------------------------------------------------------------------------------------

    def _forks_due(self) -> None:
        before = self._clock.mono() - _FORK_MS
        try:
            for pid in [pid for pid, (_, _, at) in self._forks.items() if at <= before]:
                self._tell_fork(pid)
        except BlindError as error:
            self.trouble(BLIND, said_by(error))
        finally:  # whatever one fork costs, the others are told
            if self._forks:
                self.later(_FORK_MS / 1000, self._forks_due)

    def _tell_fork(self, pid: int) -> None:
        """It has executed nothing: it is what its parent is. Or its exec is being read."""
        parent, tag, mono = self._forks.pop(pid)
        mother, origin = self._seen.get(parent), self._plays.origin(tag)
        model = mother.program if mother is not None and mother.tag == tag else origin
        status = procfs.stat(pid) if model is not None else None
        if model is None or status is None or not status.alive or pid in self._asked or pid in self._seen:
            return
        program = replace(
            model, pid=pid, started=status.started, since=mono, parent=status.parent, origin=model.origin or origin
        )  # fmt: skip
        image = mother.image if mother else places.image_of(pid)
        seen = Seen(program.identity, program, image, status.stack, status.group, mono, tag, self._plays.catalogue)
        self._seen[pid] = seen
        self._tell(ProgramStarted(program))

    # --- looking at all ----------------------------------------------------------------------------------------------------

    def scan(self, pids: Iterable[int]) -> tuple[Program, ...]:
        """Compares with all of these, and reads what is new. What takes long to read is told when it is read. BlindError."""
        self._account.cache_clear()
        self._quiet = True
        try:
            self.look(pids)
            self._reader.wait(_SCAN_MS if self._scanned else _FIRST_SCAN_MS)
        finally:
            self._quiet, self._scanned = False, True
        used = {seen.tag for seen in self._seen.values()} | {tag for _, tag, _ in self._forks.values()}
        used |= {one.carried for one in self._asked.values()} | set(self.tags.tagged().values() if self.tags else ())
        self._plays.forget_but(used)
        return self.running()

    def look(self, pids: Iterable[int]) -> None:
        """Asks about each of these that is new, or has executed something. What is gone has ended. BlindError."""
        here, now = set(pids), self._clock.mono()
        carried = self.tags.tagged() if self.tags else {}
        for pid in sorted(here, key=self._seen.__contains__):  # the new ones first: a play goes on in them
            self._compare(pid, carried.get(pid, 0))
        for pid in [pid for pid in self._seen if pid not in here]:
            self.ended(pid, now)

    def look_at_young(self) -> None:
        """At processes that may have executed something a moment after they were forked, and at what plays. BlindError."""
        young = self._clock.mono() - _YOUNG_MS
        for pid in [pid for pid, seen in self._seen.items() if seen.tag or seen.at > young]:
            self._compare(pid, 0)

    def _read_again(self, pid: int) -> None:
        if pid in self._seen and self._sink:
            try:
                self._compare(pid, 0)
            except BlindError as error:
                self.trouble(BLIND, said_by(error))

    def _compare(self, pid: int, tag: int) -> None:
        seen = self._seen.get(pid)
        if seen is None and pid in self._asked:
            return
        status = procfs.stat(pid)
        if status is None or not status.alive:
            if seen is not None:
                self.ended(pid, self._clock.mono())
        elif seen is None:
            if not tag:
                self.appeared(pid, status)
            else:
                self._ask(pid, None, tag)
        elif seen.identity[1] != status.started:
            self.ended(pid, self._clock.mono())
            self.appeared(pid, status)
        elif seen.late or seen.catalogue is not self._plays.catalogue or (
            status.state not in "ZX"  # of a process whose first thread has ended nothing is to be seen
            and (seen.stack != status.stack or seen.image != places.image_of(pid))
        ):
            self._ask(pid, None, tag or seen.tag)

    # --- telling -----------------------------------------------------------------------------------------------------------

    def _end(self, pid: int, mono: int) -> None:
        seen = self._seen.pop(pid)
        if seen.program is not None:
            self._tell(ProgramEnded(*seen.identity, max(mono, seen.program.since)))

    def _tell(self, seen: Observation) -> None:
        if self._sink and not self._quiet:
            self._sink(seen)
