"""The scan for installed games, from outside: what it tells, and how to have it made in a process with the user's rights only.

What comes back was made beside files of that user: it is checked and bounded like anything a stranger sends.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import PurePosixPath, PureWindowsPath
from typing import IO, Annotated, Literal

import msgspec

from i18n.message import Length, Message, MessageError, msg, said_by
from rules.games import Catalogue, Fingerprint, Game

PATIENCE = 60.0  # seconds; the scan itself stops after less
LIMIT = 16 << 20  # bytes of its answer
_LONGEST = 4_096  # bytes of one message
_Text = Annotated[str, msgspec.Meta(max_length=4_096)]
_Few = Annotated[tuple[_Text, ...], msgspec.Meta(max_length=64)]


class ScanError(MessageError):
    """The scan could not be made."""


class FoundGame(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An installed game. `id` is the catalogue's where it is `known`, else made from a desktop or application id.

    `known_by`: "content" if the house holds the content of one of its files as it is now, else "name"; None if it is not known.
    `label` is a minimum age, `label_source` where it comes from, `label_used` whether it is the catalogue's, by which rules go.
    `publisher` is the catalogue's: who supplies the game here; `developer` whoever made it, as its own metadata say.
    `executables` are absolute paths, `sources` where it was found, for people. `origin` "user": what was read could have been
    written by the user. `kind` "emulator": games of another system run in it. `steam_id` is Steam's number, `words` are what an
    interpreter is told, as Java's main class.
    """

    id: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
    title: _Text
    kind: Literal["game", "emulator"] = "game"
    known: bool = False
    known_by: Literal["content", "name"] | None = None
    label: Annotated[int, msgspec.Meta(ge=0, le=99)] | None = None
    label_source: _Text | None = None
    label_used: bool = False
    publisher: _Text | None = None
    developer: _Text | None = None
    executables: _Few = ()
    sources: _Few = ()
    origin: Literal["system", "user"] = "user"
    steam_id: Annotated[int, msgspec.Meta(ge=0, le=9_999_999_999)] | None = None
    words: _Few = ()


class Refused(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a scan could not be made."""

    refused: Message


class Scanned(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one scan found for the account `user`. `problems` are lines for people: what could not be read, and why."""

    user: _Text
    games: Annotated[tuple[FoundGame, ...], msgspec.Meta(max_length=4_096)] = ()
    emulators: Annotated[tuple[FoundGame, ...], msgspec.Meta(max_length=4_096)] = ()
    problems: Annotated[tuple[Message, ...], msgspec.Meta(max_length=1_024)] = ()


def scan(user: str | None = None, patience: float = PATIENCE) -> Scanned:
    """Have the scan made for this account (None: the caller's own), in a process of its own. ScanError."""
    command = [sys.executable, "-P", "-m", "daemon.scan", *(("--user", user) if user is not None else ())]
    # Into files: a process that it started may hold a pipe open for as long as it likes.
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as why:
        try:
            code = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=said, stderr=why, timeout=patience, check=False
            ).returncode
        except subprocess.TimeoutExpired:
            raise ScanError(msg("it took longer than {length}", length=Length(int(patience * 1000)))) from None
        answer, reason = (_start(file, limit) for file, limit in ((said, LIMIT + 1), (why, 64 << 10)))
    if len(answer) > LIMIT:
        raise ScanError(msg("the answer is too long"))
    if code != 0:
        raise ScanError(_refusal(answer, reason, code))
    return decoded(answer)


def _start(file: IO[bytes], size: int) -> bytes:
    file.seek(0)
    return file.read(size)


def _refusal(said: bytes, why: bytes, code: int) -> Message:
    """What a scan that could not be made says, or else its last line on stderr."""
    try:
        refused = msgspec.json.decode(said, type=Refused).refused
    except (msgspec.DecodeError, RecursionError):
        lines = why.decode("utf-8", "replace").strip().splitlines()
        return msg("it ended with the code {code}: {why}", code=str(code), why=lines[-1][:500] if lines else "–")
    return refused if _short(refused) else msg("the answer is too long")


def _short(message: Message) -> bool:
    return len(msgspec.json.encode(message)) <= _LONGEST


def decoded(said: bytes) -> Scanned:
    """The answer of a scan, if it keeps to the shape. ScanError."""
    try:
        answer = msgspec.json.decode(said, type=Scanned)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ScanError(msg("the answer is not valid: {why}", why=said_by(error))) from None
    for game in (*answer.games, *answer.emulators):
        if not all(_absolute(path) and path.isprintable() for path in game.executables):
            raise ScanError(msg("the answer is not valid: {why}", why=game.id))
    if not all(map(_short, answer.problems)):
        raise ScanError(msg("the answer is too long"))
    return answer


def recognised(found: Iterable[FoundGame], catalogue: Catalogue) -> tuple[FoundGame, ...]:
    """The same games, with the catalogue's id and label where it knows one of their files; those of one such id are merged.

    Any other id is changed if it is taken: adding such a game must not change one of the catalogue that only has its name.
    """
    games: dict[str, FoundGame] = {}
    used: dict[str, int] = dict.fromkeys(catalogue.games, 1)
    for game in found:
        known = _known(game, catalogue)
        if known is None:
            id_ = _free(game.id, used)
            games[id_] = msgspec.structs.replace(game, id=id_, known=False, known_by=None, label_used=False)
        else:
            games[known.id] = _as_known(game, known, games.get(known.id))
    return tuple(games.values())


def _known(game: FoundGame, catalogue: Catalogue) -> Game | None:
    """Of several the one that the catalogue has first."""
    ids = {id_ for path in game.executables for id_ in catalogue.by_file(Fingerprint(path, 0))}
    if not ids and game.steam_id is None and not game.words:
        return None
    for id_, known in catalogue.games.items():
        if id_ in ids or game.steam_id in known.steam_ids or not set(game.words).isdisjoint(known.words):
            return known
    return None


def _as_known(game: FoundGame, known: Game, same: FoundGame | None) -> FoundGame:
    label, source = (game.label, game.label_source) if known.label is None else (known.label, known.label_source)
    earlier = same or game
    return msgspec.structs.replace(
        game,
        id=known.id,
        title=known.title,
        kind=known.kind,
        known=True,
        known_by="name",  # whoever can look at the files may know better
        label_used=known.label is not None,
        label=earlier.label if label is None else label,
        label_source=earlier.label_source if label is None else source,
        publisher=known.publisher,
        developer=earlier.developer or game.developer,
        executables=tuple(dict.fromkeys(earlier.executables + game.executables))[:64],
        sources=tuple(dict.fromkeys(earlier.sources + game.sources))[:64],
        origin="user" if "user" in {earlier.origin, game.origin} else "system",
    )


def _free(id_: str, used: dict[str, int]) -> str:
    """The id, or the next one with a number that nobody has. `used`: how far each id was counted."""
    free = id_
    while free in used:
        used[id_] += 1
        free = f"{id_[:58]}-{used[id_]}"
    used[free] = 1
    return free


def _absolute(path: str) -> bool:
    return PurePosixPath(path).is_absolute() or PureWindowsPath(path).is_absolute()
