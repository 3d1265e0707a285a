"""giochoi report: what was played and refused in a day, a month or a year, for whoever has to be told."""

from __future__ import annotations

import tempfile
from argparse import Namespace
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Final, get_args

from agent.api.log import LogExport, LogHead
from agent.api.rulebook import GameList, PlaceShow
from agent.api.seats import SeatList
from cli.commands import Commands
from cli.context import Context
from cli.errors import CommandError
from cli.given.files import STDOUT, named, new_file, write_new
from cli.given.values import parse_day
from cli.output import Output
from cli.report.logs import Log, counted
from cli.report.model import Report
from cli.report.whole import document, report
from compliance.paper import NO_PILLOW
from compliance.reporting.figures import Figures
from compliance.reporting.periods import Period, Span, period
from compliance.verifying.zones import DEFAULT
from host.clock import wall
from host.rpc_client import ask, items
from host.transport import Unreachable
from host.wire import ApiError
from i18n.catalogue import Catalogue
from i18n.message import Arg, Message, comma, msg
from rules.calendar import day_name

_YEARS: Final = (2000, 2999)  # calendars end, and no PC had this program before


def add_to(commands: Commands) -> None:
    parser = commands.add("report", make, "day", "month --to 2026-10-31 --xlsx october.xlsx",
                          "year --to 2026-11-25 --pdf report.pdf --csv entries.csv", looks=True)  # fmt: skip
    parser.takes("span", "SPAN", msg("day, month or year"), choices=get_args(Span))
    parser.takes("--to", "DATE", msg("the last day of it; without it: today"), type=_last_day)
    parser.takes("--pdf", "FILE", msg("write a page to print and to hand in"), type=new_file)
    parser.takes("--xlsx", "FILE", msg("write a workbook for spreadsheets"), type=new_file)
    parser.takes("--csv", "FILE", msg("write each entry that was counted"), type=new_file)
    parser.takes("--from", "FILE", msg("a file of giochoi log export instead of this PC's log; several are added up"),
                 type=Path, dest="sources", action="append")  # fmt: skip


def _last_day(text: str) -> date:
    day = parse_day(text)
    if not _YEARS[0] <= day.year <= _YEARS[1]:
        raise CommandError(msg("there can be no log of {day}", day=text))
    return day


def make(args: Namespace, context: Context) -> None:
    now = wall()
    place = None if args.sources else ask(context.home.agent_address, PlaceShow())
    about = period(args.span, args.to or day_name(DEFAULT if place is None else place.zone, now))
    figures = Figures()
    logs = _counted(args.sources or (), about, figures, context)
    with suppress(Unreachable, ApiError):  # by what is set here, if this is the place of one of these logs
        if place is None and ask(context.home.agent_address, LogHead()).key in {log.source.key.text for log in logs}:
            place = ask(context.home.agent_address, PlaceShow())
    games = () if place is None else ask(context.home.agent_address, GameList()).games
    titles = {one.game.id: one.game.title for one in games}
    seats = () if place is None else ask(context.home.agent_address, SeatList()).seats
    pcs = {one.id: one.name for one in seats}
    found = report(figures, logs, about, place, now, titles, seats=pcs, live=not args.sources)
    written = list(_written(args, found, figures, context.out))
    if written and not context.out.json:
        said = msg("written: {files}", files=comma(written))
        (context.out.message if STDOUT in (args.pdf, args.xlsx, args.csv) else context.out.say)(said)
    else:
        context.out.answer(document(found, figures, about) | {"files": written}, lambda: _show(context.out, found))
    if found.nothing and isinstance(found.lacks, Message):
        raise CommandError(found.lacks, code=1)


def _counted(bundles: Sequence[Path], about: Period, figures: Figures, context: Context) -> tuple[Log, ...]:
    """From the files, or from what this machine's agent exports now."""
    if bundles:
        return counted([(path, str(path)) for path in bundles], about, figures)
    with tempfile.TemporaryDirectory(prefix="giochoi-") as folder:
        log = Path(folder) / "log.zip"
        write_new(log, (chunk.data for chunk in items(context.home.agent_address, LogExport())))
        return counted([(log, "log.zip")], about, figures)


def _written(args: Namespace, found: Report, figures: Figures, out: Output) -> Iterable[Arg]:
    """The files that were asked for, each made only then: its library is loaded by nothing else."""
    words = Catalogue(out.words.language)
    if args.pdf:
        try:
            from cli.report.to_pdf import pdf  # noqa: PLC0415 - a library that nothing else needs
        except ImportError:
            raise CommandError(NO_PILLOW, code=1) from None
        yield _file(args.pdf, lambda: [pdf(found, words)])
    if args.xlsx:
        from cli.report.to_xlsx import workbook  # noqa: PLC0415 - the same

        yield _file(args.xlsx, lambda: [workbook(found, words)])
    if args.csv:
        from cli.report.to_csv import pieces  # noqa: PLC0415 - the same

        yield _file(args.csv, lambda: pieces(figures, found.logs), text=True)


def _file(path: Path, made: Callable[[], Iterable[bytes]], *, text: bool = False) -> Arg:
    write_new(path, made(), text=text)
    return named(path)


def _show(out: Output, found: Report) -> None:
    out.head(found.title)
    if found.place:
        out.say(found.place)
    out.say(found.days)
    if found.lacks:
        out.say(found.lacks)
    out.line()
    out.pairs((name, said) for name, said in found.head if said)
    for table in found.tables:
        if table.long:
            continue
        out.line()
        out.head(table.title)
        if table.rows:
            out.table(table.columns, (row.cells for row in table.rows))
        else:
            out.say(table.empty, 2)
        if table.note:
            out.say(table.note, 2)
    out.line()
    out.head(msg("What this report cannot tell"))
    for note in found.notes:
        out.say(note, 0, 2)
    out.line()
    out.head(msg("Which log was counted"))
    out.pairs(found.log)
    out.line()
    out.say(found.hotlines)
