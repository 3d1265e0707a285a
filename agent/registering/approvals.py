"""Which games are let through for whom. An approval answers `ask`, and label rules that may be relaxed here; nothing else."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from agent.api.answers import Who
from agent.api.rulebook import Approvals, ApprovedGame, GameAllow, GameDisallow
from agent.errors import refused
from agent.registering import lookup
from agent.registering.consequences.answers import Answers
from agent.registering.consequences.hints import called
from agent.registry import Change, Outcome
from agent.store.rows import ApprovalRow, PlayerRow
from agent.store.tables import Tables
from compliance.entries.override import Approval, ApprovalEnded
from i18n.message import Arg, msg
from rules.decision import Finding
from rules.games import Game

_FOR_GOOD = frozenset({"rating", "guardian"})


def game_allow(change: Change, request: GameAllow) -> Outcome:
    """Refused, and nothing recorded, where a rule refuses the game all the same, whatever the hour."""
    row = lookup.player_or_guest(change.tables, request.player)
    game = lookup.game(change.catalogue, request.game)
    if (still := _refusing(change, row, game)) is not None:
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
    game = lookup.game(change.catalogue, request.game)
    found = [one for one in change.tables.approvals() if (one.player, one.game) == (row.id, game.id)]
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


def _refusing(change: Change, row: PlayerRow, game: Game) -> Finding | None:
    """The first rule that refuses the game for good, let through as it may be: one that no hour and no new day ends."""
    found = Answers(change, row).of(game, change.now, {game.id})
    return next((one for one in found if not one.advisory and _for_good(one)), None)


def _for_good(finding: Finding) -> bool:
    return finding.verdict == "refuse" and (finding.reason.kind in _FOR_GOOD or finding.until is None)


def _who(row: PlayerRow) -> Who:
    return Who(id=row.id, name=row.name)


def _person(row: PlayerRow) -> dict[str, str]:
    return {"player": row.id, "name": row.name}
