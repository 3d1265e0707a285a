"""The questions of the first set-up, in their order. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Final

from agent.api.naming import same
from cli.errors import CommandError
from cli.given.asking import means_yes
from cli.given.values import parse_born
from cli.setup.interview import (
    OF_PACK,
    AnswerError,
    Answers,
    Asking,
    Choice,
    Found,
    Interview,
    Maker,
    Number,
    Question,
    child_of,
)  # fmt: skip
from host.api import Person
from i18n.message import Arg, comma, msg, typed
from rules.calendar import age_on
from rules.identity import birth_date
from rules.unknown import Unknown
from words.days import day_or
from words.layout import row
from words.shell import typed_as, whole

_UNKNOWN: Final[tuple[tuple[Unknown, Arg], ...]] = (
    ("listed", msg("Recommended: they may run, and you see which ran and for how long")),
    ("counts", msg("Together they count as one game, so that they are over when play is")),
    ("refused", msg("None of them runs, unless you let it through: the surest for a younger child")),
)
MINUTES: Final = 2  # of a preset's minutes so many are asked for, the others stay as they are
_AFTER_MORNING, _BEFORE_AFTERNOON = "13:30-21:00", "08:00-21:00"
_BIRTHDAY: Final = "24/11/2014"
_NEW: Final = "+"
_NO: Final = frozenset({"n", "no", "k", "không", "khong"})
_ALL: Final = frozenset({"all", "tất cả", "tat ca", "het", "hết"})


def _account(found: Found, given: Answers, interview: Interview) -> Question | None:
    chosen = interview.chosen("account")
    free = tuple(one for one in found.people if one.account not in chosen)
    known = {account: one for account, one in found.known.items() if account not in chosen}
    new = Choice(msg("a new account, made at the end, without an administrator's rights"), _NEW)
    choices = (*(Choice(_written(one), one.account) for one in free),
               *(Choice(msg("{account}: {name}, to be changed", account=account, name=one.name), account)
                 for account, one in known.items()),
               *((new,) if found.makes else ()))  # fmt: skip
    likely = [str(at) for at, one in enumerate(choices, 1)
              if one.word != _NEW and (at > len(free) or not free[at - 1].administrator)]  # fmt: skip
    default = likely[0] if len(likely) == 1 else str(len(choices)) if found.makes and not likely else None

    def read(text: str) -> str:
        named = None if text.isdecimal() else found.account(text)
        if named is None and choices and not text.isdecimal() and text not in {one.word for one in choices}:
            raise AnswerError(msg("{text}: no account of this PC is called so: type its number", text=typed(text)))
        account = choices[_picked(text, choices)].word if named is None or named.account in chosen else named.account
        if account == _NEW:
            return ""
        if account in known and known[account].values is None:
            command = whole(f"giochoi policy use {typed_as(known[account].name, known[account].id)} …")
            raise AnswerError(msg("the rules of {name} were put together by commands; change them in the same way: {command}",
                                  name=known[account].name, command=command))  # fmt: skip
        return account

    return Question("account", msg("Which account is your child's?"), read, default, default or "", choices)


def _written(one: Person) -> Arg:
    said = one.account if one.full in {"", one.account} else row((one.account, " (", one.full, ")"), "")
    return msg("{account}: an administrator's, over whom no limit holds", account=said) if one.administrator else said


def _administrator(found: Found, given: Answers, interview: Interview) -> Question | None:
    """Nothing would hold; whoever says so all the same may prepare what is to hold later. The only administrator stays one."""
    account = given["account"]
    if not found.administers(account):
        return None
    if any(one.administrator and one.account != account for one in found.people):
        text = msg("{account} is an administrator's account: no limit can hold in it. Better another account, or first: "
                   "{remedy}. Go on with it all the same?", account=account, remedy=found.made_ordinary(account))  # fmt: skip
    else:
        text = msg("{account} is an administrator's account: no limit can hold in it. Your child needs another one, which you "
                   "make in the system's settings. Go on with it all the same?", account=account)  # fmt: skip
    return replace(yes_or_no("administrator", text, default=False), surely=True)


def _name(found: Found, given: Answers, interview: Interview) -> Question:
    account = given["account"]
    known = found.known.get(account)
    full = next((one.full for one in found.people if one.account == account), "") if known is None else known.name
    taken = (*(found.taken - {full} if known else found.taken), *interview.chosen("name"))

    def read(text: str) -> str:
        if any(same(text, other) for other in taken):
            raise AnswerError(msg("there is somebody called {name} already", name=text))
        return text

    suggested = full or account[:1].upper() + account[1:]
    return Question("name", msg("What is your child called?"), read, suggested or None, suggested)


def _password(found: Found, given: Answers, interview: Interview) -> Question | None:
    """For an account that is to be made."""
    if given["account"]:
        return None
    text = msg("A password for the new account {account}, which {name} types to log in", name=given["name"],
               account=interview.children()[-1].account)  # fmt: skip
    return Question("password", text, str, kind="secret")


def _once_more(found: Found, given: Answers, interview: Interview) -> Question | None:
    def read(text: str) -> str:
        if text != given["password"]:
            raise AnswerError(msg("the two passwords differ"))
        return text

    return Question("again", msg("The password once more"), read, kind="secret") if given.get("password") else None


def _born(found: Found, given: Answers, interview: Interview) -> Question:
    def read(text: str) -> str:
        try:
            return parse_born(text, found.today)
        except CommandError as error:
            raise AnswerError(error.message) from None

    known = found.known.get(given["account"])
    born = None if known is None else known.born
    text = msg("When was {name} born? Day, month, year, such as {example}; or the year alone", name=given["name"],
               example=_BIRTHDAY)  # fmt: skip
    return Question("born", text, read, born, day_or(born or ""))


def _pack(found: Found, given: Answers, interview: Interview) -> Question:
    choices = (*(Choice(one.title, one.id) for one in found.presets), Choice(msg("Only what the law says of games"), "law"))

    def read(text: str) -> str:
        at = _picked(text, choices)
        return found.presets[at].id if at < len(found.presets) else ""

    age = msg("{name} is {age}. Which rules?", name=given["name"], age=age_on(_date(given["born"], found), found.today))
    known = found.known.get(given["account"])
    before = 1 if known is None else 1 + [*(one.id for one in found.presets), ""].index(known.pack)
    return Question("pack", age, read, str(before), str(before), choices)


def _minutes(at: int) -> Maker:
    def make(found: Found, given: Answers, interview: Interview) -> Question | None:
        numbers = next((one.numbers for one in found.presets if one.id == given["pack"]), ())
        if at >= len(numbers):
            return None
        number = numbers[at]
        known = found.known.get(given["account"])
        values = (known.values if known and known.pack == given["pack"] else None) or {}
        default = values.get(number.name, str(number.default))
        text = row((number.text, "?"), "")
        return Question(f"{OF_PACK}{number.name}", text, lambda typed: _number(typed, number), default, default)

    return make


def _hours(found: Found, given: Answers, interview: Interview) -> Question | None:
    """When a school day leaves room to play: many schools teach half of the day."""
    hours = next((one.hours for one in found.presets if one.id == given["pack"]), None)
    if hours is None:
        return None
    name, usual = hours
    known = found.known.get(given["account"])
    now = ((known.values if known and known.pack == given["pack"] else None) or {}).get(name, usual)
    kinds = {
        usual: Choice(msg("all day: {hours}", hours=usual), "all-day"),
        _AFTER_MORNING: Choice(msg("in the morning only: {hours}", hours=_AFTER_MORNING), "morning"),
        _BEFORE_AFTERNOON: Choice(msg("in the afternoon only: {hours}", hours=_BEFORE_AFTERNOON), "afternoon"),
    }  # fmt: skip
    kinds.setdefault(now, Choice(msg("as it is: {hours}", hours=now), "as-is"))
    choices, values = tuple(kinds.values()), tuple(kinds)
    before = str(1 + values.index(now))
    text = msg("When does {name} have classes on a school day? That says when there may be play", name=given["name"])
    return Question(f"{OF_PACK}{name}", text, lambda typed: values[_picked(typed, choices)], before, before, choices)


def _number(text: str, number: Number) -> int:
    if not text.isdecimal() or not number.least <= int(text) <= number.most:
        bounds = {"least": number.least, "most": number.most}
        raise AnswerError(msg("{text}: a number from {least} to {most}", text=typed(text), **bounds))
    return int(text)


def _unknown(found: Found, given: Answers, interview: Interview) -> Question | None:
    """Where an administrator's account could put anything anywhere, it would be a promise that nothing keeps."""
    if not found.gates or found.administers(given["account"]):
        return None
    known = found.known.get(given["account"])
    before = str(1 + [word for word, _ in _UNKNOWN].index("listed" if known is None else known.unknown))
    choices = tuple(Choice(text, word) for word, text in _UNKNOWN)
    text = msg("What about programs in {account} that are no known games and that no administrator installed?",
               account=interview.children()[-1].account)  # fmt: skip
    return Question("unknown", text, lambda typed: _UNKNOWN[_picked(typed, choices)][0], before, before, choices)


def _games(found: Found, given: Answers, interview: Interview) -> Question | None:
    asking = tuple(found.asking(child_of(given, found)))
    if not asking:
        return None
    choices = tuple(Choice(row((one.title, one.label), ", "), one.id) for one in asking)

    def read(text: str) -> tuple[Asking, ...]:
        if text.casefold() in _NO | {"none", "0"}:
            return ()
        if text.casefold() in _ALL:
            return asking
        if text.endswith("+") and text[:-1].isdecimal():
            return up_to(int(text[:-1]), asking)
        return tuple(asking[_picked(one, choices)] for one in re.split(r"[,;\s]+", text) if one)

    text = msg("These games are installed and wait for your yes. Which may {name} play?", name=given["name"])
    return Question("games", text, read, "none", msg("none"), choices, kind="many",
                    typed=msg("Numbers, all, none, or 12+ for all with a label up to 12"))  # fmt: skip


def up_to(age: int, asking: tuple[Asking, ...]) -> tuple[Asking, ...]:
    """Those with a label of at most this age."""
    return tuple(one for one in asking if one.age is not None and one.age <= age)


def _more(found: Found, given: Answers, interview: Interview) -> Question | None:
    chosen = interview.chosen("account")
    left = [one for one in found.people if one.account not in chosen and not one.administrator]
    return yes_or_no("more", msg("Is there another child?"), default=False) if left or found.makes else None


def _guardian(found: Found, given: Answers, interview: Interview) -> Question | None:
    """Where nobody has a PIN yet, or somebody comes back, who may have forgotten it."""
    again = any(account in found.known for account in interview.chosen("account"))
    if found.pins and not again:
        return None

    def read(text: str) -> str:
        if text.casefold() in _NO | {"none", "0"}:
            return ""
        if any(same(text, other) for other in (*found.taken, *interview.chosen("name"))):
            raise AnswerError(msg("there is somebody called {name} already", name=text))
        return text

    if found.pins:
        text = msg("There is a PIN already: {names}. Type whose is to be a new one, or none", names=comma(found.pins))
        return Question("guardian", text, read, "none", msg("none"))
    text = msg("With a PIN you can give time at your child's session. What does your child call you? Or none, without a PIN")
    return Question("guardian", text, read, "none", msg("none"))


def yes_or_no(id_: str, text: Arg, *, default: bool) -> Question:
    """`default`: what Enter means."""
    def read(answer: str) -> bool:
        if means_yes(answer) or answer.casefold() in _NO:
            return means_yes(answer)
        raise AnswerError(msg("{text}: yes or no", text=typed(answer)))

    return Question(id_, text, read, "y" if default else "n", msg("yes") if default else msg("no"), kind="yes")


def _picked(text: str, choices: tuple[Choice, ...]) -> int:
    """Which choice was meant, by its number or its word. AnswerError."""
    for at, one in enumerate(choices):
        if text in {str(at + 1), one.word}:
            return at
    if not choices:
        raise AnswerError(msg("there is no account {account} here that could be a child's", account=typed(text)))
    raise AnswerError(msg("{text}: one of {numbers}", text=typed(text), numbers=comma(map(str, range(1, len(choices) + 1)))))


def _date(born: str, found: Found) -> date:
    return birth_date(born, found.today)


QUESTIONS: Final = (
    _account, _administrator, _name, _password, _once_more, _born, _pack, *map(_minutes, range(MINUTES)), _hours, _unknown,
    _games, _more, _guardian,
)  # fmt: skip
