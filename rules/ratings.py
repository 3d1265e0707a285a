"""Age labels as minimum ages in years.

The Vietnamese classes (NĐ 147/2024, Đ.38 k.1) are what the law asks for. Other boards' labels are advice on content from
elsewhere: a minimum age that a home may go by, never a Vietnamese class. `parse_label` keeps the two apart. Where the ages of
each system are from stands in docs/ratings.md: an age without a source there is not here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from i18n.message import Listed, Message, MessageError, comma, msg, typed
from rules.matching.oars import INTENSITIES, OARS_AGES, oars_age
from rules.systems import SYSTEMS, System

_CLASSES: Mapping[System, Mapping[str, int]] = {
    "VN": {"00": 0, "12": 12, "16": 16, "18": 18},  # before 2025 there was no 16+
    "PEGI": {"3": 0, "7": 7, "12": 12, "16": 16, "18": 18},
    "ESRB": {"E": 0, "E10+": 10, "T": 13, "M": 17, "AO": 18},
    "USK": {"0": 0, "6": 6, "12": 12, "16": 16, "18": 18},
    "CERO": {"A": 0, "B": 12, "C": 15, "D": 17, "Z": 18},
    "GRAC": {"ALL": 0, "12": 12, "15": 15, "18": 18, "19": 19},
    "IGRS": {"3+": 3, "7+": 7, "13+": 13, "15+": 15, "18+": 18},
    "IARC": {"3+": 3, "7+": 7, "12+": 12, "16+": 16, "18+": 18},
}
_IN_FULL: Mapping[System, Mapping[str, str]] = {
    "ESRB": {
        "EVERYONE": "E", "EVERYONE 10+": "E10+", "E 10+": "E10+", "TEEN": "T", "MATURE": "M", "MATURE 17+": "M",
        "ADULTS ONLY": "AO", "ADULTS ONLY 18+": "AO",
    },
    "GRAC": {"청소년이용불가": "19"},
}
_PENDING = frozenset({"RP", "RATING PENDING"})

UNVERIFIED: frozenset[System] = frozenset({"GRAC", "IARC"})
"""Whose ages nobody has read at a page of the board, or on whose ages pages disagree."""

_LABEL = re.compile(rf"({'|'.join(_CLASSES)})[ \t]*[-:]?[ \t]*(\S.*)", re.ASCII | re.IGNORECASE)
_OARS = re.compile(r"OARS(?:[- ](1\.[01]))?[ \t]*[-: ][ \t]*(\S.*)", re.ASCII | re.IGNORECASE)
_PLUS = re.compile(r"(?<=[0-9])[ \t]*\+?\Z")
_BETWEEN = re.compile(r"[, \t]+")
_SHOWN = 40  # characters of a bad label that its error repeats
_USE = "VN00, VN12, VN16, VN18; PEGI 12, ESRB T, USK 16, CERO B, GRAC 15, IGRS 13+, IARC 12+, OARS violence-fantasy=mild"


class LabelError(MessageError, ValueError):
    """A text that is not an age label known here."""


@dataclass(frozen=True, slots=True)
class Label:
    """One class of one rating system and the minimum age in years that it stands for. Only system "VN" is the law's label."""

    system: System
    name: str
    age: int

    @property
    def text(self) -> str:
        """As `parse_label` reads it: "VN16", "ESRB E10+"."""
        return f"VN{self.name}" if self.system == "VN" else f"{self.system} {self.name}"


def told_by(label: Label, source: str) -> str:
    """Where a label is from, as a game keeps it."""
    return f"{label.text}, {source}"


def parse_label(text: str) -> Label:
    """The label that a text names, in any case, with space, hyphen or colon after the system. LabelError if it is not one.

    OARS is written with its attributes, "OARS violence-fantasy=mild, money-gambling=none", or as "OARS none". People type it,
    so an unknown attribute or value is a mistake; in metadata it counts 0.
    """
    label = text.strip()
    if found := _LABEL.fullmatch(label):
        system: System = next(one for one in SYSTEMS if one == found[1].upper())
        return _of_class(system, found[2])
    if found := _OARS.fullmatch(label):
        return _of_oars(found[1] or "1.1", found[2])
    if label[:4].upper() == "OARS":
        raise LabelError(msg("an OARS label needs its attributes: write OARS violence-fantasy=mild, or OARS none"))
    raise LabelError(msg("there is no age label {label}: use {known}", label=_shown(text), known=_USE))


def label_name(age: int) -> str:
    """The Vietnamese label of a minimum age. LabelError if no class has it."""
    name = f"{age:02}"
    if _CLASSES["VN"].get(name) != age:
        raise LabelError(msg("there is no label for the age {age}: only 0, 12, 16 and 18 have one", age=str(age)))
    return f"VN{name}"


def _spelling(text: str) -> str:
    """One spelling for "16", "16+" and "16 +"."""
    return _PLUS.sub("+", text.upper())


_NAMES: Mapping[tuple[System, str], str] = {
    (system, _spelling(spelling)): name
    for system, classes in _CLASSES.items()
    for spelling, name in (*zip(classes, classes, strict=True), *_IN_FULL.get(system, {}).items())
}


def _of_class(system: System, text: str) -> Label:
    spelling = _spelling(text)
    if system == "ESRB" and spelling in _PENDING:
        raise LabelError(msg("ESRB RP means not rated yet: leave the label out until it is"))
    classes = _CLASSES[system]
    name = _NAMES.get((system, spelling))
    if name is None:
        known = comma(Label(system, one, age).text for one, age in classes.items())
        why = msg("{system} has no class {label}: use one of {known}", system=system, label=_shown(text), known=known)
        raise LabelError(why)
    return Label(system, name, classes[name])


def _of_oars(version: str, text: str) -> Label:
    attributes: dict[str, str] = {}
    for pair in () if text.lower() == "none" else _BETWEEN.split(text.lower()):
        id, _, value = pair.partition("=")
        if id not in OARS_AGES:
            one = next(iter(OARS_AGES))
            raise LabelError(msg("OARS has no attribute {attribute}: one is {example}", attribute=_shown(id), example=one))
        if value not in INTENSITIES:
            known = Listed(INTENSITIES, "or")
            raise LabelError(msg("{attribute}={value}: write {known}", attribute=id, value=_shown(value), known=known))
        if id in attributes:
            raise LabelError(msg("{attribute} is there twice: write it once", attribute=id))
        attributes[id] = value
    age = oars_age(attributes, f"oars-{version}")
    some = ",".join(f"{id}={value}" for id, value in sorted(attributes.items()) if value != "none")
    return Label("OARS", f"{version} {some or 'none'}", age or 0)


def _shown(text: str) -> Message:
    return typed(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
