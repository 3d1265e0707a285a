"""Programs that were refused, held against what the agent says of who runs only what is installed."""

from __future__ import annotations

import pytest

from compliance.entries.place import PlaceChanged
from compliance.entries.program import ProgramRefused, ProgramsChanged
from i18n.message import plain

HOUR = 3_600_000


@pytest.fixture
def changed(site):
    def change(players, *, on=True, by=None):
        site.clock.run(HOUR)
        (by or site.agent).add(
            ProgramsChanged, who="child", unknown="refused" if on else "listed", let=(), interpreters=(), players=players
        )

    return change


def refuse(seat):
    seat.site.clock.run(HOUR)
    seat.add(ProgramRefused, who="another", how="gate", sha256="ab" * 32, build_id=None, size=7)


def said(report):
    return [plain(one.what) for one in report.failures]


def test_refused_while_somebody_runs_only_what_is_installed(seat, changed, audit):
    changed(1)
    refuse(seat)
    assert said(audit()) == []


def test_entries_of_the_version_before_say_the_same(site, seat, audit):
    site.clock.run(HOUR)
    site.agent.add(ProgramsChanged, who="child", only_installed=True, let=(), interpreters=(), players=1)
    refuse(seat)
    assert said(audit()) == []


@pytest.mark.parametrize(("place", "failures"), [("game-point", 0), ("home", 1)])
def test_guests_at_a_game_point_need_no_entry_of_their_own(site, seat, audit, place, failures):
    site.agent.add(PlaceChanged, place=place, zone="Asia/Ho_Chi_Minh", hours="", certificate="1", expires="2030-01-01")
    refuse(seat)
    assert len(said(audit())) == failures


def test_refused_though_nobody_ever_did(seat, audit):
    refuse(seat)
    assert said(audit()) == ["no entry says that anybody's unknown programs are refused"]


@pytest.mark.parametrize("players", [[2], [-1], [0], [1, 3]])
def test_how_many_do_is_counted_one_by_one(changed, audit, players):
    for one in players:
        changed(one)
    assert len(said(audit())) == 1
