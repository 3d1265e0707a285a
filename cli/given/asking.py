"""Questions to whoever sits at a terminal. Nobody else is asked: what needs a yes then needs it on the command line."""

from __future__ import annotations

import sys
import unicodedata
from argparse import Namespace
from collections.abc import Sequence
from typing import Final

from cli.context import Context
from cli.errors import CommandError
from host.wire import ApiError
from i18n.message import Arg, msg
from words.layout import row

YES: Final = msg("without asking")
_HINT: Final = row(("[", msg("no"), "]"), "")  # what Enter means, as in setup
_YES: Final = frozenset({"y", "yes", "c", "có", "co", "vâng", "vang", "ừ", "đồng ý"})
# Under which names commands take what the kinds of names mean.
_TAKEN_AS: Final = {"player": ("player", "target"), "guardian": ("guardian",), "game": ("game", "id")}


def confirm(question: Arg, context: Context, *, yes: bool, listed: Sequence[Arg] = (), short: Arg = "") -> None:
    """Go on only with a yes: said before (`yes`), or now. CommandError: nobody can be asked (2), or the answer is no (1).

    `listed` and `short` say the same as the question, for a terminal: a line each, and what is asked below them.
    """
    if yes:
        return
    if not terminal():
        raise CommandError(msg("{question} No terminal is there to ask on: add --yes", question=question))
    for line in listed:
        context.out.message(line)
    if not _asked(short or question, context):
        raise CommandError(msg("nothing changed"), code=1)


def meant(error: ApiError, args: Namespace, context: Context) -> bool:
    """Ask whether somebody almost named was meant; if so, the command is to be run again on `args`, which name them now."""
    near = error.near
    if near is None or not terminal():
        return False
    taken = [name for name in _TAKEN_AS.get(near.kind, ()) if vars(args).get(name) == near.asked]
    if not taken or not _asked(error.message, context):
        return False
    for name in taken:
        setattr(args, name, near.id)
    return True


def means_yes(text: str) -> bool:
    """In either language, however it was typed."""
    return unicodedata.normalize("NFC", text).strip().casefold() in _YES


def terminal() -> bool:
    """Whether somebody can be asked and can answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _asked(question: Arg, context: Context) -> bool:
    """Whether the answer is yes. What is no answer, as the end of input, is no."""
    context.out.prompt(row((question, _HINT), " "))
    return means_yes(sys.stdin.readline())
