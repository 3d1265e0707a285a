"""Security descriptors: to make things with, and who may change what is there already."""

from __future__ import annotations

import struct
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import win32file
import win32security

from host.windows.sids import ADMINS, SYSTEM, Entry, sddl, writers
from host.windows.tokens import elevated, own_sid, sid_text
from host.windows.win32 import AsOSError

if TYPE_CHECKING:
    from _win32typing import PySECURITY_ATTRIBUTES, PySECURITY_DESCRIPTOR

_HAS_SUB_SIDS = frozenset({5, 6, 7, 8, 11, 12})  # object entries: two GUIDs may stand before the SID


def attributes(text: str) -> PySECURITY_ATTRIBUTES:
    """For what is to be made with the descriptor of this text. OSError."""
    made = win32security.SECURITY_ATTRIBUTES()
    made.SECURITY_DESCRIPTOR = _descriptor(text)
    made.bInheritHandle = False  # pywin32 begins with True
    return made


def _descriptor(text: str) -> PySECURITY_DESCRIPTOR:
    with AsOSError(text):
        return win32security.ConvertStringSecurityDescriptorToSecurityDescriptor(text, win32security.SDDL_REVISION_1)


def make_folder(folder: Path, text: str) -> None:
    """Make it with this descriptor, unless something lies there already. OSError."""
    with suppress(FileExistsError), AsOSError(str(folder)):
        win32file.CreateDirectoryW(str(folder), attributes(text))


def sddl_for(mode: int, *, folder: bool) -> str:
    """The descriptor of something that this process makes with this Unix mode, see `sids.sddl`.

    Like root's, what an elevated process makes belongs to Administrators, not to the person behind it: the same person without
    elevation may not change it, and the service will believe it.
    """
    own = own_sid()
    return sddl(mode, ADMINS if own != SYSTEM and elevated() else own, folder=folder)


def owner_and_writers(handle: int) -> tuple[str, frozenset[str]]:
    """Whose file or folder it is, and who may write, delete or change it, by a handle with READ_CONTROL. OSError."""
    owner, entries = descriptor_of(handle)
    return owner, writers(entries, owner)


def descriptor_of(handle: int) -> tuple[str, tuple[Entry, ...] | None]:
    """Owner and access list of a file or folder, by a handle with READ_CONTROL; None: no list, all is allowed. OSError."""
    wanted = win32security.OWNER_SECURITY_INFORMATION | win32security.DACL_SECURITY_INFORMATION
    with AsOSError():
        found = win32security.GetSecurityInfo(handle, win32security.SE_FILE_OBJECT, wanted)
    return parsed(bytes(found))  # type: ignore[call-overload] # a buffer of its bytes, self-relative


def protect(handle: int, text: str) -> None:
    """Give it the access list of this descriptor and no inherited one, by a handle with WRITE_DAC. OSError."""
    change = win32security.DACL_SECURITY_INFORMATION | win32security.PROTECTED_DACL_SECURITY_INFORMATION
    dacl = _descriptor(text).GetSecurityDescriptorDacl()
    with AsOSError():
        win32security.SetSecurityInfo(handle, win32security.SE_FILE_OBJECT, change, None, None, dacl, None)  # type: ignore[arg-type] # None: as it is


def parsed(descriptor: bytes) -> tuple[str, tuple[Entry, ...] | None]:
    """Owner and access list of a self-relative descriptor; pywin32 itself does not read entries with conditions.
    OSError if it has no owner.

    [MS-DTYP] 2.4.6: where owner, group, SACL and DACL begin, 0 for none. 2.4.5: an ACL's revision, size and count. Each entry
    has type, flags, size and mask before its SID.
    """
    owner, _, _, dacl = struct.unpack_from("<4I", descriptor, 4)
    if not owner:
        raise OSError("it belongs to nobody")
    whose = sid_text(descriptor[owner:])
    if not dacl:
        return whose, None
    _, _, count = struct.unpack_from("<2HH", descriptor, dacl)
    found, at = [], dacl + 8
    for _ in range(count):
        kind, flags, size, mask = struct.unpack_from("<BBHI", descriptor, at)
        entry = descriptor[at : at + size]
        found.append(Entry(kind, flags, mask, sid_text(entry[8 + _before_sid(kind, entry) :])))
        at += size
    return whose, tuple(found)


def _before_sid(kind: int, entry: bytes) -> int:
    if kind not in _HAS_SUB_SIDS:
        return 0
    present = entry[8]
    return 4 + 16 * ((present & 1) + (present >> 1 & 1))
