"""Which games are let through for whom. An approval answers `ask`, and label rules that may be relaxed here; nothing else."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable

from agent.api.answers import Who
from agent.api.rulebook import Approvals, ApprovedGame, GameAllow, GameDisallow
from agent.errors import bad_input, refused
from agent.registering import lookup
from agent.registering.consequences.answers import Answers
from agent.registering.consequences.hints import called
from agent.registry import Change, Outcome
from agent.store.rows import ApprovalRow, PlayerRow
from agent.store.tables import Tables
from compliance.entries.override import Approval, ApprovalEnded
from i18n.message import Arg, as_message, msg, msgn
from rules.decision import Finding
from rules.games import Game
from rules.ratings import LabelError, parse_label
from rules.systems import System

_FOR_GOOD = frozenset({"rating", "guardian"})


def game_allow(change: Change, request: GameAllow) -> Outcome:
    """Refused, and nothing recorded, where a rule refuses the game all the same, whatever the hour."""
    row = lookup.player_or_guest(change.tables, request.player)
    if request.game is None:
        return _allow_all(change, row, request.labels)
    if request.labels:
        raise bad_input(msg("either a game or labels"))
    game = lookup.game(change.catalogue, request.game)
    if (still := _refusing(Answers(change, row), change, game)) is not None:
        said: dict[str, Arg] = {"why": still.reason.text, "cite": still.reason.cite}
        if still.reason.kind == "guardian":
            said["command"] = f"giochoi player set {row.id} --guardian …"
            raise refused(msg("nothing changed: {why} [{cite}]; the guardian is named with: {command}", **said))
        raise refused(msg("nothing changed: let through or not, it stays refused: {why} [{cite}]", **said))
    for one in change.tables.approvals():
        if (one.player, one.game) == (row.id, game.id):
            return Outcome(one.id, (msg("it was allowed already"),), changed=False, name=game.title, player=_who(row))
    approval = ApprovalRow(uuid.uuid4().hex, row.id, game.id, change.who, change.now)
    let_through(change, row, approval, {"what": "game.allow"})
    return Outcome(approval.id, name=game.title, player=_who(row))


def let_through(change: Change, row: PlayerRow, approval: ApprovalRow, personal: dict[str, str]) -> None:
    """Nothing, if the game is let through for the player already."""
    if all((one.player, one.game) != (row.id, approval.game) for one in change.tables.approvals()):
        change.tables.approve(approval)
        fields = {"id": approval.id, "who": change.pseudonym(row), "game": approval.game}
        change.record(Approval, personal | _person(row), **fields)


def take_back(change: Change, player: str, game: str, by: str, at: int, personal: dict[str, str]) -> None:
    """The approval that was given by this one at that moment, if it holds."""
    given = [one for one in change.tables.approvals() if (one.player, one.game, one.by, one.at) == (player, game, by, at)]
    _end(change, personal, given)


def game_disallow(change: Change, request: GameDisallow) -> Outcome:
    row = lookup.player_or_guest(change.tables, request.player)
    found = [one for one in change.tables.approvals() if one.player == row.id]
    if request.game is None:
        _end(change, {"what": "game.disallow"}, found)
        return Outcome(" ".join(one.game for one in found), changed=bool(found), player=_who(row))
    game = lookup.game(change.catalogue, request.game)
    found = [one for one in found if one.game == game.id]
    if not found:
        raise refused(msg("{game} is not let through for {name}; see: giochoi game list", game=game.id, name=called(row)))
    _end(change, {"what": "game.disallow"}, found)
    return Outcome(found[0].id, name=game.title, player=_who(row))


def end_for_game(change: Change, game: str) -> None:
    """The game is removed: another one of that id starts anew."""
    _end(change, {"what": "game.remove"}, [one for one in change.tables.approvals() if one.game == game])


def end_for_player(change: Change, player: str) -> None:
    """The player is removed: what was let through for them is not, should they come back."""
    _end(change, {"what": "player.remove"}, [one for one in change.tables.approvals() if one.player == player])


def _end(change: Change, personal: dict[str, str], approvals: Iterable[ApprovalRow]) -> None:
    players = {row.id: row for row in change.tables.players()}
    for one in approvals:
        change.tables.end_approval(one.id)
        change.record(ApprovalEnded, personal | _person(players[one.player]), id=one.id)


def game_allowed(tables: Tables) -> Approvals:
    names = {row.id: row.name for row in tables.players()}
    rows = (ApprovedGame(game=one.game, player=one.player, name=names[one.player]) for one in tables.approvals())
    return Approvals(approvals=tuple(rows))


def _allow_all(change: Change, row: PlayerRow, labels: tuple[str, ...]) -> Outcome:
    """Each of them by an entry of its own: who reads the log sees what was let through, and when it was taken back."""
    wanted = _labels(labels)
    had = {one.game for one in change.tables.approvals() if one.player == row.id}
    answers, let, kept = Answers(change, row), list[str](), Counter[str]()
    for game in change.catalogue.games.values():
        other = bool(wanted) and (game.system, game.label) not in wanted
        if other or game.kind == "emulator" or game.learning or game.id in had:
            continue
        if (still := _refusing(answers, change, game)) is not None:
            kept[still.reason.rule] += 1
        elif _matters(answers, change, game):
            approval = ApprovalRow(uuid.uuid4().hex, row.id, game.id, change.who, change.now)
            let_through(change, row, approval, {"what": "game.allow"})
            let.append(game.id)
    notes = tuple(
        msgn("{n} game stays refused: {rule}", "{n} games stay refused: {rule}", n, rule=answers.said(rule))
        for rule, n in kept.most_common()
    )  # fmt: skip
    return Outcome(" ".join(let), notes, changed=bool(let), player=_who(row))


def _labels(labels: tuple[str, ...]) -> frozenset[tuple[System, int]]:
    try:
        return frozenset((found.system, found.age) for found in map(parse_label, labels))
    except LabelError as error:
        raise bad_input(as_message(error)) from None


def _matters(answers: Answers, change: Change, game: Game) -> bool:
    """Whether letting the game through changes what a rule says of it."""
    return answers.of(game, change.now) != answers.of(game, change.now, {game.id})


def _refusing(answers: Answers, change: Change, game: Game) -> Finding | None:
    """The first rule that refuses the game for good, let through as it may be: one that no hour and no new day ends."""
    found = answers.of(game, change.now, {game.id})
    return next((one for one in found if not one.advisory and _for_good(one)), None)


def _for_good(finding: Finding) -> bool:
    return finding.verdict == "refuse" and (finding.reason.kind in _FOR_GOOD or finding.until is None)


def _who(row: PlayerRow) -> Who:
    return Who(id=row.id, name=row.name)


def _person(row: PlayerRow) -> dict[str, str]:
    return {"player": row.id, "name": row.name}
