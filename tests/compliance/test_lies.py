"""Lies of an operator who holds all keys, about logs of real days: each is what somebody with something to hide would write."""

from __future__ import annotations

import msgspec
import pytest

from compliance.entries.log import Erasure, Seal
from compliance.entries.override import CodeUsed, GrantGiven
from compliance.entries.play import PlayStarted
from compliance.format.chain import AGENT
from i18n.message import plain
from tests.compliance import real_days
from tests.compliance.test_mutations import Judge
from tests.daemon.world import HOUR, MINUTE, NOON

replace = msgspec.structs.replace
DAY = 24 * HOUR


@pytest.fixture(scope="module")
def point(tmp_path_factory, make_clock):
    return Judge(real_days.point(tmp_path_factory.mktemp("point"), make_clock))


@pytest.fixture(scope="module")
def home(tmp_path_factory, make_clock):
    return Judge(real_days.home(tmp_path_factory.mktemp("home"), make_clock))


def new(judge, lines):
    """What is said of these lines, and not of the honest ones."""
    before, after = (_said(judge.verified(some)) for some in (judge.lines, lines))
    return [one for one in after if one not in before]


def _said(report):
    found = [("failure", plain(one.what)) for one in report.failures]
    return [*found, *((one.kind, plain(one.what)) for one in report.audit.findings)]


def inserted(judge, seat, wall, kind, **fields):
    """One entry more of this seat, after what it wrote before then."""
    last = max(at for at, one in enumerate(judge.lines) if one.seat == seat and one.wall <= wall and not isinstance(one, Seal))
    old = judge.lines[last]
    line = kind(seat=seat, boot=old.boot, seq=10**9, prev="", mono=old.mono + wall - old.wall, wall=wall, **fields)
    return [*judge.lines[: last + 1], line, *judge.lines[last + 1 :]]


def of(judge, kind, seat=None):
    return [one for one in judge.lines if isinstance(one, kind) and seat in {None, one.seat}]


# --- names that are gone ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("fields", "said"), [
    ({"who": None, "before": NOON + 30 * HOUR, "payloads": 0}, "it deleted names that were not six months old"),
])  # fmt: skip
def test_an_erasure_excuses_no_names_that_are_missing(home, fields, said):
    lies = new(home, inserted(home, AGENT, NOON + 30 * HOUR, Erasure, **fields))
    assert ("erased", f"{said} (1 time)") in lies


# --- who gave it ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "fields"), [
    (GrantGiven, {"id": "g", "by": "guardian", "ms": -30 * MINUTE, "game": None, "given": NOON + HOUR}),
    (GrantGiven, {"id": "g", "by": "nobody", "ms": 30 * MINUTE, "game": None, "given": NOON + HOUR}),
    (CodeUsed, {"ms": -30 * MINUTE}),
])  # fmt: skip
def test_nobody_gives_less_than_nothing(home, kind, fields):
    """It would take the page's sum of extra time down."""
    who = of(home, PlayStarted)[0].who
    lies = new(home, inserted(home, "home-pc", NOON + HOUR, kind, who=who, **fields))
    assert ("failure", "nobody can have given it") in lies


# --- who was logged on ------------------------------------------------------------------------------------------------------


# --- an evening that is said to have been earlier ---------------------------------------------------------------------------


def _earlier(line, ms):
    moments = {name: getattr(line, name) - ms for name in ("wall", "since", "at") if hasattr(line, name)}
    return replace(line, **moments)


# --- a PC that slept --------------------------------------------------------------------------------------------------------
