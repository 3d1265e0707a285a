"""A report from what was counted and what is set of the place."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from agent.api.rulebook import PlaceShown
from cli.report.model import Report, Table
from cli.report.reading import Source
from cli.report.tables import all_tables
from cli.words.layout import row
from cli.words.names import KINDS
from compliance.entry import PlaceChanged
from compliance.reporting.counting import Counter
from compliance.reporting.figures import FIELDS, Figures
from compliance.reporting.periods import Period
from compliance.verifying.report import NO_MOMENT
from i18n.message import Arg, Day, Moment, msg, msgn
from rules.calendar import day_name

NATIONAL: Final = "111"
"""The country's telephone number for the protection of children."""


def report(
    figures: Figures, counter: Counter, source: Source, period: Period, place: PlaceShown | None, now: int,
    titles: Mapping[str, str] | None = None,
) -> Report:  # fmt: skip
    """`place` is what is set and `titles` those of games by their id, None where only the log is at hand."""
    days: Arg = Day(period.last)
    if period.first < period.last:
        days = msg("from {first} to {last}", first=Day(period.first), last=days)
    logged = counter.place
    kind = place.place if place is not None else "" if logged is None else logged.place
    local = "" if place is None else place.hotline
    lacks, nothing = _lacks(counter, period, None if place is None else now)
    tables: Iterable[Table] = all_tables(figures, counter.decisions, titles or {})
    if nothing:
        tables = (replace(table, rows=(), note="", empty=msg("No figures.")) for table in tables)
    hotlines = msg("Protection of children by telephone: {number}", number=NATIONAL)
    return Report(
        title=msg("Report on the time and age of players of online games"), days=days,
        place="" if place is None else place.name, head=tuple(_head(place, logged, now, counter.zone)), log=tuple(_log(source)),
        tables=tuple(tables), lacks=lacks, nothing=nothing, notes=tuple(_notes(counter, period, now)),
        hotlines=row((hotlines, msg("local: {number}", number=local)), " · ") if local else hotlines,
        official=kind != "home",
    )  # fmt: skip


def _lacks(counter: Counter, period: Period, now: int | None) -> tuple[Arg, bool]:
    """Of which of these days the log says nothing, and whether it is all of them. It goes on up to `now`, if that is told."""
    if counter.begun is None:
        return msg("The log is empty: there are no figures."), True
    begun, ended = (
        day_name(counter.zone, min(max(0, wall), NO_MOMENT - 1)) for wall in (counter.begun, max(counter.ended, now or 0))
    )
    if begun > period.last:
        return msg("The log begins on {day}: there are no figures of these days.", day=Day(begun)), True
    if ended < period.first:
        return msg("The log ends on {day}: there are no figures of these days.", day=Day(ended)), True
    early = msg("The log begins on {day}: nothing here is from before.", day=Day(begun)) if begun > period.first else ""
    late: Arg = ""
    if now is None and ended < period.last:
        late = msg("The log ends on {day}: nothing here is from later.", day=Day(ended))
    return row((early, late), " "), False


def _head(place: PlaceShown | None, logged: PlaceChanged | None, now: int, zone: str) -> Iterator[tuple[Arg, Arg]]:
    """What is set of the place; where only the log is at hand, what that said last."""
    kind: str
    if place is not None:
        kind, hours, number, until = place.place, place.hours, place.certificate, place.expires
    elif logged is not None:
        number = logged.certificate if isinstance(logged.certificate, str) else ""
        kind, hours, until = logged.place, logged.hours, _date(logged.expires)
    else:
        kind, hours, number, until = "", "", "", None
    yield msg("kind of place"), KINDS.get(kind, kind)
    if number:
        expires: Arg = "" if until is None else msg("valid to {day}", day=Day(until))
        if until is not None and until < day_name(zone, now):
            expires = msg("expired on {day}", day=Day(until))
        yield msg("certificate"), row((number, expires), ", ")
    if hours or kind == "game-point":
        yield msg("hours"), hours or msg("the law's")
    yield msg("made on"), Moment(now, zone, "full")


def _date(text: object) -> date | None:
    """The day that an entry tells; who made it may have written anything."""
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _log(source: Source) -> Iterator[tuple[Arg, Arg]]:
    """As on the card that an inspector keeps."""
    yield msg("origin"), source.checkpoint.origin
    yield msg("fingerprint"), source.key.fingerprint
    yield msg("size"), msg("{n} entries", n=source.checkpoint.size)
    yield msg("root"), base64.b64encode(source.checkpoint.root).decode()


def _notes(counter: Counter, period: Period, now: int) -> Iterator[Arg]:
    if period.last >= day_name(counter.zone, now):
        yield msg("These days are not over: the figures are those up to now.")
    yield msg("These figures add up what the log says. Whether anybody changed it, giochoi-verify shows.")
    yield msg("How many people played cannot be told: the log names nobody, and a player's pseudonym changes each day.")
    yield msg("Age not known: guests, and players without a date of birth. Rules treat them like the youngest.")
    yield msg("A play belongs to the day on which it began; one that goes on after midnight is one play, and its time that of "
              "two days. Of two games at once the time of both counts.")  # fmt: skip
    if counter.running:
        yield msgn("{n} play has no end in the log, because it still went on or nobody saw its end: its time is in no figure.",
                   "{n} plays have no end in the log, because they still went on or nobody saw their end: their time is in no "
                   "figure.", counter.running)  # fmt: skip
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
