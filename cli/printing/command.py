"""giochoi print: what a public place hangs on its wall, and the slip of a day that is over, as PDF."""

from __future__ import annotations

import tempfile
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Final

from agent.api.checkins import WhoPlays
from agent.api.log import LogExport
from agent.api.naming import GUEST
from agent.api.rulebook import GameAllowed, GameList, PlaceShow, PlaceShown, PolicyShow
from agent.api.seats import SeatList
from cli.commands import Commands
from cli.context import Context
from cli.errors import CommandError
from cli.given.files import answer, named, new_file, write_new
from cli.given.values import parse_day
from cli.printing import posters
from cli.printing.closing import Known, slip
from cli.printing.posters import Poster
from compliance.paper import NO_PILLOW
from host.clock import wall
from host.rpc_client import ask, items
from i18n.catalogue import Catalogue
from i18n.message import Message, msg
from rules.calendar import day_name
from rules.policy import Pack

_PLACE: Final = "place"
_FILE: Final = msg("the PDF to write")


def add_to(commands: Commands) -> None:
    told: tuple[tuple[str, Callable[[Context, PlaceShown], Poster], Message], ...] = (
        ("board", _board, msg("the rules that hold for customers, with room for what your authority asks for")),
        ("games", _games, msg("the games that may be played here, with their age labels and where these are from")),
        ("hours", _hours, msg("the opening hours, to be read from the door")),
        ("privacy", _privacy, msg("what is kept of customers, for how long, and whom to ask")),
        ("hotline", _hotline, msg("the telephone numbers for the protection of children")),
    )
    for name, made, about in told:
        parser = commands.add(f"print {name}", _run(made), f"{name}.pdf", f"{name}.pdf --lang en", about=about, looks=True)
        parser.takes("file", "FILE", _FILE, type=new_file)
    about = msg("a day's hours, PCs and what people did beside the rules, to sign and file")
    parser = commands.add("print closing", _closing, "closing.pdf", "closing.pdf --day 2026-12-01", about=about, looks=True)
    parser.takes("file", "FILE", _FILE, type=new_file)
    parser.takes("--day", "DATE", msg("of this day instead of today"), type=parse_day)


def _run(made: Callable[[Context, PlaceShown], Poster]) -> Callable[[Namespace, Context], None]:
    def run(args: Namespace, context: Context) -> None:
        place = _public(context)
        _write(args, context, made(context, place))

    return run


def _closing(args: Namespace, context: Context) -> None:
    place, now, address = _public(context), wall(), context.home.agent_address
    names = {one.id: one.name or one.id for one in ask(address, SeatList()).seats}
    known = Known(place, _packs(context, _PLACE), names, ask(address, WhoPlays()))
    with tempfile.TemporaryDirectory(prefix="giochoi-") as folder:
        log = Path(folder) / "log.zip"
        write_new(log, (chunk.data for chunk in items(address, LogExport())))
        _write(args, context, slip(log, known, args.day or day_name(place.zone, now), now))


def _public(context: Context) -> PlaceShown:
    place = ask(context.home.agent_address, PlaceShow())
    if place.place == "home":
        said = msg("this is a home: these papers are for public places, see 'giochoi place set game-point'")
        raise CommandError(said, code=1)
    return place


def _write(args: Namespace, context: Context, poster: Poster) -> None:
    try:
        from cli.printing.to_pdf import pdf  # noqa: PLC0415 - a library that few commands need
    except ImportError:
        raise CommandError(NO_PILLOW, code=1) from None
    write_new(args.file, [pdf(poster, Catalogue(context.lang or "vi"))])  # customers read it, whatever the caller speaks
    answer(context.out, args.file, {}, msg("written: {files}", files=named(args.file)))
    if poster.note:
        context.out.message(poster.note)


def _board(context: Context, place: PlaceShown) -> Poster:
    of_place = _packs(context, _PLACE)
    guests = tuple(pack for pack in _packs(context, GUEST) if pack not in of_place)
    return posters.board(place, (*of_place, *guests), wall())


def _games(context: Context, place: PlaceShown) -> Poster:
    rows = ask(context.home.agent_address, GameList()).games
    let = ask(context.home.agent_address, GameAllowed()).approvals
    poster = posters.games(place, rows, frozenset(one.game for one in let if one.player == GUEST), wall())
    if poster is None:
        raise CommandError(msg("no game is let through for guests or has a Vietnamese label; see: {command}",
                               command="giochoi game allow guest all"), code=1)  # fmt: skip
    return poster


def _hours(context: Context, place: PlaceShown) -> Poster:
    return posters.hours(place, _packs(context, _PLACE), wall())


def _privacy(_: Context, place: PlaceShown) -> Poster:
    return posters.privacy(place, wall())


def _hotline(_: Context, place: PlaceShown) -> Poster:
    return posters.hotline(place, wall())


def _packs(context: Context, target: str) -> tuple[Pack, ...]:
    return ask(context.home.agent_address, PolicyShow(target=target)).packs
