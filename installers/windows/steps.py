"""What the set-up and the uninstaller for Windows have Python do: `giochoi.exe -I steps.py VERB…`. It lies beside our programs.

    try                      load all programs, which also compiles them, so that no start has to
    stop, start              both services; not one that is not there
    end                      every process of a program that lies in this file's folder or beside it
    keep, put-back, forget   a copy of the databases, taken before a new version opens them
    path-add, path-remove    that terminals find `giochoi`
    erase                    all data
    seat AGENT FINGERPRINT CODE   (alone) kept for the day when a seat can belong to an agent elsewhere

Exit code 1 and one line: it did not work. What follows is not done.
"""

from __future__ import annotations

import compileall
import importlib
import re
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from host.api import Name

HERE: Final = Path(__file__).resolve().parent
KEPT: Final = "before-upgrade"
_ENVIRONMENT = "SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment"
_ADDRESS = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?):([0-9]{1,5})")
_WORD = re.compile(r"[A-Za-z0-9+/=:_.-]{0,256}")
_PATIENCE_S = 10
_NOT_CONTENT = frozenset({KEPT, "lock"})
_LOADED = (
    "agent.wiring", "agent.__main__", "daemon.wiring", "daemon.__main__", "cli.__main__", "cli.commands", "compliance.__main__",
    "tray.app", "tray.opening",
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


def seat_file(agent: str, fingerprint: str, code: str) -> str:
    """The text of seat.toml. StepError."""
    match = _ADDRESS.fullmatch(agent)
    if match is None or not 0 < int(match[1]) < 65536:
        raise StepError(f"/AGENT={agent}: it is written HOST:PORT")
    for name, word in (("FINGERPRINT", fingerprint), ("CODE", code)):
        if not _WORD.fullmatch(word):
            raise StepError(f"/{name}: letters, digits and +/=:_.- only, 256 at most")
    lines = {"agent": agent, "fingerprint": fingerprint, "code": code}
    return "".join(f'{name} = "{word}"\n' for name, word in lines.items() if word)


def keep(folder: Path) -> None:
    """Copy what lies in `folder` into a folder in it, with whose rights it is nobody else's either."""
    forget(folder)
    if folder.is_dir():
        half = folder / f"{KEPT}.part"
        shutil.rmtree(half, ignore_errors=True)
        shutil.copytree(folder, half, ignore=lambda _, names: {*names} & {*_NOT_CONTENT, half.name})
        half.rename(folder / KEPT)


def put_back(folder: Path) -> None:
    """Have `folder` as it was when it was kept; without a whole copy it stays as it is."""
    kept = folder / KEPT
    if kept.is_dir():
        for path in folder.iterdir():
            if path.name not in _NOT_CONTENT:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(kept, folder, dirs_exist_ok=True)
        forget(folder)


def forget(folder: Path) -> None:
    shutil.rmtree(folder / KEPT, ignore_errors=True)


def _rooms() -> tuple[Path, Path]:
    from host import choose  # noqa: PLC0415 - tests have what is above without Windows

    root = choose.files().system_root()
    return root / "agent", root / "daemon"


def _seat(agent: str, fingerprint: str, code: str) -> None:
    from host import choose  # noqa: PLC0415 - as above

    files, text = choose.files(), seat_file(agent, fingerprint, code)
    files.prepare(files.system_root(), 0o755)
    files.write_atomic(files.system_root() / "seat.toml", text.encode(), 0o600)


def _erase() -> None:
    from host import choose  # noqa: PLC0415 - as above

    root = choose.files().system_root()
    if root.exists():
        shutil.rmtree(root)


def _end() -> None:
    """Those of the version that is installed, and whatever a set-up that broke off left; but not ourselves."""
    import psutil  # noqa: PLC0415 - as above

    ours = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if PureWindowsPath(process.exe()).is_relative_to(PureWindowsPath(HERE.parent)) and process.pid not in _ourselves(psutil):
                process.kill()
                ours.append(process)
    psutil.wait_procs(ours, timeout=_PATIENCE_S)


def _ourselves(psutil: object) -> set[int]:
    process = psutil.Process()  # type: ignore[attr-defined] # imported late
    return {process.pid, *(one.pid for one in process.parents())}


def _path(change: Callable[[str, str], str]) -> None:
    import win32api  # noqa: PLC0415 - as above
    import win32con  # noqa: PLC0415 - as above

    with suppress(win32api.error):
        key = win32api.RegOpenKeyEx(win32con.HKEY_LOCAL_MACHINE, _ENVIRONMENT, 0, win32con.KEY_READ | win32con.KEY_WRITE)
        path, kind = win32api.RegQueryValueEx(key, "Path")
        changed = change(path, str(HERE.with_name("app")))
        if changed != path:
            win32api.RegSetValueEx(key, "Path", 0, kind, changed)


def _try() -> None:
    compileall.compile_dir(HERE / "rooms", quiet=2)
    for name in _LOADED:
        importlib.import_module(name)


def _services(act: str, names: tuple[Name, Name]) -> None:
    from host import choose  # noqa: PLC0415 - as above
    from host.servicing import ServiceCommands  # noqa: PLC0415 - as above

    manager = choose.manager()
    for name in names:
        if manager.standing(name).state != "absent":
            code, line = ServiceCommands(manager, name, time.sleep).act(act, None)
            if code:
                raise StepError(f"giochoi-{name}: {line}")


def _each(change: Callable[[Path], None]) -> Callable[[], None]:
    def do() -> None:
        for folder in _rooms():
            change(folder)

    return do


_VERBS: Final[dict[str, Callable[[], None]]] = {
    "try": _try, "stop": lambda: _services("stop", ("daemon", "agent")), "start": lambda: _services("start", ("agent", "daemon")),
    "end": _end, "keep": _each(keep), "put-back": _each(put_back), "forget": _each(forget), "erase": _erase,
    "path-add": lambda: _path(with_folder), "path-remove": lambda: _path(without_folder),
}  # fmt: skip


def main(words: list[str]) -> int:
    try:
        if words[:1] == ["seat"]:
            _seat(*words[1:])
        else:
            for word in words:
                _VERBS[word]()
    except StepError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
