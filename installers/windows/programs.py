"""Makes the programs that Windows knows us by: giochoi.exe and the like, a few kilobytes each, with icon and version resource.

Compiled by mingw-w64 (Debian: gcc-mingw-w64-x86-64-win32). The same sources give the same bytes.
"""

from __future__ import annotations

import struct
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image

TOP: Final = Path(__file__).resolve().parents[2]
SPRITES: Final = TOP / "tray/sprites/hicolor"
COMPANY: Final = "Giờ Chơi"
_LAUNCHER = Path(__file__).with_name("launcher.c")
_SIZES = (16, 20, 24, 32, 40, 48, 64)
_SPRITE = "giochoi-free"
_SIDE = (164, 314)  # as NSIS has it


@dataclass(frozen=True, slots=True)
class Program:
    """`room`: what Python runs. `about`: what Windows calls it, also in toasts. `windowed`: it has no console."""

    name: str
    room: str
    about: str
    windowed: bool = False


PROGRAMS: Final = (
    Program("giochoi", "cli", "Giờ Chơi – command line"),
    Program("giochoi-agent", "agent", "Giờ Chơi – registry and log"),
    Program("giochoi-daemon", "daemon", "Giờ Chơi – limits on games"),
    Program("giochoi-uplink", "uplink", "Giờ Chơi – line to the agent on another PC"),
    Program("giochoi-tray", "tray", "Giờ Chơi", windowed=True),
    Program("giochoi-verify", "compliance", "Giờ Chơi – verifier of the log"),
    Program("giochoi-witness", "witness", "Giờ Chơi – witness of other people's logs"),
)


def build(into: Path, python: str, version: str, cross: Sequence[str] = (), which: Sequence[Program] = PROGRAMS) -> None:
    """Each of them. `python`: the name of its DLL. `cross`: words before the compiler's name, where it is another machine's."""
    with tempfile.TemporaryDirectory(dir=into) as work:
        Path(work, "giochoi.ico").write_bytes(icon())
        for program in which:
            _compile(program, Path(work), into / f"{program.name}.exe", python, version, cross)


def icon() -> bytes:
    """Ours: the tray's, when nothing is played."""
    return ico([(SPRITES / f"{n}x{n}" / "apps" / f"{_SPRITE}.png").read_bytes() for n in _SIZES])


def side(into: Path) -> None:
    """What stands at the left of the set-up's first and last page: our icon, and nothing else."""
    picture = Image.new("RGB", _SIDE, "#E3EFE6")
    with Image.open(SPRITES / f"64x64/apps/{_SPRITE}.png") as file:
        sprite = file.convert("RGBA")
    picture.paste(sprite, ((_SIDE[0] - 64) // 2, 40), sprite)
    picture.save(into)


def ico(pictures: Sequence[bytes]) -> bytes:
    """An icon of these PNG pictures, as Windows reads them since Vista."""
    at = 6 + 16 * len(pictures)
    entries = b""
    for picture in pictures:
        width, height = struct.unpack(">II", picture[16:24])
        entries += struct.pack("<BBBBHHII", width % 256, height % 256, 0, 0, 1, 32, len(picture), at)
        at += len(picture)
    return struct.pack("<HHH", 0, 1, len(pictures)) + entries + b"".join(pictures)


def numbers(version: str) -> str:
    """`0.1.0.dev1` as the four numbers of Windows: `0,1,0,0`."""
    parts = [part for part in version.split(".")[:3] if part.isdigit()]
    return ",".join((parts + ["0"] * 4)[:4])


def resource(program: Program, version: str) -> str:
    """What the program says of itself, for windres; in English, as Windows shows it to administrators."""
    values = {
        "CompanyName": COMPANY, "FileDescription": program.about, "FileVersion": version, "InternalName": program.name,
        "LegalCopyright": "Apache-2.0", "OriginalFilename": f"{program.name}.exe", "ProductName": COMPANY,
        "ProductVersion": version,
    }  # fmt: skip
    said = "\n".join(f'VALUE "{name}", "{value}"' for name, value in values.items())
    return f"""#include <winver.h>
1 ICON "giochoi.ico"
1 VERSIONINFO
FILEVERSION {numbers(version)}
PRODUCTVERSION {numbers(version)}
FILEOS VOS_NT_WINDOWS32
FILETYPE VFT_APP
BEGIN
BLOCK "StringFileInfo"
BEGIN
BLOCK "040904B0"
BEGIN
{said}
END
END
BLOCK "VarFileInfo"
BEGIN
VALUE "Translation", 0x0409, 1200
END
END
"""


def _compile(program: Program, work: Path, out: Path, python: str, version: str, cross: Sequence[str]) -> None:
    (work / "about.rc").write_text(resource(program, version), "utf-8")
    _run([*cross, "x86_64-w64-mingw32-windres", "--codepage=65001", "about.rc", "about.o"], work)
    compiler = [
        *cross, "x86_64-w64-mingw32-gcc", "-std=c11", "-Os", "-s", "-Wall", "-Werror", "-Wno-cast-function-type", "-fno-ident",
        "-static", "-nostdlib", "-nostartfiles", "-Wl,--entry=begin", "-Wl,--no-insert-timestamp", "-Wl,--dynamicbase",
        "-Wl,--nxcompat", "-mwindows" if program.windowed else "-mconsole",
        f'-DROOM=L"{program.room}"', f'-DPYTHON=L"{python}"',
        str(_LAUNCHER), "about.o", "-lkernel32", "-ladvapi32", "-lshell32", "-o", str(out),
    ]  # fmt: skip
    _run(compiler, work)


def _run(command: Sequence[str], folder: Path) -> None:
    try:
        subprocess.run(command, cwd=folder, check=True)
    except FileNotFoundError as error:
        raise SystemExit(f"installers: {error.filename} is needed: apt-get install gcc-mingw-w64-x86-64-win32") from error
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"installers: {' '.join(command[:3])} … failed") from error
