"""The games that this house knows beside the catalogue."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath, PureWindowsPath

from agent.api.rulebook import GameAdd, GameRemove, GameRow, Games
from agent.errors import bad_input, refused
from agent.packs.shipped import Shipped
from agent.registering import lookup
from agent.registering.approvals import end_for_game
from agent.registering.consequences.hints import Hints
from agent.registering.labelled import labels_changed
from agent.registering.labels import check_not_laxer, record_game, relabelled
from agent.registering.names import clean, game_id
from agent.registering.rulebook import record_policy
from agent.registry import Change, Outcome
from agent.store.tables import Tables
from i18n.message import comma, msg
from rules.engine.label_words import label_said
from rules.games import Catalogue, Fingerprint, Game
from rules.matching import alike, loaded

MAX_LABEL = 21
_MAX_CLUE = 4096
_MOST_CODES = _MOST_ALIKE = 64
_HEX = re.compile(r"[0-9a-fA-F]{2,128}")
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


def game_add(change: Change, request: GameAdd) -> Outcome:
    was = change.catalogue.games.get(request.game.id)
    shipped = change.world.shipped.catalogue(()).games.get(request.game.id)
    house = {one.id: one for one in change.tables.games()}.get(request.game.id)
    before = house or shipped
    told = replace(request.game, title=request.game.title or (before.title if before else ""))
    game = _checked(told, known=before is not None)
    check_not_laxer(shipped, game.label)
    hints = (*_kept(shipped, house, request.game), *_known_as(change.catalogue, game))
    if house is not None:
        # More clues never make less: to take one back, the game is removed and added again.
        game = Catalogue((house, game)).games[game.id]
    learning = request.learning
    game = replace(game, learning=bool(house and house.learning) if learning is None else learning)
    change.tables.put_game(game)
    record_game(change, game.id, house, game, {"what": "game.add", "game": game.id})
    if was is not None:
        after = change.catalogue.games[game.id]
        hints = (*hints, *relabelled(was, after), *labels_changed(change, [(was, after)], {"what": "game.add"}))
    return Outcome(game.id, hints, name=game.title)


def _kept(shipped: Game | None, house: Game | None, asked: Game) -> Hints:
    """That the game was there, and what it keeps because nothing else was said."""
    before = house or shipped
    if before is None:
        return ()
    label = before.label if asked.label is None else None
    kept = () if label is None else (msg("it keeps its label {label}", label=label_said(label, before.system)),)
    if house is None:
        return (msg("this adds to the shipped game {title}", title=before.title), *kept)
    counts = (msg("it is still a learning program"),) if house.learning else ()
    return (msg("this adds to {title}, which was there already", title=house.title), *kept, *counts)


def _known_as(catalogue: Catalogue, game: Game) -> Hints:
    """That one of these files is known as another game already."""
    files = [Fingerprint(path, 0) for path in game.paths]
    files += [Fingerprint("", 0, sha256=digest) for digest in game.sha256]
    files += [Fingerprint("", 0, build_id=build) for build in game.build_ids]
    files += [Fingerprint("", 0, loaded=code) for code in game.loaded]
    others = sorted({id_ for file in files for id_ in catalogue.by_file(file)} - {game.id})
    return (msg("that file is already known as {games}", games=comma(others)),) if others else ()


def game_remove(change: Change, request: GameRemove) -> Outcome:
    shipped = change.world.shipped.catalogue(()).games
    house = {one.id: one for one in change.tables.games()}
    game = lookup.game(change.catalogue, request.game)
    if game.id not in house:
        raise refused(msg("{title} is shipped and cannot be removed", title=game.title))
    change.tables.drop_game(game.id)
    record_game(change, game.id, house[game.id], None, {"what": "game.remove", "game": game.id})
    if game.id in shipped:
        looser = labels_changed(change, [(game, shipped[game.id])], {"what": "game.remove"})
        return Outcome(game.id, (msg("{title} is still recognised as shipped", title=game.title), *looser), name=game.title)
    limited = {limit.player for limit in change.tables.limits() if limit.game == game.id}
    change.tables.drop_limits(game=game.id)
    end_for_game(change, game.id)
    for row in change.tables.players():
        if row.id in limited:
            record_policy(change, row, {"what": "game.remove", "player": row.id})
    gone = (msg("{title} is not recognised any more, so no rule holds for it", title=game.title),)
    return Outcome(game.id, (*gone, msg("its own limits are gone too")) if limited else gone, name=game.title)


def game_list(tables: Tables, shipped: Shipped) -> Games:
    house = tables.games()
    own = {game.id: game.learning for game in house}
    rows = (
        GameRow(game=game, origin="house" if game.id in own else "shipped", learning=own.get(game.id, False))
        for game in sorted(shipped.catalogue(house).games.values(), key=lambda game: game.id)
    )
    return Games(games=tuple(rows))


def _checked(game: Game, *, known: bool) -> Game:
    """The game in one form, if something can be recognised by it or it labels one that is `known`. ApiError(bad-input)."""
    game = replace(game, id=game_id(game.id), title=clean(game.title or game.id))
    content = (*game.sha256, *game.build_ids, *game.loaded, *game.alike)
    clues = (*game.names, *game.paths, *game.commands, *content, *game.products)
    if not clues and not (known and game.label is not None):
        raise bad_input(msg("nothing to recognise it by: name at least one file"))
    if any(not clue or len(clue) > _MAX_CLUE or not clue.isprintable() for clue in (*clues, *game.signers, *game.words)):
        raise bad_input(msg("a clue is empty or cannot be printed"))
    if any("/" in name or "\\" in name for name in game.names):
        raise bad_input(msg("a file's name must hold no folder"))
    if not all(PurePosixPath(path).is_absolute() or PureWindowsPath(path).is_absolute() for path in game.paths):
        raise bad_input(msg("a path has to be absolute"))
    if not all(map(_SHA256.fullmatch, game.sha256)) or not all(map(_HEX.fullmatch, game.build_ids)):
        raise bad_input(msg("a sha256 or build id is not hexadecimal"))
    if len(game.loaded) > _MOST_CODES or not all(map(loaded.is_written, game.loaded)):
        raise bad_input(msg("the code of a program is not as `giochoi game add` writes it"))
    if len(game.alike) > _MOST_ALIKE or not all(map(alike.is_written, game.alike)):
        raise bad_input(msg("parts of a script or archive are not as `giochoi game add` writes them"))
    if any(size < 0 for size in game.sizes) or len(game.sizes) < bool(game.sha256):
        raise bad_input(msg("a sha256 needs the file's size beside it"))
    if game.label is not None and not 0 <= game.label <= MAX_LABEL:
        raise bad_input(msg("an age label must be from 0 to {most}", most=MAX_LABEL))
    return game
