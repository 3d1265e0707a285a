"""What may stop the daemon from starting: one clear line for a person, never a traceback."""

from __future__ import annotations


class DaemonError(Exception):
    """Says what, where and what to do; `code` is the exit code of the contract."""

    def __init__(self, text: str, code: int = 1) -> None:
        super().__init__(text)
        self.code = code
