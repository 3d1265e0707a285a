"""What the agent says of the place, of what binds whom, and of what it deleted; and that seats go by that. Pure.

A seat goes by the last list that it got, and enforces that for as long as it cannot reach its agent: so what the agent said at
some time may be gone by still, and what it never said may not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final, get_args

from msgspec import UNSET

from compliance.entries.decision import Decided, LaunchRefused, PlayDue
from compliance.entries.log import Erasure, Restored
from compliance.entries.place import PlaceChanged, PolicyChanged
from compliance.entries.play import Bound, PlayRuled, PlayStarted
from compliance.format.house_rule import HOUSE
from compliance.format.keeping import PERSONAL_MS
from compliance.verifying.in_force.changes import GUEST, PLACE, PLACES, Packs
from compliance.verifying.opening import GAME_POINT, LAW_HOURS, lawful, said
from compliance.verifying.table.context import Context, PackKey
from compliance.verifying.table.invariant import Breach, Found, Invariant
from compliance.verifying.zones import DEFAULT, known
from i18n.message import Arg, Message, msg
from rules.policy import Param, Place

_LAWS: Final = {GAME_POINT: "vn-game-point", "agent-without-games": "vn-agent-without-games"}  # by kind of place
_SLACK_MS: Final = 86_400_000


def _impossible(_: Context, line: PlaceChanged) -> Iterator[Breach]:
    """Under a kind of place, or hours, that are none, no duty would be anybody's."""
    if line.place not in get_args(Place):
        yield Breach(words=msg("there is no kind of place {place}", place=line.place))
    if not said(line.hours):
        yield Breach(words=msg("these are no opening hours: {hours}", hours=line.hours))
    elif not lawful(line.place, line.hours):
        yield Breach(words=msg("no game point is open so: {hours} does not lie within {widest}", hours=line.hours,
                               widest=LAW_HOURS))  # fmt: skip
    if not _is_day(line.expires):
        yield Breach(words=msg("this is no day: {day}", day=str(line.expires)))


def _is_day(text: object) -> bool:
    try:
        return not isinstance(text, str) or date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _no_zone(_: Context, line: PlaceChanged) -> Found:
    """A zone may be newer than the verifier."""
    return not known(line.zone) and Breach({"zone": line.zone, "other": DEFAULT})


def _no_law(context: Context, line: PlaceChanged) -> Found:
    """The agent puts them on as it takes the place's word, and lets nobody take them off; that they were is told elsewhere."""
    pack = _LAWS.get(line.place)
    again = not context.ended and line.place == context.said.last
    if pack is None or pack in context.said.laws or again or not context.whole:
        return False
    text = msg("from here on this is a public game point, and the law's rules for one ({pack}) were not put on", pack=pack)
    if line.place != GAME_POINT:
        text = msg("from here on this is an Internet agent without games, and the law's rules for one ({pack}) were not put on",
                   pack=pack)  # fmt: skip
    return Breach(words=text)


# --- what plays and decisions went by -------------------------------------------------------------------------------------


def _never_said(context: Context, line: Any) -> Iterator[Breach]:
    if context.whole:
        words = _decided_by(context, line) if isinstance(line, Decided) else _bound_by(context, line)
        yield from (Breach(words=one) for one in words)


def _decided_by(context: Context, line: Decided) -> Iterator[Message]:
    yield from _other_place(context, line.place)
    if line.paused is UNSET and line.pack not in {"", HOUSE} and _pack(line.pack, line.params) not in context.said.packs:
        yield msg("the pack of its rule {rule}, with its values, was not in force", rule=line.rule)


def _bound_by(context: Context, line: PlayStarted | PlayRuled) -> Iterator[Message]:
    state, bound = context.said, line.bound
    if not isinstance(bound, Bound):
        return
    yield from _other_place(context, bound.place)
    if bound.zone not in state.zones:
        yield msg("it is of a time zone that the place did not have: {zone}", zone=bound.zone)
    if _packs(bound.place_packs) not in state.place:
        yield msg("the packs of the place that it names were not those in force")
    packs = _packs(bound.packs)
    if packs not in state.player and not (_may_be_guest(context, line) and packs in state.guest):
        yield msg("nobody had just the packs of the player that it names")


def _other_place(context: Context, place: str) -> Iterator[Message]:
    if place not in context.said.kinds and place in get_args(Place):  # what is none is named where it is decided again
        yield msg("it is of a place that this was not: {place}", place=PLACES.get(place, place))


def _may_be_guest(context: Context, line: PlayStarted | PlayRuled) -> bool:
    """Whoever was checked in without being registered, or has no age: at a public place the seat says who is a guest."""
    person = context.people.persons.get(line.who)
    if person is not None and person.visits:
        return True
    return line.age is None and (person is None or person.guest is not False)


def _pack(sha256: str, params: Mapping[str, Param]) -> PackKey:
    return (sha256, *sorted(params.items()))


def _packs(packs: Packs) -> frozenset[PackKey]:
    return frozenset(_pack(one.sha256, one.params) for one in packs)


ROWS: Final = (
    Invariant("place-possible", "A place is of a kind that there is, is open at hours within the law's, and has a certificate "
              "until a day.", (PlaceChanged,), "entry", _impossible, msg("there is no kind of place {place}", place="")),
    Invariant("place-zone", "The verifier knows the place's time zone.", (PlaceChanged,), "entry", _no_zone,
              msg("this verifier does not know the time zone {zone}: days are those of {other}", zone="", other=""), "no-zone",
              each=True),
    Invariant("place-law", "A public place has the law's rules for its kind, without which no hours bind it.",
              (PlaceChanged,), "log", _no_law,
              msg("from here on this is a public game point, and the law's rules for one ({pack}) were not put on", pack=""),
              "no-law", each=True, late=True),
    Invariant("bound-by-said", "Plays and decisions go by a place, a zone and packs of which the agent said that they hold.",
              (PlayStarted, PlayRuled, PlayDue, LaunchRefused), "log", _never_said,
              msg("nobody had just the packs of the player that it names"), late=True),
    Invariant("erased-what", "An erasure is of one person's data or of what was too old.", (Erasure,), "entry",
              lambda _, line: line.payloads < 0 or (line.who is None) == (line.before is None),
              msg("it is neither one person's data nor what was too old")),
    Invariant("erased-old", "Names are deleted once they are six months old.", (Erasure,), "entry",
              lambda _, line: line.before is not None and line.before > line.wall - PERSONAL_MS + _SLACK_MS,
              msg("it deleted names that were not six months old"), "erased"),
)  # fmt: skip


def _placed(context: Context, _: Arg, line: PlaceChanged) -> None:
    context.said.last = line.place
    context.said.kinds.add(line.place)
    context.said.zones.add(line.zone)


def _put(context: Context, _: Arg, line: PolicyChanged) -> None:
    state, packs = context.said, _packs(line.packs)
    state.packs |= packs
    {PLACE: state.place, GUEST: state.guest}.get(line.target, state.player).add(packs)
    if line.target == PLACE:
        state.laws.update(one.id for one in line.packs if one.own is UNSET)


def _restored(context: Context, _: Arg, __: Restored) -> None:
    context.restored = True


LEARN: Final[dict[type, Any]] = {PlaceChanged: _placed, PolicyChanged: _put, Restored: _restored}
