"""What every installer holds: our rooms, and the packages that they need.

Packages are those of a lock, by their hashes, from wherever pip takes them. Two calls on the same commit make the same bytes:
nothing is compiled, and `settle` gives all the time of the last commit.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from host import VERSION
from i18n.build import make

TOP: Final = Path(__file__).resolve().parents[1]
LOCK: Final = TOP / "requirements.lock"
KEPT: Final = TOP / "build/wheels"  # what was downloaded, so that the next build needs no network
ROOMS: Final = ("agent", "cli", "compliance", "daemon", "host", "i18n", "rules", "tray", "uplink", "witness", "words")
_OURS = frozenset({".desktop", ".o", ".png", ".py", ".toml", ".ttf", ".txt", ".wav"})
_BUILDERS = frozenset({"i18n/build.py", "i18n/hatch.py"})  # they make what is installed, and are not installed themselves
_MANYLINUX = re.compile(r"manylinux_2_(\d+)_(\w+)")
_OLDER = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}  # what these were called before
LANGUAGES = re.compile(r"babel/locale-data/(?!(?:root|vi|en|vi_VN|en_001|en_US)\.dat$)")  # of 1,000 two are spoken here
_UNUSED = re.compile(
    r"(?:.*/)?(?:tests?/|__pycache__/|[^/]*\.(?:c|h|pxd|pyc|pyi|pyx)$)|.*\.dist-info/(?:RECORD|WHEEL|scm_\w+\.json)$"
    r"|reportlab/(?:fonts|graphics)/.*"  # our reports have a font of their own, and no drawings
)
_INTO_LIBRARY = re.compile(r"[^/]+\.data/(?:purelib|platlib)/")
_ELSEWHERE = re.compile(r"[^/]+\.data/")  # scripts and headers


@dataclass(frozen=True, slots=True)
class Pin:
    """One package of a lock. `hashes`: sha256 of each file that may be it, in hex."""

    name: str
    version: str
    hashes: tuple[str, ...]


def epoch() -> int:
    """Seconds since 1970: SOURCE_DATE_EPOCH, else the last commit's time."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    command = ["git", "-c", f"safe.directory={TOP}", "-C", str(TOP), "log", "-1", "--format=%ct"]
    try:
        return int(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        raise SystemExit(f"installers: this is no commit's tree ({error}); set SOURCE_DATE_EPOCH") from error


def rooms(into: Path, version: str = VERSION) -> None:
    """Our programs, catalogues made, as folders of `into`. Nothing that only builds is among them."""
    for room in ROOMS:
        for path in sorted((TOP / room).rglob("*")):
            name = path.relative_to(TOP).as_posix()
            if path.suffix in _OURS and name not in _BUILDERS:
                (into / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, into / name)
    for po in (TOP / "i18n").glob("*.po"):
        copy = into / "i18n" / po.name
        shutil.copyfile(po, copy)
        make(copy)
        copy.unlink()
    about = into / f"giochoi-{version}.dist-info/METADATA"  # what answers --version
    about.parent.mkdir(parents=True)
    about.write_text(f"Metadata-Version: 2.4\nName: giochoi\nVersion: {version}\nLicense-Expression: Apache-2.0\n", "utf-8")
    named = into / "host/__init__.py"
    named.write_text(named.read_text("utf-8").replace(f'VERSION = "{VERSION}"', f'VERSION = "{version}"'), "utf-8")


def wheels(into: Path, python: str, platform: str, lock: Path = LOCK) -> None:
    """The packages that `into` needs to be a site-packages of this Python (`3.13`) and platform (`win_amd64`)."""
    for wheel in files(python, platform, lock):
        unpack(wheel, into)


def files(python: str, platform: str, lock: Path = LOCK, without: Collection[str] = ()) -> list[Path]:
    """The wheels that this Python and platform need, whose hashes the lock has. SystemExit says what cannot be had."""
    return had([pin for pin in pinned(lock, python, platform) if pin.name not in without], python, platform)


def had(pins: Sequence[Pin], python: str, platform: str) -> list[Path]:
    """The wheels of these for this Python and platform. SystemExit says what cannot be had."""
    folder = KEPT / f"{python}-{platform}"
    folder.mkdir(parents=True, exist_ok=True)
    found = _whole(folder, pins)
    if len(found) < len(pins):
        missing = [pin for pin in pins if pin.name not in found]
        _download(folder, missing, python, platform)
        found = _whole(folder, pins)
        if lost := [pin.name for pin in pins if pin.name not in found]:
            raise SystemExit(f"installers: pip brought no {', '.join(lost)} for Python {python} on {platform}")
    return [found[pin.name] for pin in pins]


def pinned(lock: Path, python: str, platform: str) -> list[Pin]:
    """What runs there, by name: neither what only builds, nor what another Python or system needs."""
    entries = _entries(lock.read_text("utf-8"))
    for_running = _asked_for(entries, "giochoi (pyproject.toml)")
    pins = []
    for name in sorted(for_running):
        told = Requirement(entries[name].split("\\", 1)[0])
        if told.marker is None or told.marker.evaluate(_environment(python, platform)):
            pins.append(Pin(name, _exactly(told.specifier), tuple(re.findall(r"--hash=sha256:(\w+)", entries[name]))))
    return pins


def unpack(wheel: Path, into: Path) -> None:
    """What of a wheel is used when it runs."""
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            inside = _INTO_LIBRARY.sub("", name)
            if name.endswith("/") or _ELSEWHERE.match(inside) or _UNUSED.match(inside) or LANGUAGES.match(inside):
                continue
            file = into / inside
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(archive.read(name))


def settle(folder: Path) -> None:
    """Give all below `folder`, and it, the time of the build and the modes of what is installed."""
    when = epoch()
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        os.utime(path, (when, when), follow_symlinks=False)


def _entries(lock: str) -> dict[str, str]:
    """The text of each package by its name."""
    parts = re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE)
    return {match[0]: part for part in parts if (match := re.match(r"[a-z0-9][^ =\[]*(?=[=\[])", part))}


def _asked_for(entries: dict[str, str], who: str) -> set[str]:
    """Which packages `who` asked for, and what those need, as the lock's comments say."""
    asked_by = {name: set(re.findall(r"^ +# +(?:via )?(.+)$", text, re.MULTILINE)) for name, text in entries.items()}
    names: set[str] = set()
    while more := {name for name, by in asked_by.items() if name not in names and by & {who, *names}}:
        names |= more
    return names


def _environment(python: str, platform: str) -> dict[str, str]:
    windows = platform.startswith("win")
    return {
        "extra": "", "implementation_name": "cpython", "implementation_version": f"{python}.0",
        "os_name": "nt" if windows else "posix", "platform_machine": "AMD64" if windows else "x86_64",
        "platform_python_implementation": "CPython", "platform_release": "", "platform_version": "",
        "platform_system": "Windows" if windows else "Linux", "python_full_version": f"{python}.0", "python_version": python,
        "sys_platform": "win32" if windows else "linux",
    }  # fmt: skip


def _exactly(specifier: SpecifierSet) -> str:
    (one,) = specifier
    return one.version


def _whole(folder: Path, pins: Iterable[Pin]) -> dict[str, Path]:
    """The wheels in `folder` that these pins mean, by name. Others are left alone."""
    kept = {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in sorted(folder.glob("*.whl"))}
    return {
        pin.name: path
        for pin in pins
        for digest, path in kept.items()
        if digest in pin.hashes and canonicalize_name(path.name.split("-", 1)[0]) == pin.name
    }


def _download(folder: Path, pins: Iterable[Pin], python: str, platform: str) -> None:
    lines = [" ".join([f"{pin.name}=={pin.version}", *(f"--hash=sha256:{one}" for one in pin.hashes)]) for pin in pins]
    asked = folder / "asked.txt"
    asked.write_text("\n".join(lines) + "\n", "utf-8")
    command = [
        sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "download", "--require-hashes", "--no-deps",
        "--only-binary=:all:", f"--python-version={python}", "--implementation=cp",
        *(f"--platform={tag}" for tag in _tags(platform)), "-r", str(asked), "-d", str(folder),
    ]  # fmt: skip
    if subprocess.run(command, check=False).returncode:
        raise SystemExit(f"installers: pip could not get the packages for Python {python} on {platform}")


def _tags(platform: str) -> list[str]:
    """The platform, and the older ones that it runs too: pip takes `manylinux_2_28` at its word."""
    match = _MANYLINUX.fullmatch(platform)
    if match is None:
        return [platform]
    machine = match[2]
    newest = [f"manylinux_2_{minor}_{machine}" for minor in range(int(match[1]), 4, -1)]
    return newest + [f"{name}_{machine}" for minor, name in _OLDER.items() if minor <= int(match[1])]
