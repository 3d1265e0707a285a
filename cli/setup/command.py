"""giochoi setup: the first minutes of a parent, asked in order. Nothing is changed before the last yes."""

from __future__ import annotations

import getpass
import sys
from argparse import Namespace
from typing import Final

from cli.commands import Commands
from cli.context import Context
from cli.errors import CommandError
from cli.given.asking import terminal
from cli.given.proving import AGAIN, NEW, good, hashed_alike, typed_pin
from cli.output import Output, clean
from cli.setup import pages
from cli.setup.house import House, as_administrator
from cli.setup.interview import AnswerError, Interview, Question
from cli.setup.questions import QUESTIONS, yes_or_no
from cli.setup.summary import registered, save_all, summary
from host.choose import files
from i18n.message import Arg, Message, msg
from words.layout import row
from words.shell import quote, whole

BACK: Final = "<"
_TRIES: Final = 5  # to type a PIN twice alike


def add_to(commands: Commands) -> None:
    parser = commands.add("setup", run, "", "--lang vi")
    parser.takes("--pages", "", msg("for the window of setup: the questions a line each, as JSON"))


def run(args: Namespace, context: Context) -> int:
    if args.pages:
        return pages.run(context)
    if context.out.json or not terminal():
        raise CommandError(msg("this asks questions, so it needs a terminal; without one: giochoi player add"))
    try:
        house, interview, pin = _answers(context)
    except KeyboardInterrupt:
        context.out.message("")
        raise CommandError(msg("nothing changed"), code=130) from None
    return save_all(interview, pin, house, context)


def _answers(context: Context) -> tuple[House, Interview, str]:
    """All there is to know, up to the last yes, and the hash of a PIN or "". Nothing is changed yet. CommandError."""
    out, house = context.out, House(context)
    found = house.found()
    if not files().privileged():
        out.message(as_administrator("giochoi setup"))
    out.say(msg("Which children play on this PC, and by which rules? Enter takes what stands in brackets, {back} goes back, "
                "Ctrl-C leaves without changing anything.", back=BACK))  # fmt: skip
    if found.known:
        out.say(msg("Choose a child again to change what was set; what is not asked about stays as it is."))
    elif all(one.administrator for one in found.people) and not found.makes:
        _nobody(out)
    interview = Interview(found, QUESTIONS)
    while True:
        question = interview.question()
        if question is not None:
            _put(question, interview, out)
            continue
        pin = _pin(interview, context) if interview.guardian() else ""
        if pin is not None and _agreed(interview, house, out):
            return house, interview, pin
        interview.back()


def _pin(interview: Interview, context: Context) -> str | None:
    """The hash of the PIN that is typed, which is asked for until it is none that the children, or others, would guess; "" if
    it never is, or none is wanted; None: back. CommandError: nobody answers.
    """
    players = registered(interview, context)
    context.out.message(msg("A PIN for {name}: it is not shown while you type. Enter alone: without one; {back} goes back.",
                            name=interview.guardian(), back=BACK))  # fmt: skip
    for left in reversed(range(_TRIES)):
        try:
            pin = typed_pin(NEW, context)
            if not pin:
                break
            if pin == BACK:
                return None
            good(pin, players)
            again = typed_pin(AGAIN, context)
            return None if again == BACK else hashed_alike(pin, again)
        except CommandError as error:
            context.out.message(msg("{why}; tries left: {left}", why=error.message, left=left))
        except EOFError:
            raise CommandError(msg("nothing changed"), code=1) from None
    context.out.message(_without(interview))
    return ""


def _without(interview: Interview) -> Message:
    """What it means that no PIN was chosen."""
    name = interview.guardian()
    command = whole(f"giochoi guardian {'set' if name in interview.found.pins else 'add'} {quote(name)} --pin")
    if name in interview.found.pins:
        return msg("Then the PIN of {name} stays as it is; another one later: {command}", name=name, command=command)
    return msg("Then without a PIN: you give time from your own account, not at your child's session. Later: {command}",
               command=command)  # fmt: skip


def _nobody(out: Output) -> None:
    """A child needs an account that is no administrator's. None is made here: whoever administers the PC does that."""
    out.message(msg("There is no account here that is neither an administrator's nor already set up. A child needs one: make "
                    "it in the system's settings, then come back."))  # fmt: skip


def _put(question: Question, interview: Interview, out: Output) -> None:
    """Ask until there is an answer that means something."""
    out.message("")
    for number, choice in enumerate(question.choices, 1):
        out.message(row((f"{number}.", choice.text), " "))
    while True:
        shown = "" if question.shown == "" else row(("[", question.shown, "]"), "")
        line = _line(row((question.text, question.typed, shown), " "), out, secret=question.kind == "secret")
        if line.strip() == BACK:
            interview.back()
            return
        try:
            interview.take(line)
        except AnswerError as error:
            out.message(error.message)
            continue
        return


def _line(text: Arg, out: Output, *, secret: bool) -> str:
    """CommandError: nobody answers."""
    try:
        if secret:
            return getpass.getpass(f"{clean(out.words(text))} ")
        out.prompt(text)
        if line := sys.stdin.readline():
            return line
    except EOFError:
        pass
    raise CommandError(msg("nothing changed"), code=1)


def _agreed(interview: Interview, house: House, out: Output) -> bool:
    """Show what would be, and ask for the last yes. CommandError: it is a no."""
    for child in interview.children():
        out.message("")
        for line in summary(child):
            out.message(line)
        for line in house.tried(child):
            out.message(line)
    question = yes_or_no("save", msg("Is that right, and shall it hold from now on?"), default=True)
    asked = Interview(interview.found, (lambda *_: question,))
    _put(question, asked, out)
    if not asked.given:
        return False
    if not asked.chosen("save")[0]:
        raise CommandError(msg("nothing changed"), code=1)
    return True
