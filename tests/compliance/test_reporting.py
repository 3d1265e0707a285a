"""What a report counts: every figure is its entries, each entry once, on the day of the place on which it was."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from compliance.entries import override
from compliance.entries.log import Restored
from compliance.entries.place import GuardianChanged, PlaceChanged
from compliance.entries.play import PlayEnded, PlayStarted, Warned
from compliance.entries.seat import Presence
from compliance.reporting.counting import Counter
from compliance.reporting.figures import ranges
from compliance.reporting.periods import Period, period
from rules.facts import Grant

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
TODAY = date(2026, 11, 24)


@pytest.fixture
def counted(site):
    """What the site's log says of these days; `counted.counter` is the last one."""

    def count(first=TODAY, last=None):
        site.deliver()
        counter = count.counter = Counter(Period(first, last or first))
        for index, data in enumerate(site.log.entries()):
            counter.take(index, data)
        return counter.finish()

    return count


def told(figures, name, *fields):
    """Of each: how many, and how many minutes."""
    return {key: (cell.n, cell.ms // MINUTE) for key, cell in figures.by(name, *fields).items()}


@pytest.mark.parametrize(("span", "last", "first"), [
    ("day", date(2026, 11, 25), date(2026, 11, 25)),
    ("month", date(2026, 11, 25), date(2026, 10, 26)),
    ("month", date(2026, 10, 31), date(2026, 10, 1)),
    ("month", date(2026, 2, 28), date(2026, 2, 1)),
    ("month", date(2026, 3, 30), date(2026, 3, 1)),
    ("month", date(2026, 1, 15), date(2025, 12, 16)),
    ("year", date(2026, 11, 25), date(2025, 11, 26)),
    ("year", date(2025, 2, 28), date(2024, 3, 1)),
    ("year", date(2024, 2, 29), date(2023, 3, 1)),
    ("year", date(2026, 12, 31), date(2026, 1, 1)),
    ("year", date(1, 6, 1), date.min),
])  # fmt: skip
def test_one_period_follows_the_other(span, last, first):
    assert period(span, last) == Period(first, last)


@pytest.mark.parametrize(("entries", "text"), [
    ((), ""), ((7,), "7"), ((9, 3, 5, 4, 3), "3–5, 9"), ((0, 1), "0–1"), ((1, 3, 5), "1, 3, 5"),
])  # fmt: skip
def test_neighbours_are_a_range(entries, text):
    assert ", ".join(ranges(entries)) == text


def test_a_days_plays_are_counted_by_age_game_and_label(site, counted):
    """As the honest day has them; and by any of their fields."""
    site.honest_day()
    figures = counted()

    assert told(figures, "play", "game") == {("luanti",): (2, 0), ("teeworlds",): (1, 0)}
    assert told(figures, "time", "game", "label") == {("luanti", "VN00"): (2, 65), ("teeworlds", "VN00"): (1, 30)}
    assert told(figures, "time", "day", "group") == {("2026-11-24", "minor"): (3, 95)}
    cite = "NĐ 147/2024, Đ.39 k.1 đ.e (G1); Đ.48 k.1 đ.e (G2–G4)"
    assert told(figures, "refused", "rule", "cite") == {("vn-147.daily-game", cite): (1, 0)}
    assert told(figures, "override", "what", "by") == {("grant.given", "guardian"): (1, 5)}
    assert {key: n for key, (n, _) in told(figures, "due", "rule", "how").items()} == {
        ("house", "killed"): 1, ("vn-147.daily-game", "asked"): 2,
    }  # fmt: skip
    assert told(figures, "alive", "seat") == {("home-pc",): (2, 96)}
    assert told(figures, "change", "what") == {("policy.changed",): (1, 0)}  # what a new log says of its place is no change
    assert counted.counter.decisions.keys() == {"house", "vn-147.daily-game"}
    assert (counted.counter.place.place, counted.counter.running, counted.counter.unread) == ("home", 0, 0)


KINDS = {
    "play": {"play.started"}, "time": {"play.ended"}, "refused": {"launch.refused"}, "due": {"play.due"}, "warned": {"warned"},
    "heard": {"seat.start"}, "alive": {"presence"}, "change": {"place.changed", "policy.changed"},
    "override": {"grant.given", "enforcement.off"},
}  # fmt: skip


def test_each_figure_can_be_traced(site, counted):
    """Each entry of a figure is of its kind, says so many milliseconds, and stands in the figure once."""
    site.honest_day()
    lines = [msgspec.json.decode(data) for data in site.log.entries()]
    traced = list(counted().lines())

    assert len(traced) == len({(name, number) for name, _, number, _ in traced}) >= 12
    for name, _, number, ms in traced:
        assert lines[number]["kind"] in KINDS[name]
        assert name != "time" or lines[number]["ms"] == ms


@pytest.mark.parametrize(("age", "group"), [(None, "unknown"), (17, "minor"), (18, "adult")])
def test_whose_age_is_not_known_is_neither_child_nor_adult(seat, counted, site, age, group):
    play = seat.begin(age=age)
    seat.add(Warned, who="child", play=play.seq, game="luanti", left=MINUTE, rule=None, shown=True, how="banner")
    seat.add(Warned, who="child", play=play.seq, game="luanti", left=None, rule="vn-147.notice", shown=False)
    site.clock.run(MINUTE)
    seat.end(play)
    figures = counted()

    assert told(figures, "time", "group") == {(group,): (1, 1)}
    assert figures.by("warned", "group", "what", "how").keys() == {(group, "law", "unseen"), (group, "time", "banner")}


def test_a_label_is_told_with_its_system(seat, counted):
    """No label, one that is the law's, as older entries have it, and one of nobody known."""
    for label, more in ((None, {}), (12, {}), (16, {"system": "PEGI"}), (7, {"system": None})):
        seat.add(
            PlayStarted, who="child", age=12, game="a", label=label, publisher=None, match=("name",), pid=1, started=1,
            since=seat.site.clock.wall(), resumed=None, **more,
        )  # fmt: skip

    assert [key for (key,) in counted().by("play", "label")] == ["", "16+ (PEGI)", "7+", "VN12"]
    assert counted.counter.running == 4


def test_midnight_divides_time_and_no_play(site, seat, counted):
    """One play, whose time is that of two days; each report has its own day's."""
    site.clock.run(DAY - site.clock.wall() % DAY - 8 * HOUR)  # 23:00 in Hanoi
    play = seat.begin()
    site.clock.run(HOUR)
    seat.end(play, "midnight")
    again = seat.begin(resumed=play.seq)
    site.clock.run(HOUR // 2)
    seat.end(again)
    figures = counted(TODAY, date(2026, 11, 25))

    assert (told(figures, "play"), told(figures, "time", "day")) == (
        {(): (1, 0)}, {("2026-11-24",): (1, 60), ("2026-11-25",): (1, 30)},
    )  # fmt: skip
    assert (told(counted(), "time"), told(counted(date(2026, 11, 25)), "time")) == ({(): (1, 60)}, {(): (1, 30)})
    assert told(counted(date(2026, 11, 25)), "play") == {}


def test_days_are_those_of_the_place(site, seat, counted):
    site.agent.add(PlaceChanged, place="home", zone="Pacific/Kiritimati", hours="")
    site.deliver()
    site.clock.run(DAY - (site.clock.wall() + 14 * HOUR) % DAY)  # the next day there, in Hanoi not yet
    seat.begin()

    assert told(counted(date(2026, 11, 25)), "play") == {(): (1, 0)}
    assert counted.counter.zone == "Pacific/Kiritimati"


def test_what_was_due_and_did_not_end_is_told(site, seat, counted):
    """With the first decision of each play alone, and nothing said of how it ended."""
    play = seat.begin()
    site.clock.run(HOUR)
    seat.due(play, site.pack())
    seat.due(play, site.pack())

    assert [(key, cell.n) for key, cell in counted().by("due", "how").items()] == [(("",), 1)]


def test_presence_that_is_told_twice_counts_once(site, seat, counted):
    """A row again, one that overlaps, one that is none."""
    hour = site.clock.wall() // HOUR * HOUR
    site.clock.run(2 * HOUR)
    for since, bits in ((hour, "f" * 15), (hour, "f" * 15), (hour + 30 * MINUTE, "f" * 15), (hour, "no row of bits.")):
        seat.add(Presence, since=since, bits=bits)

    assert told(counted(), "alive", "seat") == {("home-pc",): (2, 90)}


def test_gaps_are_told_apart_and_only_what_lies_in_the_days(site, counted):
    """Stopped in order; broken off; off for days before and after; the end of the log, if a seat is missing at it."""
    seat, other = site.enrol(), site.enrol("other-pc")
    seat.start()
    other.start()
    noon = TODAY.toordinal() * DAY - date(1970, 1, 1).toordinal() * DAY + 5 * HOUR
    site.clock.run(noon - site.clock.wall())
    seat.stop()
    site.clock.sleep(2 * HOUR)
    seat.start()
    site.clock.run(HOUR)
    lost = site.clock.wall()
    site.clock.run(3 * HOUR)
    seat.start(clean=False, lost_from=lost)
    seat.stop()
    site.clock.reboot(3 * DAY)
    seat.start()
    site.agent.add(GuardianChanged, registered=1)
    site.deliver()

    assert told(counted(), "gap", "seat", "how") == {
        ("home-pc", "lost"): (1, 180), ("home-pc", "off"): (2, 2 * 60 + 6 * 60), ("other-pc", "lost"): (1, 16 * 60),
    }  # fmt: skip


def test_how_long_limits_were_lifted(site, seat, counted):
    """Until they held again, or as long as was said; not until the PC was next on, if that was later."""
    until = site.clock.wall() + HOUR
    seat.add(override.EnforcementOff, id="a", until=until)
    site.clock.run(20 * MINUTE)
    seat.add(override.EnforcementOn, id="a", how="taken back")
    seat.add(override.EnforcementOff, id="b", until=until)
    seat.add(override.EnforcementOff, id="c", until=until)
    site.clock.run(2 * HOUR)
    seat.add(override.EnforcementOn, id="c", how="over")

    assert told(counted(), "override", "what", "by") == {("enforcement.off", "guardian"): (3, 100)}


def test_what_people_do_beside_the_rules_is_told_by_role(site, seat, counted):
    seat.add(override.Requested, id="r", who="child", game=None, program=None, ms=MINUTE)
    seat.add(override.Answered, id="r", who="child", by="staff", approved=False, let=False, ms=None, grant=None)
    seat.add(override.Requested, id="s", who="child", game=None, program=None, ms=MINUTE)
    seat.add(override.Answered, id="s", who="child", by="player", approved=False, let=False, ms=None, grant=None)
    seat.add(override.Paused, id="p", who=None, until=None)
    seat.add(override.PinFailed, who=None, how="pin", tries=1, locked=None)
    seat.add(override.CodeUsed, who="child", ms=MINUTE)
    site.agent.add(override.Approval, id="x", who="child", game="a")
    site.agent.add(override.ApprovalEnded, id="x")

    assert set(counted().by("override", "what", "by")) == {
        ("answer.no", "staff"), ("answer.withdrawn", "player"), ("pause", "guardian"), ("pin.failed", ""),
        ("code.used", "guardian"), ("approval", "guardian"), ("approval.ended", "guardian"),
    }  # fmt: skip


def test_entries_of_a_newer_version_are_not_passed_over_in_silence():
    counter = Counter(Period(TODAY, TODAY))
    counter.take(0, b'{"kind":"what.comes","v":1}')
    counter.take(1, b"\xff")

    assert counter.unread == 2
    assert list(counter.finish().lines()) == []


def test_a_moment_that_no_calendar_has_is_on_none_of_these_days(seat, counted):
    seat.begin(since=2**53 - 1)

    assert told(counted(), "play") == {}


def test_a_grant_counts_with_its_time(seat, counted, site):
    given = Grant("guardian", 5 * MINUTE, None, site.clock.wall())
    for number in range(3):
        seat.add(override.GrantGiven, id=str(number), who="child", by="staff", ms=given.ms, game=None, given=given.given)
    seat.add(override.GrantRevoked, id="1")

    assert told(counted(), "override", "what", "by") == {
        ("grant.given", "staff"): (3, 15), ("grant.revoked", "guardian"): (1, 0),
    }  # fmt: skip


@pytest.fixture
def again(site, seat):
    """Writes plays of one seat once more as another, as after a backup; each with its length in minutes, None: it goes on. The
    other seat.
    """

    def write(plays, minutes, who="child"):
        site.deliver()
        other = site.enrol(f"again-{len(site.seats)}")
        other.start(clean=False, follows=seat.name)
        for play in plays:
            site.clock.run(1000)
            told = other.begin(who=who, since=play.since)
            if minutes is not None:
                how = {"how": "gone", "late": True, "since": play.since, "ms": minutes * MINUTE}
                other.add(PlayEnded, play=told.seq, who=who, game=told.game, **how)
        return other

    return write


@pytest.mark.parametrize("who", ["child", "other"])
def test_plays_that_are_written_once_more_count_once(site, seat, counted, again, audit, who):
    """By a seat that was put back; also where the former pseudonym is another by now."""
    plays = []
    for _ in range(2):
        plays.append(seat.begin())
        site.clock.run(10 * MINUTE)
        seat.end(plays[-1])
    again(plays, 10, who)

    assert (told(counted(), "play"), told(counted(), "time")) == ({(): (2, 0)}, {(): (2, 20)})
    assert counted.counter.running == 0
    found = audit().audit
    assert (found.plays, found.played_ms) == (2, 20 * MINUTE)


def test_two_pcs_that_start_a_game_at_once_are_two_plays(site, counted):
    one, two = site.enrol("one-pc"), site.enrol("two-pc")
    one.begin()
    two.begin(who="other")

    assert told(counted(), "play") == {(): (2, 0)}


def test_a_seat_that_another_goes_on_from_is_not_missing(site, seat, counted, again):
    """One that was silent as long besides is."""
    other = site.enrol("other-pc")
    other.start()
    play = seat.begin()
    site.clock.run(HOUR)
    later = again([play], 60)
    site.clock.run(3 * HOUR)
    later.stop()

    assert told(counted(), "gap", "seat", "how") == {("other-pc", "lost"): (1, 240)}


def test_what_is_missing_since_a_backup_is_told_as_that(site, seat, counted):
    """As the verifier has it: the PC did not end without a word."""
    made = site.clock.wall()
    site.deliver()
    site.clock.reboot(HOUR)
    site.agent.add(Restored, made=made)
    later = site.enrol("home-pc-2")
    later.start(clean=False, lost_from=made, follows="home-pc")
    assert told(counted(), "gap", "seat", "how") == {("home-pc-2", "restored"): (1, 60)}
