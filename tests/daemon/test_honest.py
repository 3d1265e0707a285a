"""What an honest seat writes accuses nobody: whatever happens to its PC, the verifier finds nothing that cannot be so."""

import asyncio
from unittest.mock import AsyncMock

import msgspec
import pytest

from agent.api.roster import SignedRoster
from compliance.audit import Auditor
from compliance.entries.log import Restored
from compliance.entries.place import PlaceChanged
from compliance.entries.seat import SeatEnrolled
from daemon.api import asking as a
from daemon.store import Unwritable
from host import restored
from i18n.message import plain
from tests.daemon.test_api import ask
from tests.daemon.test_disk import FullDisk
from tests.daemon.test_redecided import TEXTS, Weeks
from tests.daemon.world import HOUR, MINUTE, NOON, limit, roster, shipped

DAY = 24 * HOUR
TOLD = {
    "late-play", "due-again", "overrun", "issue", "clock-jump", "clock-back", "clock-dip", "unchecked",
    "not-decidable",  # no text of a pack is at hand here
}


def audited(lines, texts=None):
    auditor = Auditor(texts or {})
    for index, line in enumerate(lines):
        auditor.take(index, line)
    return auditor.finish()


def said(found):
    return [f"{plain(one.where)}: {plain(one.what)}" for one in found]


class Owner(Weeks):
    """Also sets the clock right, or wrong, and registers An anew; with `days`, the clock is set by days, too."""

    def __init__(self, world, seed, *, days=False):
        self.key, self.steps = "11", []
        super().__init__(world, seed)
        self.weights |= {"nudge": 1, "step_hours": 1, "confirm": 1, "renamed": 1, "far": int(days)}

    def roster(self):
        news = super().roster()
        an, *others = news.players
        return msgspec.structs.replace(news, players=(msgspec.structs.replace(an, key=self.key * 32), *others))

    def step(self):
        self.steps.append(super().step())

    def nudge(self):
        """The system's clock is set right, by less than what it may be wrong."""
        self.world.clock.step(self.dice.choice([-90_000, -1_000, 800, 120_000]))
        self.world.beat()

    def step_hours(self):
        """Somebody sets it by hours: which is true, nobody knows before a guardian says so."""
        self.world.clock.step(self.dice.choice([-3 * HOUR, -20 * MINUTE, 20 * MINUTE, 3 * HOUR]))
        self.world.beat()

    def far(self):
        """Somebody sets it by days, and says that it is right."""
        self.world.clock.step(self.dice.choice([-3 * DAY, 3 * DAY]))
        self.confirm()
        self.world.beat()

    def confirm(self):
        self.world.daemon.heart.confirm_clock()

    def renamed(self):
        """An was removed and registered anew: other pseudonyms."""
        self.world.adopt(roster(self.number + 1, players=()))
        self.number, self.key = self.number + 2, f"{self.number % 50 + 40}"
        self.world.adopt(self.roster())
        self.world.beat()


def test_a_play_that_slept_over_midnight_is_one_play_in_both_entries(world):
    """It was played before the PC slept, and cut when that woke up on another day."""
    world.start(roster())
    world.platform.run(101)
    world.pass_time(5 * MINUTE)
    world.clock.sleep(20 * HOUR)
    world.seat.look_again()
    world.pass_time(5 * MINUTE)
    world.platform.exit(101)
    world.beat()
    found = audited(world.journal())
    assert (said(found.failures), found.played_ms) == ([], 10 * MINUTE)


def test_a_play_that_slept_at_once_begins_when_the_pc_woke_up(world):
    """Nothing of it was played when the PC fell asleep: on the next day it did not begin at midnight."""
    world.start(roster())
    world.platform.run(101)
    world.beat()
    world.clock.sleep(20 * HOUR)
    world.seat.look_again()
    woken = world.clock.wall()
    world.pass_time(5 * MINUTE)
    first, second = world.journal("play.started")
    assert (second.resumed, woken - 2_000 <= second.since <= second.wall) == (first.seq, True)


@pytest.mark.parametrize("older", [False, True])
@pytest.mark.parametrize("hours", [1, 40])
def test_a_game_that_closed_while_nobody_watched_over_midnight_is_a_play_a_day(world, hours, older, monkeypatch):
    """What an older version told as one play accuses nobody either."""
    if older:
        monkeypatch.setattr("daemon.recording.resume.cut", lambda _plays, play, *_: play)
    world.start(roster(packs=(limit(90),)))
    world.pass_time(11 * HOUR + 30 * MINUTE)
    world.platform.run(101)
    world.pass_time(5 * MINUTE)
    world.kill()
    world.platform.programs.clear()
    world.clock.run(hours * HOUR)
    world.start()
    world.platform.run(102)
    world.pass_time(2 * HOUR)
    days = [30 * MINUTE, 24 * HOUR, 15 * HOUR + 35 * MINUTE] if hours == 40 else [30 * MINUTE, 35 * MINUTE]
    parts = [(one.ms, one.late) for one in world.journal("play.ended")][: len(days)]
    plays = world.journal("play.started")[: len(days)]
    if older:
        assert parts[0] == (sum(days), True)
    else:
        assert parts == [*((ms, False) for ms in days[:-1]), (days[-1], True)]
        assert [one.resumed for one in plays] == [None, *(one.seq for one in plays[:-1])]
        assert len({one.who for one in plays}) == len(days)
    assert world.journal("play.due", "launch.refused")
    world.pass_time(24 * HOUR)
    assert said(audited(world.journal()).failures) == []


def test_a_clock_that_was_days_ahead_for_a_while_accuses_nobody(world):
    """The seat goes on naming what it said of An before."""
    world.start(roster(packs=(limit(90),)))
    for pid, days in ((101, 3), (102, -3), (103, 0)):
        world.platform.run(pid)
        world.pass_time(5 * MINUTE)
        world.platform.exit(pid)
        world.clock.step(days * DAY)
        world.beat()
        world.daemon.heart.confirm_clock()
        world.beat()
    assert isinstance(world.journal("play.started")[-1].bound, int)
    assert said(audited(world.journal()).failures) == []


def test_an_agent_that_was_put_back_makes_no_liar_of_its_seat(world):
    """A pack was put on since the backup, and a game runs: the seat goes on by it until it hears of the list of then."""
    world.start(roster(5, packs=(shipped("vn-147"),)))
    world.platform.run(101)
    world.pass_time(5 * MINUTE)
    former = world.journal()[0].seat
    world.stop()
    (world.home.daemon / restored.NAME).write_bytes(msgspec.json.encode(restored.Restored(1)))
    world.clock.run(2_000)
    world.start()
    world.beat()
    world.adopt(roster(3))
    world.pass_time(3 * MINUTE)
    seat = world.journal()
    assert (seat[0].follows, seat[0].seat == former) == (former, False)
    common = {"seat": "agent", "boot": "", "mono": 0, "prev": "", "wall": seat[0].wall}
    agent = [
        SeatEnrolled(**common, seq=1, id="agent", key=""),
        PlaceChanged(**common, seq=2, place="home", zone="Asia/Ho_Chi_Minh", hours=""),
        Restored(**common, seq=3, made=1),
        SeatEnrolled(**common, seq=4, id=seat[0].seat, key=""),
    ]
    assert said(audited([*agent, *seat]).failures) == []


def test_one_may_be_let_off_a_pause_of_all_before_the_others(world):
    world.start(roster())
    ask(world, "pause", a.Pause(player=None, until=None))
    for name in ("an", None):
        world.pass_time(MINUTE)
        ask(world, "resume", a.Resume(player=name))
    assert len(world.journal("resume")) == 2
    found = audited(world.journal())
    assert (said(found.failures), {one.kind for one in found.findings} - TOLD) == ([], {"pause"})


@pytest.mark.parametrize("slept", [False, True])
def test_a_clock_that_is_set_back_after_midnight_makes_no_decision_a_lie(world, slept):
    """By one of two readings, of which the stricter decides, more was played today than the day is long."""
    world.start(roster(packs=(limit(90),)))
    world.pass_time(12 * HOUR + 10_000)
    if slept:
        world.platform.run(100)
        world.pass_time(40_000)
        world.clock.sleep(5_000)
        world.pass_time(5_000)
        world.platform.exit(100)
    world.platform.run(101)
    world.pass_time(9 * MINUTE)
    world.clock.step(-8 * MINUTE)
    ask(world, "pause", a.Pause(player="an", until=world.clock.wall() + HOUR))
    world.pass_time(3 * MINUTE)
    (due,) = world.journal("play.due")
    assert due.at - due.wall == -8 * MINUTE
    assert 100_000 < due.before["total"] < 3 * MINUTE
    assert said(audited(world.journal()).failures) == []


def test_what_is_written_once_more_after_the_clock_was_set_right_accuses_nobody(world):
    """It began later than it is now."""
    world.start(roster())
    world.pass_time(MINUTE)
    world.platform.run(101)
    world.pass_time(10_000)
    world.platform.exit(101)
    world.beat()
    world.clock.step(-90_000)
    world.beat()
    world.adopt(roster(2, players=()))
    (an,) = roster().players
    world.adopt(roster(3, players=(msgspec.structs.replace(an, key="44" * 32),)))
    again = world.journal("play.ended")[-1]
    assert (again.late, again.ms) == (True, 10_000)
    assert said(audited(world.journal()).failures) == []


def test_a_power_cut_between_a_new_list_and_what_it_led_to_accuses_nobody(world, monkeypatch):
    """An has another key, the disk is full; then the list finds room, and before the heart has written An's plays of today
    under the new name, the power is gone.
    """
    world.start(roster(packs=(limit(40),)))
    world.platform.run(101)
    world.pass_time(30 * MINUTE)
    world.platform.exit(101)
    world.beat()
    (an,) = roster(packs=(limit(40),)).players
    news = roster(2, players=(msgspec.structs.replace(an, key="44" * 32),))
    signed = SignedRoster(number=2, note=world.agent.sign(msgspec.json.encode(news).decode() + "\n"))
    monkeypatch.setattr("daemon.uplink.aask", AsyncMock(return_value=signed))
    world.daemon.store.db = disk = FullDisk(world.daemon.store.db)
    with pytest.raises(Unwritable):
        asyncio.run(world.daemon.uplink._fetch())
    disk.full = False
    asyncio.run(world.daemon.uplink._fetch())
    assert world.daemon.trust.number == 2
    world.kill()
    world.clock.reboot()
    world.start()
    world.pass_time(MINUTE)
    world.platform.run(102)
    world.pass_time(15 * MINUTE)
    (due,) = world.journal("play.due")
    assert due.before["total"] == 40 * MINUTE
    world.pass_time(DAY)
    assert said(audited(world.journal()).failures) == []
    assert len({one.who for one in world.journal("play.ended")}) == 2


@pytest.mark.parametrize(("seed", "days"), [(0, False), (3, True)])
def test_an_honest_seat_is_not_accused(world, seed, days, soak):
    """Nor where clocks are days apart."""
    owner = Owner(world, seed, days=days)
    for _ in range(soak(90, 600)):
        owner.step()
    audit = audited(world.journal(), TEXTS)
    assert said(audit.failures) == [], owner.steps
    known = TOLD | {"approval", "enforcement-off", "pack", "pause", "player-key"}  # which people did
    if {"step_hours", "far"} & set(owner.steps):
        known |= {"usage-day", "presence"}
    assert {one.kind for one in audit.findings} <= known, (said(audit.findings), owner.steps)


@pytest.mark.parametrize("begin", [
    lambda world: ask(world, "off", a.Off(ms=HOUR, reason="birthday")),
    lambda world: ask(world, "pause", a.Pause(player=None, until=NOON + HOUR)),
    lambda world: [ask(world, "pause", a.Pause(player=one, until=NOON + HOUR)) for one in (None, "an")],
])  # fmt: skip
@pytest.mark.parametrize("room", [0, 1])
def test_what_is_over_when_the_power_is_cut_is_over_once(world, begin, room):
    """Where the disk took `room` more lines before."""
    world.start(roster())
    begin(world)
    world.pass_time(HOUR - MINUTE // 2)
    world.daemon.store.db = disk = FullDisk(world.daemon.store.db)
    disk.left = room
    world.pass_time(MINUTE)
    world.kill()
    world.start()
    world.pass_time(MINUTE)
    found = audited(world.journal())
    assert (found.failures, {one.kind for one in found.findings} - TOLD - {"pause", "enforcement-off"}) == ((), set())


def test_nor_does_a_play_that_began_before_the_daemon(world):
    """Where nothing may be played it has a minute and its time to save, over a kill of the daemon, too."""
    world.start(roster(packs=(limit(0),)))
    world.stop()
    world.platform.appear(101)
    world.clock.run(2 * MINUTE)
    world.start()
    world.pass_time(30_000)
    world.kill()
    world.start()
    world.pass_time(10 * MINUTE)
    report = audited(world.journal())
    assert said(report.failures) == []
    assert {one.kind for one in report.findings} <= TOLD
