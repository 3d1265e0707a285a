"""What is done at a whole place now and then: people come by telephone, are erased or log on, PCs go and come back, old things
are deleted, backups put back, the zone changes, everybody is away for months.
"""

from __future__ import annotations

from agent.api.log import LogCard, LogPrune
from agent.api.players import GuardianSet, PlayerErase
from agent.api.rulebook import PlaceSet
from agent.api.seats import SeatRetire
from daemon.api import asking as a
from daemon.api import messages as m
from daemon.platforms.api import OsSession
from host.backed_up import opened
from host.backup import make, restore
from tests.daemon.proving import OTHER, SECRET, HandPins, digits
from tests.daemon.test_api import CHILD
from tests.daemon.world import HOUR, MINUTE, World

DAY = 24 * HOUR
WEIGHTS = {
    "erase": 1, "zone": 1, "retire": 1, "rejoin": 2, "code": 2, "guess": 1, "prune": 1, "away": 1, "back_up": 2, "put_back": 1,
    "log_on": 4, "log_off": 3,
}  # fmt: skip
ZONES = ("Asia/Ho_Chi_Minh", "Asia/Ho_Chi_Minh", "Asia/Tokyo", "Europe/London", "Pacific/Kiritimati")
PARTS = (("daemon",), ("agent",), ("agent", "daemon"))


class Upkeep:
    """Of a WholePlace, whose `pc` it happens at."""

    def furnish(self, folder):
        self.folder, self.backups, self.folders = folder, {}, 0
        for pc in self.pcs:
            pc.world.platform.pins = HandPins()
            pc.world.platform.sessions = ()

    def fresh_folder(self):
        self.folders += 1
        made = self.folder / f"kept-{self.folders}"
        made.mkdir()
        return made

    # --- people --------------------------------------------------------------------------------------------------------

    def erase(self):
        self.ask(PlayerErase(player=self.pick("an", "binh")))

    def code(self):
        self.ask(GuardianSet(guardian="Mẹ", code=self.pick(SECRET, OTHER), pin="hash of 4711"))
        wall = self.pc.clock.wall()
        ms = self.pick(None, 30 * MINUTE)
        self.at_seat("code.use", a.CodeUse(player="an", digits=digits(self.pick(SECRET, OTHER), wall), ms=ms), CHILD)

    def guess(self):
        self.at_seat("guardian.prove", a.Prove(guardian="Mẹ", pin=self.pick("1111", "4711")), CHILD)

    def log_on(self, *accounts):
        who = accounts or (self.pick("an", "binh", "friend"),)
        self.pc.world.platform.sessions = tuple(OsSession(f"{one}-{self.pc.pid}", one) for one in who)

    def log_off(self):
        """What they ran ends with it."""
        self.pc.world.platform.sessions = ()
        for program in self.pc.world.platform.scan():
            self.pc.world.platform.exit(program.pid)

    # --- the place -----------------------------------------------------------------------------------------------------

    def zone(self):
        if self.answers:
            self.ask(PlaceSet(place=self.agent.registry.roster.place, zone=self.pick(*ZONES)))

    def prune(self):
        self.ask(LogPrune())

    def away(self):
        """Everybody, for months; then what is old is deleted."""
        for pc in self.pcs:
            if pc.live:
                pc.end(World.stop, power=True)
        self.close_agent()
        if all(pc.off for pc in self.pcs):
            days = self.pick(2, 190, 400)
            for pc in self.pcs:
                pc.off += days * DAY
            self.bring_back()
            self.advance(10 * MINUTE)
            self.prune()

    def bring_back(self):
        for pc in self.pcs:
            pc.wake()
            if not pc.up:
                pc.start()
        self.agent_on()

    # --- PCs that go and come back --------------------------------------------------------------------------------------

    def retire(self):
        if self.pc.live:
            self.ask(SeatRetire(seat=self.pc.world.daemon.uplink.seat, reporting=True))

    def rejoin(self):
        """A guardian compared the card."""
        if self.pc.live and self.answers:
            key = self.ask(LogCard()).fingerprint
            self.at_seat("doctor", m.DoctorGet(repair=True, agent_key=key))

    def back_up(self):
        home = self.pc.world.home
        self.backups[self.pc] = make(home, self.fresh_folder(), self.pc.clock.wall())

    def put_back(self):
        """Nobody runs there meanwhile."""
        pc = self.pc
        if pc not in self.backups or not pc.live:
            return
        pc.end(World.stop, power=False)
        parts = ("daemon",)
        if pc is self.first:
            self.close_agent()
            parts = self.pick(*PARTS)
        with opened(self.backups[pc]) as backup:
            restore(pc.world.home, backup, parts, self.fresh_folder())
        pc.start()
        if pc is self.first:
            self.agent_on()
