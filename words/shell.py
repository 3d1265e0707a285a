"""How a word has to be written in a command that somebody is told to type."""

from __future__ import annotations

import os
import re
import shlex

_PLAIN = re.compile(r"[\w@+=:,./\\~-]+")


def quote(word: str, *, posix: bool = os.sep == "/") -> str:
    """The word as the system's shells take it: sh, or cmd and PowerShell, which know no backslash before a quote of theirs."""
    if posix:
        return shlex.quote(word)
    return word if _PLAIN.fullmatch(word) else '"' + word.replace('"', '""') + '"'


def typed_as(name: str, id_: str) -> str:
    """As one types a player: by name, or by id where a shell would not take the name as it is."""
    return name if quote(name) == name else id_


def whole(command: str) -> str:
    """The command in one piece, so that no line ends in the middle of it."""
    return command.replace(" ", "\u00a0")
