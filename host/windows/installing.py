"""Before a service is entered: whether its program may be trusted with what the service may do, and the folders it works in."""

from __future__ import annotations

import ctypes
import json
import stat
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from ctypes import wintypes
from pathlib import Path

from host.api import ManagerError, Name
from host.homes import Home, prepare
from host.windows import users
from host.windows.plans import PLANS, path_and_above, room, strangers
from host.windows.security import ADMINS, SYSTEM, Attributes, own_sid, owner_and_writers, protect, service_sid
from host.windows.win32 import Handle, checked, function, kernel32

_READ_CONTROL, _WRITE_DAC, _SHARE_ALL, _OPEN = 0x0002_0000, 0x0004_0000, 7, 3
_ITSELF = 0x0200_0000 | 0x0020_0000  # FILE_FLAG_BACKUP_SEMANTICS (folders too), FILE_FLAG_OPEN_REPARSE_POINT
_PATIENCE_S = 60

_create = function(
    kernel32, "CreateFileW", wintypes.HANDLE,
    wintypes.LPCWSTR, wintypes.DWORD, wintypes.DWORD, ctypes.c_void_p, wintypes.DWORD, wintypes.DWORD, wintypes.HANDLE,
)  # fmt: skip
_make_folder = function(kernel32, "CreateDirectoryW", wintypes.BOOL, wintypes.LPCWSTR, ctypes.c_void_p)


def interpreter() -> Path:
    """The real python.exe, as the SCM has to be the parent of whoever answers it. ManagerError (2): a virtual environment."""
    if sys.prefix != sys.base_prefix:
        raise ManagerError(
            "không cài dịch vụ từ môi trường ảo (venv), hãy dùng Python của máy / "
            "no service from a virtual environment: install giochoi for the PC's own Python and run it from there",
            code=2,
        )
    return Path(getattr(sys, "_base_executable", sys.executable))


def check(python: Path, name: Name) -> None:
    """ManagerError (2): somebody who is no administrator may change the interpreter, or anything that it would load."""
    trusted({python, *_loaded_from(python, name)})


def trusted(paths: Iterable[Path]) -> None:
    """ManagerError (2): somebody who is no administrator may change one of these, or put another one in its place."""
    for path in _all(paths):
        try:
            with _open(path, _READ_CONTROL) as handle:
                found = strangers(*owner_and_writers(handle.value), users.administrator)
        except OSError as error:
            raise ManagerError(f"{path}: {error.strerror}", code=2) from error
        if found:
            who = ", ".join(sorted(map(users.account, found)))
            raise ManagerError(
                f"{path}: {who} sửa được, hãy cài Python cho mọi người dùng (Program Files) / "
                f"{who} can change it: install Python for all users (Program Files)",
                code=2,
            )


def _loaded_from(python: Path, name: Name) -> set[Path]:
    """Our package's file and every folder that this interpreter imports from when it runs isolated, as a service does."""
    ask = f"import json, sys, {name} as room; print(json.dumps([room.__file__, *sys.path]))"
    try:
        done = subprocess.run([python, "-I", "-c", ask], input=b"", capture_output=True, timeout=_PATIENCE_S, check=True)
        return {path for word in json.loads(done.stdout) if (path := Path(word)).exists()}
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise ManagerError(
            f"giochoi chưa được cài cho {python} / giochoi is not installed for {python}: py -m pip install …", code=2
        ) from error


def _all(paths: Iterable[Path]) -> list[Path]:
    """With all folders above; where there are links, along both ways."""
    found = {one for path in paths for way in (path, path.resolve()) for one in path_and_above(way)}
    return [Path(path) for path in sorted(found, key=str)]


def rooms(name: Name, home: Home) -> None:
    """The folders that the service works in, with its account's rights. HomeError, ManagerError: one is not to be trusted."""
    if not PLANS[name].own_account:
        prepare(home.daemon, 0o700)
        return
    sid = service_sid(PLANS[name].service)
    _lend(home.agent, sid, shown=False)
    _lend(home.public, sid, shown=True)


def _lend(folder: Path, sid: str, *, shown: bool) -> None:
    """Make the folder, or check it, and let this account write to it. What is above it is ours alone."""
    wanted = room(sid, shown=shown)
    try:
        attributes = Attributes(wanted)
        with suppress(FileExistsError):
            checked(_make_folder(str(folder), attributes.pointer), str(folder))
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_file_attributes & stat.FILE_ATTRIBUTE_REPARSE_POINT:
            raise ManagerError(f"{folder}: không phải thư mục thật / not a real folder")
        with _open(folder, _READ_CONTROL | _WRITE_DAC) as handle:
            owner, writers = owner_and_writers(handle.value)
            others = {owner, *writers} - {SYSTEM, ADMINS, own_sid(), sid}
            if others:
                who = ", ".join(sorted(map(users.account, others)))
                raise ManagerError(f"{folder}: {who} ghi được, hãy bỏ quyền ấy / {who} may write to it: take that right away")
            protect(handle.value, wanted)
    except OSError as error:
        raise ManagerError(f"{folder}: {error.strerror}") from error


def _open(path: Path, access: int) -> Handle:
    """What lies there, itself. OSError."""
    return Handle(checked(_create(str(path), access, _SHARE_ALL, None, _OPEN, _ITSELF, None), str(path)))
