"""giochoi game scan --add: what a scan found, told to the agent. New games, and what known ones lack.

The scanned account may have written what was read, for its own good: what it says is taken only as far as it cannot do harm.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PureWindowsPath

import msgspec

from agent.api.rulebook import GameAdd
from cli.context import Context
from cli.errors import CommandError
from cli.games.clues import game_of, label_text
from cli.games.fingerprint import deciding, fingerprint, parts
from cli.registering.settle import settle
from daemon.api.scan import FoundGame, Scanned
from host.rpc_client import ask
from host.wire import ApiError
from i18n.message import Arg, comma, msg, msgn, said_by
from rules.games import Catalogue, Fingerprint, Game
from words.layout import row

_MOST_FILES = 16
_ROOT = "root"
_SOURCE = "giochoi game scan"
_NOTHING = msg("nothing to add")


def add_all(found: Scanned, context: Context, *, own: bool) -> int:
    """Add what nobody knows yet and complete what is known, one after the other. `own`: the caller's own account was scanned.

    What cannot be added is said, and the exit code is then 1; what is known already loses nothing by it.
    """
    done = None
    added: dict[str, Arg] = {}
    skipped: list[Arg] = []
    notes: list[Arg] = list(found.problems)
    for game in (*found.games, *found.emulators):
        if not to_complete(game, own=own):
            continue
        try:
            done = ask(context.home.agent_address, GameAdd(game=game_to_add(game, found.user, own=own)))
            added[game.id] = _said(game, own=own)
        except (ApiError, CommandError) as error:
            if not (game.known and isinstance(error, CommandError)):
                skipped.append(row((game.id, said_by(error)), ": "))
        if game.label is not None and not game.label_used and not _trusted(game, own=own):
            notes.append(msg("{id}: a label that the account itself may have written", id=game.id))
    for line in (*notes, *skipped):
        context.out.message(msg("left out: {what}", what=line))
    if done is None:
        context.out.answer({"id": "", "note": _NOTHING}, _NOTHING)
        return 1 if skipped else 0
    done = msgspec.structs.replace(done, id=" ".join(added), notes=())
    told = msgn("{n} game is added: {ids}", "{n} games are added: {ids}", len(added), ids=comma(added.values()))
    code = settle(context, done, told)
    return code or (1 if skipped else 0)


def to_complete(found: FoundGame, *, own: bool) -> bool:
    """Whether there is something to tell of the game: that there is one, what its files are, or its label."""
    return found.known_by != "content" or (_new_label(found, own=own) is not None)


def game_to_add(found: FoundGame, user: str, *, own: bool = False) -> Game:
    """The game by content, build id, name and path of its files, with the label that is not known yet.

    CommandError: none of its files can be told from other programs, and there is no label to tell of a known game either.

    What the scanned account `user` wrote may name any program as a game, as its parent's own: programs of the system are taken
    from a menu of the system only. A maker is not a publisher, who has duties under the law; so no publisher is set.
    """
    files: list[Fingerprint] = []
    why = CommandError(msg("it has no file of its own"))
    for path in found.executables[:_MOST_FILES]:
        try:
            one = fingerprint(Path(path), emulator=found.kind == "emulator")
            files += [one] if one not in files and _may_be_game(found, one, user) else []
        except CommandError as error:
            why = error
    label = _new_label(found, own=own)
    source = None if label is None else found.label_source or _SOURCE
    if files:
        words = found.words if _trusted(found, own=own) else ()
        games = [replace(_game(found, file), label=label, label_source=source, words=words) for file in files]
        return Catalogue(games).games[found.id]
    if found.known and label is not None:
        return Game(id=found.id, title=found.title, label=label, label_source=source, kind=found.kind)
    raise why


def _game(found: FoundGame, file: Fingerprint) -> Game:
    beside = deciding(file.path)
    game = game_of(found.id, file, title=found.title, label=None, alike=parts(file.path, beside), deciding=beside)
    return replace(game, kind=found.kind)


def _new_label(found: FoundGame, *, own: bool) -> int | None:
    """The label that was found and is not in use, if whoever is scanned could not have written it."""
    return None if found.label_used or not _trusted(found, own=own) else found.label


def _trusted(found: FoundGame, *, own: bool) -> bool:
    return own or found.origin == "system"


def _said(found: FoundGame, *, own: bool) -> Arg:
    label = _new_label(found, own=own)
    return found.id if label is None else row((found.id, " (", label_text(label, found.label_source), ")"), "")


def _may_be_game(found: FoundGame, file: Fingerprint, user: str) -> bool:
    if found.origin == "system" or user == _ROOT or "/games/" in file.path or PureWindowsPath(file.path).drive:
        return True  # on Windows files have no such owner, and nobody is scanned for but whoever asks
    try:
        return Path(file.path).stat().st_uid != 0
    except OSError:
        return False
