"""`giochoi policy ask`: facts as JSON in, the decision as JSON out, exactly as the contract shows them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import Annotated, Any, get_args

import msgspec

from i18n.message import Listed, Message, MessageError, msg, said_by
from rules.calendar import rfc3339, unix_ms
from rules.decide import decide
from rules.decision import Decision
from rules.facts import Facts, Grant, Pause, Played
from rules.identity import IdentityError, birth_date
from rules.policy import Pack, Place, Role, combine
from rules.ratings import LabelError, parse_label
from rules.systems import System

YEARS = range(1970, 9000)  # leaves room for the horizon and for birthdays
_AT = re.compile(r"^(?P<why>.*?)(?: - at `\$\.?(?P<path>.*)`)?$", re.DOTALL)
_FIELD = re.compile(r"^Object (?P<what>missing required|contains unknown) field `(?P<name>.*)`$", re.DOTALL)
_EXPECTED = re.compile(r"Expected `(\w+)")
_CHOICES = {"place": get_args(Place), "by": get_args(Role)}
_WISHES = {
    "str": msg("a text"),
    "float": msg("a number, not below 0"),
    "bool": msg("true or false"),
    "array": msg("a list"),
    "object": msg("an object"),
    "datetime": msg("a date and time with offset, such as {example}", example="2026-11-24T21:30:00+07:00"),
}

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Id = Annotated[str, msgspec.Meta(min_length=1)]
Length = Annotated[float, msgspec.Meta(ge=0)]


class FactsError(MessageError, ValueError):
    """Facts that cannot be used. `path` is the bad field, "" if none is to blame."""

    def __init__(self, path: str, why: Message) -> None:
        super().__init__(msg("{where}: {why}", where=path, why=why) if path else why)
        self.path = path
        self.why = why


class _Struct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class _Game(_Struct, frozen=True):
    id: Id
    publisher: str | None
    label: str | None
    sure: bool = True


class _Play(_Struct, frozen=True, rename={"start": "from"}):
    game: Id
    publisher: str | None
    start: Moment
    seconds: Length
    label: str | None = None
    sure: bool = True


class _Grant(_Struct, frozen=True):
    by: Role
    minutes: Length
    game: Id | None
    given: Moment


class _Pause(_Struct, frozen=True):
    until: Moment | None = None


class _Question(_Struct, frozen=True):
    now: Moment
    place: Place
    born: str | None
    guardian: bool
    game: _Game
    played: tuple[_Play, ...] = ()
    grants: tuple[_Grant, ...] = ()
    approved: tuple[str, ...] = ()
    paused: _Pause | None = None


def ask(packs: Iterable[Pack], facts: bytes | str) -> dict[str, Any]:
    """What these packs together say of these facts (JSON). FactsError if they are not valid."""
    known, offset = facts_from(facts)
    policy = combine(packs)
    if known.paused is not None and policy.packs:
        known = replace(known, paused=replace(known.paused, zone=policy.packs[0].zone))
    return answer(decide(policy, known), offset)


def facts_from(data: bytes | str) -> tuple[Facts, tzinfo]:
    """The facts, and the offset that their `now` is written with. FactsError names the first field that is wrong."""
    question = _decoded(data)
    now = unix_ms(question.now)
    if question.now.year not in YEARS:
        bounds = {"first": str(YEARS[0]), "last": str(YEARS[-1])}
        raise FactsError("now", msg("the year is not from {first} to {last}: correct it", **bounds))
    game = question.game
    label, system = _label(game.label, "game.label")
    facts = Facts(
        now=now, place=question.place, game=game.id, publisher=game.publisher, label=label, system=system,
        born=_born(question), guardian=question.guardian, sure=game.sure,
        played=tuple(_played(play, question, label, f"played[{number}]") for number, play in enumerate(question.played)),
        grants=tuple(Grant(one.by, _whole_ms(one.minutes, 60_000), one.game, unix_ms(one.given)) for one in question.grants),
        approved=frozenset(question.approved), paused=_paused(question.paused),
    )  # fmt: skip
    return facts, question.now.tzinfo or UTC


def answer(decision: Decision, offset: tzinfo) -> dict[str, Any]:
    """The decision with its moments in RFC 3339 at this offset and its lengths in seconds; its texts are yet to be worded."""
    reason = decision.reason
    return {
        "verdict": decision.verdict,
        "until": None if decision.until is None else rfc3339(decision.until, offset),
        "left_s": None if decision.left_ms is None else decision.left_ms / 1000,
        "warn_at": [rfc3339(at, offset) for at in decision.warn_at],
        "notices": [{"at": rfc3339(one.at, offset), "rule": one.rule, "text": one.text} for one in decision.notices],
        "reason": None if reason is None else {"rule": reason.rule, "cite": reason.cite, "text": reason.text},
    }


def _decoded(data: bytes | str) -> _Question:
    try:
        return msgspec.json.decode(data, type=_Question)
    except msgspec.ValidationError as error:
        raise _explained(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FactsError("", msg("not JSON: {why}: correct it", why=said_by(error))) from None


def _explained(message: str) -> FactsError:
    """What msgspec says, as path and reason."""
    found = _AT.match(message)
    why, path = (message, "") if found is None else (found["why"], found["path"] or "")
    if (field := _FIELD.match(why)) is None:
        expected = _EXPECTED.match(why)
        choices = _CHOICES.get(path.rpartition(".")[2])
        wish = Listed(choices, "or") if choices else _WISHES.get(expected[1] if expected else "datetime", why)
        return FactsError(path, msg("not valid: write {wish}", wish=wish))
    path = f"{path}.{field['name']}" if path else field["name"]
    if field["what"] == "contains unknown":
        return FactsError(path, msg("there is no such field: remove it"))
    return FactsError(path, msg("missing: add it"))


def _born(question: _Question) -> date | None:
    """A date, or a year alone: then the younger age counts."""
    try:
        return None if question.born is None else birth_date(question.born, question.now.date())
    except IdentityError as error:
        raise FactsError("born", error.message) from None


def _label(label: str | None, path: str) -> tuple[int | None, System | None]:
    """The minimum age, and of which system it is."""
    try:
        told = None if label is None else parse_label(label)
        return (None, None) if told is None else (told.age, told.system)
    except LabelError as error:
        raise FactsError(path, error.message) from None


def _paused(pause: _Pause | None) -> Pause | None:
    """Its zone is not told."""
    return None if pause is None else Pause(None if pause.until is None else unix_ms(pause.until), "")


def _played(play: _Play, question: _Question, label: int | None, path: str) -> Played:
    """`label` is that of the game that is asked about: its plays need not say it again."""
    start, ms = unix_ms(play.start), _whole_ms(play.seconds, 1000)
    if start + ms > unix_ms(question.now):
        raise FactsError(f"{path}.seconds", msg("the play ends after now: only what was played counts"))
    if play.label is not None or play.game != question.game.id:
        label, _ = _label(play.label, f"{path}.label")
    return Played(play.game, play.publisher, start, ms, label, play.sure)


def _whole_ms(value: float, unit: int) -> int:
    """Whole milliseconds, never rounded up."""
    return int(Decimal(repr(value)) * unit)
