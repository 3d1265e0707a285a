"""The wall time that decisions use: what the system clock says, as long as elapsed time agrees with it.

Elapsed time (with sleep, since boot) cannot be set by anybody. From a base on it tells what the wall clock has to say; a
step of more than five minutes that no anchor explains leaves two readings, and the stricter decision of both holds. The base
is moved only by an anchor, never by what was last read, so many small steps add up to a large one.
"""

from __future__ import annotations

from dataclasses import dataclass

from host.clock import Clock, together

TOLERANCE = 5 * 60_000


@dataclass(frozen=True, slots=True)
class Anchor:
    """At `elapsed` milliseconds of `boot`, the wall clock rightly said `wall`."""

    boot: str
    elapsed: int
    wall: int


@dataclass(frozen=True, slots=True)
class Reading:
    """All clocks at one moment of `boot`. `walls` are all that a decision has to ask, the trusted one first."""

    boot: str
    mono: int
    elapsed: int
    walls: tuple[int, ...]

    @property
    def wall(self) -> int:
        """The trusted one."""
        return self.walls[0]


@dataclass(frozen=True, slots=True)
class Jump:
    """The system clock says `system` where `expected` was due."""

    expected: int
    system: int


class TrustedClock:
    """`last`: the last moment in the store. In the same boot it is the anchor; in a later boot time is never before it."""

    def __init__(self, clock: Clock, last: Anchor | None = None) -> None:
        self._clock = clock
        self.boot = clock.boot()
        system, elapsed = clock.wall(), clock.elapsed()
        self._anchor = Anchor(self.boot, elapsed, system)
        if last is not None and last.boot == self.boot:
            self._anchor = last
        elif last is not None and system < last.wall:
            self._anchor = Anchor(self.boot, 0, last.wall)
        self.jump: Jump | None = None

    def zone(self) -> str:
        """What the PC calls its time zone. No rule asks for it."""
        return self._clock.zone()

    def elapsed(self) -> int:
        return self._clock.elapsed()

    def read(self) -> Reading:
        """Reads all clocks; `jump` is set or cleared by it."""
        mono, elapsed, system = together(self._clock)
        expected = self._anchor.wall + elapsed - self._anchor.elapsed
        walls: tuple[int, ...] = (system,)
        if abs(system - expected) <= TOLERANCE:
            self.jump = None
        elif self._clock.synchronised():
            self.anchor()
        else:
            walls = (expected, system)
            if self.jump is None or abs((system - expected) - (self.jump.system - self.jump.expected)) > TOLERANCE:
                self.jump = Jump(expected, system)
        return Reading(self.boot, mono, elapsed, walls)

    def anchor(self) -> None:
        """Somebody who may (synchronised time, a guardian) says that the system clock is right."""
        self._anchor = Anchor(self.boot, self._clock.elapsed(), self._clock.wall())
        self.jump = None
