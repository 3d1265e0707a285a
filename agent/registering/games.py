"""The games that this house knows beside the catalogue, and which ones are let through for whom."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from pathlib import PurePosixPath, PureWindowsPath

from agent.api import messages as m
from agent.errors import bad_input, refused
from agent.packs.shipped import Shipped
from agent.registering import lookup
from agent.registering.hints import label_refuses
from agent.registering.labelled import label_changed
from agent.registering.names import clean, game_id
from agent.registering.rulebook import record_policy
from agent.registry import Change, Outcome
from agent.store.rows import ApprovalRow
from agent.store.tables import Tables
from compliance.entry import Approval
from i18n.message import Message, msg
from rules.games import Catalogue, Game

MAX_LABEL = 21
_MAX_CLUE = 4096
_HEX = re.compile(r"[0-9a-fA-F]{2,128}")
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


def game_add(change: Change, request: m.GameAdd) -> Outcome:
    before = change.catalogue.games.get(request.game.id)
    shipped = change.world.shipped.catalogue(()).games.get(request.game.id)
    house = {one.id: one for one in change.tables.games()}.get(request.game.id)
    game = _checked(request.game, known=bool(shipped or house))
    hints: tuple[Message, ...] = ()
    if shipped is not None:
        # A label is a fact about a game, not a rule: the house may be stricter than the catalogue, never laxer.
        if shipped.label is not None and game.label is not None and game.label < shipped.label:
            text = msg("{title} is labelled {label}+: only a higher label can be set", title=shipped.title, label=shipped.label)
            raise refused(text)
        hints = (msg("this adds to the shipped game {title}", title=shipped.title),)
    elif house is not None:
        hints = (msg("this adds to {title}, which was there already", title=house.title),)
    if house is not None:
        # More clues never make less: to take one back, the game is removed and added again.
        game = Catalogue((house, game)).games[game.id]
    change.tables.put_game(game)
    looser = label_changed(change, before, change.catalogue.games[game.id], {"what": "game.add"})
    return Outcome(game.id, hints + looser, name=game.title)


def game_remove(change: Change, request: m.GameRemove) -> Outcome:
    shipped = change.world.shipped.catalogue(()).games
    house = {one.id for one in change.tables.games()}
    game = lookup.game(change.catalogue, request.game)
    if game.id not in house:
        raise refused(msg("{title} is shipped and cannot be removed", title=game.title))
    change.tables.drop_game(game.id)
    if game.id in shipped:
        looser = label_changed(change, game, shipped[game.id], {"what": "game.remove"})
        return Outcome(game.id, (msg("{title} is still recognised as shipped", title=game.title), *looser), name=game.title)
    limited = {limit.player for limit in change.tables.limits() if limit.game == game.id}
    change.tables.drop_limits(game=game.id)
    change.tables.end_approvals(game=game.id)
    for row in change.tables.players():
        if row.id in limited:
            record_policy(change, row, {"what": "game.remove", "player": row.id})
    gone = (msg("{title} is not recognised any more, so no rule holds for it", title=game.title),)
    return Outcome(game.id, (*gone, msg("its own limits are gone too")) if limited else gone, name=game.title)


def game_list(tables: Tables, shipped: Shipped) -> m.Games:
    house = tables.games()
    own = {game.id for game in house}
    games = sorted(shipped.catalogue(house).games.values(), key=lambda game: game.id)
    return m.Games(games=tuple(m.GameRow(game=game, origin="house" if game.id in own else "shipped") for game in games))


def game_allow(change: Change, request: m.GameAllow) -> Outcome:
    row = lookup.player_or_guest(change.tables, request.player)
    game = lookup.game(change.catalogue, request.game)
    who = m.Who(id=row.id, name=row.name)
    for one in change.tables.approvals():
        if (one.player, one.game) == (row.id, game.id):
            return Outcome(one.id, (msg("it was allowed already"),), changed=False, name=game.title, player=who)
    approval = ApprovalRow(uuid.uuid4().hex, row.id, game.id, change.who, change.now)
    change.tables.approve(approval)
    personal = {"what": "game.allow", "player": row.id, "name": row.name}
    change.record(Approval, personal, id=approval.id, who=change.pseudonym(row), game=game.id)
    return Outcome(approval.id, label_refuses(change, row, game), name=game.title, player=who)


def _checked(game: Game, *, known: bool) -> Game:
    """The game in one form, if something can be recognised by it or it labels one that is `known`. ApiError(bad-input)."""
    game = replace(game, id=game_id(game.id), title=clean(game.title or game.id))
    clues = (*game.names, *game.paths, *game.commands, *game.sha256, *game.build_ids, *game.products)
    if not clues and not (known and game.label is not None):
        raise bad_input(msg("nothing to recognise it by: name at least one file"))
    if any(not clue or len(clue) > _MAX_CLUE or not clue.isprintable() for clue in (*clues, *game.signers)):
        raise bad_input(msg("a clue is empty or cannot be printed"))
    if any("/" in name or "\\" in name for name in game.names):
        raise bad_input(msg("a file's name must hold no folder"))
    if not all(PurePosixPath(path).is_absolute() or PureWindowsPath(path).is_absolute() for path in game.paths):
        raise bad_input(msg("a path has to be absolute"))
    if not all(map(_SHA256.fullmatch, game.sha256)) or not all(map(_HEX.fullmatch, game.build_ids)):
        raise bad_input(msg("a sha256 or build id is not hexadecimal"))
    if any(size < 0 for size in game.sizes) or len(game.sizes) < bool(game.sha256):
        raise bad_input(msg("a sha256 needs the file's size beside it"))
    if game.label is not None and not 0 <= game.label <= MAX_LABEL:
        raise bad_input(msg("an age label must be from 0 to {most}", most=MAX_LABEL))
    return game
