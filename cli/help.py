"""giochoi help: how commands are used, from what they take. A page is made of parts, which the manual shows in its own way."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from cli.commands import NOUNS, Commands, find, of
from cli.context import Context
from cli.output import Output
from cli.parser import GLOBALS, Argument, Parser
from cli.showing.placeholders import called
from i18n.message import Arg, Message, msg
from words.layout import row


class Part(NamedTuple):
    """Some of a page: a heading, a command as one writes it, a text, words with what they mean, examples; not all of it."""

    head: Message | None = None
    usage: Arg = ""
    text: Arg = ""
    pairs: Sequence[tuple[Arg, Arg]] = ()
    examples: Sequence[Arg] = ()


def add_to(commands: Commands) -> None:
    parser = commands.add("help", show, "", "player", "game add")
    parser.takes("words", "NOUN", msg("a command, or the first word of several"), nargs="*")


def show(args: Namespace, context: Context) -> None:
    page(args.words, context.out)


def page(words: Sequence[str], out: Output) -> None:
    """What there is to say about the command, or those that begin with these words. CommandError (2) if there is none."""
    if not words:
        more = msg("More about one of them: {command}", command="giochoi help grant")
        parts = [*overview(), everywhere(), Part(text=row((more, msg("Help for children and parents: call 111")), " · "))]
    elif len(words) == 1 and words[0] in NOUNS and words[0] not in (commands := of(words[0])):
        about = msg("giochoi {noun}: {about}", noun=words[0], about=NOUNS[words[0]][1])
        parts = [Part(text=about), *(Part(usage=usage(one), text=one.about) for one in commands.values())]
    else:
        told, examples = about_command(find(words)[0])
        parts = [told, everywhere(), examples]
    out.answer({"help": [part._asdict() for part in parts]}, lambda: _show(parts, out))


def overview() -> Iterator[Part]:
    yield Part(text=msg("Giờ Chơi keeps games within limits, and a log that an outsider can check."))
    yield Part(msg("Commands"), pairs=[(noun, about) for noun, (_, about) in NOUNS.items()])


def everywhere() -> Part:
    return Part(msg("With every command"), pairs=_pairs(GLOBALS.taken))


def about_command(parser: Parser) -> tuple[Part, Part]:
    """What it does and takes, and examples."""
    told = Part(usage=usage(parser), text=parser.about, pairs=_pairs(parser.taken))
    return told, Part(msg("Examples"), examples=parser.examples)


def _show(parts: Sequence[Part], out: Output) -> None:
    for number, part in enumerate(parts):
        if number:
            out.line()
        _show_part(part, out)


def _show_part(part: Part, out: Output) -> None:
    if part.head is not None:
        out.head(part.head)
    if part.usage:
        out.say(part.usage, 0, 4)
    if part.text:
        out.say(part.text, 4 if part.usage else 0)
    if part.usage and part.pairs:
        out.line()
    out.pairs(part.pairs)
    for example in part.examples:
        out.say(example, 2, 4)


def usage(parser: Parser) -> Arg:
    """The command with all it takes, as one writes it. What belongs together is never put on two lines."""
    words: list[Arg] = [parser.prog]
    for argument in parser.taken:
        word = f"{argument.names[-1]} {argument.value}".strip() if argument.names else argument.value
        word = f"{word}…" if argument.many in {"*", "+"} else word
        words.append(called((word if argument.required else f"[{word}]").replace(" ", "\u00a0")))
    return row(words, " ")


def _pairs(taken: Iterable[Argument]) -> list[tuple[Arg, Arg]]:
    return [(called(" ".join((", ".join(one.names), one.value)).strip()), one.help) for one in taken]
