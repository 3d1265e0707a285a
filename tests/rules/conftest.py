"""What the suites of rules share: the shipped packs, and short ways to say facts and rules."""

import sys
from datetime import date, datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # rules_oracle and rules_worlds: helpers that strategies need at import time

from i18n.message import Text
from rules.decide import decide
from rules.facts import Facts, Grant, Played
from rules.packs.shipped import shipped_packs
from rules.parse import parse_pack
from rules.policy import Pack, combine

MINUTE = 60_000


def at(text, offset="+07:00"):
    """'2026-11-24 21:30' as Unix ms."""
    return int(datetime.fromisoformat(f"{text}{offset}").timestamp() * 1000)


@pytest.fixture
def moment():
    return at


@pytest.fixture
def shipped():
    """A shipped pack by id, with values."""
    return lambda id, **params: parse_pack(shipped_packs()[id], id, params)


@pytest.fixture
def facts():
    """Facts of a child of twelve at home on the evening of the contract's example; any of them can be said otherwise."""

    def make(now="2026-11-24 21:30", **other):
        usual = {"place": "home", "game": "x", "publisher": "p", "label": 0, "born": date(2014, 5, 1), "guardian": True}
        return Facts(now=at(now) if isinstance(now, str) else now, **{**usual, **other})

    return make


@pytest.fixture
def ask(facts):
    """The decision of some packs on facts that differ a little from the usual ones."""
    return lambda packs, *now, **other: decide(combine(packs), facts(*now, **other))


@pytest.fixture
def play():
    """A play by its beginning and its minutes."""
    return lambda start, minutes, game="x", publisher="p": Played(game, publisher, at(start), int(minutes * MINUTE))


@pytest.fixture
def grant():
    """A grant by its moment and its minutes."""
    return lambda given, minutes, game=None, by="guardian": Grant(by, int(minutes * MINUTE), game, at(given))


@pytest.fixture
def common():
    """What every rule says about itself."""

    def make(name, **other):
        usual = {"cite": "Quy tắc nhà", "text": Text("vi", "en"), "authority": "house", "addressee": "household",
                 "relax": ("guardian",)}
        return {"id": f"t.{name}", **usual, **other}

    return make


@pytest.fixture
def pack():
    """A pack of these rules, in Hanoi's days."""

    def make(**parts):
        usual = {"id": "t", "title": Text("vi", "en"), "jurisdiction": "house", "zone": "Asia/Ho_Chi_Minh",
                 "source": Text("test", "test"),
                 "status": "verified", "sha256": "00"}
        return Pack(**{**usual, **parts})

    return make
