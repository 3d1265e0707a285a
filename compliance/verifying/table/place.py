"""What the agent says of the place and of what it deleted: whether that can be, and whether the law's rules bind it. Pure."""

from __future__ import annotations

from datetime import date
from typing import Any, Final, get_args

from msgspec import UNSET

from compliance.entries.log import AgentTick, Erasure, Restored
from compliance.entries.place import PlaceChanged, PolicyChanged
from compliance.entries.play import PlayStarted
from compliance.format.chain import AGENT
from compliance.format.keeping import PERSONAL_MS
from compliance.verifying.in_force.place import PLACE
from compliance.verifying.opening import GAME_POINT, LAW_HOURS, lawful, said
from compliance.verifying.table.context import Context
from compliance.verifying.table.invariant import Breach, Found, Invariant
from compliance.verifying.watched import MINUTE_MS
from compliance.verifying.zones import DEFAULT, known
from i18n.message import Arg, msg
from rules.policy import Place

_LAWS: Final = {GAME_POINT: "vn-game-point", "agent-without-games": "vn-agent-without-games"}  # by kind of place
_AT_ONCE_MS: Final = 10 * MINUTE_MS
_SLACK_MS: Final = 86_400_000


def _no_kind(_: Context, line: PlaceChanged) -> Found:
    """Under a kind of place, or hours, that are none, no duty would be anybody's."""
    return line.place not in get_args(Place) and Breach({"place": line.place})


def _no_hours(_: Context, line: PlaceChanged) -> Found:
    return not said(line.hours) and Breach({"hours": line.hours})


def _unlawful(_: Context, line: PlaceChanged) -> Found:
    lawless = said(line.hours) and not lawful(line.place, line.hours)
    return lawless and Breach({"hours": line.hours, "widest": LAW_HOURS})


def _no_day(_: Context, line: PlaceChanged) -> Found:
    """No certificate is over on what is no day."""
    try:
        right = not isinstance(line.expires, str) or date.fromisoformat(line.expires).isoformat() == line.expires
    except ValueError:
        right = False
    return not right and Breach({"day": str(line.expires)})


def _no_zone(_: Context, line: PlaceChanged) -> Found:
    """A zone may be newer than the verifier."""
    return not known(line.zone) and Breach({"zone": line.zone, "other": DEFAULT})


def _no_law(context: Context, line: AgentTick | PlayStarted) -> Found:
    """The agent puts them on as it takes the place's word, in the same step, and lets nobody take them off: so did every
    version. That they were taken off is told where they are.
    """
    if context.without is None or line.wall - context.without[1].wall <= _AT_ONCE_MS:
        return False
    where, placed = context.without
    pack = _LAWS[placed.place]
    text = msg("from here on this is a public game point, and the law's rules for one ({pack}) were not put on", pack=pack)
    if placed.place != GAME_POINT:
        text = msg("from here on this is an Internet agent without games, and the law's rules for one ({pack}) were not put on",
                   pack=pack)  # fmt: skip
    return Breach({}, where, placed.wall, text)


def _many(context: Context, line: Erasure) -> Found:
    return context.beside is not None and not context.restored and line.payloads > context.beside


ROWS: Final = (
    Invariant("place-kind", "A place is of a kind that there is.", (PlaceChanged,), "entry", _no_kind,
              msg("there is no kind of place {place}", place="")),
    Invariant("place-hours", "A place's hours are hours.", (PlaceChanged,), "entry", _no_hours,
              msg("these are no opening hours: {hours}", hours="")),
    Invariant("place-lawful", "A game point is open within the law's hours.", (PlaceChanged,), "entry", _unlawful,
              msg("no game point is open so: {hours} does not lie within {widest}", hours="", widest="")),
    Invariant("place-expires", "A certificate's last day is a day.", (PlaceChanged,), "entry", _no_day,
              msg("this is no day: {day}", day="")),
    Invariant("place-zone", "The verifier knows the place's time zone.", (PlaceChanged,), "entry", _no_zone,
              msg("this verifier does not know the time zone {zone}: days are those of {other}", zone="", other=""), "no-zone",
              each=True),
    Invariant("place-law", "A public place has the law's rules for its kind, without which no hours bind it.",
              (AgentTick, PlayStarted), "log", _no_law,
              msg("from here on this is a public game point, and the law's rules for one ({pack}) were not put on", pack=""),
              "no-law", each=True),
    Invariant("erased-what", "An erasure is of one person's data or of what was too old.", (Erasure,), "entry",
              lambda _, line: line.payloads < 0 or (line.who is None) == (line.before is None),
              msg("it is neither one person's data nor what was too old")),
    Invariant("erased-old", "Names are deleted once they are six months old.", (Erasure,), "entry",
              lambda _, line: line.before is not None and line.before > line.wall - PERSONAL_MS + _SLACK_MS,
              msg("it deleted names that were not six months old"), "erased"),
    Invariant("erased-there", "No more names are deleted than entries have beside them.", (Erasure,), "log", _many,
              msg("it deleted more than entries before it have beside them"), "erased"),
)  # fmt: skip


def _placed(context: Context, where: Arg, line: PlaceChanged) -> None:
    law, before = _LAWS.get(line.place), context.without
    # What was put on may be gone with the log's beginning.
    on = not context.seats[AGENT].whole if context.packs_on is None else law in context.packs_on
    again = before is not None and before[1].place == line.place
    context.without = None if law is None or on else before if again else (where, line)


def _put(context: Context, _: Arg, line: PolicyChanged) -> None:
    if line.target == PLACE:
        context.packs_on = frozenset(one.id for one in line.packs if one.own is UNSET)
        if context.without is not None and _LAWS[context.without[1].place] in context.packs_on:
            context.without = None


def _later(context: Context, _: Arg, line: AgentTick | PlayStarted) -> None:
    if context.without is not None and line.wall - context.without[1].wall > _AT_ONCE_MS:
        context.without = None


def _restored(context: Context, _: Arg, __: Restored) -> None:
    context.restored = True


LEARN: Final[dict[type, Any]] = {
    PlaceChanged: _placed, PolicyChanged: _put, AgentTick: _later, PlayStarted: _later, Restored: _restored,
}  # fmt: skip
