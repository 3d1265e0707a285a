"""The slip of a day at a public place: its hours, its PCs, what people did beside the rules; to be signed and filed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from agent.api.checkins import Present, PresentRow
from agent.api.rulebook import PlaceShown
from cli.printing.posters import Part, Poster, foot
from cli.report.logs import Log, counted
from cli.report.model import Row, Table
from cli.report.tables import issues, overrides, overview
from cli.report.whole import log_told
from compliance.reporting.figures import Figures
from compliance.reporting.periods import period
from i18n.message import Arg, Day, Length, Moment, comma, msg
from rules.calendar import calendar
from rules.closing import hours_of, opening
from rules.policy import Pack
from words.layout import row

_ACROSS: Final = 3  # PCs side by side, so that thirty of them leave room for the rest


@dataclass(frozen=True, slots=True)
class Known:
    """What the agent says of the place: its rules, what its PCs are called by their ids, who is checked in."""

    place: PlaceShown
    packs: tuple[Pack, ...]
    names: Mapping[str, str]
    present: Present


def slip(bundle: Path, known: Known, day: date, now: int) -> Poster:
    """Of this day, from the log in `bundle`, which goes on to `now`. CommandError as of cli.report.logs.counted."""
    figures, place = Figures(), known.place
    (log,) = counted([(bundle, bundle.name)], period("day", day), figures)
    hours = msg("open: {hours}", hours=comma(_open(known.packs, place, day)) if known.packs else "–")
    lines = [hours, _checked_in(figures), *_still(known.present, place, day, now)]
    parts = (
        Part(lines=tuple(lines)),
        Part(msg("Players"), table=overview(figures)),
        Part(msg("PCs"), table=_pcs(figures, known.names)),
        Part(msg("What people allowed or stopped"), table=overrides(figures, public=True)),
        Part(msg("Trouble: what was not enforced, or not sure"), table=issues(figures)),
        Part(msg("Log"), _log(log)),
    )
    title = row((msg("Closing slip"), Day(day)), " – ")
    return Poster(title=title, parts=parts, foot=foot(place, now), signed=place.owner)


def _open(packs: tuple[Pack, ...], place: PlaceShown, day: date) -> Iterator[Arg]:
    """Between which moments of the day it was open, by the rules of now: an early closing is one."""
    hours = hours_of(packs)
    at, over = _bounds(place, day)
    while at < over:
        found = opening(hours, place.place, at)
        until = over if found.until is None else min(found.until, over)
        if found.open:
            yield row((Moment(at, place.zone, "time"), Moment(until, place.zone, "time")), "–")
        at = until


def _bounds(place: PlaceShown, day: date) -> tuple[int, int]:
    """Unix ms."""
    local = calendar(place.zone)
    return local.moment(day.toordinal(), 0), local.moment(day.toordinal() + 1, 0)


def _checked_in(figures: Figures) -> Arg:
    found = {how: cell.n for (how,), cell in figures.by("checkin", "how").items()}
    told: dict[str, Arg] = {how: str(found.get(how, 0)) for how in ("card", "born", "registered", "guest")}
    told["n"] = str(sum(n for how, n in found.items() if how != "moved"))
    return msg("checked in: {n} (age by card {card}, as told {born}, registered {registered}, not known {guest})", **told)


def _still(present: Present, place: PlaceShown, day: date, now: int) -> Iterator[Arg]:
    """Who has not been checked out, if the day is this one."""
    start, over = _bounds(place, day)
    if not start <= now < over:
        return
    there = [one for one in present.seats if one.player is not None]
    yield msg("still checked in: {who}", who=comma(map(_called, there)) if there else msg("nobody"))
    if playing := [one for one in there if one.here is not None and one.here.title]:
        yield msg("still playing: {who}", who=comma(map(_called, playing)))


def _called(one: PresentRow) -> str:
    return one.name or one.seat


def _pcs(figures: Figures, names: Mapping[str, str]) -> Table:
    """Each with its check-ins and how long it was watched, and a mark where that has a hole which nobody explains."""
    alive, gaps = figures.by("alive", "seat"), figures.by("gap", "seat", "how")
    customers = Counter({seat: cell.n for (seat,), cell in figures.by("checkin", "seat").items()})
    holes = {seat for seat, how in gaps if how != "off"}
    seen = sorted({key[0] for key in (*alive, *figures.by("heard", "seat"))} | set(customers), key=lambda id: names.get(id, id))
    cells: list[Arg] = []
    for id in seen:
        ms = alive[id,].ms if (id,) in alive else 0
        told = row((Length(ms), msg("{n} checked in", n=str(customers[id])) if customers[id] else "",
                    msg("with a gap") if id in holes else ""), ", ")  # fmt: skip
        cells.append(row((names.get(id, id), told), ": "))
    cells += [""] * (-len(cells) % _ACROSS)
    rows = [Row(tuple(cells[first : first + _ACROSS])) for first in range(0, len(cells), _ACROSS)]
    return Table("", (msg("PC: time watched"), "", ""), tuple(rows), _ACROSS, empty=msg("The log says nothing of any PC."))


def _log(log: Log) -> tuple[Arg, ...]:
    return tuple(row(pair, ": ") for pair in log_told(log.source))
