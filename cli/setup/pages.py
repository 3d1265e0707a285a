"""giochoi setup --pages: the same questions, for a window that has no rights of its own (tray.dialogs.setup).

A page a line on standard output, what was answered a line on standard input (daemon.api.setup_pages). Nothing is changed before
the last yes; a window that closes before that changes nothing.
"""

from __future__ import annotations

import sys
from typing import Final

import msgspec

from cli.context import Context
from cli.errors import CommandError
from cli.given.proving import good, hashed_alike
from cli.output import Output, clean
from cli.setup.house import House
from cli.setup.interview import AnswerError, Interview, Question
from cli.setup.questions import QUESTIONS, up_to
from cli.setup.summary import registered, save_all, summary
from daemon.api.setup_pages import BACK, NEXT, SetupAnswer, SetupChoice, SetupField, SetupPage
from i18n.catalogue import Language
from i18n.message import Arg, msg

_NEXT: Final = msg("Next")
_BACK: Final = msg("Back")
_AGES: Final = (6, 12)  # up to which games can be let through at once


def run(context: Context) -> int:
    """The exit code: 0 all holds, 1 not all of it, or the window was closed."""
    told = context.out = _Told(context.out.words.language)
    house = House(context)
    pages = _Pages(house, Interview(house.found(), QUESTIONS), context)
    if not pages.asked():
        return 1
    told.lines.clear()
    code = save_all(pages.interview, pages.pin if pages.interview.guardian() else "", house, context)
    says = msg("Done: this holds from now on.") if code == 0 else msg("Saved, but not all of it holds yet.")
    _send(SetupPage(says=(told.words(says),), body=tuple(told.lines), last=True))
    return code


class _Told(Output):
    """Keeps what a terminal would have been told, for the last page. Why it ended sooner is read from standard error."""

    def __init__(self, language: Language) -> None:
        super().__init__(language=language)
        self.lines: list[str] = []

    def message(self, text: Arg) -> None:
        self.lines.append(clean(self.words(text)))
        super().message(text)

    def say(self, text: Arg, indent: int = 0, more: int = 0) -> None:
        self.lines.append(clean(self.words(text)))

    def line(self, text: Arg = "") -> None:
        self.say(text)


class _Pages:
    """`pin`: the hash of the guardian's, once there is one."""

    def __init__(self, house: House, interview: Interview, context: Context) -> None:
        self.house, self.interview, self.context = house, interview, context
        self.pin = ""

    def asked(self) -> bool:
        """Whether it all was answered, and the last yes said."""
        note: Arg = ""
        while True:
            question = self.interview.question()
            if note:
                _send(SetupPage(note=self._words(note)))
            else:
                _send(self._page(question))
            line = sys.stdin.buffer.readline()  # in UTF-8, whatever the system's encoding is
            if not line:
                return False
            answer, note = _answer(line), ""
            if answer.button == BACK:
                self.interview.back()
            elif question is None:
                return True
            else:
                note = self._taken(question, answer.values)

    def _taken(self, question: Question, values: dict[str, str]) -> Arg:
        """What was wrong with it; "": nothing."""
        try:
            typed = values.get(question.id, "").strip()
            if question.id == "guardian":
                self.pin = self._pin(typed, values)
            self.interview.take(typed or ("none" if question.id in {"guardian", "games"} else ""))
        except (AnswerError, CommandError) as error:
            return error.message
        return ""

    def _pin(self, name: str, values: dict[str, str]) -> str:
        """CommandError: it is too simple, or was typed differently."""
        if not name:
            return ""
        good(values.get("pin", ""), registered(self.interview, self.context))
        return hashed_alike(values.get("pin", ""), values.get("again", ""))

    # --- what is shown -----------------------------------------------------------------------------------------------------

    def _page(self, question: Question | None) -> SetupPage:
        back = (self._choice(BACK, _BACK),) if self.interview.given else ()
        if question is None:
            children = self.interview.children()
            lines = [line for child in children for line in (*summary(child), *self.house.tried(child))]
            asked = self._words(msg("Is that right, and shall it hold from now on?"))
            yes = self._choice(NEXT, msg("Yes, from now on"))
            return SetupPage((asked,), (), tuple(map(self._words, lines)), (yes, *back))
        said: tuple[Arg, ...] = (question.text, *question.beside)
        fields = [self._field(question)]
        if question.id == "guardian":
            fields += (SetupField(name, self._words(label), "pin") for name, label in _PINS)
        if question.id == "guardian" and not self.interview.found.pins:
            said = (msg("A PIN lets you give time at your child's own session."),
                    msg("What does your child call you? Leave that empty to go on without a PIN."))  # fmt: skip
        return SetupPage(tuple(map(self._words, said)), tuple(fields), (), (self._choice(NEXT, _NEXT), *back))

    def _field(self, question: Question) -> SetupField:
        default = question.default or ""
        choices = tuple(self._choice(one.word, one.text) for one in question.choices)
        if question.kind == "yes":
            choices = (self._choice("y", msg("yes")), self._choice("n", msg("no")))
            return SetupField(question.id, "", "choice", default, choices)
        if question.kind == "many":
            return SetupField(question.id, "", "ticks", "", choices, self._shortcuts())
        if choices:
            chosen = choices[int(default) - 1].value if default.isdecimal() else choices[-1].value  # where several may be meant
            return SetupField(question.id, "", "choice", chosen, choices)
        if question.id == "guardian":
            return SetupField(question.id, self._words(msg("Your name")), "text")
        return SetupField(question.id, "", "pin" if question.kind == "secret" else "text", default)

    def _shortcuts(self) -> tuple[SetupChoice, ...]:
        """What can be ticked at once."""
        child = self.interview.children()[-1]
        asking = self.house.asking(child)
        ages = ((msg("All up to {age}+", age=age), up_to(age, asking)) for age in _AGES)
        found = [one for one in ((msg("All"), asking), *ages) if one[1]]
        return tuple(self._choice(" ".join(one.id for one in games), label) for label, games in (*found, (msg("None"), ())))

    def _choice(self, value: str, label: Arg) -> SetupChoice:
        return SetupChoice(value, self._words(label))

    def _words(self, text: Arg) -> str:
        return clean(self.context.out.words(text))


_PINS: Final = (("pin", msg("PIN")), ("again", msg("Once more")))


def _answer(line: bytes) -> SetupAnswer:
    """CommandError: it is none."""
    try:
        return msgspec.json.decode(line, type=SetupAnswer)
    except msgspec.MsgspecError as error:
        raise CommandError(msg("standard input: this is no answer of the window: {why}", why=str(error))) from None


def _send(page: SetupPage) -> None:
    sys.stdout.write(msgspec.json.encode(page).decode() + "\n")
    sys.stdout.flush()
