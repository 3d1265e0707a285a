"""SIDs and access lists: who a service is, what a mode becomes, who may write by an access list."""

from __future__ import annotations

import pytest

from host.windows.sids import (
    ADMINS,
    CREATOR,
    EVERYONE,
    LOCAL_SERVICE,
    OWNER_RIGHTS,
    SYSTEM,
    USERS,
    Entry,
    readers,
    sddl,
    service_account,
    service_sid,
    writers,
)

ME = "S-1-5-21-1-2-3-1001"
OTHER = "S-1-5-21-1-2-3-1002"
FULL = 0x1F01FF


def test_a_service_has_the_sid_that_windows_gives_it() -> None:
    """TrustedInstaller's is the one that is written down everywhere; case does not matter."""
    known = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"
    assert service_sid("TrustedInstaller") == known
    assert service_sid("trustedinstaller") == known


@pytest.mark.parametrize(
    ("sid", "service"),
    [
        (SYSTEM, True),
        (LOCAL_SERVICE, True),
        (service_sid("giochoi-agent"), True),
        ("S-1-5-90-0-1", True),
        ("S-1-5-96-0-0", True),
        (ME, False),
        ("S-1-12-1-1-2-3-4", False),
    ],
)
def test_people_are_told_from_services_by_their_shape(sid: str, service: bool) -> None:
    """Local, domain and Entra accounts are people; SYSTEM, virtual accounts, window and font managers are not."""
    assert service_account(sid) is service


def test_a_mode_becomes_a_protected_list() -> None:
    """Owner, SYSTEM and Administrators have all; local users read where the mode lets others; nothing is inherited."""
    base = f"O:{ME}D:P(A;;0x1f01ff;;;{SYSTEM})(A;;0x1f01ff;;;{ADMINS})(A;;0x1f01ff;;;{ME})"
    assert sddl(0o600, ME, folder=False) == base
    assert sddl(0o644, ME, folder=False) == f"{base}(A;;0x120089;;;{USERS})"
    assert sddl(0o755, ME, folder=True) == f"{base.replace('A;;', 'A;OICI;')}(A;OICI;0x1200a9;;;{USERS})"
    assert sddl(0o700, SYSTEM, folder=True).count(SYSTEM) == 2  # as owner and once in the list


@pytest.mark.parametrize(
    ("entry", "who"),
    [
        (Entry(0, 0, FULL, ME), {ME}),
        (Entry(0, 0, 0x1200A9, USERS), set()),  # read and execute
        (Entry(0, 0, 0x0002, EVERYONE), {EVERYONE}),  # write, or add a file
        (Entry(0, 0, 0x0004, USERS), {USERS}),  # append, or add a folder: ProgramData's own
        (Entry(0, 0, 0x0040, "S-1-5-11"), {"S-1-5-11"}),  # delete a child
        (Entry(0, 0, 0x0001_0000, OTHER), {OTHER}),  # delete
        (Entry(0, 0, 0x0004_0000, OTHER), {OTHER}),  # change this list
        (Entry(0, 0, 0x0008_0000, OTHER), {OTHER}),  # take ownership
        (Entry(0, 0, 0x1000_0000, OTHER), {OTHER}),  # GENERIC_ALL
        (Entry(0, 0, 0x4000_0000, OTHER), {OTHER}),  # GENERIC_WRITE
        (Entry(0, 0x0B, FULL, OTHER), {OTHER}),  # for what is made inside only
        (Entry(5, 0, FULL, OTHER), {OTHER}),  # of one kind of object
        (Entry(9, 0, FULL, OTHER), {OTHER}),  # on a condition
        (Entry(1, 0, FULL, OTHER), set()),  # refused
        (Entry(0, 0x0B, FULL, CREATOR), {ME}),
        (Entry(0, 0, FULL, OWNER_RIGHTS), {ME}),
    ],
)
def test_whoever_may_change_it_in_any_way_is_a_writer(entry: Entry, who: set[str]) -> None:
    """Each right that leads to other content counts, however it is given; entries for the owner mean the owner."""
    assert writers([entry], ME) == who


def test_a_refusal_takes_no_writer_away() -> None:
    """Strict: a refusal before a permission is not weighed against it."""
    assert writers([Entry(1, 0, FULL, OTHER), Entry(0, 0, FULL, OTHER)], ME) == {OTHER}


def test_no_list_at_all_lets_everyone_write_and_read() -> None:
    """A missing DACL allows all; an empty one nothing."""
    assert EVERYONE in writers(None, ME)
    assert EVERYONE in readers(None, ME)
    assert writers([], ME) == readers([], ME) == frozenset()


def test_readers_are_found_apart_from_writers() -> None:
    """Reading or entering is what 0700 takes away."""
    entries = [Entry(0, 0, 0x1200A9, USERS), Entry(0, 0, 0x0002, OTHER)]
    assert readers(entries, ME) == {USERS}
    assert writers(entries, ME) == {OTHER}
