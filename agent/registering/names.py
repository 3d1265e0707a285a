"""Names that people type, and the ids made of them: pure text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

from agent.api import naming
from agent.api.naming import same, tidy
from agent.api.slug import MAX_ID, slug
from agent.errors import bad_input
from agent.registering.readable import mistakable, unseen
from i18n.message import msg
from rules.unknown import UNKNOWN

_MAX_NAME = 80
# Words that mean something else wherever a player or a game is named.
RESERVED = frozenset({naming.GUEST, naming.GUEST_VI, "place", "all", "none", "agent", "house", UNKNOWN})

_GAME_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# `house.luanti-mon` is the rule of luanti on Mondays, so no game may be called "luanti-mon".
_DAY_ENDING = re.compile(r"-(mon|tue|wed|thu|fri|sat|sun)$")


def clean(name: str) -> str:
    """The name in NFC, spaces tidied. ApiError(bad-input) if nothing readable is left or it is too long."""
    found = tidy(name)
    if not found or not any(char.isalnum() for char in found):
        raise bad_input(msg("the name is empty: write at least one letter"))
    if len(found) > _MAX_NAME:
        raise bad_input(msg("the name is longer than {limit} characters", limit=_MAX_NAME))
    if any(unicodedata.category(char).startswith("C") for char in found):
        raise bad_input(msg("the name holds characters that cannot be printed"))
    if unseen(found):
        raise bad_input(msg("the name holds characters that nobody sees"))
    return found


def person(name: str) -> str:
    """`clean`, told from others by reading, and not a word that commands use for something else."""
    found = clean(name)
    if (why := mistakable(found)) is not None:
        raise bad_input(why)
    if same(found, *RESERVED):
        raise bad_input(msg("the name '{name}' is reserved: choose another", name=found))
    return found


def free_id(base: str, taken: Container[str]) -> str:
    """`base`, or with the first number from 2 on that makes it unique and no reserved word."""
    number, candidate = 1, base
    while candidate in taken or candidate in RESERVED:
        number += 1
        candidate = f"{base}-{number}"
    return candidate


def game_id(text: str) -> str:
    """`text` if it may be a game's id. ApiError(bad-input) with an id that may."""
    if _GAME_ID.fullmatch(text) and len(text) <= MAX_ID and not _DAY_ENDING.search(text) and text not in RESERVED:
        return text
    hint = free_id(_DAY_ENDING.sub("", slug(text, "game")), ())
    raise bad_input(msg("'{id}' cannot be a game's id: use a-z, digits and hyphens, such as '{hint}'", id=text, hint=hint))
