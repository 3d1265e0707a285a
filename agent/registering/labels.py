"""What the house says of a game that rules ask about: its age label and whether its play counts. Each change is an entry."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from agent.api.rulebook import GameLabel, GameLabels
from agent.errors import bad_input, refused
from agent.registering import lookup
from agent.registering.consequences.hints import Hints
from agent.registering.labelled import labels_changed
from agent.registry import Change, Outcome
from compliance.entries.place import GameChanged, GameFacts
from i18n.message import as_message, msg
from rules.engine.label_words import label_said
from rules.games import CLUED, Catalogue, Game
from rules.ratings import Label, LabelError, parse_label, told_by

_MAX_LABELS = 2000
_MAX_SOURCE = 300


def game_label(change: Change, request: GameLabels) -> Outcome:
    """Labels for known games, each with where it is from."""
    if not 0 < len(request.labels) <= _MAX_LABELS:
        raise bad_input(msg("from 1 to {most} labels at once", most=_MAX_LABELS))
    catalogue, house = change.catalogue, {one.id: one for one in change.tables.games()}
    shipped = change.world.shipped.catalogue(()).games
    labelled = {one.game: lookup.game(catalogue, one.game) for one in request.labels}
    for one in request.labels:
        game = labelled[one.game]
        label, source = _label(one), _source(one)
        check_not_laxer(shipped.get(game.id), label.age)
        before = house.get(game.id)
        title = before.title if before else game.title
        told = Game(id=game.id, title=title, label=label.age, label_source=told_by(label, source))
        after = house[game.id] = told if before is None else Catalogue((before, told)).games[game.id]
        change.tables.put_game(after)
        record_game(change, game.id, before, after, {"what": "game.label", "game": game.id, "source": source})
    now = change.catalogue.games
    changes = [(game, now[game.id]) for game in labelled.values()]
    hints = tuple(hint for old, new in changes for hint in relabelled(old, new))
    said = " ".join(game.id for game in labelled.values())
    return Outcome(said, hints + labels_changed(change, changes, {"what": "game.label"}))


def _label(one: GameLabel) -> Label:
    try:
        return parse_label(one.label)
    except LabelError as error:
        raise bad_input(msg("{what}: {why}", what=one.game, why=as_message(error))) from None


def _source(one: GameLabel) -> str:
    source = unicodedata.normalize("NFC", " ".join(one.source[: _MAX_SOURCE + 1].split()))
    if not source or not source.isprintable() or len(one.source) > _MAX_SOURCE:
        raise bad_input(msg("{game}: say in up to {most} characters where its label is from", game=one.game, most=_MAX_SOURCE))
    return source


def check_not_laxer(shipped: Game | None, label: int | None) -> None:
    """A label is a fact about a game, not a rule: the house may be stricter than the catalogue, never laxer. ApiError."""
    if shipped is not None and shipped.label is not None and label is not None and label < shipped.label:
        text = msg("{title} is labelled {label}+: only a higher label can be set", title=shipped.title, label=shipped.label)
        raise refused(text)


def relabelled(before: Game, after: Game) -> Hints:
    """The label that a game had until now, if it had one and it was another."""
    if before.label is None or (before.label, before.system) == (after.label, after.system):
        return ()
    return (msg("{game}: its label was {label}", game=after.id, label=label_said(before.label, before.system)),)


def record_game(change: Change, id: str, before: Game | None, after: Game | None, personal: dict[str, str]) -> None:
    """The entry that says what the house says of the game from now on, if that is something else than before, or more programs
    are known as it: what runs may be it now.
    """
    old, new = _facts(before), _facts(after)
    if old != new or (before is not None and after is not None and known_by_more(before, after)):
        change.record(GameChanged, personal, game=id, before=old, after=new)


def record_shipped(change: Change, before: Iterable[Game]) -> None:
    """The same of the games that ship with another version, of which the house says what it said: what they are known by."""
    known, house = {one.id: one for one in before}, {one.id: one for one in change.tables.games()}
    for id, game in change.catalogue.games.items():
        if id not in known or known_by_more(known[id], game):
            facts = _facts(house.get(id))
            change.record(GameChanged, {"what": "start", "game": id}, game=id, before=facts, after=facts)


def known_by_more(before: Game, after: Game) -> bool:
    """Whether something is this game by now that was not."""
    return any(not set(getattr(after, one)) <= set(getattr(before, one)) for one in CLUED)


def _facts(game: Game | None) -> GameFacts | None:
    return None if game is None else GameFacts(game.label, game.system, game.learning)
