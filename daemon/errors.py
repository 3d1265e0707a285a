"""What may stop the daemon from starting: one clear line for a person, never a traceback."""

from __future__ import annotations

from i18n.message import Message, MessageError


class DaemonError(MessageError):
    """Says what, where and what to do; `code` is the exit code of the contract."""

    def __init__(self, message: Message, code: int = 1) -> None:
        super().__init__(message)
        self.code = code
