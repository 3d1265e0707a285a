"""Accounts of this machine and its domain, by their SIDs, and in which sessions they are (Windows' Terminal Services)."""

from __future__ import annotations

from contextlib import suppress

import win32ts

from daemon.platforms.api import OsSession
from daemon.platforms.windows.ending import run_in_session
from host.windows import users
from host.windows.sids import service_account
from host.windows.win32 import AsOSError

_SERVICES = 0  # the session of services, which has no screen
_MOST_LOOKED_AT = 60  # as many as can be waited for at once


class WindowsAccounts:
    """platforms.api.Accounts."""

    def canonical(self, account: str) -> str:
        return users.canonical(account) or account

    def exists(self, account: str) -> bool:
        return users.sid_of(account) is not None

    def limited(self, account: str) -> bool:
        sid = users.sid_of(account) or account
        return not service_account(sid) and not users.administrator(sid)

    def persons(self) -> tuple[str, ...]:
        return ()  # no start can be refused

    def administrator(self, account: str) -> bool:
        return users.administers(account)

    def powerful_group(self, account: str) -> str | None:
        return None  # of Windows' other groups nothing was tried


def logged_on() -> tuple[OsSession, ...] | None:
    """Who is, in front of this machine and not from afar. None: the system does not say."""
    ids = _sessions(win32ts.WTSActive, win32ts.WTSDisconnected)  # the latter: another user was switched to
    if ids is None:
        return None
    return tuple(OsSession(str(id_), account) for id_ in ids if (account := _account(id_)) is not None)


def looked_at() -> frozenset[int]:
    """The sessions that somebody looks at; none where the system does not say."""
    return frozenset(sorted(one for one in _sessions(win32ts.WTSActive) or () if one != _SERVICES)[:_MOST_LOOKED_AT])


def lock(session: OsSession) -> bool:
    """Shows the log-on screen in place of the session, unless it does so already. False: that is not to be had."""
    number = int(session.id)
    if number == run_in_session.own_session():
        return False
    return number not in looked_at() or run_in_session.disconnect(number)


def _sessions(*states: int) -> list[int] | None:
    with suppress(OSError), AsOSError():
        return [int(one["SessionId"]) for one in win32ts.WTSEnumerateSessions() if one["State"] in states]
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
