"""Pauses, and that nothing was enforced: counted, told; decisions of a pause are made again; what contradicts itself fails."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from compliance.entries.decision import LaunchRefused, PauseLine, PlayDue
from compliance.entries.override import CodeUsed, EnforcementOff, EnforcementOn, GrantGiven, Paused
from i18n.message import plain
from tests.compliance.telling import told

MINUTE = 60_000
HOUR = 60 * MINUTE


def said(report):
    return [plain(one.what) for one in report.failures]


@pytest.fixture
def pause(site, seat):
    def made(minutes=60, id_="p1", who="child"):
        until = None if minutes is None else site.clock.wall() + minutes * MINUTE
        return seat.add(Paused, payload=b"Mother", id=id_, who=who, until=until)

    return made


@pytest.fixture
def refuse(site, seat):
    """A start that the pause refused; any field can be said otherwise."""

    def made(paused, kind=LaunchRefused, /, **changed):
        fields = seat.decided(site.pack(), game="gta", label=18, age=12)
        fields |= {
            "verdict": "refuse", "rule": "pause", "cite": "", "pack": "", "params": {}, "budget": None, "counted": None,
            "inline": None, "until": paused.until, "paused": PauseLine(paused.id, paused.until),
        }  # fmt: skip
        return seat.add(kind, **{**fields, **({"how": "gate"} if kind is LaunchRefused else {}), **changed})

    return made


@pytest.mark.parametrize("minutes", [60, None])
def test_a_decision_of_a_pause_follows_from_its_entry(audit, pause, refuse, minutes):
    refuse(pause(minutes))
    report = audit()
    assert (said(report), report.audit.decisions) == ([], 1)
    assert told(report, "pause") == ["play was paused 1 time"]


def test_so_does_the_end_of_a_play(site, seat, audit, pause, refuse):
    """With as much time to save as any pack may give."""
    play = seat.begin(game="gta", label=18)
    paused = pause()
    site.clock.run(MINUTE)
    refuse(paused, PlayDue, play=play.seq, grace=1_800_000)
    assert said(audit()) == []


@pytest.mark.parametrize(
    ("changed", "match"),
    [
        ({"paused": UNSET}, "not in the bundle"), ({"rule": "vn-147.rating"}, "does not follow"), ({"cite": "c"}, "citation"),
        ({"verdict": "ask"}, "does not follow"), ({"pack": "00"}, "of no pack"), ({"counted": ((0, 1),)}, "counts no play"),
        ({"budget": 5}, "citation or budget"),
    ],
)  # fmt: skip
def test_what_does_not_follow_is_named(audit, pause, refuse, changed, match):
    refuse(pause(), **changed)
    (failure,) = said(audit())
    assert match in failure


def test_more_time_to_save_than_any_pack_gives_is_named(seat, audit, pause, refuse):
    play = seat.begin(game="gta", label=18)
    refuse(pause(), PlayDue, play=play.seq, grace=1_800_001)
    assert len(said(audit())) == 1


def test_after_its_end_it_decides_nothing(site, audit, pause, refuse):
    paused = pause(1)
    site.clock.run(MINUTE)
    refuse(paused)
    (failure,) = said(audit())
    assert "from this entry play is allowed" in failure


def test_two_of_one_id_are_named(audit, pause):
    pause()
    pause()
    assert said(audit()) == ["there is another pause with its id"]


@pytest.mark.parametrize(("kind", "fields"), [
    (GrantGiven, {"id": "g", "by": "guardian", "ms": -30 * MINUTE, "game": None}),
    (GrantGiven, {"id": "g", "by": "nobody", "ms": 30 * MINUTE, "game": None}),
    (CodeUsed, {"ms": -30 * MINUTE}),
])  # fmt: skip
def test_nobody_gives_less_than_nothing(site, seat, audit, kind, fields):
    """It would take the page's sum of extra time down."""
    given = {"given": site.clock.wall()} if kind is GrantGiven else {}
    seat.add(kind, who="child", **fields, **given)
    assert said(audit()) == ["nobody can have given it"]


@pytest.mark.parametrize(("back", "length"), [(10, 600), (None, 3600)])
def test_how_long_nothing_was_enforced_is_told(site, seat, audit, back, length):
    seat.add(EnforcementOff, payload=b"Mother", id="o1", until=site.clock.wall() + HOUR)
    if back is not None:
        site.clock.run(back * MINUTE)
        seat.add(EnforcementOn, id="o1", how="taken back")
    (off,) = told(audit(), "enforcement-off")
    assert off.startswith(f"a guardian had nothing enforced for {length} s, from ")


@pytest.mark.parametrize("length", [0, 25 * HOUR])
def test_nothing_is_off_for_longer_than_a_day(site, seat, audit, length):
    seat.add(EnforcementOff, id="o1", until=site.clock.wall() + length)
    assert said(audit()) == ["it is for longer than a day, or for no time"]
