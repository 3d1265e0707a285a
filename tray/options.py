"""What `giochoi-tray` may be called with, and what it says of that itself: argparse knows one language."""

from __future__ import annotations

import argparse
import difflib
import re
import shutil
import textwrap
from collections.abc import Iterable, Sequence
from typing import Final, NoReturn

from i18n.catalogue import LANGUAGES, Catalogue
from i18n.message import Arg, Message, MessageError, comma, msg, typed

PROGRAM: Final = "giochoi-tray"
_WIDE: Final = 22  # columns of an option
_NO_VALUE: Final = re.compile(r"argument (\S+): expected one argument")
_OPTIONS: Final[dict[str, Arg]] = {
    "--home": msg("the home to talk to"),
    "--lang": msg("the language to speak"),
    "--window": msg("the same menu as a window, where there is no tray"),
    "--autostart": msg("start with each session of this account"),
    "--dialog": msg("one dialog, by itself"),
    "--version": msg("which version this is"),
    "-h, --help": msg("this help"),
}
_VALUES: Final[dict[str, Arg]] = {"--home": msg("DIR"), "--lang": "vi|en", "--autostart": "on|off", "--dialog": msg("NAME")}
_CHOICES: Final = {"lang": LANGUAGES, "autostart": ("on", "off")}


class UsageError(MessageError):
    """A command line that is none of ours: what is wrong with it, and which command tells what is right."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        found = _NO_VALUE.fullmatch(message)  # all that argparse can say of these options, but for what nobody types
        raise UsageError(msg("{what} needs a value", what=found[1]) if found else msg("{mistake}", mistake=message))


def understood(given: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    """What was asked for, and the words behind a dialog's name. UsageError."""
    parser = _Parser(prog=PROGRAM, add_help=False, allow_abbrev=False)
    for option in ("--home", "--lang", "--autostart", "--dialog"):
        parser.add_argument(option)
    for switch in ("--window", "--version"):
        parser.add_argument(switch, action="store_true")
    parser.add_argument("-h", "--help", action="store_true")
    asked, words = parser.parse_known_args(given)
    for name, known in _CHOICES.items():
        value = getattr(asked, name)
        if value is not None and value not in known:
            raise UsageError(msg("{what}: {why}", what=f"--{name}", why=_unknown(value, known)))
    if words and not asked.dialog:
        options = [word for one in _OPTIONS for word in one.split() if word.startswith("--")]
        raise UsageError(_unknown(words[0], options, PROGRAM))
    return asked, words


def said(words: Catalogue) -> str:
    """What --help prints."""
    wide = max(40, shutil.get_terminal_size((100, 24)).columns)
    about = words(msg("How long may be played still, and asking for more: an icon in the tray."))
    options = {f"{one} {words(_VALUES[one])}" if one in _VALUES else one: what for one, what in _OPTIONS.items()}
    usage = " ".join((PROGRAM, *(f"[{one.split(', ')[-1]}]".replace(" ", "\u00a0") for one in options)))
    told = [*_folded(usage, wide, "", "    "), "", *_folded(about, wide, "", ""), ""]
    for option, what in options.items():
        told += _folded(words(what), wide, f"  {option:<{_WIDE}}", " " * (_WIDE + 2))
    return "\n".join(told)


def _folded(text: str, wide: int, first: str, more: str) -> list[str]:
    lines = textwrap.wrap(
        text, wide, initial_indent=first, subsequent_indent=more, break_on_hyphens=False, break_long_words=False
    )
    return [line.replace("\u00a0", " ") for line in lines]


def _unknown(word: str, known: Iterable[str], program: str = "") -> Message:
    """The one that was probably meant; else all, or where they are told."""
    known = tuple(known)
    if near := difflib.get_close_matches(word, known, 1):
        return msg("{word} is not known; did you mean {near}?", word=typed(word), near=near[0])
    if program:
        return msg("{word} is not known; see: {command}", word=typed(word), command=f"{program} --help")
    return msg("{word} is not known; choose from {known}", word=typed(word), known=comma(known))
