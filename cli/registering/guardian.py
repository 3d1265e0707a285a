"""giochoi guardian: who may override, extend and approve."""

from __future__ import annotations

import base64
import os
from argparse import Namespace
from typing import Final
from urllib.parse import quote

import msgspec

from agent.api import naming
from agent.api.players import GuardianAdd, GuardianList, GuardianRemove, GuardianRow, GuardianSet, PlayerList
from cli.commands import Commands
from cli.context import Context
from cli.errors import CommandError
from cli.given.asking import YES, confirm
from cli.given.proving import new_pin, takes_new
from cli.given.values import some, some_minutes
from cli.registering.settle import settle
from cli.showing.qr import qr
from host.rpc_client import ask
from i18n.message import Length, comma, msg
from words.shell import whole

_CEILING_MS: Final = 30 * 60_000
_GUARDIAN: Final = msg("name or id of the guardian")


def add_to(commands: Commands) -> None:
    parser = commands.add("guardian add", add, "Bình", "Bình --account binh", "Bình --pin",
                          about=msg("add a guardian"))  # fmt: skip
    parser.takes("name", "NAME", msg("what the guardian is called"))
    parser.takes("--account", "OSUSER", msg("the guardian's account on this PC"))
    takes_new(parser)
    parser = commands.add("guardian set", change, "Bình --account binh", "Bình --account none", "Bình --pin",
                          about=msg("change a guardian"))  # fmt: skip
    parser.takes("guardian", "GUARDIAN", _GUARDIAN)
    parser.takes("--name", "NAME", msg("the new name"), default=msgspec.UNSET)
    parser.takes("--account", "OSUSER|none", msg("the guardian's account on this PC"), type=some, default=msgspec.UNSET)
    takes_new(parser)
    parser.takes("--no-pin", "", msg("take the PIN away"))
    parser = commands.add("guardian code", code, "Bình", "Bình --ceiling 60", "Bình --none",
                          about=msg("make codes for the guardian's phone, which give time by telephone; earlier ones stop "
                                    "working"))  # fmt: skip
    parser.takes("guardian", "GUARDIAN", _GUARDIAN)
    parser.takes("--ceiling", "MINUTES", msg("how much one code gives at most, 30 unless said"), type=some_minutes,
                 default=_CEILING_MS)  # fmt: skip
    parser.takes("--none", "", msg("no codes any more"))
    commands.add("guardian list", show, "", "--json", about=msg("list the guardians"), looks=True)
    parser = commands.add("guardian remove", remove, "Bình", "binh --yes",
                          about=msg("remove a guardian; the rights end at once"))  # fmt: skip
    parser.takes("guardian", "GUARDIAN", _GUARDIAN)
    parser.takes("--yes", "", YES)


def add(args: Namespace, context: Context) -> int:
    if (args.pin or args.pin_stdin) and (known := naming.person(_guardians(context), args.name)) is not None:
        raise CommandError(msg("there is a guardian {guardian} already", guardian=f"{known.name} ({known.id})"), code=1)
    request = GuardianAdd(name=args.name, account=args.account, pin=_pin(args, context))
    done = ask(context.home.agent_address, request)
    return settle(context, done, msg("{name} is a guardian now (id {id})", name=done.name, id=done.id))


def change(args: Namespace, context: Context) -> int:
    wants = args.pin or args.pin_stdin
    if wants and args.no_pin:
        args.parser.mistake(msg("{option} and {other} are two different things", option="--pin", other="--no-pin"))
    if wants:
        naming.guardian(_guardians(context), args.guardian)
    pin = None if args.no_pin else _pin(args, context) if wants else msgspec.UNSET
    request = GuardianSet(guardian=args.guardian, name=args.name, account=args.account, pin=pin)
    if request == GuardianSet(guardian=args.guardian):
        options = comma(("--name", "--account", "--pin", "--no-pin"))
        args.parser.mistake(msg("nothing to change: name one of {options}", options=options))
    done = ask(context.home.agent_address, request)
    return settle(context, done, msg("{name} is changed (id {id})", name=done.name, id=done.id))


def _guardians(context: Context) -> tuple[GuardianRow, ...]:
    """Asked before a PIN is, so that nobody types one for nothing."""
    return ask(context.home.agent_address, GuardianList()).guardians


def _pin(args: Namespace, context: Context) -> str | None:
    """The hash of the PIN that is asked for; the players first, so that it is none that they would guess."""
    if not (args.pin or args.pin_stdin):
        return None
    return new_pin(args, context, ask(context.home.agent_address, PlayerList()).players)


def code(args: Namespace, context: Context) -> int:
    """The secret is made here, shown once, and lies then where only root reads it."""
    secret = None if args.none else base64.b32encode(os.urandom(20)).decode()
    request = GuardianSet(guardian=args.guardian, code=secret, ceiling=args.ceiling)
    done = ask(context.home.agent_address, request)
    if secret is None:
        return settle(context, done, msg("{name} has no codes any more (id {id})", name=done.name, id=done.id))
    uri = _uri(done.name, secret)
    if not context.out.json:
        context.out.line(qr(uri).removesuffix("\n"))
        context.out.line(uri)
    said = msg("Read it with the authenticator app of {name}'s phone now: it is shown once, and whoever has it gives time. A "
               "code gives at most {most}.", name=done.name, most=Length(args.ceiling))  # fmt: skip
    return settle(context, done, said, uri=uri)


def _uri(name: str, secret: str) -> str:
    """As authenticator apps take it; what it does not say is what all of them do (SHA-1, six digits, thirty seconds)."""
    issuer = quote("Giờ Chơi")
    return f"otpauth://totp/{issuer}:{quote(name)}?secret={secret}&issuer={issuer}"


def remove(args: Namespace, context: Context) -> int:
    row = naming.guardian(_guardians(context), args.guardian)
    confirm(msg("Remove the guardian {name} ({id})?", name=row.name, id=row.id), context, yes=args.yes)
    done = ask(context.home.agent_address, GuardianRemove(guardian=row.id))
    return settle(context, done, msg("{name} is no guardian any more (id {id})", name=done.name, id=done.id))


def show(args: Namespace, context: Context) -> None:
    guardians = _guardians(context)
    rows = (
        (
            guardian.id, guardian.name, guardian.account or "–", msg("yes") if guardian.pin else "–",
            "–" if guardian.ceiling is None else Length(guardian.ceiling),
        )
        for guardian in guardians
    )  # fmt: skip
    columns = (msg("Id"), msg("Name"), msg("Account"), msg("PIN"), msg("Codes, each at most"))
    if not guardians and not context.out.json:
        command = whole("giochoi guardian add … --pin")
        said = msg("nobody is named as a guardian yet; with a PIN for a child's session: {command}", command=command)
        context.out.say(said, 0, 2)
        return
    context.out.answer({"guardians": guardians}, lambda: context.out.table(columns, rows))
