"""The packs and games that come with the product. The only module of rules that reads files, and only its own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from rules.games import Game
from rules.ratings import parse_label, told_by

_EVIDENCE = frozenset({"sources", "status"})  # of a catalogue's own text: where its clues come from; docs/catalogue.md


@cache
def shipped_packs() -> Mapping[str, str]:
    """The text of each pack by its id, which is its file's name."""
    return MappingProxyType({name.removesuffix(".toml"): text for name, text in _texts("packs")})


@cache
def shipped_catalogue() -> tuple[Game, ...]:
    """Every game of every shipped catalogue file."""
    return tuple(_game(table) for text in catalogue_texts().values() for table in tomllib.loads(text)["game"])


@cache
def catalogue_texts() -> Mapping[str, str]:
    """The text of each catalogue file by its name."""
    return MappingProxyType(dict(_texts("catalogue")))


def _texts(folder: str) -> list[tuple[str, str]]:
    files = (file for file in (resources.files("rules") / folder).iterdir() if file.name.endswith(".toml"))
    return sorted((file.name, file.read_text(encoding="utf-8")) for file in files)


def _game(table: Mapping[str, Any]) -> Game:
    """One [[game]] of a catalogue. ValueError or TypeError if the file is wrong: the tests read every shipped one."""
    told = {key: value for key, value in table.items() if key not in _EVIDENCE}
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in told.items()}
    if "label" in fields:
        if "label_source" not in fields:
            raise ValueError(f"game {fields['id']}: a label needs its label_source")
        label = parse_label(fields["label"])
        fields |= {"label": label.age, "label_source": told_by(label, fields["label_source"])}
    return Game(**fields)
