"""The one way in which a command ends early."""

from __future__ import annotations


class CommandError(Exception):
    """One line for the person at the keyboard: what, where, what to do. `code` is the contract's: 1 failed, 2 bad input."""

    def __init__(self, text: str, code: int = 2) -> None:
        super().__init__(text)
        self.code = code
