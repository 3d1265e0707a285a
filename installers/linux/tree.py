"""What lands where on Debian.

- /usr/lib/giochoi: a venv on /usr/bin/python3, which is whichever Python 3 the system has; in it
  - common/: our rooms, and the packages that are the same for all Pythons,
  - lib/python3.X/…: the packages that are compiled for this one, and the line that leads to common/;
- manuals and completions: as `giochoi` itself gives them;
- everything else: as it lies in root/.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Final

from installers import payload
from installers.linux import manual
from installers.linux.licences import of_packages
from installers.linux.packing import packed

HERE: Final = Path(__file__).parent
PYTHONS: Final = ("3.11", "3.12", "3.13")
PLATFORM: Final = "manylinux_2_28_x86_64"
LEFT_TO_DEBIAN: Final = ("pillow",)  # python3-pil: the tray needs it beside GTK, and so does what is printed on A4
_PIL: Final = "../../python3/dist-packages/PIL"  # from common/; where it is not installed, nobody finds it
_ICON: Final = "giochoi-free"
_ICON_SIZES: Final = (16, 22, 24, 32, 48, 64)  # that hicolor has
_LIBRARY: Final = Path("usr/lib/giochoi")
_DOC: Final = Path("usr/share/doc/giochoi")


def fill(root: Path, version: str) -> None:
    """The whole package as dpkg-deb takes it, dates and modes aside."""
    shutil.copytree(HERE / "root", root)
    _library(root / _LIBRARY, version)
    _icons(root)
    manual.write(root, version, datetime.fromtimestamp(payload.epoch(), UTC).date())
    _about(root, version)
    _control(root, version)


def _library(library: Path, version: str) -> None:
    (library / "bin").mkdir(parents=True)
    (library / "bin/python3").symlink_to("../../../bin/python3")
    common = library / "common"
    payload.rooms(common, version)
    (common / "PIL").symlink_to(_PIL)
    needed = {python: payload.files(python, PLATFORM, without=LEFT_TO_DEBIAN) for python in PYTHONS}
    shared = set.intersection(*({wheel.name for wheel in wheels} for wheels in needed.values()))
    for wheel in needed[PYTHONS[0]]:
        if wheel.name in shared:
            payload.unpack(wheel, common)
    for python, wheels in needed.items():
        own = library / f"lib/python{python}/site-packages"
        own.mkdir(parents=True)
        for wheel in wheels:
            if wheel.name not in shared:
                payload.unpack(wheel, own)
        (own / "giochoi.pth").write_text("../../../common\n", "ascii")
    compiled = sorted(map(str, library.rglob("*.so*")))
    subprocess.run(["strip", "--strip-unneeded", "--remove-section=.comment", *compiled], check=True)  # noqa: S607 - of PATH


def _icons(root: Path) -> None:
    for size in _ICON_SIZES:
        folder = root / f"usr/share/icons/hicolor/{size}x{size}/apps"
        folder.mkdir(parents=True)
        shutil.copyfile(payload.TOP / f"tray/sprites/hicolor/{size}x{size}/apps/{_ICON}.png", folder / "giochoi.png")


def _about(root: Path, version: str) -> None:
    when = datetime.fromtimestamp(payload.epoch(), UTC)
    doc = root / _DOC
    doc.mkdir(parents=True)
    log = (
        f"giochoi ({version}) stable; urgency=medium\n\n  * What changed: changes.md.gz\n\n"
        f" -- {_maintainer()}  {format_datetime(when)}\n"
    )
    packed(doc / "changelog.gz", log.encode())
    packed(doc / "changes.md.gz", (payload.TOP / "CHANGELOG.md").read_bytes())
    (doc / "copyright").write_text((HERE / "control/copyright").read_text("utf-8") + of_packages(root / _LIBRARY), "utf-8")
    about = root / "usr/share/metainfo/vn.giochoi.GioChoi.metainfo.xml"
    about.write_text(about.read_text("utf-8").replace("@VERSION@", version).replace("@DATE@", f"{when:%Y-%m-%d}"), "utf-8")


def _control(root: Path, version: str) -> None:
    size = sum(path.lstat().st_size for path in root.rglob("*") if path.is_file()) >> 10
    sums = "".join(f"{_md5(path)}  {path.relative_to(root).as_posix()}\n" for path in _plain_files(root))
    control = root / "DEBIAN"
    control.mkdir()
    for name in ("conffiles", "postinst", "postrm", "prerm", "triggers"):
        shutil.copy(HERE / "control" / name, control)
    told = (HERE / "control/control").read_text("utf-8").replace("@VERSION@", version).replace("@SIZE@", str(size))
    (control / "control").write_text(told, "utf-8")
    (control / "md5sums").write_text(sums, "utf-8")


def _plain_files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())


def _md5(path: Path) -> str:
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()


def _maintainer() -> str:
    lines = (HERE / "control/control").read_text("utf-8").splitlines()
    return next(line.removeprefix("Maintainer: ") for line in lines if line.startswith("Maintainer: "))
