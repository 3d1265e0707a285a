"""The first set-up, told as answers: what they come to, and how one goes on and back. Pure: a terminal asks, and pages can.

For one child at most twelve answers, most of them Enter. Nothing is changed before all are there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, count
from typing import Any, Final, Literal

from agent.api.slug import slug
from host.api import Person
from i18n.message import Arg, MessageError, msg
from rules.unknown import Unknown

_ACCOUNT: Final = 16  # characters: Windows takes 20
OF_PACK: Final = "of-pack:"  # before a parameter's name: the question for its value


class AnswerError(MessageError):
    """An answer that means nothing: what would."""


@dataclass(frozen=True, slots=True)
class Number:
    """One of a preset's minutes: the parameter's name, what it is, what it is if nobody says, and its bounds."""

    name: str
    text: Arg
    default: int
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Preset:
    """A set of rules to choose: its pack, what it is called, and the minutes that are asked for. `hours`: the parameter that
    says when may be played on a school day, and what it is if nobody says; None: it has none.
    """

    id: str
    title: Arg
    numbers: tuple[Number, ...]
    hours: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """A game that a child's rules ask a guardian about, or refuse for its label: it may be let through. `label`: in words;
    `age`: the age that it says, None if it has none.
    """

    id: str
    title: str
    label: Arg
    age: int | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """Who was set up before, as it is. `pack` "": only the law. `values` of the pack, as `policy use` takes them; None:
    commands put the rules together, which are not asked about here.
    """

    id: str
    name: str
    born: str | None
    pack: str
    values: Mapping[str, str] | None
    unknown: Unknown = "listed"
    approved: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Child:
    """Who is to be registered, and with what. `born` as `player add` takes it; `values` of the pack's parameters; `pack` may be
    ""; `known`: who it was before. `password`: the account is to be made, with this one.
    """

    account: str = ""
    name: str = ""
    born: str | None = None
    pack: str = ""
    values: Mapping[str, int | str] = field(default_factory=dict)
    unknown: Unknown = "listed"
    let_through: tuple[Asking, ...] = ()
    known: Known | None = None
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Found:
    """What is there: `people` with accounts of their own that are nobody's yet, names that are `taken`, who is `known` by the
    account, the rules to choose from; `gates`: whether this system can keep programs from running; `pins`: the guardians who
    have one. `asking`: the games that these rules ask about; `account`: somebody by the name of an account that was typed, None
    if there is none or it is taken; `made_ordinary`: how one that is an administrator's becomes none. `makes`: whether a new
    one can be made here.
    """

    today: date
    people: tuple[Person, ...]
    taken: frozenset[str]
    presets: tuple[Preset, ...]
    gates: bool
    asking: Callable[[Child], Iterable[Asking]]
    account: Callable[[str], Person | None] = lambda _: None
    pins: tuple[str, ...] = ()
    made_ordinary: Callable[[str], Arg] = str
    makes: bool = False
    known: Mapping[str, Known] = field(default_factory=dict)

    def administers(self, account: str) -> bool:
        typed = self.account(account)
        return any(one.administrator for one in (*self.people, typed) if one is not None and one.account == account)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several answers, numbered from 1 as they stand. `word`: what may be typed instead of its number."""

    text: Arg
    word: str


@dataclass(frozen=True, slots=True)
class Question:
    """`id` says what it is about. `default` is what Enter means (None: something has to be typed), `shown` how that is written.
    `read` makes a value of what was typed. AnswerError. `surely`: a no to it asks the question before once more. `kind`: how
    many of the choices are taken, that it is yes or no, which has none, or that what is typed is not shown. `typed`: what may
    be typed, where that is not plain.
    """

    id: str
    text: Arg
    read: Callable[[str], Any]
    default: str | None = None
    shown: Arg = ""
    choices: tuple[Choice, ...] = ()
    beside: tuple[Arg, ...] = ()
    surely: bool = False
    kind: Literal["one", "many", "yes", "secret"] = "one"
    typed: Arg = ""


Answers = dict[str, Any]
Maker = Callable[[Found, Answers, "Interview"], Question | None]
"""Makes the question of one thing from what was answered about the same child; None: it is not asked."""


@dataclass(slots=True)
class Interview:
    """Put `question`, hand what was typed to `take`, until there is none. `back` takes the last answer away."""

    found: Found
    makers: tuple[Maker, ...]
    given: list[tuple[str, Any]] = field(default_factory=list)

    def question(self) -> Question | None:
        """The next one."""
        mine = self._split()[-1]
        made = (make(self.found, mine, self) for make in self.makers)
        return next((one for one in made if one is not None and one.id not in mine), None)

    def take(self, typed: str) -> None:
        """AnswerError."""
        asked = self.question()
        if asked is None:
            return
        text = typed.strip() or asked.default
        if text is None:
            raise AnswerError(msg("this needs an answer"))
        value = asked.read(text)
        if asked.surely and not value:
            self.back()
        else:
            self.given.append((asked.id, value))

    def back(self) -> None:
        if self.given:
            self.given.pop()

    def guardian(self) -> str:
        """What the guardian is called who wants a PIN; "" for none."""
        return next(iter(self.chosen("guardian")), "")

    def chosen(self, id_: str) -> list[Any]:
        """What was answered to this, of all children."""
        return [value for one, value in self.given if one == id_]

    def children(self) -> tuple[Child, ...]:
        found: list[Child] = []
        for given in self._split():
            if "account" in given:
                found.append(child_of(given, self.found, [child.account for child in found]))
        return tuple(found)

    def _split(self) -> list[Answers]:
        """The answers, of each child by themselves."""
        split: list[Answers] = [{}]
        for id_, value in self.given:
            if id_ == "more" and value:
                split.append({})
            else:
                split[-1][id_] = value
        return split


def child_of(given: Answers, found: Found, taken: Sequence[str] = ()) -> Child:
    """What was answered about one child. `taken`: the accounts of those before it."""
    return Child(
        account=account_of(given, found, taken),
        name=given.get("name", ""),
        password=given.get("password", ""),
        born=given.get("born"),
        pack=given.get("pack", ""),
        values={id_.removeprefix(OF_PACK): value for id_, value in given.items() if id_.startswith(OF_PACK)},
        unknown=given.get("unknown", "listed"),
        let_through=given.get("games", ()),
        known=found.known.get(given.get("account", "")),
    )


def account_of(given: Answers, found: Found, taken: Sequence[str] = ()) -> str:
    """Of one that is to be made: what the child's name asks for, as every system takes it."""
    if given.get("account") or not given.get("name"):
        return str(given.get("account", ""))
    name = slug(given["name"], "child")[:_ACCOUNT].rstrip("-")
    wanted = name if name[0].isalpha() else f"u{name}"
    used = {one.account for one in found.people} | set(found.known) | set(taken)
    names = chain((wanted,), (f"{wanted}{n}" for n in count(2)))
    return next(one for one in names if one not in used and found.account(one) is None)
