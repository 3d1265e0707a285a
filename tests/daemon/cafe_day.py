"""A café's day: customers are checked in as a scanner types them, play, move and leave; it closes at ten.

The script keeps its own book of how long each program ran, by what the platform saw: nothing of it comes from the daemons.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from agent.api.checkins import CheckIn, CheckOut, Move
from agent.api.rulebook import GameAllow, GameLabel, GameLabels, PlaceSet
from agent.api.seats import SeatName
from agent.registering import checkins
from daemon.platforms.api import OsSession
from rules.identity import scanned
from tests.daemon.whole_place import WholePlace
from tests.daemon.world import HOUR, MINUTE, HandPlatform, World

OPENS = int(datetime(2026, 11, 24, 1, tzinfo=UTC).timestamp() * 1000)  # 08:00 in Vietnam
CLOSES = OPENS + 14 * HOUR
TELEX = {"ễ": "eex", "ị": "ij", "ế": "ees", "à": "af", "ộ": "ooj"}
MINORS, ADULTS = (12, 14, 15, 16, 17), (19, 25, 40)
LABELS = {"luanti": "VN00", "supertux": "VN12"}  # teeworlds has none, and is let through
PROGRAMS = ("luanti", "supertux2", "teeworlds")


@dataclass(slots=True)
class Run:
    """A program's life: at which PC, of whose age group, from when to when; `cut`: the power ended it."""

    pc: int
    group: str
    start: int
    end: int = 0
    cut: bool = False


class SeenPlatform(HandPlatform):
    """Notes when programs end, whoever ends them."""

    def __init__(self, clock):
        super().__init__(clock)
        self.lives, self.locked_at = {}, []

    def exit(self, pid):
        if pid in self.lives:
            self.lives.pop(pid).end = self.clock.wall()
        super().exit(pid)

    def lock(self, session):
        self.locked_at.append(self.clock.wall())
        return super().lock(session)


@dataclass(slots=True)
class Customer:
    """`age` None: does not say. `how` they are checked in; `telex`: the counter's keyboard is Vietnamese just then."""

    number: int
    how: str
    age: int | None
    telex: bool

    @property
    def group(self):
        return "unknown" if self.age is None else "minor" if self.age < 18 else "adult"

    def asked(self):
        born = 2026 - (self.age or 0)
        if self.how == "card":
            sex = 2 if born >= 2000 else 0
            text = f"001{sex}{born % 100:02}{self.number:06}||Nguyễn Thị Bế|0101{born}|Nam|Hà Nội|01012021"
            return {"card": scanned("".join(TELEX.get(one, one) for one in text) if self.telex else text)}
        return {"born": str(born - 1)} if self.how == "born" else {}


class CafeDay(WholePlace):
    """`begin`, `run`, then look at `runs` and the other books, and `export`."""

    def __init__(self, folder, seed, make_clock, monkeypatch, *, pcs, customers):
        super().__init__(folder, seed, make_clock, monkeypatch, pcs=pcs, begun=OPENS - 5 * MINUTE)
        self.runs, self.came = [], Counter()
        self.plan, self.customers = [], customers
        self.free = list(self.pcs)
        for pc in self.pcs:
            pc.world.platform = SeenPlatform(pc.clock)
            pc.world.platform.sessions = (OsSession(id="1", account="an"),)

    def begin(self):
        self.agent_on()
        self.ask(PlaceSet(place="game-point", name="Net Sao Mai", certificate="12/GCN", owner="Trần Thị Mai"))
        self.ask(GameLabels(labels=tuple(GameLabel(game=id, label=one, source="its box") for id, one in LABELS.items())))
        self.ask(GameAllow(player="guest", game=None))
        self.start_all()
        for number, seat in enumerate(self.agent.registry.roster.seats, 1):
            self.ask(SeatName(seat=seat.id, name=f"Máy {number:02}"))

    def run(self):
        """Minute by minute: who comes, what they do, when they leave; one PC loses its power, one its cable."""
        for number in range(self.customers):
            how = self.pick("card", "card", "born", "guest")
            age = None if how == "guest" else self.pick(*(MINORS if number % 3 == 0 else ADULTS))
            who = Customer(number, how, age, telex=bool(number % 2))
            self._at(self.dice.randrange(13 * 60 + 50), partial(self._comes, who))
        self._at(300, self._power_cut)
        self._at(420, partial(self._cable, reached=False))
        self._at(430, partial(self._cable, reached=True))
        while self.now < CLOSES + 6 * MINUTE:
            due = sorted((one for one in self.plan if one[0] <= self.now), key=lambda one: one[:2])
            self.plan = [one for one in self.plan if one[0] > self.now]
            for _, _, do in due:
                do()
            self.advance(MINUTE)

    def pc_of(self, seat):
        """The PC that a seat's id is of."""
        joined = next(one.pc for one in self.agent.registry.roster.seats if one.id == seat)
        return next(pc for pc in self.pcs if pc.joined == joined)

    @property
    def now(self):
        return self.first.clock.wall()

    def _at(self, minute, do):
        self.plan.append((OPENS + minute * MINUTE, len(self.plan), do))

    def _in(self, minutes, do):
        self.plan.append((self.now + minutes * MINUTE, self.dice.random(), do))

    def _comes(self, who):
        """Whoever finds no free PC goes away; so does who would come after closing."""
        ready = [pc for pc in self.free if pc.live and pc.reached]
        if not ready or self.now >= CLOSES:
            return
        self.pc = self.pick(*ready)
        self.free.remove(self.pc)
        self.counter(checkins.check_in, CheckIn(seat=self._seat(), **who.asked()))
        self.came[who.how] += 1
        self._in(1, partial(self._plays, who, self.pc, self.pick(1, 2, 3)))

    def _plays(self, who, pc, games):
        if pc.live and self.now < CLOSES:
            run = self._start(who, pc, self.pick(*PROGRAMS))
            self._in(self.pick(7, 20, 45, 90), partial(self._stops, who, pc, games - 1, run))
        else:
            self._leaves(pc)

    def _start(self, who, pc, game):
        pc.pid += 1
        run = Run(self.pcs.index(pc), who.group, pc.clock.wall())
        self.runs.append(run)
        pc.world.platform.lives[pc.pid] = run
        pc.world.platform.run(pc.pid, game)
        pc.world.beat()
        return pc.pid

    def _stops(self, who, pc, games, pid):
        if pid in pc.world.platform.lives:
            pc.world.platform.exit(pid)
            pc.world.beat()
        ready = [one for one in self.free if one.live and one.reached]
        if ready and pc.live and pc.reached and games and self.dice.random() < 0.2:
            pc = self._moves(pc, self.pick(*ready))
        if games:
            self._in(self.pick(1, 5), partial(self._plays, who, pc, games))
        else:
            self._leaves(pc)

    def _moves(self, pc, to):
        self.pc = pc
        here, self.pc = self._seat(), to
        self.counter(checkins.move, Move(seat=here, to=self._seat()))
        self.free.remove(to)
        self.free.append(pc)
        self.came["moved"] += 1
        return to

    def _leaves(self, pc):
        self.pc = pc
        self.counter(checkins.check_out, CheckOut(seat=self._seat()))
        self.free.append(pc)

    def _power_cut(self):
        """At a PC where somebody plays, or a little later."""
        pc = next((one for one in self.pcs[1:] if one.live and one.world.platform.lives), None)
        if pc is None:
            self._in(1, self._power_cut)
            return
        self._in(12, pc.start)
        for run in pc.world.platform.lives.values():
            run.end, run.cut = self.now, True
        pc.world.platform.lives.clear()
        pc.end(World.kill, power=True)

    def _cable(self, *, reached):
        self.pcs[2].reached = reached
