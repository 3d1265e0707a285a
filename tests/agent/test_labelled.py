"""A label is a fact about a game: where it makes a rule looser, the answer and the log say which and for whom (house.md 17)."""

from __future__ import annotations

import msgspec
import pytest

from agent import roster
from agent.api.log import LogShow
from agent.api.rulebook import GameAdd, GameAllow, GameLabel, GameLabels, GameRemove, PackUse, PolicyUse
from agent.packs.shipped import Shipped
from rules.games import Game

LABEL = "Players choose games that fit their own age (vn-147.label)"
ASK = "A game without a Vietnamese age label: ask a guardian first (vn-147.ask-first)"


@pytest.fixture
def law(an):
    """An, and guests, under vn-147; nobody has labelled the shipped game luanti."""
    for target in ("an", "guest"):
        an.ask("policy.use", PolicyUse(target=target, packs=(PackUse(id="vn-147"),)))
    return an


def label(desk, id, label=None):
    game = Game(id=id, title=id.title(), names=(id,), label=label, label_source=f"VN{label or 0:02}")
    return desk.told("game.add", GameAdd(game=game))


def labels(desk, *said):
    found = tuple(GameLabel(game=id, label=label, source="its box") for id, label in said)
    return desk.told("game.label", GameLabels(labels=found))


def payloads(desk):
    lines = desk.ask("log.show", LogShow()).lines
    return [msgspec.json.decode(one.payload) for one in lines if one.payload and '"policy.changed"' in one.entry]


def test_a_label_that_lifts_the_question_is_named(law):
    """A game without one asks first; a label of 00 lets everybody play it."""
    assert "looser" not in label(law, "tank")
    told = label(law, "tank", 0).splitlines()[1:]
    assert told == [f"with this label, looser for {who} than before: {ASK}" for who in ("An", "guest")]
    assert [(one["player"], one["game"], one["looser"]) for one in payloads(law)[-2:]] == [
        ("an", "tank", ["vn-147.ask-first"]), ("guest", "tank", ["vn-147.ask-first"]),
    ]  # fmt: skip


def test_a_label_that_changes_nothing_is_not(law):
    """Of a game that nobody knew; the same once more; one that refuses what was asked about; where no rule minds labels."""
    before = len(payloads(law))
    assert label(law, "tank", 0) == ""
    for id, age in (("tank", 0), ("cave", None), ("cave", 18)):
        assert "looser" not in label(law, id, age)
    assert len(payloads(law)) == before
    label(law, "toy")
    for target in ("an", "guest"):
        law.ask("policy.use", PolicyUse(target=target, packs=()))
    assert "looser" not in label(law, "toy", 0)


def test_a_label_that_refuses_still_is_not_looser(law):
    """PEGI 16 was the house's word, VN18 is the law's: fewer rules have a say, and An, 12, may play it as little as before."""
    game = Game(id="kart", title="Kart", names=("kart",), label=16, label_source="PEGI 16")
    law.told("game.add", GameAdd(game=game))
    assert "looser" not in labels(law, ("kart", "VN18"))


def test_a_game_that_is_removed_is_limited_by_nothing(law):
    """Nobody recognises it any more."""
    label(law, "tank", 0)
    assert "Tank is not recognised any more" in law.told("game.remove", GameRemove(game="tank"))


def test_a_label_that_goes_with_the_houses_clues(law):
    """What the house knew beside the catalogue: without its label of 18 the question is back, and the refusal is not."""
    with law.tables() as tables:
        shipped = law.agent.world.shipped.catalogue(tables.games()).games["luanti"]
    assert shipped.label is None
    label(law, "luanti", 18)
    told = law.told("game.remove", GameRemove(game="luanti")).splitlines()[1:]
    assert told == [f"with this label, looser for {who} than before: {LABEL}" for who in ("An", "guest")]


def test_many_labels_at_once_are_told_once_a_player(law):
    """One entry and one sentence for each player, with all games; those whose label says nothing new are not among them."""
    for id in ("tank", "cave", "hill"):
        label(law, id)
    before = len(payloads(law))
    told = labels(law, ("tank", "VN00"), ("hill", "VN18"), ("cave", "VN00"))
    assert told.splitlines() == [
        f"with these labels, looser for {who} than before: {ASK}; games: tank, cave" for who in ("An", "guest")
    ]
    assert [(one["player"], one["game"], one["looser"]) for one in payloads(law)[before:]] == [
        (who, "tank, cave", ["vn-147.ask-first"]) for who in ("an", "guest")
    ]


def test_games_of_one_label_are_not_all_alike(law):
    """One was let through for An before, so nothing becomes looser for her there; for guests it does."""
    for id in ("tank", "cave"):
        label(law, id)
    law.ask("game.allow", GameAllow(player="an", game="cave"))
    assert labels(law, ("tank", "VN00"), ("cave", "VN00")).splitlines() == [
        f"with this label, looser for An than before: {ASK}",
        f"with these labels, looser for guest than before: {ASK}; games: tank, cave",
    ]


def test_the_catalogue_is_not_made_for_each_label(law, monkeypatch):
    """Two thousand may come at once, and whoever sent them waits."""
    ids = [f"game-{number}" for number in range(20)]
    for id in ids:
        label(law, id)
    made = []
    monkeypatch.setattr(roster, "Compiler", lambda *of, real=roster.Compiler: made.append("rules") or real(*of))
    monkeypatch.setattr(Shipped, "catalogue", lambda *of, real=Shipped.catalogue: made.append("games") or real(*of))
    counts = []
    for some in (ids[:1], ids[1:]):
        made.clear()
        labels(law, *((id, "VN00") for id in some))
        counts.append(sorted(made))
    assert counts[0] == counts[1]
