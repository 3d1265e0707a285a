"""What this place is: its kind, its hours, its zone, its certificate, and the packs that come with a kind."""

from __future__ import annotations

import re
from typing import Any, Final

from msgspec.structs import replace

from agent.api.rulebook import PlaceSet, PlaceShown
from agent.errors import bad_input
from agent.packs.shipped import asked_for
from agent.registering.consequences import floor
from agent.registering.consequences.hints import Hints, guests_now, hours_now, opening, own_zones
from agent.registering.consequences.overnight import meant
from agent.registering.consequences.place_words import certificate, changes, over
from agent.registering.lookup import guest, registered
from agent.registering.names import clean
from agent.registering.rulebook import LAW_PACKS, record_policy, shipped_pack
from agent.registering.seats import record_names
from agent.registry import Change, Outcome
from agent.store.rows import GUEST, PLACE, PackRow, PlaceRow
from agent.store.tables import Tables
from compliance.entries.place import PlaceChanged
from host.wire import ApiError
from i18n.message import comma, msg
from rules.calendar import ZoneError, day_name
from rules.packs.params import SPAN
from rules.packs.zones import known_zone
from rules.policy import Place

# What a game point's guests are under until the operator says otherwise. A guest has no account that a guardian could have
# registered: with that rule nobody could play who is not checked in. Whether a parent registered is for the enterprise to see.
GUEST_PACK, GUEST_VALUES = "vn-147", {"guardian": "false"}

_NOT_LOGGED: Final[dict[str, Any]] = {"lang": None, "hotline": ""}  # no entry would differ


def place_set(change: Change, request: PlaceSet) -> Outcome:
    old = change.tables.place()
    new = _described(old, request)
    change.tables.put_place(new)
    before = change.tables.packs()
    _house_packs(change, old, new)
    after = change.tables.packs()
    if replace(old, **_NOT_LOGGED) != replace(new, **_NOT_LOGGED):
        record_place(change, {"what": "place.set", "name": new.name, "address": new.address, "owner": new.owner})
    if old.place == "home":
        record_names(change, (row for row in change.tables.seats() if row.name))
    players: Hints = ()
    for target, row in ((PLACE, None), (GUEST, guest(change.tables))):
        if before.get(target, ()) != after.get(target, ()):
            record_policy(change, row, {"what": "place.set"})
    if before != after:
        players = _players(change, old, new)
    zones = own_zones(change, change.tables.packs()) if new.zone != old.zone else ()
    ended = () if new.place == "game-point" else _no_more(before.get(GUEST, ()), after.get(GUEST, ()))
    binds = (*hours_now(change), *_games(change, new), *guests_now(change)) if new.place != old.place else ()
    return Outcome(hints=(*changes(old, new), *zones, *ended, *binds, *players, *certificate(old, new, change.today)))


def record_place(change: Change, payload: dict[str, str] | None = None) -> None:
    """What the place is now. Names and addresses may be a person's, so they stay beside the log."""
    row = change.tables.place()
    expires = None if row.expires is None else row.expires.isoformat()
    change.record(
        PlaceChanged, payload, place=row.place, zone=row.zone, hours=row.hours, certificate=row.certificate, expires=expires
    )


def place_show(tables: Tables, now: int) -> PlaceShown:
    """What is known of the place at `now` (Unix ms)."""
    row = tables.place()
    packs = tuple(pack.said for pack in tables.packs().get(PLACE, ()))
    return PlaceShown(
        place=row.place, zone=row.zone, hours=row.hours, name=row.name, certificate=row.certificate, expires=row.expires,
        expired=over(row, day_name(row.zone, now)), packs=packs, lang=row.lang,
        hotline=row.hotline, address=row.address, owner=row.owner,
    )  # fmt: skip


def _described(old: PlaceRow, request: PlaceSet) -> PlaceRow:
    """The place as it is to be. ApiError(bad-input) if a field makes no sense."""
    hours = old.hours if request.place == old.place else ""
    number = _cleaned(request.certificate, old.certificate)
    new = PlaceRow(
        place=request.place,
        zone=old.zone if request.zone is None else _zone(request.zone),
        hours=hours if request.hours is None else _hours(request.place, request.hours, overnight=request.overnight),
        name=_cleaned(request.name, old.name),
        certificate=number,
        # The day is the certificate's: without one there is none, and another one has another.
        expires=request.expires or (old.expires if number == old.certificate else None),
        lang=request.lang or old.lang,
        hotline=old.hotline if request.hotline is None else _hotline(request.hotline),
        address=_public(request.place, "--address", request.address, old.address),
        owner=_public(request.place, "--owner", request.owner, old.owner),
    )
    if new.expires is not None and not new.certificate:
        raise bad_input(msg("--expires is a certificate's last day: name it with --certificate"))
    if new.place == "agent-without-games" and not new.hours:
        raise bad_input(msg("the province sets the hours, so there are none by default: add them, such as --hours 06:00-23:00"))
    return new


def _cleaned(asked: str | None, old: str) -> str:
    """What was asked for, tidied, which may be nothing; else the old one."""
    return old if asked is None else asked and clean(asked)


def _public(place: Place, option: str, asked: str | None, old: str) -> str:
    """What is set of a place that is inspected, and of no home."""
    if place != "home":
        return _cleaned(asked, old)
    if asked:
        raise bad_input(msg("{option} is for places that are inspected: a home is named to nobody", option=option))
    return ""


def _hotline(number: str) -> str:
    """A telephone number as people write them, which may be none."""
    number = number.strip()
    if number and not re.fullmatch(r"\+?[0-9](?:[ .-]?[0-9]){1,18}", number, re.ASCII):
        raise bad_input(msg("--hotline: a telephone number has digits alone, such as 111"))
    return number


def _hours(place: Place, hours: str, *, overnight: bool) -> str:
    if place == "home":
        raise bad_input(msg("a home has no opening hours: hours of play are rules, see 'giochoi policy packs'"))
    if not re.fullmatch(SPAN, hours):
        raise bad_input(msg("hours '{hours}': write them like 08:00-22:00", hours=hours))
    if place != "game-point" and not overnight:  # hours that the law keeps within one day are refused for that
        meant("--hours", hours)
    return hours


def _zone(zone: str) -> str:
    try:
        return known_zone(zone)
    except ZoneError as error:
        raise bad_input(error.message) from error


def _house_packs(change: Change, old: PlaceRow, new: PlaceRow) -> None:
    """Put on, or take off, the packs that come with the kind of place.

    An agent without games offers none, so its guests come without rules of play; only its hours bind.
    """
    law = LAW_PACKS.get(new.place)
    if law is None and old.place not in LAW_PACKS:
        return
    tables, packs = change.tables, change.tables.packs()
    kept = tuple(row for row in packs.get(PLACE, ()) if row.pack not in LAW_PACKS.values())
    tables.put_packs(PLACE, (() if law is None else (_law_pack(change, law, new),)) + kept)
    guests = packs.get(GUEST, ())
    others = tuple(row for row in guests if row.pack != GUEST_PACK)
    if new.place == "game-point":
        chosen = next((row.params for row in guests if row.pack == GUEST_PACK), {})
        tables.put_packs(GUEST, (shipped_pack(change, GUEST_PACK, {**GUEST_VALUES, **chosen}), *others))
    elif old.place == "game-point":
        tables.put_packs(GUEST, others)


def _law_pack(change: Change, law: str, place: PlaceRow) -> PackRow:
    """The pack of the law with the place's own hours in it. ApiError(bad-input) if it has no such hours."""
    try:
        return shipped_pack(change, law, {"hours": place.hours} if place.hours else {})
    except ApiError:
        if place.place != "game-point":  # only these hours have bounds that are the same everywhere
            raise
    widest = opening(asked_for(change.world.shipped.text(law), law, {}))
    raise bad_input(msg("--hours {hours}: they have to lie within {widest}", hours=place.hours, widest=widest))


def _games(change: Change, place: PlaceRow) -> Hints:
    """What an agent without games has to know: who plays there all the same is not refused for that."""
    limits = change.tables.limits()
    if place.place != "agent-without-games" or any((one.player, one.game, one.ms) == (GUEST, "", 0) for one in limits):
        return ()
    return (msg("no games are offered here: 'giochoi limit guest 0' refuses them all"),)


def _players(change: Change, old: PlaceRow, new: PlaceRow) -> Hints:
    """Who was registered before it became a game point has at least what its guests have; and keeps it afterwards."""
    if new.place != "game-point":
        return _kept_by(change) if old.place == "game-point" else ()
    put = tuple(one for one in floor.put_under(change, registered(change.tables)) if one.packs.items)
    for one in put:
        record_policy(change, one.row, {"what": "place.set", "player": one.row.id} | floor.as_payload(one.lost))
    return floor.said_of(put)


def _no_more(before: tuple[PackRow, ...], after: tuple[PackRow, ...]) -> Hints:
    """Which packs guests are under no more, with what was put into them."""
    gone = [row.said for row in before if row not in after]
    return (msg("guests are no longer under: {packs}", packs=comma(gone)),) if gone else ()


def _kept_by(change: Change) -> Hints:
    """Which players are under the guests' pack still, which guests are no more."""
    packs = change.tables.packs()
    under = [row.name for row in registered(change.tables) if any(one.pack == GUEST_PACK for one in packs.get(row.id, ()))]
    return (msg("still under {pack}: {players}", pack=GUEST_PACK, players=comma(under)),) if under else ()
