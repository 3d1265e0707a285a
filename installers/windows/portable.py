"""Builds the verifier for Windows as one program to carry: `build.py verifier --python-embed ZIP`. It holds its own Python.

Made of the same as giochoi-verify.pyz (installers/verifier.py) by what makes the set-up; portable.nsi is what it does.
"""

from __future__ import annotations

import argparse
import shutil
import struct
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from installers import payload, verifier
from installers.windows import cpython, programs, setup, signing

NAME: Final = "giochoi-verify.exe"
_PROGRAM = next(program for program in programs.PROGRAMS if program.name == Path(NAME).stem)
_CONSOLE = 3  # IMAGE_SUBSYSTEM_WINDOWS_CUI: a prompt waits for it, and it has the prompt's input and output
_UNUSED = ("sqlite3.dll", "_sqlite3.pyd", "libssl-*.dll", "_ssl.pyd", "python.exe", "pythonw.exe")  # no database, no network


def main(words: list[str]) -> int:
    asked = _parser().parse_args(words)
    work = payload.TOP / "build/windows-verifier"
    shutil.rmtree(work, ignore_errors=True)
    lay_out(work / "app", asked.python_embed, asked.sha256, asked.version, asked.cross)
    signing.sign([work / "app" / NAME])
    pack(work, asked.out, asked.version, quick=asked.quick)
    signing.sign([asked.out])
    sys.stdout.write(f"{asked.out}: {asked.out.stat().st_size / 1e6:.1f} MB\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    return setup.words_for("verifier", __doc__, payload.TOP / "dist" / NAME)


def lay_out(app: Path, python: Path, pinned: str | None, version: str, cross: Sequence[str]) -> None:
    """The folder as it will be unpacked."""
    app.mkdir(parents=True)
    dll = cpython.lay_out(python, app / "python", pinned)
    for path in [found for pattern in _UNUSED for found in (app / "python").glob(pattern)]:
        path.unlink()
    for room in verifier.rooms():
        copy = app / "rooms" / room.relative_to(payload.TOP)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(room, copy)
    release = cpython.release(dll)
    for wheel in payload.had(verifier.pinned(release, "win_amd64"), release, "win_amd64"):
        payload.unpack(wheel, app / "packages")
    programs.build(app, dll, version, cross, [_PROGRAM])
    shutil.copyfile(payload.TOP / "LICENSE", app / "LICENSE.txt")
    payload.settle(app)


def pack(work: Path, out: Path, version: str, *, quick: bool = False) -> None:
    """The program that holds `work`/app. SystemExit: it cannot be made."""
    setup.compiled("portable.nsi", {}, work, out, version, quick=quick)
    data = bytearray(out.read_bytes())
    (header,) = struct.unpack_from("<I", data, 0x3C)
    struct.pack_into("<H", data, header + 0x5C, _CONSOLE)  # NSIS makes programs of windows only; its own sum begins behind this
    out.write_bytes(data)
