"""What the package's `copyright` says of the packages of others in it, from what they say of themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.parser import HeaderParser
from pathlib import Path

from installers.metadata import licence, owner

_LIBRARY = "usr/lib/giochoi"
_TEXT = re.compile("AUTHORS|COPYING|LICEN[CS]E|NOTICE")


def of_packages(library: Path) -> str:
    """A paragraph for each, by name. Their licences' texts lie beside them."""
    found = sorted({about.parent.name: about for about in library.rglob("*.dist-info/METADATA")}.items())
    return "\n".join(_paragraph(about, library) for name, about in found if not name.startswith("giochoi-"))


def _paragraph(about: Path, library: Path) -> str:
    told = HeaderParser().parsestr(about.read_text("utf-8"))
    texts = list(_texts(about.parent, library))
    if not texts:
        raise SystemExit(f"installers: {about.parent.name} has no text of its licence")
    lines = [
        f"Files: {_LIBRARY}/{about.parent.parent.relative_to(library).as_posix()}/{told['Name']}-{told['Version']}",
        f"Copyright: {owner(told)}",
        f"License: {licence(told).replace(' ', '-')}",
        " The text is in:",
        *(f"  /{text}" for text in texts),
    ]
    return "\n".join(lines) + "\n"


def _texts(folder: Path, library: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and _TEXT.search(path.name):
            yield f"{_LIBRARY}/{path.relative_to(library).as_posix()}"
