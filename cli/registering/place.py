"""giochoi place: what kind of place this is, which says whose duties bind here; and its language."""

from __future__ import annotations

import re
import typing
from argparse import Namespace
from contextlib import suppress
from typing import Final

from agent.api.rulebook import PlaceSet, PlaceShow, PlaceShown
from cli.commands import Commands
from cli.context import Context
from cli.errors import CommandError
from cli.given.values import parse_day, parse_time
from cli.registering import closing
from cli.registering.joining import add_serve
from cli.registering.settle import settle
from host.rpc_client import ask
from i18n.message import Arg, Day, comma, msg, typed
from rules.packs.params import SPAN
from rules.packs.zones import known_zone
from rules.policy import Place
from words.layout import row
from words.names import KINDS, PLACES

_LANGUAGES: Final[dict[str | None, Arg]] = {
    "vi": msg("Vietnamese"), "en": msg("English"), None: msg("each reader's own"),
}  # fmt: skip
_ENDS: Final = re.compile(r"([^-–]+)[-–]([^-–]+)")


def add_to(commands: Commands) -> None:
    parser = commands.add(
        "place set", set_place, "home --lang vi", "game-point --hours 08:00-22:00",
        'game-point --name "Net Sao" --certificate 12/GCN --expires 2029-01-31',
        "agent-without-games --hours 06:00-23:00",
        about=msg("set what kind of place this is; with --lang also in which language this PC speaks"),
    )  # fmt: skip
    parser.takes("place", "PLACE", msg("home, game-point or agent-without-games"), choices=typing.get_args(Place))
    parser.takes("--hours", "08:00-22:00", msg("opening hours; an agent without games has to name those of its province"),
                 type=hours)  # fmt: skip
    parser.takes("--overnight", "", msg("hours that run over midnight are meant so"))
    parser.takes("--zone", "AREA/CITY", msg("time zone, such as Asia/Ho_Chi_Minh"), type=known_zone)
    parser.takes("--name", "NAME", msg("what the place is called"))
    parser.takes("--address", "TEXT|none", msg("where it is, for the card and for reports; not of a home"), type=_text)
    parser.takes("--owner", "NAME|none", msg("who owns it, for the card and for reports; not of a home"), type=_text)
    parser.takes("--certificate", "NO|none", msg("number of the certificate; none: there is none any more"),
                 type=_text)  # fmt: skip
    parser.takes("--expires", "DATE", msg("last day of the certificate"), type=parse_day)
    parser.takes("--hotline", "NUMBER|none", msg("local telephone number for the protection of children, beside 111"),
                 type=_text)  # fmt: skip
    add_serve(commands)
    closing.add_to(commands)
    commands.add("place show", show, "", "--json", about=msg("show what is set"), looks=True)


def _text(text: str) -> str:
    return "" if text == "none" else text


def hours(text: str) -> str:
    written = _ENDS.fullmatch(text)
    with suppress(CommandError):  # as one also writes it: 8:00-22:00, 8h-22h
        text = "-".join(map(_clock, written.groups())) if written else text
    if not re.fullmatch(SPAN, text):
        raise CommandError(msg("{text} is not HH:MM-HH:MM, such as 08:00-22:00", text=typed(text)))
    return text


def _clock(text: str) -> str:
    return "{:02}:{:02}".format(*divmod(parse_time(text) // 60_000, 60))


def set_place(args: Namespace, context: Context) -> int:
    request = PlaceSet(
        place=args.place, hours=args.hours, zone=args.zone, name=args.name, certificate=args.certificate, expires=args.expires,
        lang=context.lang, overnight=args.overnight, hotline=args.hotline, address=args.address, owner=args.owner,
    )  # fmt: skip
    done = ask(context.home.agent_address, request)
    said = msg("this place is now: {place}", place=PLACES[args.place])
    spoken = msg("this PC speaks: {language}", language=_LANGUAGES[context.lang]) if context.lang else ""
    return settle(context, done, row((said, spoken), "; "))


def show(args: Namespace, context: Context) -> None:
    shown = ask(context.home.agent_address, PlaceShow())
    context.out.answer(shown, lambda: _say(context, shown))


def _say(context: Context, shown: PlaceShown) -> None:
    lines: tuple[tuple[Arg, Arg], ...] = (
        (msg("kind"), KINDS[shown.place]),
        (msg("name"), shown.name),
        *(((msg("address"), shown.address), (msg("owner"), shown.owner)) if shown.place != "home" else ()),
        (msg("hours"), shown.hours or (msg("the law's") if shown.place == "game-point" else "")),
        (msg("time zone"), shown.zone),
        (msg("certificate"), row((shown.certificate, _valid(shown)), ", ") if shown.certificate else ""),
        (msg("local hotline"), shown.hotline),
        (msg("packs"), comma(shown.packs) if shown.packs else ""),
        (msg("language"), _LANGUAGES[shown.lang]),
    )
    for title, value in lines:
        context.out.say(row((title, value or "–"), ": "), 0, 2)


def _valid(shown: PlaceShown) -> Arg:
    if shown.expires is None:
        return ""
    day = Day(shown.expires)
    return msg("expired on {day}", day=day) if shown.expired else msg("valid to {day}", day=day)
