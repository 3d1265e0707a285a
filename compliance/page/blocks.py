"""What a page consists of, before it is text or HTML: sections of facts, sentences and one calendar. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from compliance.page.calendar import Coverage
from i18n.message import Arg, msg

TITLE: Final = msg("What the compliance log says")
MAKER: Final = msg("Made by giochoi-verify from the exported log alone, without a network.")

Tone: TypeAlias = Literal["bad", "note", "good", ""]


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and what it is."""

    name: Arg
    is_: Arg
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence, and what belongs under it."""

    text: Arg
    more: tuple[Arg, ...] = ()
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """Coverage by seat and day, or by seat and opening hour, as each has a heading; `legend`: what its marks mean."""

    coverage: Coverage
    by_day: Arg | None
    by_hour: Arg | None
    legend: tuple[tuple[str, Arg], ...]


Block: TypeAlias = Fact | Said | Chart


@dataclass(frozen=True, slots=True)
class Section:
    """`id` is for programs and style sheets. A section without blocks is not shown."""

    id: str
    title: Arg
    blocks: tuple[Block, ...]
