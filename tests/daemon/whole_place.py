"""A whole place: a real agent and real daemons at its PCs, on clocks that a test holds. Things happen by the dice.

The agent runs on the first PC and shares its clock; the others joined it as seats. What a daemon asks it is answered in this
process, unless it is off, asleep or out of reach.
"""

from __future__ import annotations

import asyncio
import random
from contextlib import asynccontextmanager, suppress
from functools import partial
from types import SimpleNamespace

import msgspec

from agent.api.checkins import CheckIn, CheckOut
from agent.api.log import LogExport
from agent.api.players import GuardianAdd, PlayerAdd, PlayerRemove
from agent.api.roster import RosterGet
from agent.api.rulebook import GameAllow, PackUse, PlaceSet, PolicyUse
from agent.api.seat import Managed
from agent.app import routes
from agent.auth import Seat, pc_of
from agent.packs.shipped import Shipped
from agent.registering import checkins
from agent.registering.seats import seat_join
from agent.registry import World as Outside
from agent.wiring import opened
from daemon import uplink
from daemon.api import asking as a
from daemon.api import messages as m
from daemon.store import Unwritable
from host.transport import Caller, Unreachable
from host.wire import ApiError
from i18n.message import msg
from rules.packs.shipped import shipped_catalogue, shipped_packs
from tests.daemon import whole_changes, whole_upkeep
from tests.daemon.test_api import CHILD, ROOT
from tests.daemon.whole_changes import Changes
from tests.daemon.whole_pc import Pc
from tests.daemon.whole_upkeep import Upkeep
from tests.daemon.world import HOUR, MINUTE, NOON, World

GAMES = ("luanti", "teeworlds", "supertux")
WEIGHTS = {
    "wait": 40, "play": 25, "leave": 12, "flicker": 2, "sleep": 2, "power_off": 2, "power_cut": 2, "crash": 2, "restart": 1,
    "on": 12, "wake": 10, "agent_off": 2, "agent_on": 8, "cut_soon": 1, "full": 1, "lost": 2, "found": 6, "step": 1,
    "nudge": 2, "confirm": 2, "grant": 2, "revoke": 1, "pause": 1, "resume": 2, "request": 2, "approve": 2, "policy": 2,
    "place": 1, "let": 1, "remove": 1, "add": 3,
    "check_in": 4, "check_out": 2, **whole_upkeep.WEIGHTS,
}  # fmt: skip
BORN = {"an": "2014-05-01", "binh": "2009-03-01"}
PACKS = ((), ("vn-147",), ("home-balanced",), ("home-weekend", "vn-147"), ("home-school-week",))
KEEPER = Caller(uid=1000, pid=1, account="me", admin=True)
CARD = "001211001234||Nguyễn Văn An|01012011|Nam|Hà Nội|01012021"
ACCOUNTS = frozenset({"me", "an", "binh", "friend", "root"})


class WholePlace(Upkeep, Changes):
    """`begin`, then `go_on` as often as wanted, then `export`; `close` in the end. `changing`: players and games, too."""

    def __init__(self, folder, seed, make_clock, monkeypatch, *, changing=False, pcs=2, begun=NOON):
        self.weights = {**WEIGHTS, **(whole_changes.WEIGHTS if changing else {})}
        self.dice, self.steps, self.agent, self.ticked = random.Random(seed), [], None, 0
        self.pcs = []
        for name in (f"pc-{number}" for number in range(1, pcs + 1)):
            (folder / name).mkdir()
            self.pcs.append(Pc(folder / name, make_clock(wall=begun)))
        self.first = self.calling = self.pcs[0]
        self.furnish(folder)
        monkeypatch.setattr(uplink, "aask", lambda _, request: self.call(request))
        monkeypatch.setattr(uplink, "talking", self._talking)
        games = tuple(one for one in shipped_catalogue() if one.id in GAMES)
        self.outside = Outside(Shipped(shipped_packs(), games), lambda account: account if account in ACCOUNTS else None)

    @asynccontextmanager
    async def _talking(self, _):
        yield SimpleNamespace(ask=self.call)

    def begin(self):
        self.agent_on()
        self.ask(GuardianAdd(name="Mẹ", account="me"))
        self.add()
        self.start_all()

    def start_all(self):
        for number, pc in enumerate(self.pcs[1:], 2):
            pc.joined = self.agent.change(partial(seat_join, public=b"the key of PC %d" % number), "me").id
            managed = Managed(address="192.0.2.1:7381", seat=pc.joined)
            (pc.world.home.public / "agent.seat").write_bytes(msgspec.json.encode(managed))
        for pc in self.pcs:
            pc.start()
            self.sync(pc)

    def go_on(self):
        name = self.dice.choices(*zip(*self.weights.items(), strict=True))[0]
        self.pc = self.dice.choice(self.pcs)
        self.steps.append((name, self.pcs.index(self.pc)))
        with suppress(ApiError), self.pc.powered():
            getattr(self, name)()

    def pick(self, *among):
        return self.dice.choice(among)

    @property
    def answers(self):
        return self.agent is not None and not self.first.asleep

    async def call(self, request):
        if not (self.answers and self.calling.reached):
            raise Unreachable(msg("away"))
        if isinstance(request, RosterGet):  # it does not wait for the next one
            return await self.agent.registry.above(-1, 0, pc_of(self._caller))
        return await self.routes[request.op].handler(self._caller, request)

    @property
    def _caller(self):
        return Seat(self.calling.joined) if self.calling.joined else ROOT

    def ask(self, request):
        return asyncio.run(self.routes[request.op].handler(KEEPER, request)) if self.answers else None

    def agent_on(self):
        if self.agent is None and not self.first.off and not self.first.asleep:
            self.opened = opened(self.first.world.home, self.first.clock, self.outside)
            self.agent = self.opened.__enter__()
            self.routes = routes(self.agent)
            self.ticked = 0
            asyncio.run(self.agent.tick())
            for pc in self.pcs[1:]:
                pc.world.home.public.mkdir(parents=True, exist_ok=True)
                (pc.world.home.public / "agent.keys").write_bytes((self.first.world.home.public / "agent.keys").read_bytes())

    def close_agent(self):
        if self.agent is not None:
            self.opened.__exit__(None, None, None)
            self.agent = None

    def agent_off(self):
        self.close_agent()
        self.advance(self.pick(2_000, HOUR, 26 * HOUR))

    def sync(self, pc):
        if pc.live:
            self.calling = pc
            with pc.powered():
                asyncio.run(self._sync(pc.world.daemon))

    async def _sync(self, daemon):
        for name, step in (("fetch", daemon.uplink._fetch), ("deliver", daemon.uplink._deliver_all)):
            try:
                await daemon.uplink._try(name, step)
                daemon.recorder.refused.discard(name)
            except Unwritable:
                daemon.recorder.refused.add(name)
        if daemon._claims.news.is_set():
            await daemon.uplink._try("claim", daemon.uplink._claim)
            daemon.heart.beat()
        await daemon.uplink.alive()

    def advance(self, ms):
        """Each minute every seat speaks, every five the agent ticks."""
        while ms > 0:
            part = min(ms, MINUTE)
            ms -= part
            for pc in self.pcs:
                pc.pass_time(part)
            if self.first.off:
                self.close_agent()
            self.ticked += part
            if self.answers and self.ticked >= 5 * MINUTE:
                self.ticked = 0
                asyncio.run(self.agent.tick())
            for pc in self.pcs:
                self.sync(pc)

    def export(self):
        """The bundle, once all is on again and has said what it knows."""
        for pc in self.pcs:
            if pc.up:
                pc.disk.left, pc.disk.full = None, 0
            pc.reached = True
        self.bring_back()
        self.advance(3 * MINUTE)

        async def chunks():
            return b"".join([one.data async for one in self.routes["log.export"].handler(KEEPER, LogExport())])

        return asyncio.run(chunks())

    def close(self):
        self.close_agent()
        for pc in self.pcs:
            if pc.world.daemon is not None:
                pc.world.daemon.close()

    # --- what happens ----------------------------------------------------------------------------------------------------

    def wait(self):
        self.advance(int(self.pick(0.2, 1, 5, 20, 45, 100, 240) * MINUTE))

    def play(self):
        if self.pc.live:
            self.pc.pid += 1
            self.log_on(who := self.pick("an", "an", "binh", "friend"))
            self.pc.world.platform.run(self.pc.pid, self.pick(*GAMES), who)
            self.pc.world.beat()
            self.advance(self.pick(500, 20_000, 10 * MINUTE))

    def leave(self):
        if self.pc.world.platform.programs:  # also while nobody watches
            self.pc.world.platform.exit(self.pick(*self.pc.world.platform.scan()).pid)

    def flicker(self):
        game = self.pick(*GAMES)
        for _ in range(self.pick(8, 30)):
            if not self.pc.live:
                break
            self.pc.pid += 1
            self.pc.world.platform.run(self.pc.pid, game)
            self.advance(self.pick(50, 3_000))
            if any(one.pid == self.pc.pid for one in self.pc.world.platform.scan()):
                self.pc.world.platform.exit(self.pc.pid)
            self.advance(self.pick(20, 800, 11_000))

    def sleep(self):
        self.pc.asleep = not self.pc.off
        self.advance(self.pick(MINUTE, 30 * MINUTE, 9 * HOUR))

    def wake(self):
        self.pc.wake()

    def power_off(self):
        self._end(World.stop, power=True)

    def power_cut(self):
        self._end(World.kill, power=True)

    def crash(self):
        self._end(World.kill, power=False)

    def _end(self, how, *, power):
        if self.pc.live:
            self.pc.end(how, power=power)
        self.advance(self.pick(2_000, 20 * MINUTE, 9 * HOUR))

    def restart(self):
        self._end(World.stop, power=False)
        self.on()

    def on(self):
        if not self.pc.up:
            self.pc.wake()
            self.pc.start()
            if self.pc is self.first:
                self.agent_on()

    def cut_soon(self):
        if self.pc.live:
            self.pc.disk.left = self.dice.randrange(60)

    def full(self):
        if self.pc.live:
            self.pc.disk.full = 20 * MINUTE

    def lost(self):
        self.pc.reached = False

    def found(self):
        self.pc.reached = True

    def step(self):
        self.pc.clock.step(self.pick(-3 * HOUR, -20 * MINUTE, 20 * MINUTE, 3 * HOUR))

    def nudge(self):
        self.pc.clock.step(self.pick(-90_000, -1_000, 800, 120_000))

    def confirm(self):
        if self.pc.live:
            self.pc.world.daemon.heart.confirm_clock()

    def at_seat(self, op, request, caller=ROOT):
        return asyncio.run(self.pc.world.daemon.routes[op].handler(caller, request)) if self.pc.live else None

    def grant(self):
        game = self.pick(None, None, "luanti")
        self.at_seat("grant.add", m.GrantAdd(player=self.pick("an", "binh"), ms=self.pick(5, 30, 120) * MINUTE, game=game))

    def revoke(self):
        if self.pc.live and (grants := self.pc.world.daemon._grants.all()):
            self.at_seat("grant.revoke", m.GrantRevoke(id=self.pick(*grants).id))

    def pause(self):
        until = self.pick(None, self.pc.clock.wall() + 40 * MINUTE)
        self.at_seat("pause", a.Pause(player=self.pick("an", None), until=until))

    def resume(self):
        self.at_seat("resume", a.Resume(player=self.pick("an", None)))

    def request(self):
        self.at_seat("request.add", a.RequestAdd(ms=15 * MINUTE, game=self.pick(None, *GAMES), reason="x"), CHILD)

    def approve(self):
        found = self.at_seat("request.list", a.RequestsGet())
        if found is not None and found.requests:
            self.at_seat("request.approve", a.RequestApprove(id=self.pick(*found.requests).id))

    def policy(self):
        packs = tuple(PackUse(id=one) for one in self.pick(*PACKS))
        self.ask(PolicyUse(target=self.pick("an", "binh", "guest"), packs=packs))

    def place(self):
        self.ask(PlaceSet(place=self.pick("home", "game-point"), certificate="12/GCN"))

    def let(self):
        self.ask(GameAllow(player=self.pick("an", "binh"), game=self.pick(*GAMES)))

    def check_in(self):
        whom = self.pick({"player": "an"}, {"player": "binh"}, {}, {"born": "2012"}, {"born": "1999"}, {"card": CARD})
        self.counter(checkins.check_in, CheckIn(seat=self._seat(), **whom))

    def check_out(self):
        self.counter(checkins.check_out, CheckOut(seat=self._seat()))

    def counter(self, operation, request):
        if self.answers:
            self.agent.change(partial(operation, request=request), "me")

    def _seat(self):
        return next(one.id for one in self.agent.registry.roster.seats if one.pc == self.pc.joined) if self.answers else ""

    def remove(self):
        self.ask(PlayerRemove(player=self.pick("an", "binh")))

    def add(self):
        """Whoever is not registered, with another key than before."""
        known = {one.id for one in self.agent.registry.roster.players} if self.answers else {*BORN}
        for id in sorted(BORN.keys() - known):
            self.ask(PlayerAdd(name=id.title(), born=BORN[id], account=id, guardian="Mẹ"))
