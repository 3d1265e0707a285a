"""The one way in which a command ends early, and what is said where nobody answers."""

from __future__ import annotations

from cli.words.shell import quote
from host.homes import Home
from host.transport import Unreachable

# Commands that only look: that they changed nothing goes without saying.
_LOOKS = frozenset(
    {
        "status", "why", "usage", "doctor", "grants", "player list", "guardian list", "policy packs", "policy show",
        "policy check", "policy ask", "game scan", "game list", "seat list", "simulate", "log show", "log export", "log head",
        "log card",
    }
)  # fmt: skip


class CommandError(Exception):
    """One line for the person at the keyboard: what, where, what to do. `code` is the contract's: 1 failed, 2 bad input."""

    def __init__(self, text: str, code: int = 2) -> None:
        super().__init__(text)
        self.code = code


def nobody(error: Unreachable, home: Home, command: str) -> str:
    """The line for a command that found nobody at `home`: what to start and, if it would have changed something, that it did
    not. `command` is its words: "log show".
    """
    server = "giochoi-agent" if str(error).startswith(f"{home.agent_address}:") else "giochoi-daemon"
    where = f" --home {quote(str(home.root))}" if home.kind == "given" else ""
    remedy = f"{error}; hãy chạy / start: {server}{where}"
    return remedy if command in _LOOKS else f"{remedy}; chưa có gì thay đổi / nothing changed"
