"""The wall time that decisions use: what the system clock says, as long as elapsed time agrees with it.

Elapsed time (with sleep, since boot) cannot be set by anybody. From a base on it tells what the wall clock has to say. A step
of more than five minutes leaves two readings, and the stricter decision of both holds. Nobody asks whether a time service made
it, since a network of the player's own brings its own. The base is moved by a guardian, never by what was last read, so many
small steps add up to a large one; by nobody's word only:

- by what is within those five minutes, once a day, as clocks run apart;
- ahead, once, in a boot in which the PC had no time of its own, as its battery is empty, and by a year in all;
- when it was in doubt for a week by elapsed time, over all boots, so that nothing is refused for ever.

What was claimed by the last two, and what a doubt left at the end of a boot, stays an Issue until a guardian confirms it. So
does how much of that year is used up: no network makes a child an adult.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from host.clock import Clock, together
from rules.calendar import DAY_MS

TOLERANCE = 5 * 60_000
LONGEST_MS = 7 * DAY_MS  # in doubt
MOST_TAKEN_MS = 366 * DAY_MS
_CALM_MS = 60 * 60_000  # after which a doubt is over where the clock came back
_SAVED_MS = 65 * 60_000  # a system keeps a time of its own on the disk, which may be newer than our last moment: an hour's


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why the system clock is not believed. `ahead`, `behind`: of the base, at most; `ran`: for how long in all; `lost`: the PC
    began without a time of its own; `taken`: by how much in all such PCs' networks were believed; `claimed`: what it says now,
    or said in the boot before, nobody vouched for.
    """

    ahead: int = 0
    behind: int = 0
    ran: int = 0
    lost: bool = False
    claimed: bool = False
    taken: int = 0

    @property
    def stepped(self) -> bool:
        return bool(self.ahead or self.behind)

    @property
    def vouched(self) -> bool:
        """Whether a code may count by this clock."""
        return not (self.stepped or self.claimed)


NO_DOUBT = Doubt()


@dataclass(frozen=True, slots=True)
class Anchor:
    """At `elapsed` milliseconds of `boot`, the wall clock rightly said `wall`, as far as the `doubt` of then goes."""

    boot: str
    elapsed: int
    wall: int
    doubt: Doubt = NO_DOUBT


@dataclass(frozen=True, slots=True)
class Reading:
    """All clocks at one moment of `boot`. `walls` are all that a decision has to ask, the trusted one first."""

    boot: str
    mono: int
    elapsed: int
    walls: tuple[int, ...]
    doubt: Doubt = NO_DOUBT

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
    """`last`: the last moment in the store. In the same boot it is the base; in a later boot time is never before it."""

    def __init__(self, clock: Clock, last: Anchor | None = None) -> None:
        self._clock = clock
        self.boot = clock.boot()
        self.jump: Jump | None = None  # the last one
        self._open = False  # it leaves two readings
        self._anchor = self._begun(last)
        self._doubt = self._anchor.doubt
        self._read_at = self._calm_since = clock.elapsed()

    def _begun(self, last: Anchor | None) -> Anchor:
        """Where this run goes on. What was in doubt stays as far ahead: the PC's own clock took it over the boot."""
        elapsed, system = self._clock.elapsed(), self._clock.wall()
        if last is None:
            return Anchor(self.boot, elapsed, system)
        if last.boot == self.boot:
            return last
        floor, kept, doubt = last.wall + elapsed, self._clock.hardware(), last.doubt
        began = system if kept is None else min(system, kept)
        if doubt.stepped:
            return Anchor(self.boot, elapsed, max(floor, began - doubt.ahead), replace(doubt, lost=False, claimed=True))
        lost = began < last.wall - DAY_MS  # more than a zone or a small step explains
        doubt = Doubt(lost=lost, claimed=lost or doubt.claimed, taken=doubt.taken)
        if lost and system - floor <= _SAVED_MS:
            began = system
        return Anchor(self.boot, elapsed, max(floor, began), doubt)

    def zone(self) -> str:
        """What the PC calls its time zone. No rule asks for it."""
        return self._clock.zone()

    def elapsed(self) -> int:
        return self._clock.elapsed()

    @property
    def doubted(self) -> bool:
        """Whether a guardian has to be told."""
        return self._open or self._doubt.claimed

    def read(self) -> Reading:
        """Reads all clocks; what comes of it for `jump` and `doubted` is in them."""
        mono, elapsed, system = together(self._clock)
        expected = self._anchor.wall + elapsed - self._anchor.elapsed
        passed, self._read_at = elapsed - self._read_at if self._open else 0, elapsed
        walls: tuple[int, ...] = (system,)
        if abs(system - expected) <= TOLERANCE:
            self._agree(elapsed, system)
        elif (taken := self._told(system - expected)) or self._doubt.ran + passed > LONGEST_MS:
            self.jump = Jump(expected, system)
            self._base(elapsed, system, Doubt(claimed=True, taken=self._doubt.taken + taken))
        else:
            walls = (expected, system)
            self._differ(Jump(expected, system), passed)
            self._calm_since = elapsed
        return Reading(self.boot, mono, elapsed, walls, self._doubt)

    def _told(self, ahead: int) -> int:
        """`ahead`, where a PC that had no time of its own believes it; else 0."""
        doubt = self._doubt
        return ahead if doubt.lost and 0 < ahead <= MOST_TAKEN_MS - doubt.taken else 0

    def _agree(self, elapsed: int, system: int) -> None:
        self._open = False
        if elapsed - self._calm_since >= _CALM_MS:
            self._doubt = replace(self._doubt, ahead=0, behind=0, ran=0)
            if elapsed - self._anchor.elapsed >= DAY_MS:
                self._base(elapsed, system, self._doubt)

    def _differ(self, jump: Jump, passed: int) -> None:
        ahead, known, doubt = jump.system - jump.expected, self.jump, self._doubt
        if not self._open or known is None or abs(ahead - (known.system - known.expected)) > TOLERANCE:
            self.jump = jump
        self._open = True
        behind = 0 if doubt.lost else max(doubt.behind, -ahead)  # what an empty battery says, says nothing of the next boot
        self._doubt = replace(doubt, ahead=max(doubt.ahead, ahead), behind=behind, ran=doubt.ran + passed)

    def _base(self, elapsed: int, wall: int, doubt: Doubt) -> None:
        self._anchor, self._doubt, self._open = Anchor(self.boot, elapsed, wall), doubt, False
        self._calm_since = elapsed

    def anchor(self) -> None:
        """A guardian says that the system clock is right."""
        self._base(self._clock.elapsed(), self._clock.wall(), NO_DOUBT)
