"""A café's day from eight to ten: its log, report and closing slip say what a book says that was kept beside it."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from agent.api.checkins import WhoPlays
from agent.api.rulebook import PlaceShow, PolicyShow
from agent.api.seats import SeatList
from cli.printing.closing import Known, slip
from cli.report.logs import counted
from cli.report.tables import GROUPS
from compliance import bundle
from compliance.reporting.figures import Figures
from compliance.reporting.periods import period
from compliance.verify import verify
from daemon.deciding.gate_answers import GateAnswers
from i18n.catalogue import Catalogue
from i18n.message import plain
from tests.daemon.cafe_day import CLOSES, CafeDay
from tests.daemon.world import MINUTE
from tests.system import SOAK

PCS, CUSTOMERS = (30, 120) if SOAK else (4, 24)
DAY = date(2026, 11, 24)
HONEST = {"issue", "not-decidable", "place-changed", "policy-changed", "silent", "late-play"}


@pytest.fixture
def day(tmp_path, make_clock, monkeypatch):
    monkeypatch.setattr(GateAnswers, "renew", lambda *_, **__: None)  # there is no gate here
    made = CafeDay(tmp_path, 7, make_clock, monkeypatch, pcs=PCS, customers=CUSTOMERS)
    made.begin()
    yield made
    made.close()


@pytest.fixture
def log(day, tmp_path):
    """The bundle of the whole day."""
    day.run()
    (tmp_path / "log.zip").write_bytes(day.export())
    return tmp_path / "log.zip"


def test_book_log_report_and_slip_agree(day, log):
    """To the second: how long each age group played, who was checked in how, who still is; and all closed in time."""
    report = verify(bundle.parse(log.read_bytes()), now=day.now)
    figures = Figures()
    counted([(log, "log.zip")], period("day", DAY), figures)

    assert [f"{plain(one.where)}: {plain(one.what)}" for one in report.failures] == []
    assert {one.kind for one in report.audit.findings} <= HONEST
    lived, cut = Counter(), Counter()
    for run in day.runs:
        lived[run.group] += run.end - run.start
        cut[run.group] += MINUTE if run.cut else 0  # of a power cut's last minute nobody knows
    logged = {group: cell.ms for (group,), cell in figures.by("time", "group").items()}
    assert logged.keys() == lived.keys()
    assert [group for group, ms in lived.items() if not 0 <= ms - logged[group] <= cut[group]] == []
    assert sum(cut.values()) == MINUTE
    assert {how: cell.n for (how,), cell in figures.by("checkin", "how").items()} == day.came

    assert all(run.end <= CLOSES + 5_000 for run in day.runs)
    assert all(any(0 <= at - CLOSES <= 5_000 for at in pc.world.platform.locked_at) for pc in day.pcs)
    assert_slip(day, log, figures)


def assert_slip(day, log, figures):
    words = Catalogue("en")
    names = {one.id: one.name for one in day.ask(SeatList()).seats}
    known = Known(day.ask(PlaceShow()), day.ask(PolicyShow(target="place")).packs, names, day.ask(WhoPlays()))
    first, players, pcs, *_ = slip(log, known, DAY, day.now).parts
    came = sum(n for how, n in day.came.items() if how != "moved")
    still = sorted(name for id, name in names.items() if day.pc_of(id) not in day.free)
    by_age = f"age by card {day.came['card']}, as told {day.came['born']}, registered 0, not known {day.came['guest']}"
    assert [words(line) for line in first.lines[:3]] == [
        "open: 08:00–22:00",
        f"checked in: {came} ({by_age})",
        f"still checked in: {', '.join(still)}",
    ]
    played = [row.cells[2].ms for row in players.table.rows[: len(GROUPS)]]
    assert played == [figures.by("time", "group")[group,].ms for group in GROUPS]
    told = " ".join(words(cell) for row in pcs.table.rows for cell in row.cells)
    assert [name for name in names.values() if f"{name}: " not in told] == []
