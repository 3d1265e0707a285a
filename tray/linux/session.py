"""One tray a session, and its start with each of an account's sessions."""

from __future__ import annotations

import os
import re
import shlex
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from host import choose
from host.api import TakenError
from i18n.message import msg, said_by
from tray.api import FaceError

ENTRY: Final = Path(__file__).resolve().parents[1] / "data" / "giochoi-tray.desktop"


@contextmanager
def alone() -> Iterator[bool]:
    """A session is its screen: another of the same account has another one. FaceError: it cannot be held."""
    screen = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY") or "none"
    folder = Path(os.environ.get("XDG_RUNTIME_DIR") or Path.home() / ".cache" / "giochoi")  # nobody else can write to either
    file = folder / f"giochoi-tray-{os.getuid()}-{re.sub('[^A-Za-z0-9]', '_', screen)}.lock"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = choose.files().lock(file)
    except TakenError:
        yield False
        return
    except OSError as error:
        raise FaceError(msg("{path}: {why}", path=str(file), why=said_by(error))) from error
    try:
        yield True
    finally:
        os.close(handle)


def autostart(options: list[str], *, on: bool) -> str:
    """For the account that calls. A file that hides the system's is how XDG says no."""
    program = Path(sys.executable).with_name(ENTRY.stem)
    command = shlex.join([str(program) if program.exists() else ENTRY.stem, *options])
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "autostart"
    file = folder / ENTRY.name
    text = ENTRY.read_text("utf-8").replace(f"Exec={ENTRY.stem}\n", f"Exec={command}\n")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.write_text(text if on else f"{text}Hidden=true\n", "utf-8")
    return str(file)


def on_end(stop: Callable[[], None]) -> None:
    """GLib's loop sees no signal of Python's: it has its own way."""
    from tray.linux.toolkit import gtk  # noqa: PLC0415 - nobody else here needs a screen

    glib = gtk().GLib
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        glib.unix_signal_add(glib.PRIORITY_HIGH, number, _again(stop))


def _again(stop: Callable[[], None]) -> Callable[[], bool]:
    def asked() -> bool:
        stop()
        return True  # keep listening

    return asked
