"""A line for each entry that was counted, with what it counts for: whoever wants to can add the figures up again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from cli.given.files import BOM, harmless
from cli.report.logs import Log, log_of
from compliance.reporting.figures import FIELDS, Figures

_COLUMNS = ("figure", "entry", *dict.fromkeys(name for fields in FIELDS.values() for name in fields), "seconds")
_CHUNK = 1 << 16


def pieces(figures: Figures, logs: Sequence[Log]) -> Iterator[bytes]:
    """The file. Its words are the same in every language, as programs read it. Of several logs each line says which."""
    text = io.StringIO(newline="")
    text.write(BOM)
    several = len(logs) > 1
    writer = csv.DictWriter(text, (_COLUMNS[0], "log", *_COLUMNS[1:]) if several else _COLUMNS, restval="")
    writer.writeheader()
    for figure, fields, entry, ms in figures.lines():
        told = {name: harmless(value) for name, value in fields.items()}
        log = log_of(entry, logs)
        of = {"log": harmless(log.file)} if several else {}
        writer.writerow({"figure": figure, **of, "entry": entry - log.first, **told, "seconds": ms / 1000 if ms else ""})
        if text.tell() > _CHUNK:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()
