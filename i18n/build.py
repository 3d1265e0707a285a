"""Makes the catalogues that programs read (.mo) from those that people write (.po); the build of a wheel does it by itself.

`python -m i18n.build` makes them; with the word `update` it first takes new texts from the code into i18n/vi.po, and out of it
those that are gone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).parent
ROOMS = ("i18n", "rules", "host", "compliance", "agent", "daemon", "words", "cli", "tray", "uplink", "witness", "installers")
_WIDTH = 120
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NOISE = tuple(f'"{name}'.encode() for name in ("POT-", "PO-", "Generated-", "Report-", "Last-", "Language-", "Project-"))
_KEYWORDS: dict[str, Any] = {"msg": None, "msgn": (1, 2)}


def texts(top: Path) -> Iterator[tuple[str, int, Any]]:
    """(file, line, text or (one, many)) of every message in the code below `top`."""
    for room in ROOMS:
        for file in sorted((top / room).rglob("*.py")):
            for line, text, _, _ in extract_from_file("python", file, _KEYWORDS):
                yield file.relative_to(top).as_posix(), line, text


def read(po: Path) -> Catalog:
    """The catalogue as people wrote it. Its broken lines are errors."""
    with po.open("rb") as file:
        return read_po(file, locale=po.stem, abort_invalid=True)


def make(po: Path) -> Path:
    """The file that gettext reads, beside `po`. What is not translated stays out, and is shown in English."""
    mo, known = po.with_suffix(".mo"), read(po)
    known.creation_date = known.revision_date = _EPOCH  # the same words make the same bytes
    written = BytesIO()
    write_mo(written, known)
    if not mo.exists() or mo.read_bytes() != written.getvalue():
        beside = mo.with_name(f"{mo.name}.{os.getpid()}")
        beside.write_bytes(written.getvalue())
        beside.replace(mo)  # in one step: programs of this tree may be running
    return mo


def update(po: Path, top: Path) -> None:
    """Bring `po` up to date with the code: new texts without words, old ones gone. Nothing is guessed."""
    template = Catalog(charset="utf-8")
    for file, _, text in texts(top):
        template.add(text, locations=[(file, 1)])
    known = read(po) if po.exists() else Catalog(locale=po.stem)
    known.update(template, no_fuzzy_matching=True, update_header_comment=False)
    known.obsolete.clear()
    written = BytesIO()
    write_po(written, known, width=_WIDTH, sort_by_file=True, ignore_obsolete=True, include_lineno=False)
    po.write_bytes(b"".join(line for line in written.getvalue().splitlines(keepends=True) if not line.startswith(_NOISE)))


def main(words: list[str]) -> int:
    for po in sorted(HERE.glob("*.po")):
        if words == ["update"]:
            update(po, HERE.parent)
        make(po)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
