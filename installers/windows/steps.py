"""What the set-up and the uninstaller for Windows have Python do: `giochoi.exe -I steps.py VERB…`. It lies beside our programs.

    try                      load all programs, which also compiles them, so that no start has to
    there                    whether a service of ours is, however it came: exit code 1 if there is none
    stop, start              our services; not one that is not there. Also the next one when one fails
    end                      every process of a program that lies in this file's folder or beside it
    keep, put-back, forget   a copy of the databases, taken before a new version opens them, and which programs the services ran
    aside                    a home that somebody else made before us is moved, and its new place said
    path-add, path-remove    that terminals find `giochoi`
    erase                    all data

Exit code 1 and one line: it did not work. What follows is not done.
"""

from __future__ import annotations

import compileall
import importlib
import json
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from host.api import Manager, Name

HERE: Final = Path(__file__).resolve().parent
_NAMES: Final[tuple[Name, ...]] = ("daemon", "agent", "uplink")
_STORES: Final = ("daemon", "agent")
_LINES = "services.json"
_ENVIRONMENT = "SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment"
_PATIENCE_S = 10
_LOADED = (
    "agent.wiring", "agent.__main__", "daemon.wiring", "daemon.__main__", "cli.__main__", "cli.commands", "compliance.__main__",
    "tray.app", "tray.opening", "uplink.__main__", "tray.windows.half", "tray.windows.shows", "tray.dialogs.windows.window",
)  # fmt: skip


class StepError(Exception):
    """One line: what was given is wrong, or did not work."""


def with_folder(path: str, folder: str) -> str:
    """The variable PATH with this folder at its end, once."""
    return ";".join([*_entries(without_folder(path, folder)), folder])


def without_folder(path: str, folder: str) -> str:
    """PATH without this folder, however it is written there; nothing else in it changes."""
    return ";".join(one for one in _entries(path) if PureWindowsPath(one.strip('"')) != PureWindowsPath(folder))


def _entries(path: str) -> list[str]:
    return [one for one in path.split(";") if one]


def _root() -> Path:
    from host import choose  # noqa: PLC0415 - tests have what is above without Windows

    return choose.files().system_root()


def _keep() -> None:
    from host.homes import prepare  # noqa: PLC0415 - as above
    from host.windows import keeping, scm  # noqa: PLC0415 - as above

    prepare(_root(), 0o755)
    lines: dict[str, str] = {name: line for name in _NAMES if (line := scm.line(name)) is not None}
    keeping.keep(_root(), _STORES, (_LINES, json.dumps(lines).encode()))


def _put_back() -> None:
    from host.windows import keeping, scm  # noqa: PLC0415 - as above
    from host.windows.descriptors import sddl_for  # noqa: PLC0415 - as above
    from host.windows.plans import PLANS, room  # noqa: PLC0415 - as above
    from host.windows.sids import service_sid  # noqa: PLC0415 - as above

    try:
        lines = json.loads((_root() / keeping.KEPT / _LINES).read_text("utf-8"))
    except FileNotFoundError as error:
        raise StepError(f"{_root() / keeping.KEPT}: there is no whole copy") from error
    agent = room(service_sid(PLANS["agent"].service), shown=False)
    keeping.put_back(_root(), {"daemon": sddl_for(0o700, folder=True), "agent": agent})
    for name in _NAMES:
        if name in lines:
            scm.run_by(name, lines[name])


def _forget() -> None:
    from host.windows import keeping  # noqa: PLC0415 - as above

    keeping.forget(_root())


def _aside() -> None:
    from host.windows import keeping, owning  # noqa: PLC0415 - as above

    root = _root()
    if owning.strange(root):
        moved = keeping.free(root)
        keeping.rename(root, moved)
        sys.stdout.write(f"{moved}\n")


def _erase() -> None:
    from host.windows import keeping  # noqa: PLC0415 - as above

    keeping.remove(_root())


def _end() -> None:
    """Those of the version that is installed, and whatever a set-up that broke off left; but not ourselves."""
    import psutil  # noqa: PLC0415 - as above

    ourselves, folder, ended = psutil.Process(), PureWindowsPath(HERE.parent), []
    spared = {ourselves.pid, *(one.pid for one in ourselves.parents())}
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.pid not in spared and PureWindowsPath(process.exe()).is_relative_to(folder):
                process.kill()
                ended.append(process)
    psutil.wait_procs(ended, timeout=_PATIENCE_S)


def _path(change: Callable[[str, str], str]) -> None:
    import win32api  # noqa: PLC0415 - as above
    import win32con  # noqa: PLC0415 - as above

    with suppress(win32api.error):
        whole = win32con.KEY_READ | win32con.KEY_WRITE
        key = win32api.RegOpenKeyEx(win32con.HKEY_LOCAL_MACHINE, _ENVIRONMENT, 0, whole)  # type: ignore[arg-type] # wrong stubs
        path, kind = win32api.RegQueryValueEx(key, "Path")
        changed = change(path, str(HERE.with_name("app")))
        if changed != path:
            win32api.RegSetValueEx(key, "Path", 0, kind, changed)


def _try() -> None:
    compileall.compile_dir(HERE / "rooms", quiet=2)
    for name in _LOADED:
        importlib.import_module(name)


def _there() -> None:
    from host import choose  # noqa: PLC0415 - as above

    if all(choose.manager().standing(name).state == "absent" for name in _NAMES):
        raise StepError("no service of ours is there")


def _services(act: str) -> None:
    """The daemon first: it keeps the limits that it knows without an agent, too."""
    from host import choose  # noqa: PLC0415 - as above

    both(lambda name: _service(choose.manager(), act, name))


def both(do: Callable[[Name], None]) -> None:
    """For each service, also when it failed for one. StepError: what failed, in one line."""
    failed = []
    for name in _NAMES:
        try:
            do(name)
        except Exception as error:  # noqa: BLE001 - whatever it was, the other one is to be tried
            failed.append(f"giochoi-{name}: {error}")
    if failed:
        raise StepError("; ".join(failed))


def _service(manager: Manager, act: str, name: Name) -> None:
    from host.servicing import ServiceCommands  # noqa: PLC0415 - as above

    if manager.standing(name).state != "absent":
        code, line = ServiceCommands(manager, name, time.sleep).act(act, None)
        if code:
            raise StepError(line)


_VERBS: Final[dict[str, Callable[[], None]]] = {
    "try": _try, "there": _there, "stop": lambda: _services("stop"), "start": lambda: _services("start"),
    "end": _end, "keep": _keep, "put-back": _put_back, "forget": _forget, "erase": _erase, "aside": _aside,
    "path-add": lambda: _path(with_folder), "path-remove": lambda: _path(without_folder),
}  # fmt: skip


def main(words: list[str]) -> int:
    try:
        for word in words:
            _VERBS[word]()
    except Exception as error:  # noqa: BLE001 - whatever it was, setup.log has one line of it, and the set-up the code
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
