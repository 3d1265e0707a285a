"""What a game's label loosens (house.md 17): the rules that asked, refused or bound for it before, and do so no longer."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

from agent.registering import lookup
from agent.registering.consequences import floor
from agent.registering.consequences.answers import Answers
from agent.registering.consequences.hints import Hints, called
from agent.registering.rulebook import record_policy
from agent.registry import Change
from agent.store.rows import PlayerRow
from i18n.message import Listed, Message, msg, semicolon
from rules.decision import Finding
from rules.games import Game

_RANK = ("allow", "ask", "refuse")
_COUNTING = ("budget", "break", "window")  # what they say now depends on the hour; that they say something, on the label


def labels_changed(change: Change, changes: Iterable[tuple[Game, Game]], personal: dict[str, str]) -> Hints:
    """After the operation that `personal` names, on games as they were and are: for whom it is looser; in the log, too."""
    changed = [(old, new) for old, new in changes if (old.label, old.system) != (new.label, new.system)]
    if not changed:
        return ()
    compiler = change.compiler()
    hints: Hints = ()
    for row in (*lookup.registered(change.tables), lookup.guest(change.tables)):
        answers = Answers(change, row, compiler)
        lost = dict(_looser(answers, changed, change.now))
        if lost:
            every = tuple(sorted({rule for rules in lost.values() for rule in rules}))
            record_policy(change, row, personal | {"player": row.id, "game": ", ".join(lost)} | floor.as_payload(every))
            told = semicolon(answers.said(rule) for rule in dict.fromkeys(rule for _, rule in every))
            hints += (_said(row, tuple(lost), told),)
    return hints


def _said(row: PlayerRow, games: tuple[str, ...], rules: Listed) -> Message:
    if len(games) == 1:
        return msg("with this label, looser for {name} than before: {rules}", name=called(row), rules=rules)
    return msg("with these labels, looser for {name} than before: {rules}; games: {games}", name=called(row), rules=rules,
               games=floor.some(games))  # fmt: skip


def _looser(answers: Answers, changed: list[tuple[Game, Game]], now: int) -> Iterator[tuple[str, floor.Lost]]:
    """By game. Of two thousand labels most are alike, so each kind is weighed once."""
    known: dict[Hashable, floor.Lost] = {}
    for old, new in changed:
        kind = answers.like(old), answers.like(new)
        if kind not in known:
            known[kind] = _lost(answers, old, new, now)
        if known[kind]:
            yield new.id, known[kind]


def _lost(answers: Answers, before: Game, after: Game, now: int) -> floor.Lost:
    """The rules that let the player go on with the game as it is now, and did not with the game as it was."""
    held, strictest = [], []
    for game in (before, after):
        found = [one for one in answers.of(game, now, answers.player.approved) if not one.advisory]
        asked = [one for one in found if one.reason.kind not in _COUNTING and one.verdict != "allow"]
        strictest.append(max((_RANK.index(one.verdict) for one in asked), default=0))
        held.append({_key(one) for one in (*asked, *(one for one in found if one.reason.kind in _COUNTING))})
    # whoever is refused it now plays no more, whatever it was that asked or refused before
    return tuple(sorted(held[0] - held[1])) if strictest[1] < _RANK.index("refuse") and strictest[1] <= strictest[0] else ()


def _key(one: Finding) -> tuple[str, str]:
    return one.reason.pack, one.reason.rule
