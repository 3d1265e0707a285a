"""giochoi man: the manual, one page for each noun and one for all, from the parts of help. groff_man(7), man-pages(7)."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from cli.commands import NOUNS, Commands, of
from cli.context import Context
from cli.errors import CommandError
from cli.help import Part, about_command, everywhere, overview
from host import VERSION
from host.clock import wall
from i18n.catalogue import Catalogue
from i18n.message import Arg, msg, said_by
from words.shell import quote

_EXITS = Part(msg("Exit status"), pairs=(
    ("0", msg("done")), ("1", msg("refused, or failed")), ("2", msg("used in a way that is not understood, or bad input")),
    ("3", msg("daemon or agent cannot be reached; nothing changed")), ("4", msg("verification failed")),
))  # fmt: skip


def add_to(commands: Commands) -> None:
    parser = commands.add("man", write, "/usr/local/share/man/man1", "/usr/local/share/man/vi/man1 --lang vi")
    parser.takes("folder", "DIR", msg("the folder to write them into"), type=Path)


def write(args: Namespace, context: Context) -> None:
    folder: Path = args.folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        today = datetime.fromtimestamp(wall() / 1000, UTC).date()
        for name, lines in Manual(context.out.words, today, VERSION).pages():
            (folder / f"{name}.1").write_text("\n".join((*lines, "")), encoding="utf-8")
    except OSError as error:
        raise CommandError(msg("{path} cannot be written: {why}", path=str(folder), why=said_by(error)), code=1) from None
    command = f"man {quote(str(folder / 'giochoi.1'))}"
    said = msg("the manual is in {folder}; read it with: {command}", folder=str(folder), command=command)
    context.out.answer({"folder": str(folder)}, said)


@dataclass(frozen=True, slots=True)
class Manual:
    """In one language, of one day and version."""

    words: Catalogue
    day: date
    version: str

    def pages(self) -> Iterator[tuple[str, Iterator[str]]]:
        """Each page by its name, in lines of roff."""
        about = msg("keeps games within limits, and a log that an outsider can check")
        nouns = ", ".join(f"giochoi-{noun}(1)" for noun in NOUNS)
        yield "giochoi", self.page("giochoi", about, (*overview(), everywhere(), _EXITS), nouns)
        for noun, (_, about) in NOUNS.items():
            parts = tuple(part for parser in of(noun).values() for part in about_command(parser))
            yield f"giochoi-{noun}", self.page(f"giochoi-{noun}", about, (Part(msg("Commands")), *parts), "giochoi(1)")

    def page(self, name: str, about: Arg, parts: tuple[Part, ...], others: str, section: int = 1) -> Iterator[str]:
        yield f'.TH {_escaped(name.upper())} {section} {self.day} "giochoi {self.version}"'
        yield from _part(Part(msg("Name")), self.words)
        yield rf"{_escaped(name)} \- {_escaped(self.words(about))}"
        for part in (*parts, Part(msg("See also"), text=others)):
            yield from _part(part, self.words)


def _part(part: Part, words: Catalogue) -> Iterator[str]:
    if part.head is not None:
        yield from (".PP", ".B " + _escaped(words(part.head))) if part.examples else (f".SH {_escaped(words(part.head))}",)
    elif part.usage:
        yield f".SS {_escaped(words(part.usage))}"
    elif part.text:
        yield ".PP"
    if part.text:
        yield _escaped(words(part.text))
    for name, text in part.pairs:
        yield from (".TP", f".B {_escaped(words(name))}", _escaped(words(text)))
    if part.examples:
        yield from (".PP", ".nf", *(_escaped(words(one)) for one in part.examples), ".fi")


def _escaped(text: str) -> str:
    """As roff takes it: no dash becomes a hyphen, and no line a request."""
    text = text.replace("\\", r"\e").replace("-", r"\-").replace("\u00a0", r"\ ")
    return rf"\&{text}" if text[:1] in {".", "'"} else text
