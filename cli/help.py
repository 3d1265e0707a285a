"""giochoi help: how commands are used, from what they take."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence

from cli.commands import NOUNS, Commands, find, of
from cli.context import Context
from cli.output import Output
from cli.parser import GLOBALS, Argument, Parser
from i18n.message import Arg, msg


def add_to(commands: Commands) -> None:
    parser = commands.add("help", show, "", "player", "game add")
    parser.takes("words", "NOUN", msg("a command, or the first word of several"), nargs="*")


def show(args: Namespace, context: Context) -> int:
    return page(args.words, context.out)


def page(words: Sequence[str], out: Output) -> int:
    """What there is to say about the command, or those that begin with these words. CommandError (2) if there is none."""
    if not words:
        _overview(out)
    elif len(words) == 1 and words[0] in NOUNS and words[0] not in (commands := of(words[0])):
        _noun(words[0], commands, out)
    else:
        _command(find(words)[0], out)
    return 0


def _overview(out: Output) -> None:
    out.say(msg("Giờ Chơi keeps games within limits, and proves afterwards that it did."))
    out.line()
    out.head(msg("Commands"))
    out.pairs((noun, about) for noun, (_, about) in NOUNS.items())
    out.line()
    _options(out)
    out.line()
    out.line(msg("More about one of them: {command}", command="giochoi help NOUN"))


def _noun(noun: str, commands: dict[str, Parser], out: Output) -> None:
    out.say(msg("giochoi {noun}: {about}", noun=noun, about=NOUNS[noun][1]))
    for parser in commands.values():
        out.line()
        out.say(usage(parser), 0, 4)
        out.say(parser.about, 4)


def _command(parser: Parser, out: Output) -> None:
    out.say(usage(parser), 0, 4)
    out.say(parser.about, 4)
    if parser.taken:
        out.line()
        out.pairs((named(argument), argument.help) for argument in parser.taken)
    out.line()
    _options(out)
    if parser.examples:
        out.line()
        out.head(msg("Examples"))
        for example in parser.examples:
            out.line(f"  {example}")


def _options(out: Output) -> None:
    out.head(msg("With every command"))
    out.pairs((named(argument), argument.help) for argument in GLOBALS.taken)


def usage(parser: Parser) -> Arg:
    """The command with all it takes, as one writes it. What belongs together is never put on two lines."""
    return " ".join((parser.prog, *_placed(parser)))


def _placed(parser: Parser) -> Iterator[str]:
    for argument in parser.taken:
        word = f"{argument.names[-1]} {argument.value}".strip() if argument.names else argument.value
        word = word.replace(" ", "\u00a0")
        repeated = f"{word}…" if argument.many in {"*", "+"} else word
        yield repeated if argument.required else f"[{repeated}]"


def named(argument: Argument) -> str:
    """The argument as one writes it."""
    names = ", ".join(argument.names)
    return f"{names} {argument.value}".strip() if names else argument.value
