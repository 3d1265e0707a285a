"""Values put into a pack: declared there with a type and bounds, given as text, referred to as `$name`.

Hours and dates as a pack writes them are read here too, because values are written alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from i18n.message import Message, Text, msg
from rules.packs.mistakes import FieldError, names, shown
from rules.policy import Param

ParamType = Literal["bool", "int", "hours", "dates"]
SPAN = "([01][0-9]|2[0-3]):([0-5][0-9])-(?:([01][0-9]|2[0-3]):([0-5][0-9])|24:00)"
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
REFERENCE = re.compile(r"\$([a-z][a-z0-9_]*)")
MOST_DAYS = 366  # between the first and the last date of one item
MOST_FILLED = 1_000_000  # characters that all references of one pack may stand for together
YEARS = range(1900, 9001)  # of a date: decisions look some years back and ahead, and Python's calendar has an end
_LONGEST = 80  # of a name that another one may have been meant by
_SPAN = re.compile(SPAN)
_DAYS = re.compile(rf"({DAY})(?:\.\.({DAY}))?")
_WORDS = {"true": True, "false": False}
_SAMPLES: dict[ParamType, Param] = {"bool": False, "int": 0, "hours": "08:00-22:00", "dates": ""}


def said(value: Param) -> str:
    """A value as it is put into a pack."""
    return str(value).lower() if isinstance(value, bool) else str(value)


class ParamError(FieldError):
    """A value or a reference that does not fit, at the field `path`."""

    def __init__(self, path: str, why: Message) -> None:
        super().__init__(why)
        self.path = path


@dataclass(frozen=True, slots=True)
class Declared:
    """A parameter as the pack declares it. `least` and `most` bound an int, `within` hours; dates are a text of them."""

    name: str
    type: ParamType
    text: Text
    default: Param | None = None
    least: int | None = None
    most: int | None = None
    within: str | None = None

    @property
    def sample(self) -> Param:
        """A value that fits, to read a rule that does not stand because nobody gave one."""
        if self.default is not None:
            return self.default
        bound = self.within if self.type == "hours" else self.least if self.least is not None else self.most
        return _SAMPLES[self.type] if bound is None else bound

    def value(self, given: str, path: str) -> Param:
        """The typed value of a given text. ParamError if it does not fit."""
        if self.type == "bool":
            if given not in _WORDS:
                raise ParamError(path, msg("{value} is neither true nor false: write one of the two", value=shown(given)))
            return _WORDS[given]
        if self.type == "int":
            return self._number(given, path)
        if self.type == "dates":
            return dates_text([one.strip() for one in given.split(",") if one.strip()], path)
        begin, stop = span(given, path)
        if self.within is not None:
            first, last = span(self.within, path)
            if not first <= begin < stop <= last:
                why = msg("{value} is not within {hours}: write hours inside it", value=given, hours=self.within)
                raise ParamError(path, why)
        return given

    def _number(self, given: str, path: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,9}", given):
            why = msg("{value} is not a whole number of at most nine digits: write one", value=shown(given))
            raise ParamError(path, why)
        number = int(given)
        if (self.least is not None and number < self.least) or (self.most is not None and number > self.most):
            low, high = ("…" if bound is None else bound for bound in (self.least, self.most))
            bounds = {"least": str(low), "most": str(high)}
            raise ParamError(path, msg("{value} is not from {least} to {most}: correct it", value=given, **bounds))
        return number


def span(text: str, path: str) -> tuple[int, int]:
    """HH:MM-HH:MM as milliseconds of the day; 24:00 only as an end, an earlier end is on the next day. ParamError."""
    found = _SPAN.fullmatch(text)
    if found is None:
        why = msg("{value} is not a span of hours: write HH:MM-HH:MM, such as 08:00-22:00", value=shown(text))
        raise ParamError(path, why)
    begin = (int(found[1]) * 60 + int(found[2])) * 60_000
    stop = 86_400_000 if found[3] is None else (int(found[3]) * 60 + int(found[4])) * 60_000
    if begin == stop:
        raise ParamError(path, msg("{value} has no length: write 00:00-24:00 for the whole day", value=text))
    return begin, stop


def in_years(day: date) -> date:
    """The same. FieldError if it lies too far off for anybody to reckon with."""
    if day.year not in YEARS:
        bounds = {"first": str(YEARS[0]), "last": str(YEARS[-1])}
        raise FieldError(msg("the year of {date} is not from {first} to {last}: correct it", date=str(day), **bounds))
    return day


def dates(value: object, path: str) -> tuple[date, ...]:
    """A date, or a text of one (2026-01-01) or of a first and a last one (2026-02-16..2026-02-22). ParamError."""
    first, last = _first_and_last(value, path)
    return tuple(first + timedelta(days=number) for number in range((last - first).days + 1))


def _first_and_last(value: object, path: str) -> tuple[date, date]:
    found = _DAYS.fullmatch(value) if isinstance(value, str) else None
    try:
        first, last = (date.fromisoformat(one) for one in (found[1], found[2] or found[1])) if found else (value, value)
    except ValueError:
        raise ParamError(path, msg("{value}: the calendar has no such day: correct it", value=shown(value))) from None
    if type(first) is not date or type(last) is not date:
        raise ParamError(path, msg("{value} is not a date: write 2026-01-01, or 2026-02-16..2026-02-22", value=shown(value)))
    if not 0 <= (last - first).days < MOST_DAYS:
        why = msg("{value} ends before it begins, or has over {most} days: correct it", value=shown(value), most=str(MOST_DAYS))
        raise ParamError(path, why)
    try:
        return in_years(first), in_years(last)
    except FieldError as error:
        raise ParamError(path, error.message) from None


def dates_text(items: Iterable[object], path: str) -> str:
    """Several of them as one text, the way a value is given: separated by commas. ParamError."""
    kept = []
    for item in items:
        _first_and_last(item, path)
        kept.append(str(item))
    return ",".join(kept)


def _no_such(name: str, declared: Iterable[str]) -> Message:
    """What to say of a parameter that a pack does not have: the one that was probably meant, and all there are."""
    import difflib  # noqa: PLC0415 - of use for mistakes alone

    within = [one for one in declared if one in name]
    if near := within or difflib.get_close_matches(name[:_LONGEST], declared, 1):
        return msg("there is no such parameter; did you mean {near}? There are: {known}", near=near[0], known=names(declared))
    return msg("there is no such parameter: use one of {known}", known=names(declared))


class Values:
    """The parameters of one pack with their values, and all that is wrong with what was given or referred to."""

    def __init__(self, declared: Mapping[str, Declared], given: Mapping[str, str], broken: Iterable[str] = ()) -> None:
        """`broken`: parameters with a mistake of their own, which is told where they are declared."""
        self.errors: list[ParamError] = []
        self.unknown: set[str] = set()  # paths of references that stand for nothing: what else is wrong there follows from that
        self.unused = set(declared)
        self._broken = frozenset(broken)
        self.missing: list[str] = []  # without a value, though one is needed
        self._declared = declared
        self._room = MOST_FILLED
        self.found: dict[str, Param] = {name: one.default for name, one in declared.items() if one.default is not None}
        for name, text in given.items():
            path = f"params.{name}"
            if name in self._broken:
                continue
            if name not in declared:
                self.errors.append(ParamError(path, _no_such(name, declared)))
                continue
            try:
                self.found[name] = declared[name].value(text, path)
            except ParamError as error:
                self.errors.append(error)

    def holds(self, table: dict[str, Any], path: str) -> tuple[bool, str, str]:
        """Takes `when` and `unless` out of a rule's table. Returns whether the rule stands, and their parameters or "".

        It stands if the parameter of `when` has a value other than false, and that of `unless` has not.
        """
        when, unless = table.pop("when", None), table.pop("unless", None)
        stands = when is None or self._is_on(when, f"{path}.when")
        stands = (unless is None or not self._is_on(unless, f"{path}.unless")) and stands
        return stands, str(when or "").removeprefix("$"), str(unless or "").removeprefix("$")

    def vague(self, value: Any) -> bool:
        """Whether a table, as written, refers to a parameter that has no value."""
        if isinstance(value, dict):
            return any(self.vague(item) for item in value.values())
        if isinstance(value, list):
            return any(self.vague(item) for item in value)
        return isinstance(value, str) and any(name not in self.found for name in REFERENCE.findall(value))

    def fill(self, value: Any, path: str, *, sample: bool = False) -> Any:
        """The same with every reference replaced: one that stands alone by the typed value, in a longer text by its text.

        An `id` stays as it is. `sample`: parameters may lack a value, because the rule does not stand. ParamError as soon as
        all references together stand for too much text.
        """
        if isinstance(value, dict):
            return {
                key: item if key == "id" else self.fill(item, f"{path}.{key}" if path else key, sample=sample)
                for key, item in value.items()
            }
        if isinstance(value, list):
            return list(self._items(value, path, sample=sample))
        if not isinstance(value, str) or "$" not in value:
            return value
        if (whole := REFERENCE.fullmatch(value)) is not None:
            return self._typed(whole[1], path, sample=sample)
        return REFERENCE.sub(lambda part: self._worded(part[1], path, sample=sample), value)

    def _items(self, items: list[Any], path: str, *, sample: bool) -> Iterable[Any]:
        """Filled items of a list; dates in it become as many items as they are."""
        for number, item in enumerate(items):
            filled = self.fill(item, f"{path}[{number}]", sample=sample)
            if isinstance(filled, list) and isinstance(item, str):
                yield from filled
            else:
                yield filled

    def _worded(self, name: str, path: str, *, sample: bool) -> str:
        """Its value as text; in texts for people its name, if it has no value."""
        value = self._value(name, path, sample=sample)
        if name not in self.found and path.endswith((".vi", ".en")):
            return f"‹{name}›"
        return self._counted(said(value), path)

    def _typed(self, name: str, path: str, *, sample: bool) -> Any:
        value = self._value(name, path, sample=sample)
        if name in self._declared and self._declared[name].type == "dates":
            return [one for one in self._counted(str(value), path).split(",") if one]
        return value

    def _counted(self, text: str, path: str) -> str:
        self._room -= len(text)
        if self._room < 0:
            raise ParamError(path, msg("the references to parameters stand for too much text: use fewer"))
        return text

    def _is_on(self, reference: object, path: str) -> bool:
        whole = REFERENCE.fullmatch(reference) if isinstance(reference, str) else None
        if whole is None:
            why = msg("{value} is not a parameter: write the $name of one", value=shown(reference))
            self.errors.append(ParamError(path, why))
            return True
        self._known(whole[1], path)
        return self.found.get(whole[1], False) is not False

    def _value(self, name: str, path: str, *, sample: bool) -> Param:
        if not self._known(name, path):
            return ""
        if name in self.found:
            return self.found[name]
        if not sample and name not in self.missing and not any(error.path == f"params.{name}" for error in self.errors):
            self.missing.append(name)
        return self._declared[name].sample

    def _known(self, name: str, path: str) -> bool:
        self.unused.discard(name)
        if name in self._declared:
            return True
        self.unknown.add(path)
        if name in self._broken:
            return False
        why = msg("there is no parameter {name}: declare it, or use one of {known}", name=name, known=names(self._declared))
        self.errors.append(ParamError(path, why))
        return False
