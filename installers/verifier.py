"""Makes the verifier as one file to carry: `make verifier`.

    giochoi-verify.pyz:  __main__.py  made-for  any/…  linux/…  cp311-linux/…  cp313-win32/…

It holds our rooms that verify, and what they need of others, for each Python and system that is named here. Those packages are
partly compiled and cannot be loaded from inside an archive: `__main__.py` (carried.py) puts what fits together in a temporary
folder, runs it, and removes it. Packages come from wherever pip takes them; they are those of requirements.lock, by their
hashes.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
ROOMS = ("compliance", "i18n", "rules")
NEEDED = (
    "annotated-types", "babel", "cffi", "cryptography", "msgspec", "pydantic", "pydantic-core", "typing-extensions",
    "typing-inspection", "tzdata",
)  # fmt: skip
PYTHONS = ("3.11", "3.12", "3.13")
PLATFORMS = {"linux": ("manylinux2014_x86_64", "manylinux_2_17_x86_64", "manylinux_2_28_x86_64"), "win32": ("win_amd64",)}
_DATE = (1980, 1, 1, 0, 0, 0)
_LANGUAGES = re.compile(r"babel/locale-data/(?!(?:root|vi|en|vi_VN|en_001|en_US)\.dat$)")  # of 1,000 two are spoken here
_LEFT_OUT = re.compile(r".*(?:\.dist-info/(?!METADATA$)|/tests?/|__pycache__|\.pyi$|\.pyc$).*")


def main(out: str) -> None:
    """Makes the file. SystemExit says what pip could not get."""
    with tempfile.TemporaryDirectory() as folder:
        wheels: dict[str, list[Path]] = {}
        for platform, tags in PLATFORMS.items():
            for python in PYTHONS:
                into = Path(folder, platform, python)
                _download(into, python, tags)
                wheels[f"cp{python.replace('.', '')}-{platform}"] = sorted(into.glob("*.whl"))
        Path(out).parent.mkdir(parents=True, exist_ok=True)
        assemble(Path(out), wheels)
    sys.stdout.write(f"{out}: {Path(out).stat().st_size >> 20} MiB\n")


def pinned(lock: str) -> str:
    """Of the lock only what the verifier needs, for pip."""
    entries = re.findall(r"^([a-z0-9-]+)(==\S+)[^\n]*\\\n((?: +--hash=\S+(?: \\)?\n)+)", lock, re.MULTILINE)
    found = {name: f"{name}{version} \\\n{hashes}" for name, version, hashes in entries}
    return "".join(found[name] for name in NEEDED)


def _download(into: Path, python: str, platforms: Iterable[str]) -> None:
    into.mkdir(parents=True)
    (into / "lock").write_text(pinned((TOP / "requirements.lock").read_text("utf-8")), "utf-8")
    asked = [f"--platform={one}" for one in platforms]
    command = [
        sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "download", "--require-hashes", "--no-deps",
        "--only-binary=:all:", f"--python-version={python}", "--implementation=cp", *asked,
        "-r", str(into / "lock"), "-d", str(into),
    ]  # fmt: skip
    if subprocess.run(command, check=False).returncode:
        raise SystemExit(f"installers.verifier: pip could not get the packages for Python {python}")


def assemble(out: Path, wheels: Mapping[str, Iterable[Path]]) -> None:
    """The file: `wheels` by what they are for. What is the same for all, or for all of one system, lies in it once."""
    parts = {tag: dict(_contents(paths)) for tag, paths in wheels.items()}
    members = {"__main__.py": (TOP / "installers/carried.py").read_bytes(), "made-for": "\n".join(sorted(parts)).encode()}
    members |= {f"any/{path.relative_to(TOP).as_posix()}": path.read_bytes() for path in _rooms()}
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
                if not (name.endswith("/") or _LEFT_OUT.match(name) or _LANGUAGES.match(name)):
                    yield name, archive.read(name)


def _rooms() -> Iterator[Path]:
    kept = (path for room in ROOMS for path in (TOP / room).rglob("*"))
    return (path for path in kept if path.suffix in {".py", ".toml", ".mo"})


if __name__ == "__main__":
    main(*sys.argv[1:2] or ["dist/giochoi-verify.pyz"])
