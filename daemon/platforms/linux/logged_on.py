"""Who is logged on at this machine, by systemd-logind's own library (sd-login(3)): it reads files and waits for nobody."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache

from daemon.platforms.api import OsSession
from daemon.platforms.linux.accounts import account_of

_Text = ctypes.c_void_p  # char *, to be freed


def logged_on() -> tuple[OsSession, ...] | None:
    """Sessions of people at this machine: neither from afar nor the log-in screen's own, nor any that is closing. None: nobody
    here knows.
    """
    system = _systemd()
    if system is None:
        return None
    found, sessions = ctypes.POINTER(_Text)(), []
    count = system.sd_get_sessions(ctypes.byref(found))
    if count < 0:
        return None
    try:
        for name in (_taken(found[number]) for number in range(count)):
            session = name.encode()
            if (account := _person(system, session)) is not None:
                sessions.append(OsSession(name, account))
    finally:
        _free(found)
    return tuple(sessions)


def _person(system: ctypes.CDLL, session: bytes) -> str | None:
    """The account of whoever sits there; None: nobody does. It may be over by now."""
    if not _said(system.sd_session_get_class, session).startswith("user") or system.sd_session_is_remote(session):
        return None
    if not _said(system.sd_session_get_seat, session):  # a service's, or a screen that somebody sees elsewhere
        return None
    if _said(system.sd_session_get_state, session) not in {"online", "active"}:
        return None
    uid = ctypes.c_uint32()
    if system.sd_session_get_uid(session, ctypes.byref(uid)) < 0:
        return None
    return account_of(uid.value)


def _said(call: Callable[..., int], session: bytes) -> str:
    """"" where it does not say."""
    text = _Text()
    return _taken(text.value) if call(session, ctypes.byref(text)) >= 0 else ""


def _taken(text: int | None) -> str:
    """A text that is ours to free."""
    said = b"" if text is None else ctypes.string_at(text)
    _free(text)
    return said.decode("utf-8", "replace")


@cache
def _systemd() -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL("libsystemd.so.0")
    except OSError:
        return None


_free = ctypes.CDLL(None).free
_free.argtypes, _free.restype = (_Text,), None
