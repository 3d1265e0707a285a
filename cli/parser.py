"""What a command takes: read by argparse, kept for help, completions and manuals. Every mistake is a message."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple, NoReturn

from cli.context import Context
from cli.errors import CommandError, unknown
from cli.showing.placeholders import called
from i18n.message import Arg, Message, MessageError, msg, said_by, typed

Run = Callable[[argparse.Namespace, Context], int | None]
"""What a command does; it returns its exit code, or nothing: done."""

PLAYER: Final = msg("name or id of a player, or guest")
PACK: Final = msg("id of a pack or a .toml file, with the values that go into it")

# What argparse says; its wording is the same in 3.11 to 3.14 up to the quotes. Anything else stays as it is.
_SAYINGS: Final[tuple[tuple[str, Callable[..., Message]], ...]] = (
    (r"the following arguments are required: (?P<what>.+)", lambda what: msg("missing: {what}", what=called(what))),
    (r"argument (?P<what>.+?): expected one argument", lambda what: msg("{what} needs a value", what=called(what))),
    (r"argument (?P<what>.+?): expected at least one argument", lambda what: msg("{what} needs a value", what=called(what))),
    (r"argument (?P<what>.+?): ignored explicit argument (?P<value>.+)",
     lambda **found: msg("{what} takes no value, so not {value}", **found)),
)  # fmt: skip
_UNRECOGNIZED: Final = "unrecognized arguments: "


class _Last(argparse.Action):
    """Stores the value, of several the last, as behind an alias; `given_again` tells which was used."""

    def __init__(self, *args: Any, parse: Callable[[str], object], **more: Any) -> None:
        super().__init__(*args, **more)
        self.parse = parse

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option: str | None = None
    ) -> None:
        given: dict[str, list[str]] = vars(namespace).setdefault("_given", {})
        given.setdefault(option or self.dest, []).append(values)
        setattr(namespace, self.dest, self.parse(values))


def given_again(args: argparse.Namespace) -> Iterator[Message]:
    """Of each option that was given more than once, which value was used."""
    for option, values in vars(args).get("_given", {}).items():
        if len(values) > 1:
            yield msg("{option} is given more than once: the last counts, {value}", option=option, value=typed(values[-1]))


class Argument(NamedTuple):
    """`names` are an option's, none for what stands in its place. `value` stands for its value, "" for a switch. `many` is what
    argparse calls nargs.
    """

    names: tuple[str, ...]
    value: str
    help: Message
    required: bool
    many: str
    choices: tuple[str, ...]


class Parser(argparse.ArgumentParser):
    """A command: its words, what it is for, what it takes, what it does. `looks`: that it changes nothing needs no saying."""

    def __init__(self, name: str, about: Message, run: Run, examples: Sequence[Arg] = (), *, looks: bool = False) -> None:
        super().__init__(prog=f"giochoi {name}".strip(), add_help=False, allow_abbrev=False)
        self.name, self.about, self.run, self.examples, self.looks = name, about, run, examples, looks
        self.taken: list[Argument] = []

    def takes(self, name: str, value: str, about: Message, *, choices: Iterable[str] = (), **more: Any) -> None:
        """An option, or what stands in its place. ValueError and MessageError of its `type` are told with its name."""
        option, known = name.startswith("-"), tuple(choices)
        names = tuple(name.split())
        required = more.get("required", False) if option else more.get("nargs") not in {"?", "*"}
        self.taken.append(Argument(names if option else (), value, about, required, more.get("nargs", ""), known))
        if not value:
            self.add_argument(*names, action="store_true", **more)
            return
        what = names[-1] if option else value
        parse = self._chosen(known, what) if known else self._told(more.pop("type", str), what)
        if option and self.name and "action" not in more:
            self.add_argument(*names, metavar=value, action=_Last, parse=parse, **more)
        else:  # of what stands before every command the last counts without a word
            self.add_argument(*names, metavar=value, type=parse, **more)

    def mistake(self, said: Message) -> NoReturn:
        """A mistake on the command line. CommandError (2)."""
        raise CommandError(msg("{mistake}; see: {command}", mistake=said, command=f"{self.prog} --help"))

    def error(self, message: str) -> NoReturn:
        """The same, as argparse says it."""
        if message.startswith(_UNRECOGNIZED):
            self._not_understood(message.removeprefix(_UNRECOGNIZED))
        found = next(((say, match) for text, say in _SAYINGS if (match := re.fullmatch(text, message))), None)
        self.mistake(msg("{mistake}", mistake=message) if found is None else found[0](**found[1].groupdict()))

    def _not_understood(self, words: str) -> NoReturn:
        first = words.partition(" ")[0]
        options = [name for argument in (*GLOBALS.taken, *self.taken) for name in argument.names]
        if first.startswith("-"):
            raise CommandError(unknown(first, options, f"{self.prog} --help"))
        self.mistake(msg("{word} is one word too many", word=first))

    def _told(self, parse: Callable[[str], object], what: str) -> Callable[[str], object]:
        def convert(text: str) -> object:
            try:
                return parse(text)
            except (MessageError, ValueError) as error:
                self.mistake(msg("{what}: {why}", what=called(what), why=said_by(error)))

        return convert

    def _chosen(self, known: Sequence[str], what: str) -> Callable[[str], object]:
        def convert(text: str) -> object:
            if text not in known:
                raise CommandError(msg("{what}: {why}", what=called(what), why=unknown(text, known)))
            return text

        return convert


def _globals() -> Parser:
    parser = Parser("", msg("play within limits, with a log to check"), lambda _args, _context: 0)
    parser.takes("--home", "DIR", msg("a home instead of the system's"))
    parser.takes("--json", "", msg("one JSON document instead of text"))
    parser.takes("--lang", "vi|en", msg("in Vietnamese or English"), choices=("vi", "en"))
    parser.takes("--version", "", msg("which version this is"))
    parser.takes("-h --help", "", msg("this help"))
    return parser


GLOBALS: Final = _globals()
"""What every command takes, wherever it stands."""
