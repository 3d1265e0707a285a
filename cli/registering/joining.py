"""giochoi place serve, seat invite, seat enrol, seat confirm: how the PCs of a place become one."""

from __future__ import annotations

import asyncio
import re
from argparse import Namespace
from contextlib import suppress

from agent.api.joining import LONGEST_MINUTES, MOST_INVITED, PlaceServe, SeatConfirm, SeatInvite, Served, invitation
from agent.api.rulebook import PlaceShow
from cli.commands import Commands
from cli.context import Context
from cli.errors import CommandError
from cli.given.asking import YES
from cli.given.asking import confirm as confirm_first
from cli.given.values import parse_number
from cli.registering.settle import settle
from cli.showing.qr import qr
from host.api import UnsupportedError
from host.choose import files, units
from host.homes import chosen_home
from host.rpc_client import ask
from host.transport import Unreachable
from i18n.message import Moment, msg, said_by
from rules.calendar import rfc3339

_ASIDE = msg("This PC keeps players and a log of its own. As a seat it follows the agent on the other PC, and they are put "
             "aside. Join?")  # fmt: skip


def add_serve(commands: Commands) -> None:
    parser = commands.add("place serve", serve, "192.168.1.10", "192.168.1.10:7381", "off",
                          about=msg("let other PCs of this place join, over the network"))  # fmt: skip
    parser.takes("address", "ADDRESS[:PORT]|off", msg("address of this PC, by which the others reach it; off: none may"))


def add_joining(commands: Commands) -> None:
    parser = commands.add("seat invite", invite, "", "--many 30 --minutes 60", "--json",
                          about=msg("print what another PC needs to join"))  # fmt: skip
    parser.takes("--many", "N", msg("how many PCs may join with it"), type=_most(MOST_INVITED), default=1)
    parser.takes("--minutes", "MINUTES", msg("how long it holds"), type=_most(LONGEST_MINUTES), default=30)
    parser = commands.add("seat enrol", enrol, "192.168.1.10:7381/7f3c…/9a01…", "192.168.1.10:7381/7f3c… --yes",
                          about=msg("make this PC a seat of the agent on another one"))  # fmt: skip
    parser.takes("--yes", "", YES)
    parser.takes("string", "STRING", msg("what giochoi seat invite or place serve printed there; after the latter, six "
                                         "digits are shown here, to be confirmed there"))  # fmt: skip
    parser = commands.add("seat confirm", confirm, "123456", "123456 --json",
                          about=msg("let the PC join that shows these six digits"))  # fmt: skip
    parser.takes("digits", "DIGITS", msg("the six digits that the other PC shows"), type=_digits)


def _most(most: int) -> object:
    return lambda text: parse_number(text, 1, most)


def _digits(text: str) -> str:
    found = re.sub(r"[\s-]", "", text)
    if not re.fullmatch(r"[0-9]{6}", found):
        raise CommandError(msg("six digits, as the other PC shows them"))
    return found


def serve(args: Namespace, context: Context) -> None:
    done = _served("" if args.address == "off" else args.address, context)
    if not done.address:
        context.out.answer({"address": None, "fingerprint": done.fingerprint}, msg("no other PC is answered any more"))
        return
    join = invitation(done.address, done.fingerprint)
    said = msg(
        "other PCs are answered at {address}. To let them join: {next}. In an image, which then holds no secret: {command}",
        address=done.address, next="giochoi seat invite", command=f"giochoi seat enrol {join}",
    )  # fmt: skip
    context.out.answer({"address": done.address, "fingerprint": done.fingerprint, "string": join}, said)


def _served(address: str, context: Context) -> Served:
    """The system's agent has a network for as long as it serves somebody."""
    home = context.home
    if home.kind != "system":
        return ask(home.agent_address, PlaceServe(address=address))
    _needs_root()
    opened = False
    try:
        opened = bool(address) and _reachable(on=True)
        done = ask(home.agent_address, PlaceServe(address=address))
        if not address:
            _reachable(on=False)
    except OSError as error:
        raise CommandError(msg("the agent's service cannot be changed: {why}", why=said_by(error)), code=1) from error
    except Exception:
        if opened:
            with suppress(OSError):
                _reachable(on=False)
        raise
    return done


def _reachable(*, on: bool) -> bool:
    """OSError. Where units are none of the system's, its firewall decides."""
    try:
        return units().reachable("agent", on=on)
    except UnsupportedError:
        return False


def _needs_root() -> None:
    if not files().privileged():
        raise CommandError(msg("only the system and administrators make this PC part of a network"), code=1)


def invite(args: Namespace, context: Context) -> None:
    made = ask(context.home.agent_address, SeatInvite(many=args.many, minutes=args.minutes))
    zone = ask(context.home.agent_address, PlaceShow()).zone

    def say() -> None:
        context.out.say(msg("on the other PC, until {until}: giochoi seat enrol {string}",
                            until=Moment(made.until, zone), string=made.string), 0, 2)  # fmt: skip
        context.out.line(qr(made.string).removesuffix("\n"))

    context.out.answer({"string": made.string, "until": rfc3339(made.until // 1000 * 1000, zone)}, say)


def enrol(args: Namespace, context: Context) -> None:
    from uplink import membership  # noqa: PLC0415 - it loads a TLS that no other command needs
    from uplink.joining import JoinError, join  # noqa: PLC0415 - as above

    home = chosen_home(context.given)
    if context.home.kind == "system":
        home = context.home
        _needs_root()
    if membership.own_agent(home):
        confirm_first(_ASIDE, context, yes=args.yes)

    def show(digits: str) -> None:
        context.out.message(msg("confirm at the agent, within ten minutes: giochoi seat confirm {digits}", digits=digits))

    try:
        done = asyncio.run(join(home, args.string, show))
    except JoinError as error:
        raise CommandError(error.message, code=1) from error
    except Unreachable as error:
        said = msg("{why}: is that PC on, is the address right, does its firewall let the port through? Nothing changed",
                   why=said_by(error))  # fmt: skip
        raise CommandError(said, code=3) from error
    joined, key = done.membership, done.key.fingerprint
    aside = None if done.aside is None else str(done.aside)
    if aside is not None:
        context.out.message(msg("the players and the log that this PC kept until now lie in {folder}", folder=aside))
    told = {"seat": joined.seat, "address": joined.address}
    said = msg("this PC is {seat} of the agent at {address}, whose key is {key}", **told, key=key)
    if home.kind != "system":
        said = msg("{said}; now start giochoi-uplink and giochoi-daemon", said=said)
    context.out.answer({**told, "fingerprint": key, "aside": aside}, said)


def confirm(args: Namespace, context: Context) -> int:
    done = ask(context.home.agent_address, SeatConfirm(digits=args.digits))
    return settle(context, done, msg("the PC that shows {digits} may join", digits=args.digits))
