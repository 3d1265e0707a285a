"""Ends a game that forks itself away faster than anybody can look at it: each of its processes lives for a moment only.

Whoever comes to end such a process finds it gone, and the play goes on in what it forked. So from then on what it forks is
ended as soon as the kernel tells of it, until it executes something: ahead of all else that comes of that event. So are
siblings that it has made (CLONE_PARENT), which are known by its executable.
"""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain
from typing import Protocol

from daemon.platforms.linux.watching.connector import Event
from daemon.platforms.linux.watching.seen import Image, image_of
from host.clock import Clock

_NS = 1_000_000
_KEPT_MS = 2_000  # after somebody came to end it
_QUIET_MS = 10
_HOT_MS = 200  # since somebody came, or what it forked did: later nothing is listened for before it comes
_TURN_MS = 30  # of the loop's time; what is left then has its turn later
_STALE_MS = 500  # of an event: later its pid may be somebody else's
_AT_ONCE = 256
_MOST = 1_024
_MOST_KEPT = 1 << 17  # a thousand a second for as long as it takes


class Told(Protocol):
    """Where events come from."""

    def read(self, most: int) -> Iterable[Event]:
        """EventsLostError."""


@dataclass(frozen=True, slots=True)
class _Sought:
    """Who executes `image` is the game, until then (mono), if it is `account`'s."""

    until: int
    image: Image
    account: str


class Chase:
    """All on the loop's thread. Events come in the kernel's order: what was known by a pid is over when that is forked anew."""

    def __init__(self, clock: Clock, whose: Callable[[int], str | None]) -> None:
        """`whose`: the account of this pid."""
        self._clock = clock
        self._whose = whose
        self._ends: dict[int, int] = {}
        self._siblings: dict[int, _Sought] = {}
        self._anywhere: dict[tuple[Image, str], _Sought] = {}
        self._until = self._hot = 0

    def begin(self, pids: Iterable[int], parent: int = 0, image: Image | None = None, account: str = "") -> None:
        """Somebody has come to end these. `image`: what nobody but the game executes, `parent`: whose child it was."""
        if not self or len(self._ends) >= _MOST_KEPT:
            self.forget()
        now = self._clock.mono()
        self._until, self._hot = now + _KEPT_MS, now + _HOT_MS
        self._ends.update(dict.fromkeys(pids, self._until))
        if image:
            self._siblings[parent] = _Sought(self._until, image, account)

    def __bool__(self) -> bool:
        return self._clock.mono() < self._until

    def forget(self) -> None:
        for table in (self._ends, self._siblings, self._anywhere):
            table.clear()
        self._until = 0

    def missed(self) -> None:
        """Events were lost: a pid may be somebody else's by now. What executes the same is the game, whoever forked it."""
        self._anywhere.update({(one.image, one.account): one for one in self._siblings.values()})
        self._ends.clear()
        self._siblings.clear()

    def meet(self, event: Event) -> bool:
        """Whether it told of one that had to end, and was ended if it is still there. What was known before counts no more once
        nobody has to end: nothing is looked up for it.
        """
        if not self:
            return False
        if event.kind == "exec":
            self._ends.pop(event.pid, None)
        if event.kind != "fork":
            return False
        now = self._clock.mono()
        until = self._ends.get(event.parent) or self._by_image(event)
        if until <= now:
            self._ends.pop(event.pid, None)
            return False
        self._ends[event.pid], self._hot = until, now + _HOT_MS
        if now - event.ns // _NS <= _STALE_MS:
            with suppress(OSError):
                os.kill(event.pid, signal.SIGKILL)
        return True

    def _by_image(self, event: Event) -> int:
        sibling = self._siblings.get(event.parent)
        image = image_of(event.pid) if sibling or self._anywhere else None
        whose = self._whose(event.pid) if image and (self._anywhere or (sibling and sibling.image == image)) else None
        if whose is None:
            return 0
        if sibling and (sibling.image, sibling.account) == (image, whose):
            return sibling.until
        found = self._anywhere.get((image, whose)) if image else None
        return found.until if found else 0

    def run(self, told: Told, heard: deque[Event]) -> None:
        """Adds what is told to `heard`, as long as this one or that has to be ended, or had just now. We do not sleep then:
        who wakes up is late. Of those that had to be ended, also of those heard before, only what is left is told in the end,
        as forked by what was known. EventsLostError.
        """
        now = self._clock.mono()
        # Of the first that comes it may be too late to hear when woken.
        until, quiet = now + _TURN_MS, now + _QUIET_MS if now < self._hot else now
        before = tuple(heard)
        heard.clear()
        sorting = _Sorting(heard)
        some: Iterable[Event] = chain(before, told.read(_AT_ONCE))
        try:
            while True:
                count = 0
                for count, event in enumerate(some, 1):  # noqa: B007 - read below
                    if sorting.take(event, met=self.meet(event)):
                        quiet = self._clock.mono() + _QUIET_MS
                now = self._clock.mono()
                if len(heard) >= _MOST or now >= until or (now >= quiet and count < _AT_ONCE):
                    break
                some = told.read(_AT_ONCE)
        finally:
            sorting.end()


class _Sorting:
    """Leaves out what came and went."""

    def __init__(self, heard: deque[Event]) -> None:
        self._heard = heard
        self._left: dict[int, Event] = {}
        self._roots: dict[int, int] = {}

    def take(self, event: Event, *, met: bool) -> bool:
        fork = self._left.pop(event.pid, None)
        if met:
            root = self._roots[event.pid] = self._roots.get(event.parent, event.parent)
            self._left[event.pid] = replace(event, parent=root)
        elif fork is None or event.kind != "exit":
            self._heard.extend((fork, event) if fork else (event,))
        return met

    def end(self) -> None:
        self._heard.extend(self._left.values())
