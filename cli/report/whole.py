"""A report from what was counted and what is set of the place."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Final

from agent.api.rulebook import PlaceShown
from cli.report.logs import Log
from cli.report.model import Report, Table
from cli.report.reading import Source
from cli.report.tables import all_tables
from compliance.entries.place import PlaceChanged
from compliance.reporting.counting import Counter
from compliance.reporting.figures import FIELDS, Figures
from compliance.reporting.periods import Period
from compliance.verifying.report import NO_MOMENT
from i18n.message import Arg, Day, Moment, msg, msgn
from rules.calendar import day_name
from words.layout import row
from words.names import KINDS

NATIONAL: Final = "111"
"""The country's telephone number for the protection of children."""


def report(
    figures: Figures, logs: tuple[Log, ...], period: Period, place: PlaceShown | None, now: int,
    titles: Mapping[str, str] = MappingProxyType({}), *, seats: Mapping[str, str] = MappingProxyType({}), live: bool = False,
) -> Report:  # fmt: skip
    """`place` is what is set, `titles` those of games and `seats` the names of PCs by their id, none where only logs are at
    hand. `live`: it is this PC's log, which goes on.
    """
    days: Arg = Day(period.last)
    if period.first < period.last:
        days = msg("from {first} to {last}", first=Day(period.first), last=days)
    last = max(logs, key=lambda one: one.counter.ended).counter
    logged, zone = last.place, last.zone
    kind = place.place if place is not None else "" if logged is None else logged.place
    local = "" if place is None else place.hotline
    lacks, nothing = _lacking(logs, period, now if live else None)
    decisions = {rule: line for log in logs for rule, line in log.counter.decisions.items()}
    tables: Iterable[Table] = all_tables(figures, decisions, titles, public=kind not in {"", "home"}, seats=seats)
    if nothing:
        tables = (replace(table, rows=(), note="", empty=msg("No figures.")) for table in tables)
    hotlines = msg("Protection of children by telephone: {number}", number=NATIONAL)
    return Report(
        title=msg("Report on the time and age of players of online games"), days=days,
        place="" if place is None else place.name, head=tuple(_head(place, logged, now, zone)), log=tuple(_logs(logs)),
        tables=tuple(tables), lacks=lacks, nothing=nothing, notes=tuple(_notes(logs, figures, period, now, zone)),
        hotlines=row((hotlines, msg("local: {number}", number=local)), " · ") if local else hotlines,
        official=kind != "home", logs=logs, owner="" if place is None else place.owner,
    )  # fmt: skip


def _lacking(logs: tuple[Log, ...], period: Period, now: int | None) -> tuple[Arg, bool]:
    """Of several logs each by its letter; whether all of them lack all of these days."""
    found = [(log, *_lacks(log.counter, period, now)) for log in logs]
    said = [_lettered(log, lacks) for log, lacks, _ in found if lacks]
    return row(said, " ") if said else "", all(nothing for *_, nothing in found)


def _lettered(log: Log, said: Arg) -> Arg:
    return row((log.letter, said), ": ") if log.letter else said


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
    return row((early, late), " ") if early or late else "", False


def _head(place: PlaceShown | None, logged: PlaceChanged | None, now: int, zone: str) -> Iterator[tuple[Arg, Arg]]:
    """What is set of the place; where only the log is at hand, what that said last. "": to be written by hand."""
    kind: str
    number: str | None
    if place is not None:
        kind, hours, number, until = place.place, place.hours, place.certificate, place.expires
    elif logged is not None:
        number = logged.certificate if isinstance(logged.certificate, str) else None
        kind, hours, until = logged.place, logged.hours, _date(logged.expires)
    else:
        kind, hours, number, until = "", "", None, None
    yield msg("kind of place"), KINDS.get(kind, kind)
    if kind not in {"", "home"}:
        address, owner = ("", "") if place is None else (place.address, place.owner)
        yield msg("address"), address
        yield msg("owner"), owner
        if number == "":
            yield msg("certificate"), msg("none is set")
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


def _logs(logs: tuple[Log, ...]) -> Iterator[tuple[Arg, Arg]]:
    """As on the card that an inspector keeps."""
    for log in logs:
        if log.letter:
            yield msg("log {letter}", letter=log.letter), log.file
        yield from log_told(log.source)


def log_told(source: Source) -> Iterator[tuple[Arg, Arg]]:
    yield msg("name of the log"), source.checkpoint.origin
    yield msg("fingerprint"), source.key.fingerprint
    yield msg("size"), msg("{n} entries", n=source.checkpoint.size)
    yield msg("root over all entries"), base64.b64encode(source.checkpoint.root).decode()


def _notes(logs: tuple[Log, ...], figures: Figures, period: Period, now: int, zone: str) -> Iterator[Arg]:
    if period.last >= day_name(zone, now):
        yield msg("These days are not over: the figures are those up to now.")
    if len(logs) > 1:
        yield msg("Added up are {n} logs: PCs that are in none of them are in no figure. Entries are numbered in each by "
                  "itself.", n=len(logs))  # fmt: skip
        if len({_said(log.counter.place) for log in logs}) > 1:
            yield msg("These logs do not say the same of the place, its hours or its certificate: above is what is set on "
                      "this PC, or else what the newest says.")  # fmt: skip
    if (changed := figures.by("change", "what").get(("place.changed",))) is not None:
        yield msgn("The place, its hours or its certificate were set {n} time in these days: above is what holds now.",
                   "The place, its hours or its certificate were set {n} times in these days: above is what holds now.",
                   changed.n)  # fmt: skip
    yield msg("These figures add up what the log says. Whether anybody changed it, giochoi-verify shows.")
    yield msg("How many people played cannot be told: the log names nobody, and a player's pseudonym changes each day.")
    yield msg("Age not known: customers whose age nobody checked, and players without a date of birth. Rules treat them like "
              "the youngest.")
    yield msg("A play belongs to the day on which it began; one that goes on after midnight is one play, and its time that of "
              "two days. Of two games at once the time of both counts.")  # fmt: skip
    if running := sum(log.counter.running for log in logs):
        yield msgn("{n} play has no end in the log, because it still went on or nobody saw its end: its time is in no figure.",
                   "{n} plays have no end in the log, because they still went on or nobody saw their end: their time is in no "
                   "figure.", running)  # fmt: skip
    if unread := sum(log.counter.unread for log in logs):
        yield msgn("{n} entry is of a newer version and was not read.", "{n} entries are of a newer version and were not read.",
                   unread)  # fmt: skip


def _said(place: PlaceChanged | None) -> tuple[object, ...]:
    return () if place is None else (place.place, place.zone, place.hours, place.certificate, place.expires)


def document(found: Report, figures: Figures, period: Period) -> dict[str, object]:
    """For programs: each figure by its fields, with the entries that it was counted from. Of several logs their numbers
    run on from log to log.
    """
    told = {
        name: [
            dict(zip(fields, values, strict=True)) | {"n": cell.n, "seconds": cell.ms / 1000, "entries": list(cell.entries)}
            for values, cell in figures.by(name, *fields).items()
        ]
        for name, fields in FIELDS.items()
    }
    logs = [
        {
            "file": log.file, "origin": log.source.checkpoint.origin, "fingerprint": log.source.key.fingerprint,
            "first": log.first,
        }
        for log in found.logs
    ]  # fmt: skip
    days: dict[str, object] = {"first": period.first.isoformat(), "last": period.last.isoformat()}
    return {**days, "figures": told, "logs": logs, "notes": found.notes}
