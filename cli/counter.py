"""giochoi checkin, checkout, move, who, staff, shift: who plays at which PC of a public place, and who lets them."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import Final

from agent.api.checkins import CheckIn, CheckOut, Here, Move, PresentRow, Seated, WhoPlays
from agent.api.naming import GUEST, GUEST_VI, same
from agent.api.staff import Shift, StaffAdd, StaffList, StaffRemove
from cli.commands import Commands
from cli.context import Context
from cli.errors import CommandError
from cli.given.asking import YES, confirm, terminal
from cli.registering.settle import settle
from host.rpc_client import ask
from i18n.message import Arg, Length, Moment, msg
from rules.calendar import rfc3339
from rules.identity import scanned
from words.layout import row

_SEAT: Final = msg("id or name of the PC, from giochoi seat list")
_MOST: Final = 2_000  # characters of a card
_HOW: Final[dict[str, Arg]] = {
    "registered": msg("registered"), "card": msg("by a card"), "born": msg("as they said"), "guest": msg("age not known"),
}  # fmt: skip
_ROLES: Final[dict[str, Arg]] = {"operator": msg("operator"), "staff": msg("staff")}


def add_to(commands: Commands) -> None:
    parser = commands.add("checkin", checkin, "07 An", "07 --card -", "07 --born 2009", "07 guest")
    parser.takes("seat", "SEAT", _SEAT)
    parser.takes("player", "PLAYER", msg("who is registered, or guest"), nargs="?")
    parser.takes("--card", "TEXT", msg("what a scanner reads from an identity card; - asks for it, and no history keeps it"))
    parser.takes("--born", "YEAR", msg("the year of birth, or the date, of who shows no card"))
    commands.add("checkout", checkout, "07", "07 --json").takes("seat", "SEAT", _SEAT)
    parser = commands.add("move", move, "07 12", "07 12 --json")
    parser.takes("seat", "SEAT", _SEAT)
    parser.takes("to", "SEAT", msg("where they go on"))
    commands.add("who", who, "", "--json", looks=True)
    parser = commands.add("staff add", add, "Lan --account lan", "Minh --account minh --role operator",
                          about=msg("name who works here, by their account on this PC"))  # fmt: skip
    parser.takes("name", "NAME", msg("what they are called"))
    parser.takes("--account", "OSUSER", msg("their account on this PC"), required=True)
    parser.takes("--role", "operator|staff", msg("staff checks customers in, an operator keeps settings, too"),
                 choices=("operator", "staff"), default="staff")  # fmt: skip
    commands.add("staff list", staff, "", "--json", about=msg("list who works here"), looks=True)
    parser = commands.add("staff remove", remove, "Lan", "Lan --yes", about=msg("end somebody's rights at the counter"))
    parser.takes("name", "NAME", msg("what they are called"))
    parser.takes("--yes", "", YES)
    for name, about in (("shift start", msg("begin your shift")), ("shift end", msg("end your shift"))):
        commands.add(name, shift, "", "--json", about=about).set_defaults(begins=name == "shift start")


def checkin(args: Namespace, context: Context) -> None:
    if sum(one is not None for one in (args.player, args.card, args.born)) != 1:
        raise CommandError(msg("say who plays: a registered player, --card, --born or guest"))
    guest = args.player is not None and same(args.player, GUEST, GUEST_VI)
    request = CheckIn(
        seat=args.seat, player=None if guest else args.player, card=None if args.card is None else _card(args.card),
        born=args.born,
    )  # fmt: skip
    _say(ask(context.home.agent_address, request), context)


def _card(text: str) -> str:
    if text == "-":
        if terminal():
            sys.stderr.write("> ")
            sys.stderr.flush()
        text = sys.stdin.readline(_MOST).strip()
    return scanned(text)


def move(args: Namespace, context: Context) -> None:
    _say(ask(context.home.agent_address, Move(seat=args.seat, to=args.to)), context)


def checkout(args: Namespace, context: Context) -> None:
    done = ask(context.home.agent_address, CheckOut(seat=args.seat))
    said = msg("{seat} is free; what still runs there gets a minute to be saved", seat=done.name or done.id)
    context.out.answer({"seat": done.id, "player": done.player, "number": done.number}, said)


def who(args: Namespace, context: Context) -> None:
    answer = ask(context.home.agent_address, WhoPlays())
    columns = (msg("Seat"), msg("Player"), msg("Age"), msg("Checked"), msg("Since"), msg("Game"), msg("Left"))
    document = {"seats": [_document(one) for one in answer.seats]}
    rows = [_row(one, answer.zone) for one in answer.seats]
    context.out.answer(document, lambda: context.out.table(columns, rows))


def _say(done: Seated, context: Context) -> None:
    here, seat, zone = done.here, done.name or done.seat, done.zone
    document = {
        "seat": done.seat, "name": done.name or None, "player": {"id": done.player.id, "age_band": done.age_band},
        "how": done.how, "in_force": here is not None, "notes": done.doubts,
        **({} if here is None else {
            "allowed": here.allowed, "until": _at(here.until, zone), "reason": here.reason,
        }),
    }  # fmt: skip
    named = {"seat": seat, "who": _who(done.player.name, done.age_band, done.how)}
    context.out.answer(document, row((msg("{who} plays at {seat}", **named), *_holds(here, zone)), "; "))
    for text in done.doubts:
        context.out.message(text)


def _who(name: str, age_band: str | None, how: str) -> Arg:
    called: Arg = msg("guest") if name == GUEST else name
    return msg("{name} ({age}, {how})", name=called, age=age_band or "?", how=_HOW[how]) if how != "guest" else (
        msg("{name} (age not known)", name=called)
    )  # fmt: skip


def _holds(here: Here | None, zone: str) -> tuple[Arg, ...]:
    if here is None:
        return (msg("in force as soon as that PC hears of it"),)
    if here.allowed and here.until is None:
        return (msg("no limit"),)
    if here.allowed and here.until is not None:
        return (msg("may play until {time}", time=Moment(here.until, zone, "time")),)
    return (msg("may not play now"),) if here.reason is None else (msg("may not play now: {why}", why=here.reason),)


def _row(one: PresentRow, zone: str) -> tuple[Arg, ...]:
    here = one.here if one.reporting else None
    name: Arg = "" if one.player is None else msg("guest") if one.player.name == GUEST else one.player.name
    since: Arg = "" if one.since is None else Moment(one.since, zone, "time")
    left: Arg = "" if here is None or here.left_ms is None else Length(here.left_ms)
    game: Arg = "" if here is None else row([part for part in (here.title, here.label) if part])
    how: Arg = "" if one.how is None else _HOW[one.how]
    return (one.name or one.seat, name, one.age_band or "", how, since, game if one.reporting else msg("silent"), left)


def _document(one: PresentRow) -> dict[str, object]:
    here = one.here if one.reporting else None
    left = None if here is None or here.left_ms is None else here.left_ms / 1000
    return {
        "seat": one.seat, "name": one.name or None, "player": None if one.player is None else one.player.id,
        "age_band": one.age_band, "how": one.how, "game": here.game or None if here else None,
        "label": here.label or None if here else None, "left_s": left,
        "reporting": one.reporting, "issues": one.issues,
    }  # fmt: skip


def _at(moment: int | None, zone: str) -> str | None:
    return None if moment is None else rfc3339(moment // 1000 * 1000, zone)


# --- staff ----------------------------------------------------------------------------------------------------------------


def add(args: Namespace, context: Context) -> int:
    done = ask(context.home.agent_address, StaffAdd(name=args.name, account=args.account, role=args.role))
    return settle(context, done, msg("{name} works here now, as {role}", name=done.name, role=_ROLES[args.role]))


def staff(args: Namespace, context: Context) -> None:
    answer = ask(context.home.agent_address, StaffList())
    document = {"staff": [
        {"id": one.id, "name": one.name, "account": one.account, "role": one.role, "since": _at(one.since, answer.zone)}
        for one in answer.staff
    ]}  # fmt: skip
    rows = [
        (one.name, one.account, _ROLES[one.role], "" if one.since is None else Moment(one.since, answer.zone, "full"))
        for one in answer.staff
    ]
    columns = (msg("Name"), msg("Account"), msg("Works as"), msg("Shift since"))
    context.out.answer(document, lambda: context.out.table(columns, rows))


def remove(args: Namespace, context: Context) -> int:
    confirm(msg("End the rights of {name} at the counter?", name=args.name), context, yes=args.yes)
    done = ask(context.home.agent_address, StaffRemove(name=args.name))
    return settle(context, done, msg("{name} does not work here any more", name=done.name))


def shift(args: Namespace, context: Context) -> int:
    done = ask(context.home.agent_address, Shift(begins=args.begins))
    begun, over = msg("{name}: the shift has begun", name=done.name), msg("{name}: the shift is over", name=done.name)
    return settle(context, done, begun if args.begins else over)
