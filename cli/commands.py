"""All commands: which there are, and where. The file of one is loaded only when somebody names it."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Final

from cli.errors import CommandError, unknown
from cli.parser import Parser, Run
from i18n.message import Arg, Message, comma, msg

NOUNS: Final[dict[str, tuple[str, Message]]] = {
    "setup": ("cli.setup.command", msg("the first minutes, asked in order")),
    "status": ("cli.status", msg("who plays what, and how long still")),
    "why": ("cli.why", msg("why play is allowed or not, rule by rule")),
    "usage": ("cli.usage", msg("how long was played on a day")),
    "grant": ("cli.grant", msg("give more time today")),
    "extend": ("cli.grant", msg("let play go on until a time today")),
    "grants": ("cli.grant", msg("the time that was given")),
    "revoke": ("cli.grant", msg("take given time back")),
    "request": ("cli.asking", msg("ask a guardian for more time, for a game or for a program")),
    "requests": ("cli.asking", msg("what was asked for and has no answer yet")),
    "withdraw": ("cli.asking", msg("take back what you asked for")),
    "approve": ("cli.asking", msg("say yes to a request")),
    "deny": ("cli.asking", msg("say no to a request")),
    "code": ("cli.code", msg("give time by a guardian's code, told by telephone")),
    "pause": ("cli.pause", msg("let somebody play nothing for a while")),
    "resume": ("cli.pause", msg("end a pause")),
    "off": ("cli.pause", msg("limit nothing for a while")),
    "player": ("cli.registering.player", msg("whose play is counted")),
    "guardian": ("cli.registering.guardian", msg("who may give more time and let games through")),
    "limit": ("cli.registering.limit", msg("set the minutes a day")),
    "policy": ("cli.registering.policy", msg("sets of rules: those of the law, those for homes, your own")),
    "game": ("cli.registering.game", msg("which games are known, and for whom one was let through")),
    "place": ("cli.registering.place", msg("what kind of place this is")),
    "seat": ("cli.registering.seat", msg("the PCs whose records the agent takes")),
    "checkin": ("cli.counter", msg("say who plays at a PC of a public place")),
    "checkout": ("cli.counter", msg("nobody plays at a PC any more")),
    "move": ("cli.counter", msg("who plays at a PC goes on at another")),
    "who": ("cli.counter", msg("who is checked in where")),
    "staff": ("cli.counter", msg("who works at the counter of a public place")),
    "shift": ("cli.counter", msg("begin and end your shift at the counter")),
    "doctor": ("cli.doctor", msg("whether the limits are in force, and what is missing if not")),
    "log": ("cli.log", msg("what was recorded, and what an inspector takes away")),
    "report": ("cli.report.command", msg("a day, a month or a year in figures, to read or to hand in")),
    "backup": ("cli.backup", msg("save all of this in one file")),
    "restore": ("cli.backup", msg("put back what was saved")),
    "print": ("cli.printing.command", msg("what hangs on the wall of a public place, as PDF")),
    "simulate": ("cli.simulate.command", msg("what other rules would have done to recorded play")),
    "update": ("cli.update", msg("what is known of newer versions")),
    "demo": ("cli.demo.command", msg("see it all work, in a temporary home")),
    "help": ("cli.help", msg("how a command is used")),
    "completion": ("cli.completion", msg("have your shell complete commands")),
    "man": ("cli.man", msg("write the manual pages")),
}


class Commands:
    """The commands of one file."""

    def __init__(self) -> None:
        self.by_name: dict[str, Parser] = {}

    def add(self, name: str, run: Run, *examples: Arg, about: Message | None = None, looks: bool = False) -> Parser:
        """A command, by all of its words; `examples` are what may follow them, or, as a message, the whole. What a noun is
        about stands above.
        """
        shown = tuple(f"giochoi {name} {one}".strip() if isinstance(one, str) else one for one in examples)
        parser = self.by_name[name] = Parser(name, about or NOUNS[name][1], run, shown, looks=looks)
        return parser


def of(noun: str) -> dict[str, Parser]:
    """The commands that begin with this word, by name."""
    commands = Commands()
    import_module(NOUNS[noun][0]).add_to(commands)
    return {name: parser for name, parser in commands.by_name.items() if name.partition(" ")[0] == noun}


def find(words: Sequence[str]) -> tuple[Parser, Sequence[str]]:
    """The command that is called, and the words that are left for it. CommandError (2)."""
    noun, *rest = words
    if noun not in NOUNS:
        raise CommandError(unknown(noun, NOUNS, "giochoi help"))
    commands = of(noun)
    if noun in commands:
        return commands[noun], rest
    verbs = [name.partition(" ")[2] for name in commands]
    if not rest:
        raise CommandError(msg("{noun} needs one of: {verbs}", noun=noun, verbs=comma(verbs)))
    if (name := f"{noun} {rest[0]}") not in commands:
        raise CommandError(unknown(rest[0], verbs))
    return commands[name], rest[1:]
