"""Who is at the other end of a named pipe, by the client's token: what the system says, not what the client does."""

from __future__ import annotations

import os
from contextlib import suppress

import win32api
import win32pipe
import win32security

from host.windows.tokens import token_user
from host.windows.win32 import AsOSError


def peer(handle: int) -> tuple[str, int]:
    """The SID of the client of a connected instance that data was read from, and its pid, which is only a hint. OSError."""
    pid = 0
    with suppress(OSError), AsOSError():
        pid = win32pipe.GetNamedPipeClientProcessId(handle)
    return token_user(_client_token(handle)), pid


def _client_token(handle: int) -> int:
    with AsOSError():
        win32security.ImpersonateNamedPipeClient(handle)
        try:
            # As ourselves: a client that lets itself only be identified could not open its own token.
            token: int = win32security.OpenThreadToken(win32api.GetCurrentThread(), win32security.TOKEN_QUERY, True)
            return token
        finally:
            _revert()


def _revert() -> None:
    try:
        with AsOSError():
            win32security.RevertToSelf()
    except OSError:
        os.abort()  # all that this thread does would be done as the client
