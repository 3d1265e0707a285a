"""Security descriptors: to make things with, and who may change what is there already."""

from __future__ import annotations

import ctypes
import struct
from contextlib import suppress
from ctypes import wintypes
from pathlib import Path

from host.windows.sids import ADMINS, SYSTEM, Entry, sddl, writers
from host.windows.tokens import elevated, own_sid, sid_text
from host.windows.win32 import advapi32, checked, error, free, function, kernel32

_P = ctypes.c_void_p
_FILE_OBJECT, _OWNER, _DACL, _PROTECTED = 1, 0x1, 0x4, 0x8000_0000
_HAS_SUB_SIDS = frozenset({5, 6, 7, 8, 11, 12})  # object entries: two GUIDs may stand before the SID

_parse = function(
    advapi32, "ConvertStringSecurityDescriptorToSecurityDescriptorW", wintypes.BOOL,
    wintypes.LPCWSTR, wintypes.DWORD, ctypes.POINTER(_P), _P,
)  # fmt: skip
_get_security = function(
    advapi32, "GetSecurityInfo", wintypes.DWORD,
    wintypes.HANDLE, ctypes.c_int, wintypes.DWORD, ctypes.POINTER(_P), _P, ctypes.POINTER(_P), _P, ctypes.POINTER(_P),
)  # fmt: skip
_set_security = function(
    advapi32, "SetSecurityInfo", wintypes.DWORD, wintypes.HANDLE, ctypes.c_int, wintypes.DWORD, _P, _P, _P, _P
)
_dacl_of = function(
    advapi32, "GetSecurityDescriptorDacl", wintypes.BOOL,
    _P, ctypes.POINTER(wintypes.BOOL), ctypes.POINTER(_P), ctypes.POINTER(wintypes.BOOL),
)  # fmt: skip

_make_folder = function(kernel32, "CreateDirectoryW", wintypes.BOOL, wintypes.LPCWSTR, _P)


class _SecurityAttributes(ctypes.Structure):
    _fields_ = (("length", wintypes.DWORD), ("descriptor", _P), ("inherit", wintypes.BOOL))


class Attributes:
    """SECURITY_ATTRIBUTES for what is to be made with this descriptor; `pointer` lives as long as this object. OSError."""

    def __init__(self, text: str) -> None:
        self._descriptor = _P()
        checked(_parse(text, 1, ctypes.byref(self._descriptor), None), text)
        self._attributes = _SecurityAttributes(ctypes.sizeof(_SecurityAttributes), self._descriptor, False)
        self.pointer = _P(ctypes.addressof(self._attributes))

    @property
    def dacl(self) -> ctypes.c_void_p:
        """Its access list; as long as this object lives. OSError."""
        present, found, by_default = wintypes.BOOL(), _P(), wintypes.BOOL()
        checked(_dacl_of(self._descriptor, ctypes.byref(present), ctypes.byref(found), ctypes.byref(by_default)))
        return found

    def __del__(self) -> None:
        free(self._descriptor)


def make_folder(folder: Path, text: str) -> None:
    """Make it with this descriptor, unless something lies there already. OSError."""
    wanted = Attributes(text)
    with suppress(FileExistsError):
        checked(_make_folder(str(folder), wanted.pointer), str(folder))


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
    owner, dacl, descriptor = _P(), _P(), _P()
    code = _get_security(
        handle, _FILE_OBJECT, _OWNER | _DACL, ctypes.byref(owner), None, ctypes.byref(dacl), None, ctypes.byref(descriptor)
    )
    if code:
        raise error("GetSecurityInfo", code)
    try:
        return sid_text(owner), _entries(dacl.value) if dacl.value else None
    finally:
        free(descriptor)


def protect(handle: int, text: str) -> None:
    """Give it the access list of this descriptor and no inherited one, by a handle with WRITE_DAC. OSError."""
    wanted = Attributes(text)
    code = _set_security(handle, _FILE_OBJECT, _DACL | _PROTECTED, None, None, wanted.dacl, None)
    if code:
        raise error("SetSecurityInfo", code)


def _entries(dacl: int) -> tuple[Entry, ...]:
    """An ACL: revision, size, count; each entry with type, flags, size and mask before its SID."""
    _, _, count = struct.unpack("<2HHxx", ctypes.string_at(dacl, 8))
    found, at = [], dacl + 8
    for _ in range(count):
        kind, flags, size, mask = struct.unpack("<BBHI", ctypes.string_at(at, 8))
        found.append(Entry(kind, flags, mask, sid_text(at + 8 + _before_sid(kind, at))))
        at += size
    return tuple(found)


def _before_sid(kind: int, at: int) -> int:
    if kind not in _HAS_SUB_SIDS:
        return 0
    present = wintypes.DWORD.from_address(at + 8).value
    return 4 + 16 * ((present & 1) + (present >> 1 & 1))
