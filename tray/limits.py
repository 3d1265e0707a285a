"""A player is told once of the limits that hold for them, and again when they are others: nobody should meet them first when a
game closes. What was told is remembered in the account's own folder; whoever deletes it is told once more.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from daemon.api.messages import RulesInForce, Signal
from host.files import write_atomic
from i18n.message import Words, msg, semicolon
from tray.api import How

_NAMED: Final = 3


def told_file() -> Path:
    """Of the account that calls: where Windows says, else where the XDG Base Directory Specification does."""
    given = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_STATE_HOME")
    return (Path(given) if given else Path.home() / ".local" / "state") / "giochoi" / "limits-told"


def tell(rules: RulesInForce, file: Path, show: Callable[[Signal], How | None]) -> bool:
    """Whether no more is to be told of these: they were, or are now, or there are none."""
    binding = [rule for pack in rules.packs for rule in pack.rules if not rule.advisory]
    digest = hashlib.sha256(msgspec.json.encode([(rule.rule, rule.text) for rule in binding])).hexdigest()
    try:
        if not binding or file.read_text("ascii").strip() == digest:
            return True
    except (OSError, ValueError):
        pass
    signal = Signal(number=0, kind="limits", player=rules.player, text=_summary([rule.text for rule in binding]))
    if show(signal) is None:
        return False
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(file, f"{digest}\n".encode())
    except OSError:
        return True  # a home that takes no file: once in each session, then
    return True


def _summary(texts: list[Words]) -> Words:
    """The first of them, and how many more."""
    named, more = semicolon(texts[:_NAMED]), len(texts) - _NAMED
    if more <= 0:
        return msg("{rules}", rules=named)
    return msg("{rules}; and {n} more", rules=named, n=more)
