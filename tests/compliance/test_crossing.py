"""Lies of somebody who has all keys and seals again: what one entry says against what others do. Nobody outside has seen
anything yet, so only the entries' own sense can tell.
"""

import sys
import tracemalloc

import pytest

from compliance.audit import Auditor
from compliance.entries.decision import LaunchRefused
from compliance.entries.log import AgentTick
from compliance.entries.override import Approval
from compliance.entries.place import CheckedIn, PlaceChanged, PolicyChanged
from compliance.entries.play import GameDay, PlayEnded, PlayRuled, PlayStarted, UsageDay
from compliance.entries.seat import ClockJump, IssueRaised, Presence
from compliance.format.chain import AGENT
from rules.facts import Grant
from tests.compliance.telling import played, said, told

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
FULL = "f" * 15


def kinds(report):
    return {one.kind for one in report.audit.findings}


def alive(seat, hours):
    """Hours of a seat that runs, with its presence."""
    clock = seat.site.clock
    for _ in range(hours):
        since = clock.wall() // MINUTE * MINUTE
        clock.run(HOUR)
        seat.add(Presence, since=since, bits=FULL)


def ticks(site, minutes, *seats, every=5):
    """The agent ticks, and hears these seats."""
    for _ in range(minutes // every):
        site.clock.run(every * MINUTE)
        site.agent.add(AgentTick, seats=dict.fromkeys(seats, site.clock.wall()), silent=())


# --- boots and runs -------------------------------------------------------------------------------------------------------


def test_a_pc_that_was_started_anew_says_so(site, seat, audit):
    site.clock.reboot()
    line = seat.add(IssueRaised, id="x")
    assert [f"seq {line.seq}" in one for one in said(audit())] == [True]


def test_nobody_plays_at_a_seat_that_stopped(site, seat, audit):
    seat.stop()
    seat.seal()
    line = seat.begin()
    assert [f"seq {line.seq}" in one for one in said(audit())] == [True]


@pytest.mark.parametrize("rebooted", [False, True])
def test_a_day_is_not_replayed(site, seat, audit, rebooted):
    """The same moments once more, later in the chain: by the same start of the PC, or by another one."""
    seat.end(played(seat, 50))
    site.clock._wall -= 50 * MINUTE
    if rebooted:
        site.clock.reboot(0)
        seat.start(clean=False, lost_from=site.clock.wall())
    else:
        site.clock._mono -= 50 * MINUTE
    seat.end(played(seat, 50))
    report = audit()
    assert (said(report) != [], "clock-back" in kinds(report)) == (not rebooted, rebooted)


@pytest.mark.parametrize(("days", "found"), [(0, 0), (2, 2)])
def test_a_clock_that_was_set_back_excuses_no_presence_of_later_days(seat, audit, days, found):
    """It says that it was alive at other times than it was."""
    clock = seat.site.clock
    alive(seat, 2)
    clock.step(-10 * MINUTE)
    alive(seat, 1 + 24 * days)
    seat.add(Presence, since=clock.wall() // MINUTE * MINUTE + HOUR, bits=FULL)
    clock.run(HOUR)
    seat.add(Presence, since=clock.wall() // MINUTE * MINUTE - 4 * HOUR, bits=FULL)
    report = audit()
    texts = {"it says that the seat was alive in minutes that were still to come",
             "it says that the seat was alive in other minutes than those since it said so last"}  # fmt: skip
    assert ("clock-back" in kinds(report), len(texts & {*told(report, "presence")})) == (True, found)


@pytest.mark.parametrize(("ms", "told_as"), [(4 * MINUTE, "clock-dip"), (2 * HOUR, "clock-back")])
def test_backdated_entries_are_told(site, seat, audit, ms, told_as):
    """By a wall clock that says less than the one that play is counted on, and then no longer."""
    site.clock.step(-ms)
    seat.refuse(site.house(0))
    site.clock.step(ms)
    site.clock.run(MINUTE)
    seat.add(IssueRaised, id="x")
    assert told_as in kinds(audit())


def test_a_decision_is_of_its_moment(site, seat, audit):
    """Unless the seat says that the system's clock differs from its own, which then decides."""
    fields = seat.decided(site.house(0))
    line = seat.add(LaunchRefused, how="gate", **{**fields, "at": fields["at"] - 2 * HOUR})
    assert any(f"seq {line.seq}" in one and "no clock" in one for one in said(audit()))
    seat.add(ClockJump, expected=site.clock.wall(), to=site.clock.wall() - 2 * HOUR)
    assert said(audit()) == []


# --- presence, gaps -------------------------------------------------------------------------------------------------------


def test_minutes_count_once_and_what_is_missing_is_told(site, seat, audit):
    """Three hours left out, another row twice: the coverage falls, and the silence is named."""
    alive(seat, 1)
    since = site.clock.wall() - HOUR
    site.clock.run(3 * HOUR)
    seat.add(Presence, since=since, bits=FULL)
    report = audit()
    assert {one.seat: one.coverage for one in report.audit.seats}["home-pc"] == 1.0
    seat.stop()
    report = audit()
    assert {one.seat: one.coverage for one in report.audit.seats}["home-pc"] == pytest.approx(0.25)
    assert sorted(one.split(" in ")[0] for one in told(report, "presence")) == [
        "it says that the seat was alive", "the PC ran for 10800 s",  # in minutes that it had told before
    ]


@pytest.mark.parametrize("bits", ["0" * 15, "F" * 15, "f" * 14])
def test_presence_says_when(site, seat, audit, bits):
    site.clock.run(HOUR)
    line = seat.add(Presence, since=site.clock.wall() - HOUR, bits=bits)
    assert [f"seq {line.seq}, presence" in one for one in said(audit())] == [True]


def test_minutes_of_long_ago_cost_no_memory(site, seat):
    """Of 1970, as an hour of today."""
    line = seat.add(Presence, since=0, bits=FULL)
    auditor = Auditor({})
    auditor.take(0, line)
    tracemalloc.start()
    auditor.take(1, line)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 100_000


@pytest.mark.parametrize(("orderly", "kind"), [(True, "ran-on"), (False, "lost")])
def test_a_pc_that_ran_on_without_its_seat_explains_nothing(site, seat, audit, orderly, kind):
    """Stopped in order or killed: by the clock that play is counted on it ran for an hour unenforced. The agent was there."""
    site.agent.add(AgentTick, seats={}, silent=())
    seat.add(IssueRaised, id="x")
    if orderly:
        seat.stop()
    since = site.clock.wall()
    ticks(site, 60)
    seat.start(clean=orderly, lost_from=None if orderly else since)
    (gap,) = [one for one in audit().audit.gaps if one.seat != AGENT]
    assert (gap.start, gap.end, gap.explained, gap.kind, gap.could) == (since, since + HOUR, False, kind, ("agent",))


def test_new_versions_all_day_long_are_gaps_to_explain(seat, audit):
    """Each takes a minute, of which five in all are forgiven, on the next day again."""
    for _ in range(2):
        for _ in range(7):
            seat.stop()
            seat.site.clock.run(MINUTE)
            seat.start()
            seat.site.clock.run(1_000)
        seat.site.clock.run(DAY)
    gaps = [(one.kind, one.explained) for one in audit().audit.gaps if one.seat != AGENT]
    assert gaps == [*[("stopped", True)] * 5, *[("ran-on", False)] * 2] * 2


@pytest.mark.parametrize("lost", [0, HOUR, -DAY], ids=["now", "later", "a day before it was enrolled"])
def test_a_seat_does_not_talk_its_gap_away(site, seat, audit, lost):
    """It says it was alive up to the start; nothing shows it. No gap ends before it starts."""
    seat.add(IssueRaised, id="x")
    since = site.clock.wall()
    site.clock.run(5 * HOUR)
    seat.start(clean=False, lost_from=site.clock.wall() + lost)
    (gap,) = [one for one in audit().audit.gaps if one.seat != AGENT]
    assert (gap.start, gap.end) == (min(since, site.clock.wall() + lost), since + 5 * HOUR)


# --- what the agent heard -------------------------------------------------------------------------------------------------


def test_a_seat_that_was_heard_was_enrolled(site, audit):
    ticks(site, 10, "cafe-9")
    assert ["cafe-9" in one for one in said(audit())] == [True]


@pytest.mark.parametrize("ever", [True, False])
def test_a_seat_that_was_heard_wrote(site, audit, ever):
    """Its entries are withheld, from one day on or all of them."""
    seat = site.enrol("cafe-1")
    if ever:
        seat.start()
        site.deliver()
    since = site.clock.wall()
    ticks(site, 5 * 60, "cafe-1")
    report = audit()
    assert (said(report), len(told(report, "heard"))) == ([], 1)
    (gap,) = [one for one in report.audit.gaps if one.seat != AGENT]
    assert (gap.seat, gap.end, gap.kind, gap.could) == ("cafe-1", site.clock.wall(), "withheld", ("agent",))
    assert gap.start - since <= 5 * MINUTE


@pytest.mark.parametrize("seen", [True, False])
def test_an_agent_that_was_off_is_told(site, seat, audit, seen):
    """With the seats that were on meanwhile: they could say what it did not."""
    ticks(site, 10)
    site.deliver()
    since = site.clock.wall()
    if seen:
        alive(seat, 24)
    else:
        seat.stop()
        site.clock.reboot(DAY)
    site.agent.add(AgentTick, seats={}, silent=())
    site.deliver()
    seat.add(IssueRaised, id="x") if seen else seat.start()
    gaps = [one for one in audit().audit.gaps if one.seat == "agent"]
    could = ("home-pc",) if seen else ()
    assert [(one.start, one.end, one.kind, one.explained, one.could) for one in gaps] == [
        (since, since + DAY, "agent-silent", not seen, could)]  # fmt: skip


def test_a_seat_ahead_of_the_agent_is_told(site, seat, audit):
    """Ten hours by its own clock: nothing that comes in is of a time that is still to come."""
    site.clock.step(10 * HOUR)
    seat.add(IssueRaised, id="x")
    site.clock.step(-10 * HOUR)
    site.deliver()
    ticks(site, 5)
    assert told(audit(), "clock-ahead") == ["the clock of seat home-pc is ahead of the agent's by 35700 s"]


# --- whom it is about -----------------------------------------------------------------------------------------------------


def test_a_player_has_one_age_a_day(site, seat, audit):
    """Of whom a play says 17 and a decision 18, one was made up; a guardian may have set it right, so it is told."""
    seat.end(played(seat, 5, age=17))
    seat.refuse(site.house(0), age=18)
    report = audit()
    assert (said(report), told(report, "age")) == ([], ["the player was 17 years old before, the same day, and is 18 now"])


def test_whoever_was_checked_in_plays_as_of_that_age(site, seat, audit):
    """A child that was checked in as one does not play as an adult."""
    site.agent.add(CheckedIn, id="c", at="home-pc", who="child", age=12, how="born")
    seat.end(played(seat, 5, age=18))
    assert told(audit(), "age") == ["the player was 12 years old before, the same day, and is 18 now"]


def ruled(seat, play, bound=None, **changed):
    """What the play of an honest child goes on by."""
    fields = {"age": 12, "label": 0, "system": "VN", "publisher": None, "approved": False, "learning": False, **changed}
    return seat.add(PlayRuled, play=play.seq, who=play.who, bound=play.seq if bound is None else bound, **fields)


OTHER_AGE = "the player was 12 years old before, the same day, and is {} now"
RIGHT = "the player's age was set right that day: 12 → {}"


@pytest.mark.parametrize(("hours", "ages"), [(1, [OTHER_AGE.format(30)]), (17, [])])
def test_a_play_that_goes_on_is_of_the_same_age(site, seat, audit, hours, ages):
    """Past midnight a seat that has not cut the play yet may say the age of the next day."""
    play = seat.begin()
    site.clock.run(hours * HOUR)
    ruled(seat, play, age=30)
    assert told(audit(), "age") == ages


@pytest.mark.parametrize("right", [True, False])
def test_a_birth_date_that_was_set_right_explains_other_ages(site, seat, audit, right):
    """The agent says it, at times after a seat went by it; until it hears of it another seat says the former age."""
    other = site.enrol("pc-2")
    other.start()
    play = seat.begin()
    site.clock.run(HOUR)
    ruled(seat, play, age=30)
    other.end(played(other, 1))
    if right:
        site.agent.add(PolicyChanged, target="child", packs=(), house=False)
    report = audit()
    assert told(report, "age-set-right" if right else "age") == [(RIGHT if right else OTHER_AGE).format(30)]


def test_a_pseudonym_is_of_one_day(site, seat, audit):
    seat.end(played(seat, 5))
    site.clock.run(DAY)
    seat.begin()
    assert told(audit(), "player-key") == ["its pseudonym was that of another day"]


@pytest.mark.parametrize("given", [True, False])
def test_extra_time_was_given(site, seat, audit, given):
    grant = Grant("guardian", 10 * MINUTE, None, site.clock.wall())
    if given:
        seat.give(grant)
    site.clock.run(MINUTE)
    seat.refuse(site.house(0), grants=(grant,))
    assert told(audit(), "grant") == ([] if given else ["it counts extra time that no entry gives (1 time)"])


@pytest.mark.parametrize("let", [True, False])
def test_what_was_let_through_was_said(site, seat, audit, let):
    if let:
        site.agent.add(Approval, id="a1", who="child", game="luanti")
    site.deliver()
    site.clock.run(MINUTE)
    seat.refuse(site.house(0), approved=True)
    said_ = [] if let else ["it takes the game as let through, which no entry before it says (1 time)"]
    assert told(audit(), "approval") == said_


# --- sums -----------------------------------------------------------------------------------------------------------------


def test_a_zone_does_not_switch_the_sums_off(site, seat, audit):
    """To Tokyo and back, and in between a decision that says less than was played."""
    seat.end(played(seat, 61))
    site.agent.add(PlaceChanged, place="home", zone="Asia/Tokyo", hours="")
    site.deliver()
    fields = seat.decided(site.house(0))
    less = dict.fromkeys(("game", "publisher", "total"), 5 * MINUTE)
    line = seat.add(LaunchRefused, how="gate", **{**fields, "before": less})
    site.agent.add(PlaceChanged, place="home", zone="Asia/Ho_Chi_Minh", hours="")
    assert [f"seq {line.seq}" in one for one in said(audit())] == [True] * 3


def test_a_day_of_play_is_summed_up(site, seat, audit):
    """All summaries left out: who played that day is in none, though the seat worked on for a day."""
    seat.end(played(seat, 50))
    alive(seat, 30)
    report = audit()
    assert (said(report), told(report, "usage-day")) == ([], ["the play of 1 player on one day was never summed up"])


def test_a_day_is_summed_up_once_with_all_that_was_refused(site, seat, audit):
    seat.end(played(seat, 50))
    seat.refuse(site.house(0))
    lines = [
        seat.add(UsageDay, day="2026-11-24", who="child", games={"luanti": GameDay(50 * MINUTE, refused, 0)})
        for refused in (0, 1)
    ]
    report = audit()
    assert [f"seq {lines[0].seq}" in one for one in said(report)] == [True]
    assert told(report, "usage-day") == ["this day of this pseudonym was summed up already"]


def test_a_seat_that_does_not_know_the_new_zone_sums_up_its_own_day(site, seat, audit):
    """Cut off from its agent, it goes on by the zone that it knew; by that the day of this play is not over."""
    site.agent.add(PlaceChanged, place="home", zone="Europe/London", hours="")
    site.clock.run(40 * HOUR)
    seat.end(played(seat, 120))
    for _ in range(11):
        site.clock.run(HOUR)
        seat.alive(site.clock.wall() - HOUR)
    assert told(audit(), "usage-day") == []


@pytest.mark.parametrize("follows", [True, False])
def test_a_day_that_a_pc_wrote_as_another_seat_is_not_added_up_again(site, audit, follows):
    """After a backup was put back: of the day before its plays are in the former chain alone."""
    former = site.enrol("pc-1")
    former.start()
    former.end(played(former, 50))
    site.clock.run(20 * HOUR)
    later = site.enrol("pc-2")
    later.start(**({"clean": False, "lost_from": site.clock.wall() - HOUR, "follows": "pc-1"} if follows else {}))
    later.add(UsageDay, day="2026-11-24", who="child", games={"luanti": GameDay(50 * MINUTE, 0, 0)})
    report = audit()
    assert bool(said(report)) is not follows
    text = "its sum of play cannot be added up again from the entries: "
    text += "the PC was started anew during a play that has no end, or wrote as another seat that day"
    assert told(report, "unchecked") == [text] * follows


@pytest.mark.parametrize("open_", [False, True], ids=["plays that ended", "plays that go on"])
def test_the_work_grows_with_the_entries_only(site, seat, open_):
    """Many plays and refusals of one pseudonym: twice as many take twice as many calls, and not four times."""
    refused = seat.decided(site.house(0))

    def calls(n):
        auditor, count = Auditor(site.packs), 0

        def counted(*_):
            nonlocal count
            count += 1

        chain = {"seat": "home-pc", "boot": "boot-1", "prev": ""}
        lines = []
        for number in range(n):
            seq, at = 4 * number, refused["at"] + 4_000 * number
            clock = {**chain, "mono": at - refused["at"], "wall": at}
            began = {"who": "child", "game": f"g{number}", "since": at}
            lines.append(PlayStarted(
                **clock, **began, seq=seq, age=12, label=0, publisher=None, match=(), pid=1, started=1, resumed=None,
            ))  # fmt: skip
            if not open_:
                end = {**clock, "mono": clock["mono"] + 1_000, "wall": at + 1_000}
                lines.append(PlayEnded(**end, **began, seq=seq + 1, play=seq, ms=1_000, how="asked", late=False))
            lines.append(LaunchRefused(**clock, **{**refused, "at": at}, seq=seq + 2, how="gate"))
        for index, line in enumerate(lines):
            if index == 50:
                sys.setprofile(counted)
            auditor.take(index, line)
        auditor.finish()
        sys.setprofile(None)
        return count

    assert calls(200) < 2.5 * calls(100)
