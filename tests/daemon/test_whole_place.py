"""What a whole honest place writes verifies, whatever happens to its PCs, clocks, disks and people."""

from __future__ import annotations

import pytest

from compliance import bundle
from compliance.verify import verify
from daemon.deciding.gate_answers import GateAnswers
from i18n.message import plain
from tests.daemon.whole_place import WholePlace
from tests.system import SOAK


@pytest.fixture
def whole_place(tmp_path, make_clock, monkeypatch):
    made = []
    monkeypatch.setattr(GateAnswers, "renew", lambda *_, **__: None)  # what a gate would refuse, of which there is none here

    def make(seed, **more):
        made.append(WholePlace(tmp_path, seed, make_clock, monkeypatch, **more))
        made[0].begin()
        return made[0]

    yield make
    made[0].close()


ODD = frozenset({
    "unended", "after-hours", "over-cap", "paused", "not-asked", "no-break", "warned", "paired", "withheld", "erased",
    "presence", "clock-play", "usage-day", "player-key", "age", "learning", "approval", "request", "grant",
})  # fmt: skip


def accused(place, steps):
    for _ in range(steps):
        place.go_on()
    report = verify(bundle.parse(place.export()), now=place.first.clock.wall())
    odd = [one.kind for one in (*report.audit.findings, *report.audit.gaps) if one.kind in ODD]
    return [*(f"{plain(one.where)}: {plain(one.what)}" for one in report.failures), *odd]


@pytest.mark.parametrize("seed", range(4 if SOAK else 1))
def test_an_honest_place_is_whole(whole_place, seed, soak):
    place = whole_place(seed)
    assert accused(place, soak(30, 160)) == [], place.steps


@pytest.mark.parametrize("seed", range(4 if SOAK else 1))
def test_so_is_one_whose_players_and_games_change_while_they_run(whole_place, seed, soak):
    place = whole_place(seed, changing=True)
    assert accused(place, soak(60, 130)) == [], place.steps
