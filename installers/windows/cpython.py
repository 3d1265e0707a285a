"""Lays out the Python that the set-up brings: python.org's embeddable zip, or a folder with a whole CPython for Windows.

It is told where our rooms and packages lie by a `._pth` file, which shuts out environment, registry and the user's packages,
whatever program loads its DLL.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import zipfile
from pathlib import Path
from typing import Final

PINNED: Final = Path(__file__).with_name("python-embed.sha256")
PATHS: Final = ("..\\rooms", "..\\packages", "..\\packages\\win32", "..\\packages\\win32\\lib")
_DLL = re.compile(r"python(3\d\d)\.dll")
_KEPT = frozenset({"LICENSE.txt", "python.exe", "python3.dll", "pythonw.exe", "vcruntime140.dll", "vcruntime140_1.dll"})
_UNUSED = frozenset(
    {"__pycache__", "ensurepip", "idlelib", "lib2to3", "pydoc_data", "site-packages", "test", "tkinter", "turtledemo", "venv"}
)
_UNUSED_FILES = re.compile(r"(?:_test|_ctypes_test|_tkinter|tcl\d|tk\d|xxlimited|pyshellext).*")


def lay_out(given: Path, into: Path, pinned: str | None = None) -> str:
    """The name of its DLL. `pinned`: the zip's sha256, in hex. SystemExit: it is another one, or none of this."""
    into.mkdir(parents=True)
    if given.is_dir():
        _from_folder(given, into)
    else:
        _from_zip(given, into, pinned or PINNED.read_text("utf-8").split()[0])
    names = [match for path in into.iterdir() if (match := _DLL.fullmatch(path.name))]
    if len(names) != 1:
        raise SystemExit(f"installers: {given}: no CPython for Windows")
    paths = [path for path in (f"python{names[0][1]}.zip", "Lib") if (into / path).exists()]
    (into / f"python{names[0][1]}._pth").write_text("\r\n".join((*paths, ".", *PATHS, "")), "utf-8")
    return names[0][0]


def release(dll: str) -> str:
    """`3.13` of `python313.dll`."""
    return re.sub(r"python(\d)(\d+)\.dll", r"\1.\2", dll)


def _from_zip(given: Path, into: Path, pinned: str) -> None:
    found = hashlib.sha256(given.read_bytes()).hexdigest()
    if found != pinned:
        raise SystemExit(f"installers: {given}: sha256 {found}, pinned is {pinned}")
    with zipfile.ZipFile(given) as archive:
        archive.extractall(into)


def _from_folder(given: Path, into: Path) -> None:
    """As the embeddable one lies: all DLLs beside python.exe. Its library stays a folder of plain files."""
    for path in (*given.iterdir(), *(given / "DLLs").iterdir()):
        mine = path.name in _KEPT or _DLL.fullmatch(path.name) or path.parent.name == "DLLs"
        if path.is_file() and mine and not _UNUSED_FILES.fullmatch(path.name):
            shutil.copyfile(path, into / path.name)
    shutil.copytree(given / "Lib", into / "Lib", ignore=_left_out)


def _left_out(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name in _UNUSED or name.endswith((".pyc", ".dll", ".exe"))]
