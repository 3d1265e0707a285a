"""Looks at all that runs, and reads what may have become something else since."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from daemon.platforms.linux.watching.ends import Ends
from daemon.platforms.linux.watching.kin import Kin
from daemon.platforms.linux.watching.masks import Masks
from daemon.platforms.linux.watching.programs import Programs
from daemon.platforms.linux.watching.rereading import ReadingTracker
from daemon.platforms.linux.watching.seen import SeenProgram
from daemon.platforms.tracker import HELD, UnreadableError
from host.clock import Clock
from rules.games import Catalogue, Program

_MISSED_MS = 2_000


class ScanningTracker(ReadingTracker):
    def __init__(self, programs: Programs, ends: Ends, clock: Clock) -> None:
        super().__init__(programs, ends, clock)
        self._kin = Kin()
        self._early: set[int] = set()  # told before their event, which is then old news
        self.masks = Masks()
        self.other: Callable[[Program, Catalogue, int], bool] = lambda *_: True
        """Is told of each that is no game, and until when (mono) it had not run. Whether nothing is left to look at in it."""

    def _rests(self, pid: int) -> bool:
        """Not a game, which may wear a mask, nor what may be one by what else runs."""
        seen = self._known.get(pid)
        named = pid in self.games or (seen is not None and bool(self._kin.executed and self._kin.with_image(seen.image)))
        return not named and super()._rests(pid)

    def _no_game(self, program: Program) -> None:
        if not self.other(program, self.catalogue, self._resting.until(program.pid)):
            self._resting.doubt(program.pid)

    def _is_still(self, old: SeenProgram, seen: SeenProgram) -> bool:
        return super()._is_still(old, seen) or self._masked(old, seen)

    def _masked(self, old: SeenProgram, seen: SeenProgram) -> bool:
        if old.program.pid not in self.games or seen.adds_to(old):
            return False
        heard = self._hears_of(old)
        if old.same_as(seen):  # by what a decoy can have, too: a file as long, in the place of the first
            return heard and self._is_game(old) and not self._is_game(seen.kept(old))
        return self.masks.hides(old, seen, heard=heard, game=self._is_game(seen))

    def _named(self, seen: SeenProgram) -> SeenProgram:
        return self._kin.named(seen, self.catalogue)

    def watch_ends(self) -> None:
        """Have the loop woken by the end of each game, where no event tells it."""
        for pid in self.games:
            self._ends.follow(self._known[pid].identity)

    def scan(self, pids: Callable[[], Iterable[int]]) -> tuple[Program, ...]:
        """Reads all of these anew that have run since they were read. BlindError."""
        self.programs.forget_names()
        every, found, same, unreadable = tuple(pids()), {}, set(), 0
        for pid in every:
            if self._rests(pid):
                same.add(pid)
                seen = self._known.get(pid)
            else:
                try:
                    seen = self._found(pid)
                except UnreadableError:
                    unreadable += 1
                    seen = self._known.get(pid)  # nothing says that it is over
            if seen:
                found[pid] = seen
        self._early &= found.keys()
        self._unread.keep({one.identity for one in found.values()})
        self._resting.keep(frozenset(every))
        if not self._unread:
            self.well(HELD)
        self.programs.lines.keep({seen.identity for seen in found.values()})
        programs = self._adopt(found, unreadable or len(self.programs.images.held), same)
        if self.alone:
            self.watch_ends()
        self._executed()
        return programs

    def _executed(self) -> None:
        """What games execute is what those do that run; and what others did, of which may go on what nobody told of."""
        if self._clock.mono() > self.missed + _MISSED_MS:
            games = (self._known[pid] for pid in self.games)
            self._kin.executed_by(one for one in games if not self.masks.is_let(one))

    def _found(self, pid: int) -> SeenProgram | None:
        """What a scan reads there. BlindError, UnreadableError."""
        before, seen = self._known.get(pid), self._read_to_rest(pid)
        if seen is None or before is None:
            return seen
        if self._masked(before, seen):
            return before
        same = before.same_as(seen) or seen.adds_to(before)
        seen = seen.kept(before) if same else seen.after(before, self._resting.until(pid))
        return self.masks.as_let(seen, self.catalogue)
