"""Whose a process is, what its token knows, SIDs as text and as bytes."""

from __future__ import annotations

import subprocess
import sys

import pytest
import win32api
import win32process
import win32security

from host.windows import sids, tokens

LIMITED = 0x1000


def test_a_process_has_its_users_sid() -> None:
    """Our own, and that of a child, which is ours as well; people have the SID of a person."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert tokens.process_user(win32api.OpenProcess(LIMITED, False, child.pid)) == tokens.own_sid()
        child.kill()
    assert not sids.service_account(tokens.own_sid())


def test_a_token_knows_its_groups() -> None:
    """Everyone is in Everyone and in Authenticated Users; an elevated one in Administrators."""
    token = win32security.OpenProcessToken(win32api.GetCurrentProcess(), win32security.TOKEN_QUERY)
    groups = {sid for sid, _ in tokens.groups(token)}
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
    monkeypatch.setattr(tokens, "groups", lambda _: groups)
    assert tokens.elevated() is elevated


def test_system_is_always_elevated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its groups are."""
    monkeypatch.setattr(tokens, "groups", lambda _: [])
    monkeypatch.setattr(tokens, "token_user", lambda _: sids.SYSTEM)
    assert tokens.elevated()


@pytest.mark.parametrize("ask", [tokens.token_user, tokens.groups, tokens.process_user])
def test_what_is_no_handle_is_an_oserror(ask) -> None:
    """A failed call is never taken for an answer."""
    with pytest.raises(OSError, match=r".+"):
        ask(0x7FFF_FFF0)


@pytest.mark.parametrize("sid", [sids.SYSTEM, sids.ADMINS, sids.service_sid("x"), "S-1-5-21-1-2-3-1001"])
def test_a_sid_is_the_same_as_text_and_as_bytes(sid: str) -> None:
    """There and back."""
    assert tokens.sid_text(bytes(win32security.ConvertStringSidToSid(sid))) == sid


def test_a_privilege_that_we_have_is_taken_up_beside_one_that_we_lack() -> None:
    """The token says so afterwards; what it lacks is no failure."""
    tokens.take_up("SeTcbPrivilege", "SeDebugPrivilege")
    token = win32security.OpenProcessToken(win32api.GetCurrentProcess(), win32security.TOKEN_QUERY)
    held = dict(win32security.GetTokenInformation(token, win32security.TokenPrivileges))
    debug = win32security.LookupPrivilegeValue("", "SeDebugPrivilege")
    assert held.get(debug, 0) & win32security.SE_PRIVILEGE_ENABLED or debug not in held


def test_we_go_first() -> None:
    """Before ordinary programs."""
    before = win32process.GetPriorityClass(win32api.GetCurrentProcess())
    try:
        tokens.go_first()
        assert win32process.GetPriorityClass(win32api.GetCurrentProcess()) == win32process.HIGH_PRIORITY_CLASS
    finally:
        win32process.SetPriorityClass(win32api.GetCurrentProcess(), before)
