"""Files by handle, their identity and access lists (denyfile.Disk): fileapi.h, winbase.h, securitybaseapi.h.

SetKernelObjectSecurity sets the list that it is given. SetSecurityInfo would compute the inherited part anew from the folder
above, and so might leave another list behind than it found.
"""

from __future__ import annotations

import ctypes
import ntpath
from ctypes import wintypes
from typing import Self

from daemon.platforms.windows.denial import ordinary
from host.windows import users
from host.windows.win32 import (
    FILE_NOT_FOUND,
    INSUFFICIENT_BUFFER,
    INVALID_PARAMETER,
    Handle,
    advapi32,
    checked,
    error,
    function,
    kernel32,
)

_READ_CONTROL, _WRITE_DAC = 0x20000, 0x40000
_SHARE_ALL, _OPEN_EXISTING = 7, 3
_ITSELF = 0x0220_0000  # FILE_FLAG_BACKUP_SEMANTICS, so that folders open too, and FILE_FLAG_OPEN_REPARSE_POINT
_DACL = 4  # DACL_SECURITY_INFORMATION
_STANDARD_INFO, _ATTRIBUTE_TAG_INFO, _ID_INFO = 1, 9, 18  # FILE_INFO_BY_HANDLE_CLASS
_FOLDER, _REPARSE_POINT = 0x10, 0x400
_PERSISTENT_ACLS = 8
_PATH_NOT_FOUND, _BAD_PATHNAME, _NOT_READY, _BAD_NETPATH = 3, 161, 21, 53
_LONGEST = 32_768


class _Standard(ctypes.Structure):
    _fields_ = (
        ("allocated", ctypes.c_int64), ("end", ctypes.c_int64), ("links", wintypes.DWORD),
        ("deleting", ctypes.c_ubyte), ("folder", ctypes.c_ubyte),
    )  # fmt: skip


class _AttributeTag(ctypes.Structure):
    _fields_ = (("attributes", wintypes.DWORD), ("tag", wintypes.DWORD))


class _Id(ctypes.Structure):
    _fields_ = (("volume", ctypes.c_uint64), ("file", ctypes.c_ubyte * 16))


class _IdDescriptor(ctypes.Structure):
    _fields_ = (("size", wintypes.DWORD), ("type", ctypes.c_int), ("file", ctypes.c_ubyte * 16))


_dword = ctypes.POINTER(wintypes.DWORD)
_create = function(
    kernel32, "CreateFileW", wintypes.HANDLE,
    wintypes.LPCWSTR, wintypes.DWORD, wintypes.DWORD, wintypes.LPVOID, wintypes.DWORD, wintypes.DWORD, wintypes.HANDLE,
)  # fmt: skip
_by_id = function(
    kernel32, "OpenFileById", wintypes.HANDLE,
    wintypes.HANDLE, ctypes.POINTER(_IdDescriptor), wintypes.DWORD, wintypes.DWORD, wintypes.LPVOID, wintypes.DWORD,
)  # fmt: skip
_information = function(
    kernel32, "GetFileInformationByHandleEx", wintypes.BOOL, wintypes.HANDLE, ctypes.c_int, wintypes.LPVOID, wintypes.DWORD
)
_final = function(
    kernel32, "GetFinalPathNameByHandleW", wintypes.DWORD, wintypes.HANDLE, wintypes.LPWSTR, wintypes.DWORD, wintypes.DWORD
)
_volume = function(
    kernel32, "GetVolumeInformationByHandleW", wintypes.BOOL,
    wintypes.HANDLE, wintypes.LPWSTR, wintypes.DWORD, _dword, _dword, _dword, wintypes.LPWSTR, wintypes.DWORD,
)  # fmt: skip
_get = function(
    advapi32, "GetKernelObjectSecurity", wintypes.BOOL,
    wintypes.HANDLE, wintypes.DWORD, wintypes.LPVOID, wintypes.DWORD, _dword,
)  # fmt: skip
_set = function(advapi32, "SetKernelObjectSecurity", wintypes.BOOL, wintypes.HANDLE, wintypes.DWORD, wintypes.LPVOID)
_windows = function(kernel32, "GetSystemWindowsDirectoryW", wintypes.UINT, wintypes.LPWSTR, wintypes.UINT)


def dacl_of(handle: int) -> bytes:
    """The security descriptor of any kernel object, self-relative, with its DACL alone. OSError."""
    needed = wintypes.DWORD(1024)
    while True:
        found = ctypes.create_string_buffer(needed.value)
        if _get(handle, _DACL, found, len(found), ctypes.byref(needed)):
            return found.raw
        if ctypes.get_last_error() != INSUFFICIENT_BUFFER:
            raise error("GetKernelObjectSecurity")


def set_dacl(handle: int, descriptor: bytes) -> None:
    """Makes the descriptor's DACL the object's, as it is. OSError."""
    checked(_set(handle, _DACL, descriptor), "SetKernelObjectSecurity")


def windows_folder() -> str:
    """%SystemRoot%, asked of the system and not of the environment. OSError."""
    found = ctypes.create_unicode_buffer(_LONGEST)
    checked(_windows(found, len(found)), "GetSystemWindowsDirectory")
    return found.value


def standard(account: str) -> str | None:
    """The SID of this account, if it is a person's and no administrator's (denials.Means)."""
    sid = users.sid_of(account)
    return sid if sid is not None and ordinary(sid) and not users.administrator(sid) else None


class OpenedFile:
    """denyfile.Opened by a handle with READ_CONTROL and WRITE_DAC."""

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        try:
            self.path = self._path()
            self.volume, self.file = self._identity()
            standard, tag = _Standard(), _AttributeTag()
            self._ask(_STANDARD_INFO, standard)
            self._ask(_ATTRIBUTE_TAG_INFO, tag)
            self.links: int = standard.links
            self.plain = not tag.attributes & (_FOLDER | _REPARSE_POINT)
            self.guarded = bool(self._flags() & _PERSISTENT_ACLS)
        except BaseException:
            handle.close()
            raise

    def descriptor(self) -> bytes:
        return dacl_of(self._handle.value)

    def set_descriptor(self, descriptor: bytes) -> None:
        set_dacl(self._handle.value, descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._handle.close()

    def _ask(self, class_: int, into: ctypes.Structure) -> None:
        asked = _information(self._handle.value, class_, ctypes.byref(into), ctypes.sizeof(into))
        checked(asked, "GetFileInformationByHandleEx")

    def _identity(self) -> tuple[int, str]:
        found = _Id()
        self._ask(_ID_INFO, found)
        return found.volume, bytes(found.file).hex()

    def _path(self) -> str:
        found = ctypes.create_unicode_buffer(_LONGEST)
        checked(_final(self._handle.value, found, len(found), 0), "GetFinalPathNameByHandle")
        return found.value.removeprefix("\\\\?\\")

    def _flags(self) -> int:
        flags = wintypes.DWORD()
        asked = _volume(self._handle.value, None, 0, None, None, ctypes.byref(flags), None, 0)
        checked(asked, "GetVolumeInformationByHandle")
        return flags.value


class WindowsDisk:
    """denyfile.Disk of this PC."""

    def open(self, path: str) -> OpenedFile:
        # \\?\ lets a path of more than 260 letters through, and keeps dots and spaces at its end.
        access = _READ_CONTROL | _WRITE_DAC
        return self._opened(_create(f"\\\\?\\{path}", access, _SHARE_ALL, None, _OPEN_EXISTING, _ITSELF, None), path)

    def find(self, near: str, volume: int, file: str) -> OpenedFile:
        root = ntpath.splitdrive(near)[0] + "\\"
        top = _create(root, 0, _SHARE_ALL, None, _OPEN_EXISTING, _ITSELF, None)
        with Handle(checked(top, root)) as hint:
            mine = _Id()
            checked(_information(hint.value, _ID_INFO, ctypes.byref(mine), ctypes.sizeof(mine)), root)
            if mine.volume != volume:
                raise error(root, _NOT_READY)
            return self._by_id(hint, file, near)

    def _by_id(self, hint: Handle, file: str, near: str) -> OpenedFile:
        number = bytes.fromhex(file)
        kind = 2 if any(number[8:]) else 0  # ExtendedFileIdType has 128 bits, for ReFS; FileIdType 64
        wanted = _IdDescriptor(ctypes.sizeof(_IdDescriptor), kind, (ctypes.c_ubyte * 16)(*number))
        found = _by_id(hint.value, ctypes.byref(wanted), _READ_CONTROL | _WRITE_DAC, _SHARE_ALL, None, _ITSELF)
        if _missing(found) and ctypes.get_last_error() == INVALID_PARAMETER:  # how NTFS says that it has no such id
            raise FileNotFoundError(near)
        return self._opened(found, near)

    def _opened(self, handle: int | None, path: str) -> OpenedFile:
        if _missing(handle) and ctypes.get_last_error() in {_PATH_NOT_FOUND, FILE_NOT_FOUND, _BAD_PATHNAME, _BAD_NETPATH}:
            raise FileNotFoundError(path)
        return OpenedFile(Handle(checked(handle, path)))


def _missing(handle: int | None) -> bool:
    return handle is None or handle == ctypes.c_void_p(-1).value
