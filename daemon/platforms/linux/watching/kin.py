"""Whose child a process is, by the order of the kernel's events: however short either lives, nothing need be read of them.

A child of a game is the game until it executes something. Most do so at once, so a child is told only when it has not done so
for a moment, or when the game that it comes from is over: then the play goes on in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from daemon.platforms.linux.watching.command_lines import Found
from daemon.platforms.linux.watching.seen import Image, SeenProgram
from rules.games import Catalogue

_MOST_WAITING = 1024
_MOST_PAST = 256
_MOST_EXECUTED = 32


@dataclass(frozen=True, slots=True)
class Fork:
    """A child of a game that is not told yet; `told` is the pid of the game among its forebears that is. `line`: what was known
    of its command line when it was forked.
    """

    seen: SeenProgram
    told: int
    line: Found | None = None


class Kin:
    """Three bounded tables: forks that wait, those that are over while the kernel's word of their children may still come, and
    what games execute.
    """

    def __init__(self) -> None:
        self._waiting: dict[int, Fork] = {}
        self._past: dict[int, SeenProgram | None] = {}
        self.executed: list[SeenProgram] = []

    def waiting(self, pid: int) -> Fork | None:
        return self._waiting.get(pid)

    def past(self, pid: int) -> SeenProgram | None:
        """What had this pid last, if that was a game."""
        return self._past.get(pid)

    def was_unread(self, pid: int) -> bool:
        return pid in self._past and self._past[pid] is None

    def wait(self, fork: Fork) -> Fork | None:
        """The one that has waited longest, where too many do: it is to be told now."""
        self._waiting[fork.seen.program.pid] = fork
        return self._waiting.pop(next(iter(self._waiting))) if len(self._waiting) > _MOST_WAITING else None

    def due(self, before: int, most: int) -> list[Fork]:
        """At most so many that were forked by then (mono), the oldest first. They wait no longer."""
        oldest = [fork for fork, _ in zip(self._waiting.values(), range(most), strict=False) if fork.seen.at <= before]
        for fork in oldest:
            del self._waiting[fork.seen.program.pid]
        return oldest

    def left_by(self, told: int) -> list[Fork]:
        """Those that come from this game, which is over. They wait no longer."""
        found = self.come_from(told)
        for fork in found:
            del self._waiting[fork.seen.program.pid]
        return found

    def come_from(self, told: int) -> list[Fork]:
        return [fork for fork in self._waiting.values() if fork.told == told]

    def over(self, seen: SeenProgram) -> None:
        """It has ended; word of a child that it had may still come."""
        self._remember(seen.program.pid, seen)

    def unread(self, pid: int) -> None:
        """It was over before anybody could see what it was."""
        self._remember(pid, None)

    def _remember(self, pid: int, seen: SeenProgram | None) -> None:
        self.other(pid)
        self._past[pid] = seen
        if len(self._past) > _MOST_PAST:
            del self._past[next(iter(self._past))]

    def other(self, pid: int) -> None:
        """Somebody new has this pid, or it executed something."""
        self._waiting.pop(pid, None)
        self._past.pop(pid, None)

    def __bool__(self) -> bool:
        """Whether any wait."""
        return bool(self._waiting)

    def forget_past(self) -> None:
        """All that the kernel had to say of what is over has been heard."""
        self._past.clear()

    # --- what games execute ------------------------------------------------------------------------------------------------

    def executed_by(self, games: Iterable[SeenProgram]) -> None:
        """By no others than these."""
        self.executed.clear()
        for game in games:
            self.executes(game)

    def executes(self, game: SeenProgram) -> None:
        """Unless what it executes is none, and only what it has loaded."""
        this = _what(game)
        if game.program.mapped:
            return
        if game.image is not None and all(_what(known) != this for known in self.executed):
            self.executed.append(game)
            del self.executed[:-_MOST_EXECUTED]

    def with_image(self, image: Image | None) -> list[SeenProgram]:
        """Games that execute this file. Of what lies on a FUSE of somebody's own root sees no number."""
        return [known for known in self.executed if known.image == image] if image and image[1] else []

    def named(self, seen: SeenProgram, catalogue: Catalogue) -> SeenProgram:
        """What executes the same as a game is that game, whatever became of its file: renamed, its script deleted."""
        games = self.with_image(seen.image)
        if not games or catalogue.recognise(seen.program) is not None:
            return seen
        return next((seen.as_of(game) for game in games if seen.runs_the_same(game, catalogue)), seen)

    def clear(self) -> None:
        for table in (self._waiting, self._past, self.executed):
            table.clear()


def _what(game: SeenProgram) -> tuple[object, ...]:
    return (game.image, game.program.account, game.program.args)
