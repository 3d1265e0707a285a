"""A pack as named on the command line: PACK[:key=value]…, where PACK is the id of a shipped one or a path to a TOML file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cli.errors import CommandError, unknown
from cli.given.files import read_text
from cli.given.values import days_in
from i18n.message import Message, Text, msg, typed
from rules.packs.shipped import shipped_packs
from rules.policy import Pack, PolicyError
from words.shell import quote

if TYPE_CHECKING:
    from rules.parse import Reading

# A value may hold colons (08:00), so one starts a parameter only where a key and "=" follow.
_PARAM = re.compile(r":(?=[a-z][a-z0-9_]*=)", re.ASCII)
_COMMA = re.compile(r"[,;] ?(?=[a-z][a-z0-9_]*=)", re.ASCII)
_BARE = re.compile(r":([A-Za-z][A-Za-z0-9_]*)(?=:|$)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Named:
    """A pack as the caller calls it, its text, the values to put into it; `shipped` if the text is one of ours."""

    name: str
    text: str
    params: tuple[str, ...]
    shipped: bool

    def read(self, *, draft: bool = False) -> Reading:
        """What it says with its values in it. `draft`: some may be missing. PolicyError."""
        from rules.parse import read_pack  # noqa: PLC0415 - pydantic: a quarter of a second that few commands need

        return read_pack(self.text, self.name, dict(param.split("=", 1) for param in self.params), draft=draft)

    def parsed(self, *, draft: bool = False) -> Pack:
        """The pack itself, as of `read`. CommandError (2) says the first mistake, and how to see the others."""
        try:
            return self.read(draft=draft).pack
        except PolicyError as error:
            first, *others = error.lines
            command = f"giochoi policy check {quote(self.name)}"
            said = msg("{mistake}; and {more} more, see: {command}", mistake=first, more=len(others), command=command)
            raise CommandError(said if others else first) from None


def named(argument: str) -> Named:
    """The pack that the argument names. CommandError (2) if there is none."""
    name, params = _split(argument)
    if _is_file(name):
        return Named(name, read_text(name), params, shipped=False)
    text = shipped_packs().get(name)
    if text is None:
        raise CommandError(_unknown(name))
    return Named(name, text, params, shipped=True)


def groups_of(pack: Pack) -> Mapping[str, Text]:
    """The names of a shipped pack's groups of games; of somebody's own pack they are not known."""
    named_any = any(rule.group for rule in pack.rules) and pack.id in shipped_packs()
    return checked(pack.id)[1].groups if named_any else {}


def _is_file(name: str) -> bool:
    return "/" in name or name.endswith(".toml")


def _unknown(name: str) -> Message:
    """What to say of a name that no shipped pack has: what was probably meant."""
    first, comma, _ = name.partition(",")
    if comma and first.partition(":")[0].lower() in shipped_packs():
        return msg("{text}: packs are separated by spaces", text=typed(name))
    return unknown(name, shipped_packs(), "giochoi policy packs")


def checked(argument: str) -> tuple[str, Reading]:
    """A file, "-" or a shipped pack as a draft: what to call it, and what it says. PolicyError."""
    name, params = _split(argument)
    to_read = name == "-" or _is_file(name) or (name not in shipped_packs() and Path(name).exists())
    pack = Named(name, read_text(name), params, shipped=False) if to_read else named(argument)
    return name, pack.read(draft=True)


def _split(argument: str) -> tuple[str, tuple[str, ...]]:
    """What stands before the values, and each of these. CommandError (2) if one is there twice, or has no value, or none of its
    own.
    """
    name, *params = _PARAM.split(argument)
    for part in ("" if Path(name).exists() else name, *params):
        bare = _BARE.search(part)
        if bare is not None:
            raise CommandError(msg("{text}: a value is missing, {name}=…", text=argument, name=bare[1]))
    for param in params:
        if (meant := _COMMA.sub(":", param)) != param:
            raise CommandError(msg("{text}: each value stands after a colon: {text}:{meant}", text=name, meant=meant))
    params = [days_in(param) for param in params]
    keys = [param.partition("=")[0] for param in params]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise CommandError(msg("{text}: {name} is there twice, leave one out", text=name, name=twice))
    return name, tuple(params)
