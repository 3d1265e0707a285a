"""Before a service is entered: whether its program may be trusted with what the service may do, and the folders it works in."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING

from host.api import ManagerError, Name, UntrustedError
from host.windows import files, users
from host.windows.descriptors import make_folder, owner_and_writers, protect
from host.windows.plans import PLANS, path_and_above, room, strangers
from host.windows.sids import ADMINS, SYSTEM, service_sid
from host.windows.tokens import own_sid
from host.windows.win32 import READ_CONTROL, WRITE_DAC, open_itself
from i18n.message import msg, said_by

if TYPE_CHECKING:
    from host.folders import Folders

_PATIENCE_S = 60


def interpreter() -> Path:
    """The real python.exe, as the SCM has to be the parent of whoever answers it. ManagerError (2): a virtual environment."""
    if sys.prefix != sys.base_prefix:
        raise ManagerError(
            msg("no service runs from a virtual environment: install giochoi for the PC's own Python, and run it from there"),
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
            with open_itself(path, READ_CONTROL) as handle:
                found = strangers(*owner_and_writers(handle.value), users.administrator)
        except OSError as error:
            raise _refused(path, error, code=2) from error
        if found:
            text = msg(
                "{path}: {who} can change it: install Python for all users (Program Files)",
                path=str(path), who=users.named(found),
            )  # fmt: skip
            raise ManagerError(text, code=2)


def _loaded_from(python: Path, name: Name) -> set[Path]:
    """Our package's file and every folder that this interpreter imports from when it runs isolated, as a service does."""
    ask = f"import json, sys, {name} as room; print(json.dumps([room.__file__, *sys.path]))"
    try:
        done = subprocess.run([python, "-I", "-c", ask], input=b"", capture_output=True, timeout=_PATIENCE_S, check=True)
        return {path for word in json.loads(done.stdout) if (path := Path(word)).exists()}
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        text = msg("giochoi is not installed for {python}: run py -m pip install …", python=str(python))
        raise ManagerError(text, code=2) from error


def _all(paths: Iterable[Path]) -> list[Path]:
    """With all folders above; where there are links, along both ways."""
    found = {one for path in paths for way in (path, path.resolve()) for one in path_and_above(PureWindowsPath(way))}
    return [Path(path) for path in sorted(found, key=str)]


def rooms(name: Name, home: Folders) -> None:
    """The folders that the service works in, with its account's rights. ManagerError: one is not to be trusted."""
    if not PLANS[name].own_account:
        try:
            files.prepare(home.daemon, 0o700)
        except OSError as error:
            raise _refused(home.daemon, error) from error
        return
    sid = service_sid(PLANS[name].service)
    _lend(home.root / name, sid, shown=False)
    if name == "agent":  # what a line to another one has to publish an administrator wrote
        _lend(home.public, sid, shown=True)


def _lend(folder: Path, sid: str, *, shown: bool) -> None:
    """Make the folder, or check it, and let this account write to it. What is above it is ours alone."""
    wanted = room(sid, shown=shown)
    try:
        make_folder(folder, wanted)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_file_attributes & stat.FILE_ATTRIBUTE_REPARSE_POINT:
            raise UntrustedError(msg("not a real folder"))
        with open_itself(folder, READ_CONTROL | WRITE_DAC) as handle:
            owner, writers = owner_and_writers(handle.value)
            if others := {owner, *writers} - {SYSTEM, ADMINS, own_sid(), sid}:
                raise UntrustedError(msg("{who} may write to it: take that right away", who=users.named(others)))
            protect(handle.value, wanted)
    except OSError as error:
        raise _refused(folder, error) from error


def _refused(path: Path, error: OSError, code: int = 1) -> ManagerError:
    return ManagerError(msg("{path}: {why}", path=str(path), why=said_by(error)), code)
