"""Builds the set-up for Windows: `python3 installers/build.py windows --python-embed ZIP`. README.md: what it lays where.

Needs Debian's nsis and gcc-mingw-w64-x86-64-win32. Two builds of one commit are equal, unless they are signed (signing.py).
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from host import VERSION
from installers import payload
from installers.windows import cpython, programs, signing, texts

HERE: Final = Path(__file__).resolve().parent
TOP: Final = HERE.parents[1]
_UNUSED = (
    "PyWin32.chm", "adodbapi", "bin", "isapi", "pythonwin", "win32com", "win32comext", "win32/[Dd]emos", "win32/include",
    "win32/libs", "win32/scripts", "win32/test", "pywin32.pth", "PIL/_avif*.pyd", "PIL/_imagingcms*.pyd", "PIL/_imagingft*.pyd",
    "PIL/_imagingmath*.pyd", "PIL/_imagingmorph*.pyd", "PIL/_imagingtk*.pyd", "PIL/_webp*.pyd",
)  # fmt: skip
_INSTEAD = "pywin32_system32"  # DLLs that lie beside python.exe here


def main(words: list[str]) -> int:
    asked = _parser().parse_args(words)
    work = TOP / "build/windows"
    shutil.rmtree(work, ignore_errors=True)
    app = work / "app"
    app.mkdir(parents=True)
    lay_out(app, asked.python_embed, asked.sha256, asked.version, asked.cross)
    if asked.updates:
        from installers.releasing.updates import embed  # noqa: PLC0415 - what it needs of others is there after `make dev` only

        embed(app / "rooms", asked.updates[0], Path(asked.updates[1]))
    signing.sign(sorted(app.glob("giochoi*.exe")))
    payload.settle(app)
    makensis(work, asked.out, asked.version, quick=asked.quick)
    signing.sign([asked.out])
    sys.stdout.write(f"{asked.out}: {asked.out.stat().st_size / 1e6:.1f} MB\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = words_for("windows", __doc__, TOP / "dist/giochoi-setup.exe")
    parser.add_argument("--updates", nargs=2, metavar=("URL", "ROOT"), help="where it looks for newer versions, by which keys")
    return parser


def words_for(door: str, about: str | None, out: Path) -> argparse.ArgumentParser:
    """What all that is built for Windows is told."""
    parser = argparse.ArgumentParser(prog=f"build.py {door}", description=about)
    parser.add_argument("--python-embed", type=Path, required=True, metavar="ZIP", help="CPython for Windows; or a folder")
    parser.add_argument("--sha256", help=f"of that zip, if it is not the pinned one ({cpython.PINNED.name})")
    parser.add_argument("--version", default=VERSION)
    parser.add_argument("--out", type=Path, default=out)
    cross = "before the compiler's name, if another machine has it"
    parser.add_argument("--cross", type=shlex.split, default=[], metavar="WORDS", help=cross)
    parser.add_argument("--quick", action="store_true", help="for a look: larger, and made in a fraction of the time")
    return parser


def lay_out(app: Path, python: Path, pinned: str | None, version: str, cross: Sequence[str]) -> None:
    """The folder as it will be installed."""
    dll = cpython.lay_out(python, app / "python", pinned)
    payload.rooms(app / "rooms", version)
    payload.wheels(app / "packages", cpython.release(dll), "win_amd64")
    for folder in [*(app / "rooms").rglob("linux")]:
        shutil.rmtree(folder)
    for path in [found for pattern in _UNUSED for found in (app / "packages").glob(pattern)]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in (app / "packages" / _INSTEAD).iterdir():
        path.replace(app / "python" / path.name)
    (app / "packages" / _INSTEAD).rmdir()
    programs.build(app, dll, version, cross)
    shutil.copyfile(HERE / "steps.py", app / "steps.py")
    shutil.copyfile(TOP / "LICENSE", app / "LICENSE.txt")


def makensis(work: Path, out: Path, version: str, *, quick: bool = False) -> None:
    """The set-up of what lies in `work`. SystemExit: it cannot be made."""
    app = work / "app"
    (work / "texts.nsh").write_text(texts.script(), "utf-8")
    texts.compose(work / "languages")
    programs.side(work / "side.bmp")
    os.utime(work / "side.bmp", (payload.epoch(), payload.epoch()))  # it is packed as a file
    told = {"TEXTS": work / "texts.nsh", "SIDE": work / "side.bmp", "LANGUAGES": work / "languages"}
    kilobytes = sum(path.stat().st_size for path in app.rglob("*")) // 1024
    compiled("setup.nsi", told | {"KILOBYTES": kilobytes}, work, out, version, quick=quick)


def compiled(script: str, told: dict[str, object], work: Path, out: Path, version: str, *, quick: bool) -> None:
    """What NSIS makes of `work`/app and this script, which is `told` more. SystemExit: it cannot be made."""
    (work / "giochoi.ico").write_bytes(programs.icon())
    told |= {
        "VERSION": version, "NUMBERS": programs.numbers(version).replace(",", "."), "APP": work / "app",
        "ICON": work / "giochoi.ico", "OUT": out.resolve(),
    }  # fmt: skip
    if quick:
        told["QUICK"] = 1
    if signing.options():
        told["SIGN"] = f"{sys.executable} {HERE / 'signing.py'}"
    out.parent.mkdir(parents=True, exist_ok=True)
    command = ["makensis", "-V2", "-WX", "-INPUTCHARSET", "UTF8", *(f"-D{name}={value}" for name, value in told.items())]
    try:
        epoch = {"SOURCE_DATE_EPOCH": str(payload.epoch())}
        subprocess.run([*command, HERE / script], env=os.environ | epoch, check=True)
    except FileNotFoundError as error:
        raise SystemExit("installers: makensis is needed: apt-get install nsis") from error
    except subprocess.CalledProcessError as error:
        raise SystemExit("installers: makensis failed") from error
