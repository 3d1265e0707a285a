"""Makes the verifier as one file to carry: `make verifier`.

    giochoi-verify.pyz:  __main__.py  made-for  any/…  linux/…  cp311-linux/…  cp313-win32/…

It holds our rooms that verify, and what they need of others, for each Python and system that is named here. Those packages are
partly compiled and cannot be loaded from inside an archive: `__main__.py` (carried.py) puts what fits together in a temporary
folder, runs it, and removes it. Packages come from wherever pip takes them; they are those of requirements.lock, by their
hashes.
"""

from __future__ import annotations

import re
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from installers.payload import LANGUAGES, LOCK, TOP, Pin, had
from installers.payload import pinned as running

PAPER = TOP / "compliance/paper"
ROOMS = ("compliance", "i18n", "rules")
NEEDED = (
    "annotated-types", "babel", "cffi", "msgspec", "pydantic", "pydantic-core", "pynacl", "typing-extensions",
    "typing-inspection", "tzdata",
)  # fmt: skip
PYTHONS = ("3.11", "3.12", "3.13")
PLATFORMS = {"linux": "manylinux_2_28_x86_64", "win32": "win_amd64"}
_DATE = (1980, 1, 1, 0, 0, 0)
_LEFT_OUT = re.compile(r".*(?:\.dist-info/(?!METADATA$)|/tests?/|__pycache__|\.pyi$|\.pyc$).*")


def main(out: str) -> None:
    """Makes the file. SystemExit says what pip could not get."""
    wheels = {
        f"cp{python.replace('.', '')}-{system}": had(pinned(python, platform), python, platform)
        for system, platform in PLATFORMS.items()
        for python in PYTHONS
    }
    Path(out).parent.mkdir(parents=True, exist_ok=True)
    assemble(Path(out), wheels)
    sys.stdout.write(f"{out}: {Path(out).stat().st_size >> 20} MiB\n")


def pinned(python: str, platform: str) -> list[Pin]:
    """Of the lock only what the verifier needs."""
    return [pin for pin in running(LOCK, python, platform) if pin.name in NEEDED]


def assemble(out: Path, wheels: Mapping[str, Iterable[Path]]) -> None:
    """The file: `wheels` by what they are for. What is the same for all, or for all of one system, lies in it once."""
    parts = {tag: dict(_contents(paths)) for tag, paths in wheels.items()}
    members = {"__main__.py": (TOP / "installers/carried.py").read_bytes(), "made-for": "\n".join(sorted(parts)).encode()}
    members |= {f"any/{path.relative_to(TOP).as_posix()}": path.read_bytes() for path in rooms()}
    for tag, part in parts.items():
        system = tag.partition("-")[2]
        for name, data in part.items():
            where = next(one for one in ("any", system, tag) if _same(name, data, parts, one))
            members[f"{where}/{name}"] = data
    with out.open("wb") as file:
        file.write(b"#!/usr/bin/env python3\n")
        with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
            for name, data in sorted(members.items()):
                archive.writestr(zipfile.ZipInfo(name, _DATE), data, zipfile.ZIP_DEFLATED)
    out.chmod(0o755)


def _same(name: str, data: bytes, parts: Mapping[str, Mapping[str, bytes]], where: str) -> bool:
    """Whether it is this for all that `where` stands for."""
    return all(part.get(name) == data for tag, part in parts.items() if where in {"any", tag, tag.partition("-")[2]})


def _contents(wheels: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                if not (name.endswith("/") or _LEFT_OUT.match(name) or LANGUAGES.match(name)):
                    yield name, archive.read(name)


def rooms() -> Iterator[Path]:
    """Of our files those that verify: without what needs ReportLab, and that Pillow, in six times seven megabytes."""
    kept = (path for room in ROOMS for path in (TOP / room).rglob("*") if PAPER not in path.parents)
    return (path for path in kept if path.suffix in {".py", ".toml", ".mo"})


if __name__ == "__main__":
    main(*sys.argv[1:2] or ["dist/giochoi-verify.pyz"])
