"""Security descriptors: what they say, and who may change what has them."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
import win32security

from host.windows import descriptors, sids, tokens
from host.windows.sids import Entry
from host.windows.win32 import READ_CONTROL, WRITE_DAC, open_itself

GUID = bytes(range(16))


def test_a_descriptor_says_what_its_text_says() -> None:
    """As Windows parsed it: types, flags, rights, SIDs, in order."""
    text = f"O:{sids.SYSTEM}D:P(D;;0x20;;;{sids.USERS})(A;OICIIO;0x1f01ff;;;S-1-3-0)(A;;0x4;;;WD)"
    made = descriptors.attributes(text)
    assert not made.bInheritHandle
    owner, entries = descriptors.parsed(bytes(made.SECURITY_DESCRIPTOR))
    assert owner == sids.SYSTEM
    assert entries == (
        Entry(1, 0, 0x20, sids.USERS),
        Entry(0, 0x0B, 0x1F01FF, "S-1-3-0"),
        Entry(0, 0, 0x4, sids.EVERYONE),
    )


def test_no_list_is_not_an_empty_one() -> None:
    """Without a list all is allowed; with an empty one nothing."""
    for text, entries in ((f"O:{sids.SYSTEM}", None), (f"O:{sids.SYSTEM}D:P", ())):
        made = descriptors.attributes(text).SECURITY_DESCRIPTOR
        assert descriptors.parsed(bytes(made)) == (sids.SYSTEM, entries)


def test_what_belongs_to_nobody_is_an_oserror() -> None:
    """As where a file system keeps no owners."""
    with pytest.raises(OSError, match="nobody"):
        descriptors.parsed(bytes(descriptors.attributes("D:P(A;;FA;;;SY)").SECURITY_DESCRIPTOR))


def test_a_wrong_descriptor_is_an_oserror() -> None:
    """Never an empty one, which would let nobody in, or none, which would let everybody in."""
    with pytest.raises(OSError, match=r".+"):
        descriptors.attributes("D:P(A;;FA;;;NOBODY KNOWS)")


@pytest.mark.parametrize("present", [0, 1, 2, 3])
def test_entries_with_guids_are_read_past_them(present: int) -> None:
    """ACCESS_ALLOWED_OBJECT_ACE: none, one or two GUIDs before the SID."""
    sid = bytes(win32security.ConvertStringSidToSid(sids.USERS))
    body = struct.pack("<II", 0x4, present) + GUID * (present & 1) + GUID * (present >> 1) + sid
    entry = struct.pack("<BBH", 5, 0, 4 + len(body)) + body
    acl = struct.pack("<BxHHxx", 4, 8 + len(entry), 1) + entry
    head = struct.pack("<BxH4I", 1, 0x8004, 20, 0, 0, 20 + len(sid))  # owner and list follow
    assert descriptors.parsed(head + sid + acl) == (sids.USERS, (Entry(5, 0, 0x4, sids.USERS),))


def test_our_descriptor_belongs_to_us_or_to_administrators() -> None:
    """Elevated, what we make is not the person's: without elevation the same person may not change it."""
    text = descriptors.sddl_for(0o600, folder=False)
    expected = sids.ADMINS if tokens.elevated() and tokens.own_sid() != sids.SYSTEM else tokens.own_sid()
    assert text.startswith(f"O:{expected}D:P(")
    assert (tokens.own_sid() in text) == (expected == tokens.own_sid())


def test_a_filtered_administrator_makes_files_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the rights, nothing can be given to Administrators."""
    monkeypatch.setattr(descriptors, "elevated", lambda: False)
    assert descriptors.sddl_for(0o600, folder=False).startswith(f"O:{tokens.own_sid()}D:P(")


def test_what_everyone_may_write_is_seen_on_the_disk(tmp_path: Path) -> None:
    """A list that was set is the one that is read."""
    folder = tmp_path / "open"
    folder.mkdir()
    set_list(folder, f"D:P(A;OICI;0x1f01ff;;;{tokens.own_sid()})(A;OICI;0x1f01ff;;;WD)")
    with open_itself(folder, READ_CONTROL) as handle:
        owner, writers = descriptors.owner_and_writers(handle.value)
    assert sids.EVERYONE in writers
    assert owner in {tokens.own_sid(), sids.ADMINS}


def test_what_is_no_handle_is_an_oserror() -> None:
    """A failed call is never taken for an answer."""
    with pytest.raises(OSError, match=r".+"):
        descriptors.descriptor_of(0x7FFF_FFF0)


def set_list(path: Path, text: str) -> None:
    with open_itself(path, READ_CONTROL | WRITE_DAC) as handle:
        descriptors.protect(handle.value, text)
