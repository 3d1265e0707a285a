"""giochoi man: the manual pages, one for each noun and one for all, from what commands take. groff_man(7), man-pages(7)."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from cli.commands import NOUNS, Commands, of
from cli.context import Context
from cli.errors import CommandError
from cli.help import named, usage
from cli.parser import GLOBALS, Argument, Parser
from cli.words.shell import quote
from host.clock import wall
from i18n.catalogue import Catalogue
from i18n.message import Arg, Message, msg

_EXITS: tuple[tuple[str, Message], ...] = (
    ("0", msg("done")),
    ("1", msg("refused, or failed")),
    ("2", msg("used in a way that is not understood, or bad input")),
    ("3", msg("daemon or agent cannot be reached; nothing changed")),
    ("4", msg("verification failed")),
)


def add_to(commands: Commands) -> None:
    parser = commands.add("man", write, "/usr/local/share/man/man1", "/usr/local/share/man/vi/man1 --lang vi")
    parser.takes("folder", "DIR", msg("the folder to write them into"), type=Path)


def write(args: Namespace, context: Context) -> int:
    folder: Path = args.folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, lines in pages(context.out.words):
            (folder / f"{name}.1").write_text("\n".join((*lines, "")), encoding="utf-8")
    except OSError as error:
        raise CommandError(msg("{path} cannot be written: {why}", path=str(folder), why=str(error.strerror)), code=1) from None
    if context.out.json:
        context.out.document({"folder": str(folder)})
    else:
        command = f"man {quote(str(folder / 'giochoi.1'))}"
        context.out.line(msg("the manual is in {folder}; read it with: {command}", folder=str(folder), command=command))
    return 0


def pages(words: Catalogue) -> Iterator[tuple[str, Iterator[str]]]:
    """Each page by its name, in lines of roff."""
    yield "giochoi", _whole(words)
    for noun, (_, about) in NOUNS.items():
        yield f"giochoi-{noun}", _noun(noun, about, words)


def _whole(words: Catalogue) -> Iterator[str]:
    about = msg("keeps games within limits, and proves afterwards that it did")
    yield from _head("giochoi", about, words)
    yield from _section(msg("COMMANDS"), words)
    yield from _told(((f"giochoi {noun}", what) for noun, (_, what) in NOUNS.items()), words)
    yield from _section(msg("OPTIONS"), words)
    yield from _arguments(GLOBALS.taken, words)
    yield from _section(msg("EXIT STATUS"), words)
    yield from _told(_EXITS, words)
    yield from _section(msg("SEE ALSO"), words)
    yield ", ".join(rf"\fBgiochoi\-{noun}\fP(1)" for noun in NOUNS)


def _noun(noun: str, about: Message, words: Catalogue) -> Iterator[str]:
    commands = of(noun)
    yield from _head(f"giochoi-{noun}", about, words)
    yield from _section(msg("COMMANDS"), words)
    for parser in commands.values():
        yield from _command(parser, words)
    yield from _section(msg("SEE ALSO"), words)
    yield r"\fBgiochoi\fP(1)"


def _command(parser: Parser, words: Catalogue) -> Iterator[str]:
    yield f".SS {_escaped(str(usage(parser)))}"
    yield _escaped(words(parser.about))
    yield from _arguments(parser.taken, words)
    if parser.examples:
        yield from (".PP", _escaped(words(msg("Examples"))), ".PP", ".nf", ".RS")
        yield from map(_escaped, parser.examples)
        yield from (".RE", ".fi")


def _head(name: str, about: Message, words: Catalogue) -> Iterator[str]:
    today = datetime.fromtimestamp(wall() / 1000, UTC).date()
    yield f'.TH {_escaped(name.upper())} 1 {today} "giochoi {version("giochoi")}"'
    yield from _section(msg("NAME"), words)
    yield rf"{_escaped(name)} \- {_escaped(words(about))}"


def _section(title: Message, words: Catalogue) -> Iterator[str]:
    yield f".SH {_escaped(words(title))}"


def _arguments(taken: Iterable[Argument], words: Catalogue) -> Iterator[str]:
    yield from _told(((named(one), one.help) for one in taken), words)


def _told(rows: Iterable[tuple[str, Arg]], words: Catalogue) -> Iterator[str]:
    for name, text in rows:
        yield from (".TP", f".B {_escaped(name)}", _escaped(words(text)))


def _escaped(text: str) -> str:
    """As roff takes it: no dash becomes a hyphen, and no line a request."""
    text = text.replace("\\", r"\e").replace("-", r"\-").replace("\u00a0", r"\ ")
    return rf"\&{text}" if text[:1] in {".", "'"} else text
