"""Installs what the agent fetched: checked anew by the system's own memory, when nobody plays, at most once a day."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from host.files import write_atomic
from host.homes import Home, prepare
from host.publisher import FOLDER, Source
from host.updates.mirror import URL, Mirror
from host.updates.trusted import Place, UpdateError
from host.updates.versions import DAY_MS, newer
from i18n.message import Arg, msg

_TRIED, _UNPACKED = "tried.json", "unpacked"
# It goes on when we have ended: it puts other files in the place of those that we run from.
_ALONE: int = getattr(subprocess, "DETACHED_PROCESS", 0) | getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)


class _Tried(msgspec.Struct, frozen=True):
    version: str = ""
    at: int = 0


def install(
    home: Home, source: Source, ours: str, now: int, playing: Callable[[], Arg | None], start: Callable[[Path], object]
) -> str | None:
    """The version whose set-up was started; None: there is none that is newer. UpdateError, HomeError: nothing was started.

    `playing` says who plays, and is asked last; `start` starts a set-up that lies where only the system may write.
    """
    memory = home.root / FOLDER
    prepare(memory, 0o700)
    place = Place(memory, source.root.encode(), URL, Mirror(home.agent / FOLDER, home.kind))
    newest = place.newest()
    if not newer(newest.version, ours):
        return None
    tried = _before(memory / _TRIED)
    if tried.version == newest.version and 0 <= now - tried.at < DAY_MS:
        raise UpdateError(msg("version {version} was tried in the last day, and did not stay", version=newest.version))
    setup = place.fetch(newest)
    if (who := playing()) is not None:
        raise UpdateError(msg("{who} plays: version {version} waits until nobody does", who=who, version=newest.version))
    write_atomic(memory / _TRIED, msgspec.json.encode(_Tried(newest.version, now)))
    start(setup)
    return newest.version


def run_setup(setup: Path) -> subprocess.Popen[bytes]:
    """Start it, and wait for nothing: it ends our services, and upgrades them in place or rolls back. OSError, HomeError.

    What it unpacks and runs lies where only the system may write, and not where Windows has the system's own Temp.
    """
    temp = str(setup.with_name(_UNPACKED))
    prepare(Path(temp), 0o700)
    return subprocess.Popen(
        [str(setup), "/S"], cwd=setup.parent, close_fds=True, start_new_session=True, creationflags=_ALONE,
        env={**os.environ, "TEMP": temp, "TMP": temp},
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _before(path: Path) -> _Tried:
    with suppress(OSError, msgspec.MsgspecError):
        return msgspec.json.decode(path.read_bytes(), type=_Tried)
    return _Tried()
