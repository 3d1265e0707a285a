"""Whose a process is, what its token knows, SIDs as text and as bytes."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

from host.windows import sids, tokens
from host.windows.win32 import Handle, checked, function, kernel32

_open_process = function(kernel32, "OpenProcess", ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint32)
LIMITED = 0x1000


def test_a_process_has_its_users_sid() -> None:
    """Our own, and that of a child, which is ours as well; people have the SID of a person."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        with Handle(checked(_open_process(LIMITED, 0, child.pid))) as process:
            assert tokens.process_user(process.value) == tokens.own_sid()
        child.kill()
    assert not sids.service_account(tokens.own_sid())


def test_a_token_knows_its_groups() -> None:
    """Everyone is in Everyone and in Authenticated Users; an elevated one in Administrators."""
    with tokens._token(tokens._current()) as token:
        groups = {sid for sid, _ in tokens._groups(token.value)}
    assert {sids.EVERYONE, "S-1-5-11"} <= groups
    assert not tokens.elevated() or sids.ADMINS in groups
    assert tokens.own_sid() not in groups


@pytest.mark.parametrize(
    ("groups", "elevated"),
    [
        ([(sids.ADMINS, 0xF)], True),
        ([(sids.ADMINS, 0x10)], False),  # by UAC: for refusals only
        ([(sids.USERS, 0x7)], False),
        ([], False),
    ],
)
def test_administrators_have_to_be_enabled_in_the_token(monkeypatch: pytest.MonkeyPatch, groups, elevated: bool) -> None:
    """Being a member is not enough."""
    monkeypatch.setattr(tokens, "_groups", lambda _: groups)
    assert tokens.elevated() is elevated


def test_system_is_always_elevated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its groups are."""
    monkeypatch.setattr(tokens, "_groups", lambda _: [])
    monkeypatch.setattr(tokens, "token_user", lambda _: sids.SYSTEM)
    assert tokens.elevated()


@pytest.mark.parametrize("ask", [tokens.token_user, tokens._groups, tokens.process_user])
def test_what_is_no_handle_is_an_oserror(ask) -> None:
    """A failed call is never taken for an answer."""
    with pytest.raises(OSError, match=r".+"):
        ask(0x7FFF_FFF0)


@pytest.mark.parametrize("sid", [sids.SYSTEM, sids.ADMINS, sids.service_sid("x"), "S-1-5-21-1-2-3-1001"])
def test_a_sid_is_the_same_as_text_and_as_bytes(sid: str) -> None:
    """There and back."""
    binary = tokens.sid_bytes(sid)
    assert tokens.sid_text(ctypes.addressof(binary)) == sid


@pytest.mark.parametrize("wrong", ["", "S-1", "S-1-5-x", "root"])
def test_what_is_no_sid_is_an_oserror(wrong: str) -> None:
    with pytest.raises(OSError, match=r".+"):
        tokens.sid_bytes(wrong)
