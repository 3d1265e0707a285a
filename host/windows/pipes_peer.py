"""Who is at the other end of a named pipe, by the client's token: what the system says, not what the client does."""

from __future__ import annotations

import os
from ctypes import byref, wintypes

from host.windows.tokens import TOKEN_QUERY, token_user
from host.windows.win32 import Handle, advapi32, checked, function, kernel32

_client_pid = function(kernel32, "GetNamedPipeClientProcessId", wintypes.BOOL, wintypes.HANDLE, wintypes.PULONG)
_impersonate = function(advapi32, "ImpersonateNamedPipeClient", wintypes.BOOL, wintypes.HANDLE)
_revert = function(advapi32, "RevertToSelf", wintypes.BOOL)
_this_thread = function(kernel32, "GetCurrentThread", wintypes.HANDLE)
_thread_token = function(
    advapi32, "OpenThreadToken", wintypes.BOOL, wintypes.HANDLE, wintypes.DWORD, wintypes.BOOL, wintypes.PHANDLE
)


def peer(handle: int) -> tuple[str, int]:
    """The SID of the client of a connected instance that data was read from, and its pid, which is only a hint. OSError."""
    pid = wintypes.ULONG()
    if not _client_pid(handle, byref(pid)):
        pid.value = 0
    with _client_token(handle) as token:
        return token_user(token.value), pid.value


def _client_token(handle: int) -> Handle:
    token = wintypes.HANDLE()
    checked(_impersonate(handle), "ImpersonateNamedPipeClient")
    try:
        # As ourselves: a client that lets itself only be identified could not open its own token.
        checked(_thread_token(_this_thread(), TOKEN_QUERY, True, byref(token)), "OpenThreadToken")
    finally:
        if not _revert():
            os.abort()  # all that this thread does would be done as the client
    return Handle(token.value or 0)
