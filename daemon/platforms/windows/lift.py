"""Undoes denials, without daemon and agent: `python -I -m daemon.platforms.windows.lift [--home DIR] [--expired|--uninstall]`.

For uninstalling, for people in need, and for the task of daemon.platforms.windows.boottask. It says one line for each denial
that it undid. Exit code 0; 1 if something may still be denied.
"""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path

import msgspec

from daemon.platforms.windows import denyledger
from daemon.platforms.windows.denial import Denial, stale
from daemon.platforms.windows.denyfile import Disk, Undone
from daemon.platforms.windows.denyround import one_line, undo_each
from host import homes
from host.clock import SystemClock
from host.homes import HomeError
from host.system import TakenError, files

_TRIES, _PAUSE = 50, 0.1
_SAYS = {
    "lifted": "đã gỡ chặn / lifted",
    "not there": "đã không còn chặn / was not denied any more",
    "gone": "tệp không còn / the file is gone",
}


@dataclass(frozen=True, slots=True)
class Undoing:
    """`done`: denials that are no more; `stuck`: denials that may still be there, each with the reason; `aside`: where a
    damaged ledger lies now.
    """

    done: tuple[tuple[Denial, Undone], ...] = ()
    stuck: tuple[tuple[Denial, str], ...] = ()
    aside: Path | None = None


def undo(folder: Path, disk: Disk, which: Callable[[Denial], bool]) -> Undoing:
    """Undoes what the ledger in `folder` holds of `which`, and strikes it out. TakenError, OSError: nothing is struck out."""
    with denyledger.locked(folder):
        ledger, aside = denyledger.read(folder)
        done, stuck = undo_each(disk, filter(which, ledger.held))
        if done:
            gone = {id(one) for one, _ in done}
            held = tuple(one for one in ledger.held if id(one) not in gone)
            denyledger.write(folder, msgspec.structs.replace(ledger, held=held))
    return Undoing(done, stuck, aside)


def undo_patiently(folder: Path, disk: Disk, which: Callable[[Denial], bool]) -> Undoing:
    """The same; waits up to five seconds for whoever has the ledger. TakenError, OSError."""
    waiting = threading.Event()
    for _ in range(_TRIES):
        try:
            return undo(folder, disk, which)
        except TakenError:
            waiting.wait(_PAUSE)
    return undo(folder, disk, which)


def main(argv: Sequence[str] | None = None, disk: Disk | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -I -m daemon.platforms.windows.lift", allow_abbrev=False,
        description="Gỡ mọi tệp trò chơi đang bị chặn / lifts every denial of a game's file",
    )  # fmt: skip
    parser.add_argument("--home", metavar="DIR", help="thư mục dữ liệu / the home; without it that of the system")
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--expired", action="store_true", help="chỉ những gì đã hết hạn / only what is over, or of an earlier start of this PC"
    )
    which.add_argument("--uninstall", action="store_true", help="gỡ cả tác vụ khi khởi động / remove the task at boot as well")
    args = parser.parse_args(argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")
    home = files().system_root() if args.home is None else Path(args.home).absolute()
    code = _main(home / "daemon", disk, expired=args.expired)
    return _leave(home) or code if args.uninstall else code


def _main(folder: Path, disk: Disk | None, *, expired: bool) -> int:
    if not folder.is_dir():
        return 0
    clock = SystemClock()
    now, boot = clock.wall(), clock.boot()
    if disk is None:
        from daemon.platforms.windows.acl import WindowsDisk  # noqa: PLC0415 - other platforms lack what it imports

        disk = WindowsDisk()
    try:
        homes.prepare(folder, 0o700)  # or somebody else could say what to lift
        undoing = undo_patiently(folder, disk, lambda one: stale(one, now, boot) if expired else True)
    except TakenError:
        return _fail(f"{folder}: đang được dùng / in use")
    except (HomeError, OSError) as error:
        return _fail(str(error))
    for one, how in undoing.done:
        print(f"{_SAYS[how]}: {one.path} ({one.sid})")  # noqa: T201 - a program of its own
    if undoing.aside is not None:
        _fail(f"sổ chặn bị hỏng, giữ lại ở / the ledger of denials was damaged, it is kept as {undoing.aside}")
    for one, why in undoing.stuck:
        _fail(f"chưa gỡ được / could not be lifted: {one.path} ({one.sid}): {why}")
    return 1 if undoing.stuck else 0


def _leave(home: Path) -> int:
    """Removes what would undo denials later; the ledger too, unless it still holds some."""
    from daemon.platforms.windows.boottask import BootTask  # noqa: PLC0415 - as above

    folder = home / "daemon"
    try:
        BootTask(home).remove()
        if not denyledger.read(folder)[0].held:
            denyledger.forget(folder)
    except OSError as error:
        return _fail(one_line(error))
    return 0


def _fail(text: str) -> int:
    print(text, file=sys.stderr)  # noqa: T201 - a program of its own
    return 1


if __name__ == "__main__":
    sys.exit(main())
