"""Who is logged on at this machine, as Windows' Terminal Services say: in front of it, not from afar."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

import win32ts

from daemon.platforms.api import OsSession
from host.windows import users
from host.windows.win32 import AsOSError

_HERE: Final = frozenset((win32ts.WTSActive, win32ts.WTSDisconnected))  # the latter: another user was switched to


def logged_on() -> tuple[OsSession, ...] | None:
    """None: the system does not say."""
    with suppress(OSError), AsOSError():
        ids = [int(one["SessionId"]) for one in win32ts.WTSEnumerateSessions() if one["State"] in _HERE]
        found = ((id_, _account(id_)) for id_ in ids)
        return tuple(OsSession(str(id_), account) for id_, account in found if account is not None)
    return None


def _account(session: int) -> str | None:
    """None: of nobody, from afar, or over by now."""
    with suppress(OSError), AsOSError():
        name, domain, protocol = (
            win32ts.WTSQuerySessionInformation(win32ts.WTS_CURRENT_SERVER_HANDLE, session, what)
            for what in (win32ts.WTSUserName, win32ts.WTSDomainName, win32ts.WTSClientProtocolType)
        )
        if name and int(protocol) == win32ts.WTS_PROTOCOL_TYPE_CONSOLE:
            return users.canonical(f"{domain}\\{name}" if domain else str(name))
    return None
