"""What a simulation begins with, wherever it was read: plays in order, and all else that decisions depend on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cli.errors import CommandError
from host.clock import SystemClock
from i18n.message import Message, msg, said_by
from rules.calendar import ZoneError, day_name
from rules.facts import Played
from rules.identity import birth_date
from rules.packs.zones import known_zone
from rules.policy import Place
from rules.replay import Setting

HOME_ZONE = "Asia/Ho_Chi_Minh"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is meant, and what the caller says in place of what was recorded; None where nothing. `born`: a date or a year."""

    player: str
    born: str | None = None
    place: Place | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """`player` is the name to print; `zone` that of the days to show; `source` what JSON says of where this is from."""

    player: str
    plays: tuple[Played, ...]
    setting: Setting
    zone: str
    source: dict[str, object]
    notes: tuple[Message, ...] = ()


def in_order(plays: list[Played]) -> tuple[Played, ...]:
    """As a replay reads them."""
    return tuple(sorted((one for one in plays if one.ms > 0), key=lambda one: (one.start, one.game)))


def born_before(text: str | None, plays: list[Played], zone: str) -> date | None:
    """The birth date that was told, a date or a year alone, of somebody who played these. ValueError if it cannot be."""
    if text is None:
        return None
    first = min((one.start for one in plays), default=None)
    return birth_date(text, day_name(zone, SystemClock().wall() if first is None else first))


def zone_known(name: str) -> str:
    """The same, if it is a zone of the tz database. CommandError."""
    try:
        return known_zone(name)
    except ZoneError as error:
        raise CommandError(msg("{what}: {why}", what="--zone", why=said_by(error))) from None
