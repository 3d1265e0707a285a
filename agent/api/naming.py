"""Whom or what a name means that somebody typed: the same answer, in the same words, at every door.

An exact name or id means somebody; so does a name in another case, as long as that is the only difference and only one has it.
Anything else means nobody: An, Ẩn, Ấn and ân are four people. What was probably meant is a question, never an answer. Games
alone are also meant without diacritics.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from agent.api.slug import plain
from host.wire import ApiError, Near
from i18n.message import Listed, comma, msg

if TYPE_CHECKING:  # not loaded by who looks for players only
    from rules.games import Catalogue, Game

GUEST: Final = "guest"
GUEST_VI: Final = "khách"
_MANY = 10
_NEAR = 3
_SHORTEST = 3  # of a part of a title
_LONGEST = 80  # of no name: whoever asks may also try to keep a server busy
_TITLES: Final = re.compile(r", | \(|\)")  # what stands between the titles of one game
_MOST = 400  # what is longer is cut, and nobody's name, before anything is made of it: to normalise takes time by the square


class Person(Protocol):
    """A player or a guardian."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...


class Thing(Protocol):
    """Whatever has an id."""

    @property
    def id(self) -> str: ...


P = TypeVar("P", bound=Person)
T = TypeVar("T", bound=Thing)


def tidy(name: str) -> str:
    """In NFC, and one space between words."""
    return " ".join(unicodedata.normalize("NFC", name if len(name) <= _MOST else name[:_MOST] + "…").split())


def shown(asked: str) -> str:
    """What was asked for, as an answer names it."""
    name = tidy(asked)
    return name if len(name) <= _LONGEST else name[:_LONGEST] + "…"


def same(name: str, *others: str) -> bool:
    """Whether `name` is one of `others` for a reader: case and Unicode form do not matter, diacritics do."""
    folded = fold(name)
    return any(folded == fold(other) for other in others)


def is_guest(asked: str, players: Iterable[Person]) -> bool:
    """Whether whoever is not registered is meant: by the id, or in Vietnamese where none of the `players` is called so."""
    return same(asked, GUEST) or (same(asked, GUEST_VI) and person(players, asked) is None)


def fold(name: str) -> str:
    """What two names have in common that differ in case or Unicode form alone."""
    return unicodedata.normalize("NFC", tidy(name).casefold())


def person(rows: Iterable[P], asked: str) -> P | None:
    """The one who is meant, or None."""
    return _find(rows, asked, lambda row: row.name)


def player(rows: Iterable[P], asked: str, *others: str) -> P:
    """The player who is meant. ApiError(not-found). `others`: what else may be named there, as guests."""
    rows = tuple(rows)
    found = person(rows, asked)
    if found is None:
        raise no_player(rows, asked, *others)
    return found


def no_player(rows: tuple[Person, ...], asked: str, *others: str) -> ApiError:
    """What to say of a name that no player has."""
    near, name = _near(rows, asked, lambda row: row.name), shown(asked)
    if near:
        said = msg("no player '{name}'; did you mean {near}?", name=name, near=_either(near))
    elif alike := _alike(asked, others):
        said = msg("no player '{name}'; did you mean {near}?", name=name, near=alike)
    elif rows:
        said = msg("no player '{name}'; there are: {players}", name=name, players=_known(rows))
    else:
        said = msg("no player '{name}', nor any other yet; first: {command}", name=name, command="giochoi setup")
    return ApiError("not-found", said, _question("player", asked, near))


def guardian(rows: Iterable[P], asked: str, *, to_add: bool = False) -> P:
    """The guardian who is meant. ApiError(not-found), which says how to add one if that may be what was wanted."""
    rows = tuple(rows)
    found = person(rows, asked)
    if found is not None:
        return found
    near, name = _near(rows, asked, lambda row: row.name), shown(asked)
    if near and to_add:
        said = msg("no guardian '{name}'; did you mean {near}? Else first: giochoi guardian add \"{name}\"",
                   name=name, near=_either(near))  # fmt: skip
    elif near:
        said = msg("no guardian '{name}'; did you mean {near}?", name=name, near=_either(near))
    elif to_add:
        said = msg("no guardian '{name}'; first: giochoi guardian add \"{name}\"", name=name)
    else:
        said = msg("no guardian '{name}'; there are: {guardians}", name=name, guardians=_known(rows))
    raise ApiError("not-found", said, _question("guardian", asked, near))


def game(catalogue: Catalogue, asked: str) -> Game:
    """The game of this id or title, or of one title of several, as "FIFA" of "FIFA (Football)". Case, diacritics, spaces and
    hyphens do not matter where only one game is called so. ApiError(not-found).
    """
    games = tuple(catalogue.games.values())
    found = catalogue.games.get(asked) or _find(games, asked, lambda game: game.title)
    if found is not None:
        return found
    wanted = _letters(asked)
    names = {one.id: {_letters(name) for name in (one.id, one.title, *_TITLES.split(one.title))} - {""} for one in games}
    called = [one for one in games if wanted in names[one.id]]
    if len(called) == 1:
        return called[0]
    near = tuple((called or _holding(games, wanted, names))[:_NEAR]) or _near(games, asked, lambda game: game.title)
    if near:
        told = Listed(tuple(f"{one.title} ({one.id})" for one in near), "or")
        said = msg("no game '{game}'; did you mean {near}?", game=shown(asked), near=told)
    else:
        said = msg("no game '{game}': see 'giochoi game list' or add it with 'giochoi game add'", game=shown(asked))
    raise ApiError("not-found", said, _question("game", asked, near))


def _letters(name: str) -> str:
    """The letters and digits alone, without diacritics: the same of "Liên Minh" and "lien-minh"."""
    return "".join(letter for letter in plain(tidy(name)) if letter.isalnum())


def _holding(games: tuple[Game, ...], wanted: str, names: Mapping[str, set[str]]) -> list[Game]:
    """The games with these letters in a name: first those whose name begins with them, the shortest name first."""
    found = [(not name.startswith(wanted), len(name), one.id) for one in games for name in names[one.id] if wanted in name]
    order = dict.fromkeys(id for *_, id in sorted(found)) if _SHORTEST <= len(wanted) <= _LONGEST else {}
    by_id = {one.id: one for one in games}
    return [by_id[id] for id in order]


def _find(rows: Iterable[T], asked: str, called: Callable[[T], str]) -> T | None:
    rows, wanted, folded = tuple(rows), tidy(asked), fold(asked)
    for found in (
        [row for row in rows if row.id == wanted],
        [row for row in rows if tidy(called(row)) == wanted],
        [row for row in rows if fold(called(row)) == folded],
    ):
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _near(rows: tuple[T, ...], asked: str, called: Callable[[T], str]) -> tuple[T, ...]:
    """Who was perhaps meant: those of the same letters without their diacritics, else those of a few other letters."""
    import difflib  # noqa: PLC0415 - of use for mistakes alone

    wanted = plain(tidy(asked))
    if len(wanted) > _LONGEST:
        return ()
    names = {row.id: (plain(tidy(called(row))), row.id) for row in rows}
    found = [row for row in rows if wanted in names[row.id]]
    if not found:
        close = difflib.get_close_matches(wanted, {name for both in names.values() for name in both}, _NEAR, 0.7)
        found = [row for row in rows if not set(close).isdisjoint(names[row.id])]
    return tuple(found[:_NEAR])


def _alike(asked: str, words: tuple[str, ...]) -> str:
    """The word that was perhaps meant, or ""."""
    import difflib  # noqa: PLC0415 - of use for mistakes alone

    wanted = plain(tidy(asked))
    found = difflib.get_close_matches(wanted, {plain(one): one for one in words}, 1, 0.7) if len(wanted) <= _LONGEST else []
    return next((one for one in words if plain(one) in found), "")


def _question(kind: str, asked: str, near: tuple[Thing, ...]) -> Near | None:
    """What whoever sits at a terminal can be asked: where one alone was probably meant."""
    return Near(kind, asked, near[0].id) if len(near) == 1 else None


def _either(rows: Iterable[Person]) -> Listed:
    return Listed(tuple(f"{row.name} ({row.id})" for row in rows), "or")


def _known(rows: tuple[Person, ...]) -> Listed:
    return comma([*(f"{row.name} ({row.id})" for row in rows[:_MANY]), *("…" for _ in rows[_MANY : _MANY + 1])] or ["–"])
