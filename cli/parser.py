"""The command line itself: one clear line for a mistake, --home and --json on either side of a noun, help in two languages."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from datetime import date
from typing import Any, NoReturn, Protocol, TypeVar

from cli.context import Context
from cli.words.times import parse_day

T = TypeVar("T")
Run = Callable[[argparse.Namespace, Context], int]

_TITLES = {"positional arguments": "đối số / arguments", "options": "tùy chọn / options"}

# What argparse says, in Vietnamese; its wording is the same in 3.11 to 3.13 up to the quotes. Anything else stays English.
_SAYINGS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"the following arguments are required: (.+)"), r"thiếu \1 / \1 is missing"),
    (re.compile(r"unrecognized arguments: (.+)"), r"không hiểu \1 / \1 is not understood"),
    (
        re.compile(r"argument (.+?): invalid choice: (.+?) \(choose from (.+)\)"),
        r"\1: không có \2, chọn / there is no \2, choose from \3",
    ),
    (re.compile(r"argument (.+?): expected one argument"), r"\1: thiếu giá trị / needs a value"),
    (re.compile(r"argument (.+?): expected at least one argument"), r"\1: cần ít nhất một giá trị / needs at least one value"),
    (re.compile(r"argument (.+?): not allowed with argument (.+)"), r"\1: không dùng cùng / not together with \2"),
    (re.compile(r"argument (.+?): ignored explicit argument (.+)"), r"\1: không nhận giá trị / takes no value, not \2"),
    (re.compile(r"argument ([^:]+): (.+)"), r"\1: \2"),
)


class Parser(argparse.ArgumentParser):
    """An argument parser whose mistakes are one line and exit code 2."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "add_help": False, "allow_abbrev": False})
        self.add_argument("-h", "--help", action="help", help="lời giúp này / this help")

    def add_argument_group(self, *args: Any, **options: Any) -> argparse._ArgumentGroup:
        title, *rest = args or (None,)
        return super().add_argument_group(_TITLES.get(title or "", title), *rest, **options)

    def format_usage(self) -> str:
        return super().format_usage().replace("usage:", "cách dùng / usage:", 1)

    def format_help(self) -> str:
        return super().format_help().replace("usage:", "cách dùng / usage:", 1)

    def error(self, message: str) -> NoReturn:
        for pattern, saying in _SAYINGS:
            match = pattern.fullmatch(message)
            if match:
                message = match.expand(saying)
                break
        self.exit(2, f"giochoi: {' '.join(message.split())}; xem / see: {self.prog} --help\n")


class Commands(Protocol):
    """Where a noun or a verb is added."""

    def add_parser(self, name: str, **options: Any) -> Parser: ...


def command(commands: Commands, name: str, help_text: str, run: Run) -> Parser:
    """A command that does something: `run` gets the arguments and returns the exit code."""
    parser = commands.add_parser(name, help=help_text, description=help_text)
    common(parser, home=argparse.SUPPRESS, json=argparse.SUPPRESS)
    parser.set_defaults(run=run, parser=parser)  # for mistakes that only `run` can see
    return parser


def noun(commands: Commands, name: str, help_text: str) -> Commands:
    """A noun with verbs of its own."""
    parser = commands.add_parser(name, help=help_text, description=help_text)
    common(parser, home=argparse.SUPPRESS, json=argparse.SUPPRESS)
    return parser.add_subparsers(metavar="VIỆC/VERB", required=True, title="việc / verbs")


def common(parser: Parser, *, home: Any, json: Any) -> None:
    """--home and --json. The outermost parser holds the defaults; the inner ones must not overwrite what stood before them."""
    parser.add_argument(
        "--home", metavar="DIR", default=home, help="thư mục riêng thay cho của hệ thống / a home instead of the system's"
    )
    parser.add_argument("--json", action="store_true", default=json, help="một tài liệu JSON / one JSON document")


def checked(parse: Callable[[str], T]) -> Callable[[str], T]:
    """A parser of ours as an argparse type: its ValueError's own words reach the user."""

    def convert(text: str) -> T:
        try:
            return parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return convert


day: Callable[[str], date] = checked(parse_day)
