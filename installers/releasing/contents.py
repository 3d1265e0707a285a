"""What of others is in a release, by what they say of themselves: the packages of the lock."""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from installers import payload
from installers.linux.tree import LEFT_TO_DEBIAN, PLATFORM, PYTHONS
from installers.metadata import licence, owner

DEBIAN: Final = tuple((python, PLATFORM) for python in PYTHONS)
WINDOWS: Final = (("3.13", "win_amd64"),)
_TEXT = re.compile(r"(?:AUTHORS|COPYING|LICEN[CS]E|NOTICE)[^/]*$|/licenses/.+$")


@dataclass(slots=True)
class Part:
    """One package. `licence`: an SPDX expression where it gives one; `files`: sha256 in hex of each that is in; `texts`: of its
    licence, by name; `needs`: names; `of`: which installers it is in.
    """

    name: str
    version: str
    licence: str
    owner: str
    expression: bool
    files: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    needs: frozenset[str] = frozenset()
    of: set[str] = field(default_factory=set)


def of_lock() -> list[Part]:
    """All packages that one of the installers holds, by name. SystemExit: one cannot be had."""
    found: dict[str, Part] = {}
    for which, targets, without in (("deb", DEBIAN, LEFT_TO_DEBIAN), ("windows", WINDOWS, ())):
        for python, platform in targets:
            gather(found, which, payload.files(python, platform, without=without))
    return sorted(found.values(), key=lambda part: part.name)


def gather(found: dict[str, Part], which: str, wheels: Iterable[Path]) -> None:
    for wheel in wheels:
        part = _read(wheel)
        part = found.setdefault(part.name, part)
        part.files[wheel.name] = hashlib.sha256(wheel.read_bytes()).hexdigest()
        part.of.add(which)


def _read(wheel: Path) -> Part:
    with zipfile.ZipFile(wheel) as archive:
        about = next(name for name in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name))
        told = HeaderParser().parsestr(archive.read(about).decode("utf-8"))
        folder = about.rpartition("/")[0]
        texts = {name: archive.read(name).decode("utf-8", "replace") for name in sorted(_licences(archive, folder))}
    expression = told["License-Expression"]
    return Part(
        name=canonicalize_name(told["Name"]), version=told["Version"], licence=licence(told),
        owner=owner(told),
        expression=expression is not None, texts=texts, needs=frozenset(_needs(told)),
    )  # fmt: skip


def _licences(archive: zipfile.ZipFile, folder: str) -> Iterator[str]:
    """Those beside METADATA; where there are none, any that it has."""
    every = [name for name in archive.namelist() if _TEXT.search(name) and not name.endswith("/")]
    return iter([name for name in every if name.startswith(f"{folder}/")] or every)


def _needs(told: Message) -> Iterator[str]:
    for text in told.get_all("Requires-Dist", []):
        asked = Requirement(text)
        if asked.marker is None or "extra" not in str(asked.marker):
            yield canonicalize_name(asked.name)
