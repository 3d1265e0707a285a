"""What ships with the program and what is made of it: pack texts, compiled packs, the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from agent.errors import bad_input
from i18n.message import as_message, comma, msg
from rules.games import Catalogue, Game
from rules.parse import PolicyError, parse_pack
from rules.policy import Pack


class Shipped:
    """Shipped packs by id and shipped games. Compiling the same text with the same values again costs nothing."""

    def __init__(self, packs: Mapping[str, str], games: Iterable[Game]) -> None:
        self.packs = packs
        self.games = tuple(games)

    def text(self, id: str) -> str:
        """The text of a shipped pack. ApiError(bad-input) naming those there are."""
        text = self.packs.get(id)
        if text is None:
            raise bad_input(msg("no pack '{id}'; there are: {packs}", id=id, packs=comma(sorted(self.packs))))
        return text

    def catalogue(self, house: Iterable[Game]) -> Catalogue:
        """All games that are recognised: the shipped ones, completed by the house's."""
        return Catalogue((*self.games, *house))


def compiled(text: str, name: str, params: Mapping[str, str]) -> Pack:
    """The pack that `text` says with these values put into it. PolicyError."""
    return _compiled(text, name, tuple(sorted(params.items())))


def asked_for(text: str, name: str, params: Mapping[str, str]) -> Pack:
    """`compiled` for a caller who just named it. ApiError(bad-input) with what the parser says."""
    try:
        return compiled(text, name, params)
    except PolicyError as error:
        raise bad_input(as_message(error)) from error


@lru_cache(maxsize=512)
def _compiled(text: str, name: str, params: tuple[tuple[str, str], ...]) -> Pack:
    return parse_pack(text, name, dict(params))
