"""A pack as named on the command line: PACK[:key=value]…, where PACK is the id of a shipped one or a path to a TOML file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.errors import CommandError
from cli.files import read_text
from rules.policy import Pack
from rules.shipped import shipped_packs

if TYPE_CHECKING:
    from rules.parse import Reading

# A value may hold colons (08:00), so one starts a parameter only where a key and "=" follow.
_PARAM = re.compile(r":(?=[a-z][a-z0-9_]*=)", re.ASCII)


class BadPack(CommandError):
    """A pack with mistakes; `lines` has one for each, the error's own text is the first."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        super().__init__(lines[0])
        self.lines = lines


@dataclass(frozen=True, slots=True)
class Named:
    """A pack as the caller calls it, its text, the values to put into it; `shipped` if the text is one of ours."""

    name: str
    text: str
    params: tuple[str, ...]
    shipped: bool

    def parsed(self) -> Pack:
        """The pack itself, with its values in it. BadPack."""
        return parsed(self.name, self.text, self.values())

    def values(self) -> dict[str, str]:
        return dict(param.split("=", 1) for param in self.params)


def named(argument: str) -> Named:
    """The pack that the argument names. CommandError (2) if there is none."""
    name, params = _split(argument)
    if "/" in name or name.endswith(".toml"):
        return Named(name, read_text(name), params, shipped=False)
    text = shipped_packs().get(name)
    if text is None:
        raise CommandError(
            f"{name!r}: không có gói luật này; có sẵn: {', '.join(shipped_packs())}, hoặc một tệp .toml"
            f" / there is no such pack; there are those, or name a .toml file"
        )
    return Named(name, text, params, shipped=True)


def checked(argument: str) -> tuple[str, Reading]:
    """A file, "-" or a shipped pack as a draft: what to call it, and what it says. BadPack."""
    from rules.parse import PolicyError, read_pack  # noqa: PLC0415 - pydantic: a quarter of a second that few commands need

    name, params = _split(argument)
    named_ = named(argument) if name in shipped_packs() else Named(name, read_text(name), params, shipped=False)
    try:
        return name, read_pack(named_.text, name, named_.values(), draft=True)
    except PolicyError as error:
        raise BadPack(error.lines) from None


def _split(argument: str) -> tuple[str, tuple[str, ...]]:
    """What stands before the values, and each of these. CommandError (2) if one is there twice."""
    name, *params = _PARAM.split(argument)
    keys = [param.partition("=")[0] for param in params]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise CommandError(f"{name}: {twice} được ghi hai lần, hãy bỏ một / is there twice, leave one out")
    return name, tuple(params)


def parsed(name: str, text: str, params: Mapping[str, str]) -> Pack:
    """A pack from its text. BadPack."""
    from rules.parse import PolicyError, parse_pack  # noqa: PLC0415 - pydantic: a quarter of a second that few commands need

    try:
        return parse_pack(text, name, params)
    except PolicyError as error:
        raise BadPack(error.lines) from None
