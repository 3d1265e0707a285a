"""giochoi setup: the first minutes of a parent, asked in order. Nothing is changed before the last yes."""

from __future__ import annotations

import sys
from argparse import Namespace
from datetime import date
from typing import Final

from agent.api import naming
from agent.api.players import GuardianAdd, GuardianList, GuardianSet, PlayerList, PlayerRow
from cli.commands import Commands
from cli.context import Context
from cli.errors import CommandError
from cli.given.asking import terminal
from cli.given.proving import AGAIN, NEW, good, hashed_alike, typed_pin
from cli.output import Output
from cli.registering.settle import settle
from cli.setup.house import House, as_administrator, rules_said
from cli.setup.interview import AnswerError, Child, Interview, Question
from cli.setup.questions import QUESTIONS, yes_or_no
from cli.setup.saving import save
from cli.setup.tried import try_out
from cli.words.layout import row
from cli.words.shell import quote, whole
from cli.words.verdicts import UNKNOWN_VALUES
from host.choose import files
from host.rpc_client import ask
from host.wire import ApiError
from i18n.message import Arg, Day, Message, comma, msg, said_by

BACK: Final = "<"
_TRIES: Final = 5  # to type a PIN twice alike


def add_to(commands: Commands) -> None:
    commands.add("setup", run, "", "--lang vi")


def run(args: Namespace, context: Context) -> int:
    if context.out.json or not terminal():
        raise CommandError(msg("this asks questions, so it needs a terminal; without one: giochoi player add"))
    try:
        house, interview, pin = _answers(context)
    except KeyboardInterrupt:
        context.out.message("")
        raise CommandError(msg("nothing changed"), code=130) from None
    children = interview.children()
    code = _save(children, house, context)
    if pin:
        code = _guardian(interview.guardian(), pin, context) or code
    return try_out(children, context) or code


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
    elif all(one.administrator for one in found.people):
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


def _guardian(name: str, pin: str, context: Context) -> int:
    """Whoever is called so gets the PIN, or becomes a guardian with it."""
    address = context.home.agent_address
    known = naming.person(ask(address, GuardianList()).guardians, name)
    done = ask(address, GuardianAdd(name=name, pin=pin) if known is None else GuardianSet(guardian=known.id, pin=pin))
    said = msg("{name} is a guardian now (id {id})", name=done.name, id=done.id)
    return settle(context, done, said if known is None else msg("{name} is changed (id {id})", name=done.name, id=done.id))


def _pin(interview: Interview, context: Context) -> str | None:
    """The hash of the PIN that is typed, which is asked for until it is none that the children, or others, would guess; "" if
    it never is, or none is wanted; None: back. CommandError: nobody answers.
    """
    known = ask(context.home.agent_address, PlayerList()).players
    players = (*known, *map(_as_registered, interview.children()))
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


def _as_registered(child: Child) -> PlayerRow:
    return PlayerRow(
        id="", name=child.name, born=child.born, account=child.account, guardians=(), packs=(), limits=(), approved=()
    )


def _put(question: Question, interview: Interview, out: Output) -> None:
    """Ask until there is an answer that means something."""
    out.message("")
    for number, choice in enumerate(question.choices, 1):
        out.message(row((f"{number}.", choice.text), " "))
    while True:
        out.prompt(row((question.text, "" if question.shown == "" else row(("[", question.shown, "]"), "")), " "))
        line = sys.stdin.readline()
        if not line:
            raise CommandError(msg("nothing changed"), code=1)
        if line.strip() == BACK:
            interview.back()
            return
        try:
            interview.take(line)
        except AnswerError as error:
            out.message(error.message)
            continue
        return


def _agreed(interview: Interview, house: House, out: Output) -> bool:
    """Show what would be, and ask for the last yes. CommandError: it is a no."""
    for child in interview.children():
        out.message("")
        for line in _summary(child):
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


def _summary(child: Child) -> list[Arg]:
    born = child.born or ""
    who = {"name": child.name, "born": Day(date.fromisoformat(born)) if "-" in born else born, "account": child.account}
    lines: list[Arg] = [msg("{name}, born {born}, plays as {account}", **who)]
    lines += rules_said(child)
    if child.unknown != "listed":
        lines.append(msg("Programs that nobody named or installed: {what}", what=UNKNOWN_VALUES[child.unknown]))
    if child.let_through:
        lines.append(msg("May be played: {games}", games=comma(game.title for game in child.let_through)))
    return [lines[0], *(row(("·", line), " ") for line in lines[1:])]


def _save(children: tuple[Child, ...], house: House, context: Context) -> int:
    """One child after the other; what could not be done is said, and the others are done all the same."""
    code = 0
    for child in children:
        try:
            done = save(child, house.scan(child.account), context, own=house.own(child.account))
        except ApiError as error:
            context.out.message(msg("{name}: {why}", name=child.name, why=said_by(error)))
            code = 1
            continue
        code = settle(context, done, msg("{name} is set up (id {id})", name=done.name, id=done.id)) or code
    return code
