"""PINs: a guardian who acts at somebody else's account (`--as NAME`), and one who gets a PIN. None is ever an argument, which
every account could read.
"""

from __future__ import annotations

import getpass
import os
import sys
import unicodedata
from argparse import Namespace
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from typing import Final

from agent.api.players import PlayerRow
from cli.context import Context
from cli.errors import CommandError
from cli.given.asking import terminal
from cli.output import clean
from cli.parser import Parser
from daemon.api.asking import GuardianLeave, Prove
from host.rpc_client import ask
from host.transport import Unreachable
from host.wire import ApiError
from i18n.message import Arg, Message, msg

LEAST, MOST = 4, 128
_ROUNDS, _KIB, _LANES = 3, 64 << 10, 1  # a fifth of a second
NEW: Final = msg("New PIN:")
AGAIN: Final = msg("Once more:")
_STDIN: Final = msg("read the PIN from standard input, one line")
_RUNS: Final = ("01234567890", "09876543210", "qwertyuiop", "abcdefghijklmnopqrstuvwxyz")


def takes_proof(parser: Parser) -> None:
    """Whatever a guardian may do at somebody else's account."""
    about = msg("the guardian who does it, by PIN, at somebody else's account")
    parser.takes("--as", "GUARDIAN", about, dest="guardian")
    parser.takes("--pin-stdin", "", _STDIN)


def proof(args: Namespace, context: Context) -> str:
    """The token that proves it, good for this command alone; "" without --as. CommandError, ApiError."""
    if args.guardian is None:
        if args.pin_stdin:
            args.parser.mistake(msg("{option} needs {other}", option="--pin-stdin", other="--as"))
        return ""
    pin = _read(msg("PIN of {guardian}:", guardian=args.guardian), context, stdin=args.pin_stdin)
    token = ask(context.home.daemon_address, Prove(guardian=args.guardian, pin=pin)).token
    context.after.callback(_leave, context.home.daemon_address, token)
    return token


def _leave(address: str, token: str) -> None:
    with suppress(Unreachable, ApiError):
        ask(address, GuardianLeave(token=token))


def takes_new(parser: Parser) -> None:
    parser.takes("--pin", "", msg("ask for a PIN, which proves who it is at a child's account"))
    parser.takes("--pin-stdin", "", _STDIN)


def new_pin(args: Namespace, context: Context, players: Iterable[PlayerRow]) -> str:
    """The hash of a PIN that is typed twice, or read. CommandError: it is too simple, or was typed differently."""
    pin = _read(NEW, context, stdin=args.pin_stdin)
    good(pin, players)
    return hashed_alike(pin, pin if args.pin_stdin else _read(AGAIN, context, stdin=False))


def good(pin: str, players: Iterable[PlayerRow]) -> None:
    """CommandError: it is too simple."""
    if (why := too_simple(pin, players)) is not None:
        raise CommandError(why)


def hashed_alike(pin: str, again: str) -> str:
    """CommandError: it was typed differently."""
    if again != pin:
        raise CommandError(msg("these are two different PINs: nothing changed"))
    return hashed(pin)


def too_simple(pin: str, players: Iterable[PlayerRow]) -> Message | None:
    """Why a child would guess it within a few tries."""
    if not LEAST <= len(pin) <= MOST:
        return msg("a PIN has {least} to {most} characters: digits, or a few words", least=LEAST, most=MOST)
    plain = pin.casefold()
    if len(set(plain)) == 1 or any(plain in run or plain in run[::-1] for run in _RUNS):
        return msg("this PIN is too simple: a child tries 0000 and 1234 first")
    for player in players:
        if plain in {part for said in _dates(player.born) for part in said} or plain == player.name.casefold():
            return msg("this PIN is too simple: a child tries names and birthdays first")
    return None


def _dates(born: str | None) -> Iterable[tuple[str, ...]]:
    """A birth date, or the year alone, as people type it."""
    if born is None:
        return
    yield (born[:4],)
    if "-" in born:
        day = date.fromisoformat(born)
        yield tuple(day.strftime(form) for form in ("%d%m", "%m%d", "%d%m%y", "%y%m%d", "%d%m%Y", "%Y%m%d"))


def hashed(pin: str) -> str:
    """By argon2id."""
    from argon2.low_level import Type, hash_secret  # noqa: PLC0415 - only where a PIN is made

    made = hash_secret(
        pin.encode(), os.urandom(16), time_cost=_ROUNDS, memory_cost=_KIB, parallelism=_LANES, hash_len=32, type=Type.ID
    )
    return made.decode()


def _read(question: Arg, context: Context, *, stdin: bool) -> str:
    """Without showing it. CommandError: nobody can be asked."""
    pin = unicodedata.normalize("NFC", sys.stdin.readline().rstrip("\r\n")) if stdin else typed_pin(question, context)
    if not pin:
        raise CommandError(msg("the PIN is empty"))
    return pin


def typed_pin(question: Arg, context: Context) -> str:
    """What is typed without being shown; "" for Enter alone. CommandError: nobody can be asked."""
    if not terminal():
        raise CommandError(msg("no terminal is there to ask for the PIN: give it with --pin-stdin"))
    # getpass shows the question once nothing is echoed any more: what was typed before that is thrown away.
    return unicodedata.normalize("NFC", getpass.getpass(f"{clean(context.out.words(question))} "))
