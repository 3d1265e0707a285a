"""Several logs of one visit: a line for each, and which of them cannot both be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from compliance.bundle import BundleError, read
from compliance.given import UsageError
from compliance.page import explain
from compliance.page.blocks import Said, Section, Tone
from compliance.page.model import Page
from compliance.page.seen import moment
from compliance.page.shortened import few
from compliance.page.verdict import verdict
from compliance.verifying.bundle.whole import Broken, log_key
from i18n.message import Arg, Message, msg, msgn

MOST = 500
_RANK: Final[dict[Tone, int]] = {"bad": 0, "note": 1, "": 2, "good": 3}
_SHOWN = 3  # things to explain of each


class Visited(NamedTuple):
    """`page`: of its log, or why it is none."""

    file: Path
    page: Page | Message


def bundles(given: Sequence[str]) -> list[Path]:
    """The files that are named, and those in the folders that are, by their names. UsageError."""
    found: list[Path] = []
    for path in map(Path, given):
        inside = [path]
        if path.is_dir():
            inside = sorted(one for one in path.iterdir() if one.is_file() and not one.name.startswith("."))
        if not inside:
            raise UsageError(msg("{file} is a folder without files", file=str(path)))
        found += inside
    if len(found) > MOST:
        raise UsageError(msg("more than {n} files: name fewer", n=MOST))
    return found


def told_apart(files: Sequence[Path]) -> None:
    """UsageError where two are of one key."""
    known: dict[str, Path] = {}
    for file in files:
        try:
            with read(file) as bundle:
                key = log_key(bundle.members).fingerprint
        except (BundleError, Broken):
            continue  # which the table says
        if (other := known.setdefault(key, file)) is not file:
            raise UsageError(msg(
                "{first} and {second} have one key: one is a copy of the other, or its PC is of the other's. Verify each "
                "alone, and ask the owner", first=other.name, second=file.name,
            ))  # fmt: skip


def table(visited: Sequence[Visited]) -> Section:
    """The worst first."""
    rows = sorted(map(_row, visited), key=lambda said: _RANK[said.tone])
    return Section("visit", msgn("{n} log", "{n} logs", len(rows)), tuple(rows))


def _row(one: Visited) -> Said:
    if isinstance(one.page, Message):
        return Said(msg("{file}: {verdict}", file=one.file.name, verdict=one.page), (), "bad")
    said = verdict(one.page)
    return Said(msg("{file}: {verdict}", file=one.file.name, verdict=said.text), tuple(_about(one.page)), said.tone)


def _about(page: Page) -> Iterator[Arg]:
    if page.period is not None:
        start, end = (moment(at, page.report.zone) for at in page.period)
        seats = msgn("{n} PC", "{n} PCs", len(page.coverage.seats))
        yield msg("{start} – {end}, {pcs}", start=start, end=end, pcs=seats)
    found = [one.what for one in explain.items(page)]
    yield from few(found, _SHOWN)
