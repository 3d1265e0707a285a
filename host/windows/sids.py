"""Security identifiers as text, and what an access list says: nothing here calls Windows.

Sources: [MS-DTYP] 2.4.2.4 (well-known SIDs), 2.4.4 (entries), 2.5.1 (SDDL); "File access rights constants" of the Windows docs.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable
from typing import Final, NamedTuple

EVERYONE: Final = "S-1-1-0"
CREATOR: Final = "S-1-3-0"
OWNER_RIGHTS: Final = "S-1-3-4"
SYSTEM: Final = "S-1-5-18"
LOCAL_SERVICE: Final = "S-1-5-19"
NETWORK_SERVICE: Final = "S-1-5-20"
AUTHENTICATED: Final = "S-1-5-11"
INTERACTIVE: Final = "S-1-5-4"
ADMINS: Final = "S-1-5-32-544"
USERS: Final = "S-1-5-32-545"

_PEOPLE = ("S-1-5-21-", "S-1-12-1-")  # of this machine or a domain; of Entra ID
_FULL, _READ, _WRITE, _EXECUTE = 0x1F01FF, 0x120089, 0x120116, 0x1200A0
# DELETE, WRITE_DAC, WRITE_OWNER, GENERIC_ALL, GENERIC_WRITE, and of a file or folder: write or add a file, append or add a
# folder, write extended attributes, delete a child, write attributes.
_CHANGE = 0x0001_0000 | 0x0004_0000 | 0x0008_0000 | 0x1000_0000 | 0x4000_0000 | 0x0002 | 0x0004 | 0x0010 | 0x0040 | 0x0100
_DELETE, _GENERIC_ALL, _ADD_FILE, _DELETE_CHILD = 0x0001_0000, 0x1000_0000, 0x0002, 0x0040
_INHERITED_BY_ALL, _INHERIT_ONLY = 0x03, 0x08  # flags of an entry: by files and folders below; not for the folder itself
_READS = 0x8000_0000 | 0x2000_0000 | 0x1000_0000 | 0x0001 | 0x0020  # GENERIC_READ, GENERIC_EXECUTE, GENERIC_ALL, read, execute
_ALLOWED = 0
_ALLOWS = frozenset({0, 5, 9, 11})  # ACCESS_ALLOWED, …_OBJECT, …_CALLBACK, …_CALLBACK_OBJECT: a condition is taken as met


class Entry(NamedTuple):
    """One entry of a DACL: its type and flags as in ACE_HEADER, the rights, whom it is for."""

    kind: int
    flags: int
    mask: int
    sid: str


def service_account(sid: str) -> bool:
    """Nobody's person: SYSTEM, LOCAL SERVICE, services' own accounts, DWM-1, UMFD-0, IIS pools; all of another shape."""
    return not sid.startswith(_PEOPLE)


def service_sid(name: str) -> str:
    """The SID of a service and of its virtual account: of SHA-1 over the name in upper case as UTF-16LE."""
    digest = hashlib.sha1(name.upper().encode("utf-16-le"), usedforsecurity=False).digest()
    return "S-1-5-80-" + "-".join(map(str, struct.unpack("<5I", digest)))


def sddl(mode: int, owner: str, *, folder: bool) -> str:
    """A descriptor like this Unix mode: owner, SYSTEM and Administrators have all, local users what the mode gives to others.

    Protected: what the folder above gives to others is not inherited. What is made in a folder later inherits the folder's.
    """
    below = "OICI" if folder else ""
    entries = "".join(f"(A;{below};{_FULL:#x};;;{sid})" for sid in dict.fromkeys((SYSTEM, ADMINS, owner)))
    others = (_READ if mode & 0o44 else 0) | (_WRITE if mode & 0o22 else 0) | (_EXECUTE if folder and mode & 0o11 else 0)
    if others:
        entries += f"(A;{below};{others:#x};;;{USERS})"
    return f"O:{owner}D:P{entries}"


def writers(entries: Iterable[Entry] | None, owner: str) -> frozenset[str]:
    """Who may write, delete or change it by these entries; None is no DACL at all: everyone.

    Strict: refusals take nothing away again, and what is only inherited by things made later counts as well.
    """
    return _allowed(entries, owner, _CHANGE)


def replacers(entries: Iterable[Entry] | None, owner: str) -> frozenset[str]:
    """Who may put other things in the place of all that lies in this folder, by these entries and as its owner.

    Strict the other way: each right has to be given whole, for the folder itself, and nothing may be refused to anybody.
    """
    if entries is None:
        return frozenset((EVERYONE, owner))
    held = tuple(entries)
    if any(entry.kind != _ALLOWED and entry.mask & _CHANGE for entry in held):
        return frozenset()
    found = {entry.sid for entry in held if not entry.flags & _INHERIT_ONLY and _replaces(entry)}
    return frozenset(found - {CREATOR, OWNER_RIGHTS} | {owner})


def _replaces(entry: Entry) -> bool:
    """DELETE is what lies there only where it is inherited."""
    inherited = entry.flags & _INHERITED_BY_ALL == _INHERITED_BY_ALL
    may_delete = entry.mask & _DELETE_CHILD or (entry.mask & _DELETE and inherited)
    return bool(entry.mask & _GENERIC_ALL or (entry.mask & _ADD_FILE and may_delete))


def readers(entries: Iterable[Entry] | None, owner: str) -> frozenset[str]:
    """Who may read it, or see what is in it, by these entries; as in `writers`."""
    return _allowed(entries, owner, _READS)


def _allowed(entries: Iterable[Entry] | None, owner: str, rights: int) -> frozenset[str]:
    if entries is None:
        return frozenset((EVERYONE, owner))
    found = {entry.sid for entry in entries if entry.kind in _ALLOWS and entry.mask & rights}
    means_owner = found & {CREATOR, OWNER_RIGHTS}
    return frozenset(found - means_owner | ({owner} if means_owner else set()))
