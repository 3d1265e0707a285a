"""Tokens, processes and descriptors: who it is, and who may change what."""

from __future__ import annotations

import ctypes
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from host.windows import security
from host.windows.sids import Entry
from host.windows.win32 import Handle, checked, function, kernel32

GUID = bytes(range(16))
_open_process = function(kernel32, "OpenProcess", ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint32)
LIMITED = 0x1000


def test_a_process_has_its_users_sid() -> None:
    """Our own, and that of a child, which is ours as well; people have the SID of a person."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        with Handle(checked(_open_process(LIMITED, 0, child.pid))) as process:
            assert security.process_user(process.value) == security.own_sid()
        child.kill()
    assert not security.service_account(security.own_sid())


def test_a_token_knows_its_groups() -> None:
    """Everyone is in Everyone and in Authenticated Users; an elevated one in Administrators."""
    with security._token(security._current()) as token:
        groups = {sid for sid, _ in security._groups(token.value)}
    assert {security.EVERYONE, security.AUTHENTICATED} <= groups
    assert not security.elevated() or security.ADMINS in groups
    assert security.own_sid() not in groups


@pytest.mark.parametrize(
    ("groups", "elevated"),
    [
        ([(security.ADMINS, 0xF)], True),
        ([(security.ADMINS, 0x10)], False),  # by UAC: for refusals only
        ([(security.USERS, 0x7)], False),
        ([], False),
    ],
)
def test_administrators_have_to_be_enabled_in_the_token(monkeypatch: pytest.MonkeyPatch, groups, elevated: bool) -> None:
    """Being a member is not enough."""
    monkeypatch.setattr(security, "_groups", lambda _: groups)
    assert security.elevated() is elevated


def test_system_is_always_elevated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its groups are."""
    monkeypatch.setattr(security, "_groups", lambda _: [])
    monkeypatch.setattr(security, "token_user", lambda _: security.SYSTEM)
    assert security.elevated()


@pytest.mark.parametrize("ask", [security.token_user, security._groups, security.process_user, security.descriptor_of])
def test_what_is_no_handle_is_an_oserror(ask) -> None:
    """A failed call is never taken for an answer."""
    with pytest.raises(OSError, match=r".+"):
        ask(0x7FFF_FFF0)


@pytest.mark.parametrize("sid", [security.SYSTEM, security.ADMINS, security.service_sid("x"), "S-1-5-21-1-2-3-1001"])
def test_a_sid_is_the_same_as_text_and_as_bytes(sid: str) -> None:
    """There and back."""
    binary = security.sid_bytes(sid)
    assert security.sid_text(ctypes.addressof(binary)) == sid


@pytest.mark.parametrize("wrong", ["", "S-1", "S-1-5-x", "root"])
def test_what_is_no_sid_is_an_oserror(wrong: str) -> None:
    with pytest.raises(OSError, match=r".+"):
        security.sid_bytes(wrong)


def test_a_descriptor_says_what_its_text_says() -> None:
    """As Windows parsed it: types, flags, rights, SIDs, in order."""
    made = security.Attributes(f"O:{security.SYSTEM}D:P(D;;0x20;;;{security.USERS})(A;OICIIO;0x1f01ff;;;S-1-3-0)(A;;0x4;;;WD)")
    assert security._entries(made.dacl.value or 0) == (
        Entry(1, 0, 0x20, security.USERS),
        Entry(0, 0x0B, 0x1F01FF, "S-1-3-0"),
        Entry(0, 0, 0x4, security.EVERYONE),
    )


def test_a_wrong_descriptor_is_an_oserror() -> None:
    """Never an empty one, which would let nobody in, or none, which would let everybody in."""
    with pytest.raises(OSError, match=r".+"):
        security.Attributes("D:P(A;;FA;;;NOBODY KNOWS)")


@pytest.mark.parametrize("present", [0, 1, 2, 3])
def test_entries_with_guids_are_read_past_them(present: int) -> None:
    """ACCESS_ALLOWED_OBJECT_ACE: none, one or two GUIDs before the SID."""
    sid = security.sid_bytes(security.USERS).raw
    body = struct.pack("<II", 0x4, present) + GUID * (present & 1) + GUID * (present >> 1) + sid
    entry = struct.pack("<BBH", 5, 0, 4 + len(body)) + body
    acl = ctypes.create_string_buffer(struct.pack("<BxHHxx", 4, 8 + len(entry), 1) + entry)
    assert security._entries(ctypes.addressof(acl)) == (Entry(5, 0, 0x4, security.USERS),)


def test_our_descriptor_belongs_to_us_or_to_administrators() -> None:
    """Elevated, what we make is not the person's: without elevation the same person may not change it."""
    text = security.sddl_for(0o600, folder=False)
    expected = security.ADMINS if security.elevated() and security.own_sid() != security.SYSTEM else security.own_sid()
    assert text.startswith(f"O:{expected}D:P(")
    assert (security.own_sid() in text) == (expected == security.own_sid())


def test_a_filtered_administrator_makes_files_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the rights, nothing can be given to Administrators."""
    monkeypatch.setattr(security, "elevated", lambda: False)
    assert security.sddl_for(0o600, folder=False).startswith(f"O:{security.own_sid()}D:P(")


def test_what_everyone_may_write_is_seen_on_the_disk(tmp_path: Path) -> None:
    """A list that was set is the one that is read."""
    folder = tmp_path / "open"
    folder.mkdir()
    set_list(folder, f"D:P(A;OICI;0x1f01ff;;;{security.own_sid()})(A;OICI;0x1f01ff;;;WD)")
    with opened(folder) as handle:
        owner, writers = security.owner_and_writers(handle.value)
    assert security.EVERYONE in writers
    assert owner in {security.own_sid(), security.ADMINS}


def opened(path: Path, access: int = 0x0002_0000) -> Handle:
    create = function(
        kernel32, "CreateFileW", ctypes.c_void_p,
        ctypes.c_wchar_p, ctypes.c_uint32, ctypes.c_uint32, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_uint32, ctypes.c_void_p,
    )  # fmt: skip
    return Handle(checked(create(os.fspath(path), access, 7, None, 3, 0x0200_0000, None)))


def set_list(path: Path, text: str) -> None:
    with opened(path, 0x0006_0000) as handle:  # READ_CONTROL, WRITE_DAC
        security.protect(handle.value, text)
