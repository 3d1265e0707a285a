"""Every play is decided again: what went on for too long is told with its rule. Here the seats' keys are in false hands."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256

import pytest
from msgspec import UNSET

from compliance import entry
from compliance.entries.override import EnforcementOff, EnforcementOn, GrantGiven, GrantRevoked, Paused
from compliance.entries.place import PackLine
from compliance.entries.play import Bound, PlayRuled
from compliance.entries.seat import Presence
from compliance.verifying.plays import over
from compliance.verifying.plays.packs import Packs
from compliance.verifying.plays.redecide import Redecider
from i18n.catalogue import Catalogue
from i18n.message import plain
from rules.packs.shipped import shipped_packs
from tests.compliance.telling import said

ZONE = "Asia/Ho_Chi_Minh"
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def pack(name, **params):
    return PackLine(name, sha256(shipped_packs()[name].encode()).hexdigest(), params)


LAW = pack("vn-147", guardian=True, over_all=False)
POINT = pack("vn-game-point")
WEEK = "home-school-week"


def bound(*packs, place="home", place_packs=(), house=False, guardian=True):
    return Bound(place, ZONE, place_packs, packs, house, guardian)


def told(report):
    """The findings of this part: kind, article, whose duty, of which seat."""
    kinds = {"after-hours", "over-cap", "label-above-age", "no-guardian", "not-asked", "no-break", "paused", "unended"}
    return [(one.kind, one.cite, one.addressee, one.seat) for one in report.audit.findings if one.kind in kinds]


def undecided(report):
    return [plain(one.what) for one in report.audit.findings if one.kind == "not-decidable"]


@pytest.fixture
def play(site, seat):
    """`minutes` of play under these packs, from now on."""

    def played(minutes, *packs, approved=False, learning=False, **more):
        named = {name: more.pop(name) for name in ("place", "place_packs", "house", "guardian") if name in more}
        made = seat.begin(bound=bound(*packs, **named), approved=approved, learning=learning, **more)
        site.clock.run(minutes * MINUTE)
        seat.end(made, "by itself")
        return made

    return played


def written(seat):
    """All entries of a seat, which are then gone from its journal."""
    seat.seal()
    lines = []
    while (batch := seat.journal.spool()) is not None:
        lines += [entry.decode(one) for one in batch.entries]
        seat.journal.forget(batch.last)
    return lines


def at(site, hour, minute=0):
    """The clock goes on to this time of the day."""
    now = datetime.fromtimestamp(site.clock.wall() / 1000, UTC)
    ahead = ((hour - 7) % 24 * 60 + minute - now.hour * 60 - now.minute) % (24 * 60)
    site.clock.run(ahead * MINUTE)


def test_a_child_that_plays_all_day_and_is_never_due_is_told(play, audit):
    play(14 * 60, LAW)
    (found,) = told(audit())
    assert (found[0], found[2:]) == ("over-cap", ("enterprise", "home-pc"))
    assert "Đ." in found[1]


@pytest.mark.parametrize(("minutes", "over"), [(60, False), (62, False), (63, True)])
def test_an_hour_and_what_there_is_to_save(play, audit, minutes, over):
    play(minutes, LAW)
    assert bool(told(audit())) is over


def test_after_closing_time_at_a_game_point(site, play, audit):
    """Everybody's play, and the point's duty."""
    at(site, 22, 31)
    play(10, place="game-point", place_packs=(POINT,), age=40)
    assert told(audit()) == [("after-hours", "NĐ 147/2024, Đ.68", "point", "home-pc")]


@pytest.mark.parametrize(
    ("play_of", "kind"),
    [
        ({"game": "gta", "label": 18, "age": 12}, "label-above-age"), ({"guardian": False, "age": 12}, "no-guardian"),
        ({"game": "gta", "label": None}, "not-asked"), ({"game": "gta", "label": None, "approved": True}, None),
        ({"guardian": False, "age": 19}, None),
    ],
)  # fmt: skip
def test_what_may_not_start(play, audit, play_of, kind):
    play(5, LAW, **play_of)
    assert [one[0] for one in told(audit())] == ([] if kind is None else [kind])


def test_a_break_that_was_not_made(site, play, audit):
    at(site, 10)
    play(50, pack(WEEK, play=30, rest=10, weekday_minutes=300))
    found = told(audit())
    assert [one[0] for one in found] == ["no-break"]


def test_a_grant_adds_its_minutes(site, seat, play, audit):
    """In the middle of a play, and not before."""
    made = seat.begin(bound=bound(LAW), approved=False, learning=False)
    site.clock.run(59 * MINUTE)
    seat.add(GrantGiven, id="g", who="child", by="guardian", ms=30 * MINUTE, game=None, given=site.clock.wall())
    site.clock.run(30 * MINUTE)
    seat.end(made)
    assert told(audit()) == []


@pytest.mark.parametrize(("minutes", "over"), [(1, False), (20, True)])
def test_a_grant_that_was_taken_back_adds_nothing(site, seat, audit, minutes, over):
    made = seat.begin(bound=bound(LAW), approved=False, learning=False)
    seat.add(GrantGiven, id="g", who="child", by="guardian", ms=60 * MINUTE, game=None, given=site.clock.wall())
    site.clock.run(70 * MINUTE)
    seat.add(GrantRevoked, id="g")
    site.clock.run(minutes * MINUTE)
    seat.end(made)
    assert bool(told(audit())) is over


@pytest.mark.parametrize(("minutes", "over"), [(2, False), (20, True)])
def test_play_in_a_pause(site, seat, audit, minutes, over):
    made = seat.begin(bound=bound(LAW), approved=False, learning=False)
    site.clock.run(MINUTE)
    seat.add(Paused, id="p", who="child", until=None)
    site.clock.run(minutes * MINUTE)
    seat.end(made)
    assert bool([one for one in told(audit()) if one[0] == "paused"]) is over


@pytest.mark.parametrize(("place", "over"), [("home", False), ("game-point", True)])
def test_while_nothing_is_enforced_nothing_is_over(site, seat, audit, place, over):
    """At home alone: a public place may not do that."""
    seat.add(EnforcementOff, id="o", until=site.clock.wall() + 3 * HOUR)
    made = seat.begin(bound=bound(LAW, place=place), approved=False, learning=False)
    site.clock.run(3 * HOUR)
    seat.add(EnforcementOn, id="o", how="over")
    seat.end(made)
    assert bool(told(audit())) is over


def test_packs_that_were_put_on_in_the_middle_bind_from_then_on(site, seat, audit):
    made = seat.begin(bound=bound(), approved=False, learning=False)
    site.clock.run(3 * HOUR)
    for _ in range(20):  # said again, it is no later
        seat.add(
            PlayRuled, play=made.seq, who="child", age=12, label=0, system="VN", publisher=None, bound=bound(LAW),
            approved=False, learning=False,
        )  # fmt: skip
        site.clock.run(MINUTE)
    seat.end(made)
    assert [one[0] for one in told(audit())] == ["over-cap"]


def test_a_play_that_was_due_and_never_ended(site, seat, audit):
    made = seat.begin(bound=bound(LAW), approved=False, learning=False)
    site.clock.run(HOUR)
    seat.due(made, site.pack())
    site.clock.run(30 * MINUTE)
    seat.add(Presence, since=site.clock.wall() // MINUTE * MINUTE - 59 * MINUTE, bits="f" * 15)
    assert [one[0] for one in told(audit())] == ["unended"]


@pytest.mark.parametrize(
    "changed",
    [{"place": "game-point"}, {"age": 30}, {"label": 18}, {"guardian": False}, {"approved": True}, {"pack": "00" * 32}],
)
def test_a_decision_that_contradicts_its_play_fails(site, seat, audit, changed):
    made = seat.begin(bound=bound(LAW), approved=False, learning=False)
    site.clock.run(HOUR)
    seat.due(made, site.pack(), **changed)
    assert any("its play's entries" in one for one in said(audit()))


@pytest.mark.parametrize(("changed", "text"), [
    ({"place": "agent-without-games"},
     "loại địa điểm: ghi là đại lý Internet không có trò chơi, còn các bản ghi của lượt chơi ghi nhà riêng"),
    ({"before": {"game": 0, "publisher": HOUR, "total": HOUR}},
     "tổng của trò chơi này ghi 0 giây; cộng lại các lượt chơi thì được từ 59 phút 59 giây đến 1 giờ 1 giây"),
])  # fmt: skip
def test_what_a_decision_contradicts_is_said_in_the_readers_language(site, seat, audit, changed, text):
    made = seat.begin(publisher="maker", bound=bound(LAW), approved=False, learning=False)
    site.clock.run(HOUR)
    seat.due(made, site.pack(), **changed)
    assert text in [Catalogue("vi")(one.what) for one in audit().failures]


def test_the_entry_may_refer_to_the_last_of_its_player(site, seat, audit):
    first = seat.begin(bound=bound(LAW), approved=False, learning=False)
    site.clock.run(40 * MINUTE)
    seat.end(first)
    second = seat.begin(bound=first.seq, approved=False, learning=False)
    site.clock.run(40 * MINUTE)
    seat.end(second)
    report = audit()
    assert (said(report), [one[0] for one in told(report)]) == ([], ["over-cap"])


@pytest.mark.parametrize("who", ["child", "sister"])
def test_but_not_to_another(seat, audit, who):
    first = seat.begin(bound=bound(LAW), approved=False, learning=False)
    seat.begin(who=who, game="war", bound=first.seq + (who == "child"), approved=False, learning=False)
    assert len(said(audit())) == 1


@pytest.mark.parametrize(
    ("made", "why"),
    [
        ({"bound": UNSET}, "do not say what was in force"), ({"bound": bound(house=True)}, "own limits"),
        ({"bound": bound(pack("home-balanced"))}, "the day before"),
        ({"bound": bound(pack("jp-kagawa"))}, "time zone"),
        ({"bound": bound(PackLine("x", "f" * 64, {}))}, "text of a pack"),
    ],
)  # fmt: skip
def test_what_cannot_be_decided_is_counted(site, seat, audit, made, why):
    at(site, 12)
    seat.begin(**made)
    (found,) = undecided(audit())
    assert why in found


def test_play_at_another_seat_is_counted_where_a_rule_counts_play(site, seat, play, audit):
    """A seat decides by what it measured itself."""
    other = site.enrol("cafe-2")
    other.start()
    play(40, LAW)
    other.end(other.begin(bound=bound(LAW), approved=False, learning=False))
    other.end(other.begin(bound=bound(), approved=False, learning=False))
    report = audit()
    assert (said(report), told(report)) == ([], [])
    (found,) = undecided(report)
    assert "another seat" in found
    assert found.startswith("1 play, this one, cannot")


def test_a_daemon_that_starts_anew_again_and_again_frees_nobody(site, seat, audit):
    made = seat.begin(bound=bound(LAW), approved=False, learning=False)
    site.clock.run(HOUR)
    for _ in range(20):
        site.clock.run(MINUTE)
        seat.start(clean=False, lost_from=site.clock.wall() - 1_000)
    seat.end(made)
    assert [one[0] for one in told(audit())] == ["over-cap"]


def test_while_no_daemon_ran_nothing_is_over(site, seat, audit):
    """That is a gap; what went on afterwards is over."""
    made = seat.begin(bound=bound(LAW), approved=False, learning=False)
    site.clock.run(30 * MINUTE)
    seat.stop()
    site.clock.run(3 * HOUR)
    seat.start()
    site.clock.run(2 * MINUTE)
    seat.end(made)
    assert told(audit()) == []


def test_work_grows_with_the_log_alone(site, seat, monkeypatch):
    """Hundreds of plays and grants of one day, all over, with as many pauses: no play is looked at for all others."""
    calls = []
    decide = over.decide
    monkeypatch.setattr(over, "decide", lambda *facts: calls.append(1) or decide(*facts))
    checker = Redecider(Packs({sha256(text.encode()).hexdigest(): text for text in shipped_packs().values()}))
    for number in range(400):
        made = seat.begin(game=f"g{number % 5}", bound=bound(LAW), approved=False, learning=False)
        site.clock.run(5 * MINUTE)
        seat.end(made)
        seat.add(Paused, id=f"p{number}", who="sister", until=None)
        wall = site.clock.wall()
        seat.add(GrantGiven, id=f"g{number}", who="child", by="guardian", ms=1, game=None, given=wall)
    lines = written(seat)
    for line in lines:
        checker.of(line)("here", line)
    assert {one.kind for one in checker.findings()} == {"kept-undecided"}
    assert len(calls) < len(lines) + 3_000


@pytest.mark.parametrize("made", [{"bound": bound(place="moon")}, {"age": -1, "bound": bound(LAW)}])
def test_what_cannot_be_fails(seat, audit, made):
    seat.begin(**made)
    assert len([one for one in said(audit()) if "play.started" in one]) == 1
