"""A report from what was counted and what is set of the place."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Final

from agent.api.messages import PlaceShown
from cli.report.model import Report
from cli.report.reading import Source
from cli.report.tables import all_tables
from cli.words.layout import row
from cli.words.names import KINDS
from compliance.reporting.counting import Counter
from compliance.reporting.figures import FIELDS, Figures
from compliance.reporting.periods import Period
from i18n.message import Arg, Day, Moment, msg, msgn
from rules.calendar import day_name

NATIONAL: Final = "111"
"""The country's telephone number for the protection of children."""


def report(figures: Figures, counter: Counter, source: Source, period: Period, place: PlaceShown | None, now: int) -> Report:
    """`place` is what is set, None where only the log is at hand."""
    days: Arg = Day(period.last)
    if period.first < period.last:
        days = msg("from {first} to {last}", first=Day(period.first), last=days)
    logged = counter.place
    kind = place.place if place is not None else "" if logged is None else logged.place
    local = "" if place is None else place.hotline
    hotlines = msg("Protection of children by telephone: {number}", number=NATIONAL)
    return Report(
        title=msg("Report on the time and age of players of online games"), days=days,
        place="" if place is None else place.name, head=tuple(_head(place, kind, now, counter.zone)), log=tuple(_log(source)),
        tables=tuple(all_tables(figures, counter.decisions)), notes=tuple(_notes(counter, period, now)),
        hotlines=row((hotlines, msg("local: {number}", number=local)), " · ") if local else hotlines,
        official=kind != "home",
    )  # fmt: skip


def _head(place: PlaceShown | None, kind: str, now: int, zone: str) -> Iterator[tuple[Arg, Arg]]:
    yield msg("kind of place"), KINDS.get(kind, kind)
    if place is not None:
        if place.certificate:
            expires = "" if place.expires is None else msg("valid to {day}", day=Day(place.expires))
            if place.expires is not None and place.expired:
                expires = msg("expired on {day}", day=Day(place.expires))
            yield msg("certificate"), row((place.certificate, expires), ", ")
        if place.hours or place.place == "game-point":
            yield msg("hours"), place.hours or msg("the law's")
    yield msg("made on"), Moment(now, zone, "full")


def _log(source: Source) -> Iterator[tuple[Arg, Arg]]:
    """As on the card that an inspector keeps."""
    yield msg("origin"), source.checkpoint.origin
    yield msg("fingerprint"), source.key.fingerprint
    yield msg("size"), msg("{n} entries", n=source.checkpoint.size)
    yield msg("root"), base64.b64encode(source.checkpoint.root).decode()


def _notes(counter: Counter, period: Period, now: int) -> Iterator[Arg]:
    begun = None if counter.begun is None else day_name(counter.zone, counter.begun)
    if begun is not None and begun > period.first:
        yield msg("The log begins on {day}: nothing here is from before.", day=Day(begun))
    if period.last >= day_name(counter.zone, now):
        yield msg("These days are not over: the figures are those up to now.")
    yield msg("These figures add up what the log says. Whether anybody changed it, giochoi-verify shows.")
    yield msg("How many people played cannot be told: the log names nobody, and each day in other letters.")
    yield msg("Age not known: guests, and players without a date of birth. Rules treat them like the youngest.")
    yield msg("A play belongs to the day on which it began; one that goes on after midnight is one play, and its time that of "
              "two days. Of two games at once the time of both counts.")  # fmt: skip
    if counter.running:
        yield msgn("{n} play has no end in the log: its time is in no figure.",
                   "{n} plays have no end in the log: their time is in no figure.", counter.running)  # fmt: skip
    if counter.unread:
        yield msgn("{n} entry is of a newer version and was not read.", "{n} entries are of a newer version and were not read.",
                   counter.unread)  # fmt: skip


def document(found: Report, figures: Figures, period: Period) -> dict[str, object]:
    """For programs: each figure by its fields, with the entries that it was counted from."""
    told = {
        name: [
            dict(zip(fields, values, strict=True)) | {"n": cell.n, "seconds": cell.ms / 1000, "entries": list(cell.entries)}
            for values, cell in figures.by(name, *fields).items()
        ]
        for name, fields in FIELDS.items()
    }
    return {"first": period.first.isoformat(), "last": period.last.isoformat(), "figures": told, "notes": found.notes}

