"""Values put into a pack: declared there with a type and bounds, given as text, referred to as `$name`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rules.policy import Param

ParamType = Literal["bool", "int", "hours"]
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)")
_REFERENCE = re.compile(r"\$([a-z][a-z0-9_]*)")
_WORDS = {"true": True, "false": False}
_SAMPLES: dict[ParamType, Param] = {"bool": False, "int": 0, "hours": "08:00-22:00"}


class ParamError(ValueError):
    """A value or a reference that does not fit. `path` is where; the text is one clear line."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(why)
        self.path = path
        self.why = why


@dataclass(frozen=True, slots=True)
class Declared:
    """A parameter as the pack declares it. `least` and `most` bound an int, `within` hours."""

    name: str
    type: ParamType
    default: Param | None
    least: int | None = None
    most: int | None = None
    within: str | None = None

    @property
    def sample(self) -> Param:
        """Some fitting value, for reading a rule that is left out as long as nobody gives one."""
        if self.default is not None:
            return self.default
        bound = self.within if self.type == "hours" else self.least if self.least is not None else self.most
        return _SAMPLES[self.type] if bound is None else bound

    def value(self, given: str, path: str) -> Param:
        """The typed value of a given text. ParamError if it does not fit."""
        if self.type == "bool":
            if given not in _WORDS:
                raise ParamError(path, f"{given!r} không phải / is not true, false: write one of the two")
            return _WORDS[given]
        if self.type == "int":
            return self._number(given, path)
        begin, stop = span(given, path)
        if self.within is not None:
            first, last = span(self.within, path)
            if not first <= begin < stop <= last:
                raise ParamError(path, f"{given!r} không nằm trong / does not lie within {self.within}: write hours inside it")
        return given

    def _number(self, given: str, path: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,9}", given):
            raise ParamError(path, f"{given!r} không phải số nguyên / is no whole number: write one")
        number = int(given)
        if (self.least is not None and number < self.least) or (self.most is not None and number > self.most):
            low, high = ("…" if bound is None else bound for bound in (self.least, self.most))
            raise ParamError(path, f"{given!r} ngoài khoảng / is outside {low} to {high}: write a number inside it")
        return number


def span(text: str, path: str) -> tuple[int, int]:
    """HH:MM-HH:MM as milliseconds of the day; 24:00 only as an end, an earlier end on the next day. ParamError if none."""
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ParamError(path, f"{text!r} không phải khoảng giờ / is no span of hours: write HH:MM-HH:MM, such as 08:00-22:00")
    begin = (int(found[1]) * 60 + int(found[2])) * 60_000
    stop = 86_400_000 if found[3] is None else (int(found[3]) * 60 + int(found[4])) * 60_000
    if begin == stop:
        raise ParamError(path, f"{text!r} rỗng / is empty: write 00:00-24:00 for the whole day")
    return begin, stop


class Values:
    """The parameters of one pack with their values, and all that is wrong with what was given or referred to."""

    def __init__(self, declared: Mapping[str, Declared], given: Mapping[str, str]) -> None:
        self.errors: list[ParamError] = []
        self.unused = set(declared)
        self._declared = declared
        self.found: dict[str, Param] = {name: one.default for name, one in declared.items() if one.default is not None}
        for name, text in given.items():
            path = f"params.{name}"
            if name not in declared:
                self.errors.append(ParamError(path, f"không có tham số này / no such parameter: use one of {self._names()}"))
                continue
            try:
                self.found[name] = declared[name].value(text, path)
            except ParamError as error:
                self.errors.append(error)

    def holds(self, table: dict[str, Any], path: str) -> bool:
        """Takes `when` and `unless` out of a rule's table; whether they let it stand: given and not false, or not so."""
        when, unless = table.pop("when", None), table.pop("unless", None)
        stands = when is None or self._is_on(when, f"{path}.when")
        return (unless is None or not self._is_on(unless, f"{path}.unless")) and stands

    def fill(self, value: Any, path: str, *, sample: bool = False) -> Any:
        """The same with every reference replaced: one that stands alone by the typed value, in a longer text by its text.

        `sample`: a parameter without a value is no mistake, because the rule is left out.
        """
        if isinstance(value, dict):
            return {key: self.fill(item, f"{path}.{key}" if path else key, sample=sample) for key, item in value.items()}
        if isinstance(value, list):
            return [self.fill(item, f"{path}[{number}]", sample=sample) for number, item in enumerate(value)]
        if not isinstance(value, str) or "$" not in value:
            return value
        if (whole := _REFERENCE.fullmatch(value)) is not None:
            return self._value(whole[1], path, sample=sample)
        return _REFERENCE.sub(lambda part: _text(self._value(part[1], path, sample=sample)), value)

    def _is_on(self, reference: object, path: str) -> bool:
        whole = _REFERENCE.fullmatch(reference) if isinstance(reference, str) else None
        if whole is None:
            self.errors.append(ParamError(path, f"{reference!r} không phải tham số / is no parameter: write $name of one"))
            return True
        self._known(whole[1], path)
        return self.found.get(whole[1], False) is not False

    def _value(self, name: str, path: str, *, sample: bool) -> Param:
        if not self._known(name, path):
            return ""
        if name in self.found:
            return self.found[name]
        if not sample and not any(error.path == f"params.{name}" for error in self.errors):
            self.errors.append(ParamError(f"params.{name}", f"chưa có giá trị / has no value: give {name}=…"))
        return self._declared[name].sample

    def _known(self, name: str, path: str) -> bool:
        self.unused.discard(name)
        if name in self._declared:
            return True
        why = f"không có tham số / there is no parameter {name}: declare it, or use one of {self._names()}"
        self.errors.append(ParamError(path, why))
        return False

    def _names(self) -> str:
        return ", ".join(self._declared) or "–"


def _text(value: Param) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
