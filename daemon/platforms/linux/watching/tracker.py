"""What runs on Linux, where a process can become another program, and one that ended can go on in its threads or children."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace

from daemon.platforms.api import ProgramUnread
from daemon.platforms.linux import procfs
from daemon.platforms.linux.watching.chase import Chase
from daemon.platforms.linux.watching.ends import Ends
from daemon.platforms.linux.watching.forking import ForkingTracker
from daemon.platforms.linux.watching.looks import Looks
from daemon.platforms.linux.watching.passed import Started
from daemon.platforms.linux.watching.programs import Programs
from daemon.platforms.linux.watching.seen import Image, SeenProgram, image_of
from daemon.platforms.processes import BlindError, Identity
from daemon.platforms.tracker import BLIND, UnreadableError
from host.clock import Clock
from i18n.message import said_by
from rules.games import Fingerprint, Program

_MOST_LATELY = 256
_SOON_S = 0.02


class LinuxTracker(ForkingTracker):
    def __init__(self, programs: Programs, clock: Clock) -> None:
        super().__init__(programs, Ends(self._over), clock)
        self.chase = Chase(clock, self._whose)
        self._looks = Looks(clock, programs.whose, self._as_before, self._look, self._in)
        self._lately: dict[int, SeenProgram] = {}  # games that are over, for whoever comes too late to end them
        self._unsure: dict[Identity, int] = {}  # ends that were seen, when: something may have come before them
        self.passed: Callable[[int, int], Started | None] = lambda *_: None
        """What a gate let through, by pid and the moment of its exec."""
        self.catch_up: Callable[[], bool] = lambda: True
        """Reads what has been told by now: before an end is believed that somebody saw, as the kernel tells of forks first.
        False: there is more, and that end is among it.
        """

    def stop(self) -> None:
        super().stop()
        self._kin.clear()
        self._looks.clear()
        self._lately.clear()
        self._unsure.clear()
        self._early.clear()
        self.masks.clear()

    def known(self) -> Iterable[int]:
        return tuple(self._known)

    def young(self, since: int) -> list[int]:
        """Those that started after `since`: a process is often forked a moment before it executes what it is for."""
        return [pid for pid, seen in self._known.items() if seen.program.since > since]

    # --- what happens ------------------------------------------------------------------------------------------------------

    def executed(self, pid: int, mono: int) -> None:
        """An exec at `mono`. One that a scan has already seen done is old news."""
        self._kin.other(pid)
        old, passed = self._known.get(pid), self.passed(pid, mono)
        news = old is None or mono >= old.at or self.programs.lines.is_older(old.identity, mono)
        if old and not news and not self.masks.doubts(old, passed, mono):
            return
        early = old if pid in self._early and old and not self.masks.is_let(old) else None
        self._early.discard(pid)
        if old:
            self.masks.off(old.identity)
        seen = self._told(pid, mono)
        if passed is not None and (seen is None or passed.hidden_by(seen)):
            seen = seen or self._as_passed(passed, mono, old)
            self.masks.let(seen.identity, passed)
            early = early if early and self._is_game(early) else None
        if seen is None:
            self._kin.unread(pid)
        elif not (early and self._is_as_early(early, seen)):
            self._become(old, seen, mono)

    def _is_as_early(self, early: SeenProgram, seen: SeenProgram) -> bool:
        """Whether `seen` is what was read before its event, and known by then."""
        if not early.same_as(seen) or (early.program.args not in {(), seen.program.args} and self._is_game(seen)):
            return False
        more, seen = self._more(early, seen), seen.kept(early)
        if more is not None:
            self._begin(more)
        else:
            self._known[seen.program.pid] = seen if self._is_game(seen) else seen.without_args()
        return True

    def _as_passed(self, passed: Started, mono: int, old: SeenProgram | None) -> SeenProgram:
        """Of what was over too soon to be read there is what the gate saw, in the process that was read as `old` before, maybe
        when it had executed this already.
        """
        account = self.programs.account(passed.uid)
        started = old.program.started if old else self._started(passed.pid, mono)
        program = Program(passed.pid, started, mono, account, (passed.file,), parent=passed.parent)
        return SeenProgram(program, passed.image, mono)

    def let(self, let: Started) -> None:
        """The gate lets it become a game, of which an event should tell in a moment. Looks whether it did."""
        if self._sink:
            self._looks.add(let)

    def _in(self, seconds: float, call: Callable[[], object]) -> None:
        self.later(seconds, call)

    def _as_before(self, let: Started, read: Image | None) -> bool:
        """Whether it still runs the executable that it was read with: the game that it is, or what has not become the game. A
        script does not show in that.
        """
        old, game = self._known.get(let.pid), let.pid in self.games
        if old and game and old.program.since >= let.mono:
            return True
        if old and old.image and (game or old.image != let.image):
            read = old.image
        return let.image is not None and read is not None and image_of(let.pid) == read

    def _look(self, let: Started) -> Image | None:
        """The executable that it is no game with."""
        pid, mono = let.pid, let.mono
        old, seen = self._known.get(pid), self._told(pid, None)
        if self._sink is None or seen is None or (old and self._masked(old, seen)):  # it may only say that it became this
            return None
        if not self._is_game(seen):
            return seen.image if seen.image != let.image else None
        if not (old and pid in self.games and old.same_as(seen)):
            self._become(old, replace(seen, program=replace(seen.program, since=mono)), mono)
            self._early.add(pid)
        return None

    def appeared(self, pid: int, since: int | None = None) -> None:
        """A process that nobody has told of yet."""
        if pid not in self._known and (seen := self._told(pid, since)):
            self._begin(seen)
            if since is None:
                self._early.add(pid)

    def replaced(self, pid: int, looked: int = 0) -> None:
        """Was this one replaced, by an exec or by another process with its pid, while nobody told? Not yet when it was `looked`
        at (mono) last.
        """
        old = self._known.get(pid)
        if old is None:  # by now
            return
        try:
            if self._rests(pid):
                return
            seen = self._read_to_rest(pid)
        except BlindError as error:
            self.trouble(BLIND, said_by(error))
        except UnreadableError:
            pass  # and told of: nothing says that it is over
        else:
            if seen is None:
                self.gone(pid, self._clock.mono())
            elif not self._is_still(old, seen):
                now = self._clock.mono()
                passed = self.passed(pid, now) if self.alone else None
                known = max(looked, self._resting.until(pid))
                if not self._hears_of(old):
                    self.masks.off(old.identity)
                self._become(old, seen.after(old, passed.mono if passed else known), now)
                self._early.add(pid)
            elif (more := self._more(old, seen)) is not None:
                self._begin(more)

    def _become(self, old: SeenProgram | None, new: SeenProgram, mono: int) -> None:
        """A game that executes itself goes on: neither its process nor its play is over."""
        if old and not old.goes_on_as(new, self.catalogue):
            let = self.masks.what_is_let(new.identity)
            self._end(old.program.pid, mono)
            if let is not None:  # the gate's word is of the process, whatever that was before
                self.masks.let(new.identity, let)
        self._begin(new)

    def loaded(self, this: Identity, files: tuple[Fingerprint, ...], since: int) -> None:
        """It has loaded the code of games, at `since` (mono) at the earliest, which by its own it is not."""
        unknown, seen = this[0] not in self._known, self._other_than_game(this)
        if seen:
            self.masks.off(this)
            self._begin(replace(seen, program=replace(seen.program, mapped=files, since=max(since, seen.program.since))))
            if unknown:
                self._ends.follow(this)

    def not_read(self, this: Identity) -> bool:
        """Code that it has loaded could not be read, however often that was tried. Whether that is of interest."""
        seen = self._other_than_game(this)
        if seen and self._sink:
            self._sink(ProgramUnread(seen.program))
        return seen is not None

    def _other_than_game(self, this: Identity) -> SeenProgram | None:
        """The process, unless it is a game by what it runs."""
        seen = self._known.get(this[0])
        if self._sink and seen is None:  # its leader is over, as somebody told, and its threads are not
            seen = self._told(this[0], None)
        found = self._sink and seen and seen.identity == this and (this[0] not in self.games or self.masks.is_let(seen))
        return seen if found else None

    def gone(self, pid: int, mono: int) -> None:
        """Somebody saw that `pid` is no more."""
        if self.catch_up():
            self.ended(pid, mono)

    def ended(self, pid: int, mono: int) -> None:
        """The leader ended at `mono`; its threads may run on, and with them the game."""
        fork = self._kin.waiting(pid)
        if fork and self.runs_on(pid):
            self._tell_fork(fork)
        elif fork:
            self._kin.over(fork.seen)
        seen = self._known.get(pid)
        if seen is None or mono < seen.program.since:  # the end of an earlier one with this pid
            return
        if not (self._goes_on(pid) and self.runs_on(pid, seen.program.started) and self._ends.follow(seen.identity)):
            self._is_over(seen, mono)

    def _is_over(self, seen: SeenProgram, mono: int) -> None:
        self._end(seen.program.pid, mono)  # first: what it forked is told of, which has all that is known of it
        self.programs.lines.over(seen.identity)
        self._unread.read(seen.identity)

    def _whose(self, pid: int) -> str | None:
        with suppress(BlindError):
            owner = procfs.owner(pid)
            return self.programs.whose(owner[0], pid) if owner else None
        return None

    def runs_on(self, pid: int, started: int | None = None) -> bool:
        """Whether threads of this one, of which the leader has ended, go on."""
        try:
            found = procfs.stat(pid)
            return found is not None and started in (None, found.started) and found.threads > 1 and found.alive
        except BlindError as error:  # a scan that can see will tell
            self.trouble(BLIND, said_by(error))
            return True

    def ending(self, pid: int, started: int) -> None:
        """Somebody has come to end this one, which may be over by now."""
        seen = self._known.get(pid) or self._lately.get(pid)
        if seen and seen.program.started != started:  # another has its number
            return
        pids = (pid, *(fork.seen.program.pid for fork in self._kin.come_from(pid)))
        if seen is None:
            self.chase.begin(pids)
        else:
            program, alone = seen.program, seen.by_executable(self.catalogue)
            # Of all that lies on a FUSE of somebody's own root sees the same.
            alone = alone and seen.image is not None and seen.image[1] != 0
            self.chase.begin(pids, program.parent, seen.image if alone else None, program.account)

    def _over(self, pid: int, started: int) -> None:
        first = not self._unsure
        self._unsure[pid, started] = self._clock.mono()
        if first:  # else all are looked at soon
            self._over_again()

    def _over_again(self) -> None:
        if not self.look():
            self.later(_SOON_S, self._over_again)
            return
        unsure, self._unsure = self._unsure, {}
        for (pid, started), mono in unsure.items():
            seen = self._known.get(pid)
            if seen is not None and seen.program.started == started:
                self._is_over(seen, mono)

    def _begin(self, seen: SeenProgram) -> None:
        self._kin.other(seen.program.pid)
        seen = self.masks.as_let(seen, self.catalogue)
        super()._begin(seen)
        if seen.program.pid in self.games:
            if self.masks.is_let(seen):  # as far as can be seen it is none: others that show the same are not
                self._no_game(seen.program)
            else:
                self._kin.executes(seen)
            if self.alone:
                self._ends.follow(seen.identity)

    def _end(self, pid: int, mono: int) -> None:
        if seen := self._goes_on(pid):
            for fork in self._kin.left_by(pid):  # before its end is told: the play goes on in them
                self._tell_fork(fork)
            self._kin.over(seen)
            self._lately.pop(pid, None)
            self._lately[pid] = self._known[pid]
            if len(self._lately) > _MOST_LATELY:
                del self._lately[next(iter(self._lately))]
        self._early.discard(pid)
        self.masks.off(self._known[pid].identity)
        super()._end(pid, mono)
