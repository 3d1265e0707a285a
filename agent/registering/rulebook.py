"""Which rules bind whom: packs put on players and place, own limits. What is accepted, and what it changes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from msgspec import UNSET

from agent.api.naming import same
from agent.api.rulebook import PackUse, PolicyShow, PolicyShown, PolicyUse
from agent.errors import bad_input, refused
from agent.packs import closed_early
from agent.packs.own_limits import HOUSE
from agent.packs.shipped import Shipped, asked_for
from agent.registering import lookup
from agent.registering.consequences import floor
from agent.registering.consequences.hints import idle, nobody_registered, own_zones, replaced
from agent.registering.consequences.overnight import meant
from agent.registry import Change, Outcome
from agent.roster import Compiler, pack_in_force
from agent.store.rows import GUEST, PLACE, PackRow, PlaceRow, PlayerRow, TextRow
from agent.store.tables import Tables
from compliance.entries.place import PackLine, PolicyChanged
from i18n.message import msg
from rules.calendar import age_on
from rules.policy import Place

# The law addressed to a kind of place: its hours. It comes with the kind, and stays as long as the place is of that kind.
LAW_PACKS: Mapping[Place, str] = MappingProxyType(
    {"game-point": "vn-game-point", "agent-without-games": "vn-agent-without-games"}
)


def policy_use(change: Change, request: PolicyUse) -> Outcome:
    target, row = _target(change.tables, request.target)
    ids = [pack.id for pack in request.packs]
    if len(set(ids)) != len(ids):
        raise bad_input(msg("a pack is named twice"))
    # What binds a named player alone is personal; what binds the place or its guests may be read by anyone.
    public = row is None or row.id == GUEST
    if row is None:
        _keep_the_law(change.tables.place(), request)
    before = change.tables.packs().get(target, ())
    had = row and floor.held(change, row)
    values = {one.pack: one.params for one in before} if request.keep else {}
    packs = tuple(_kept(change, pack, values.get(pack.id, {}), public=public) for pack in request.packs)
    closed = () if row else (one for one in before if one.pack == closed_early.PACK and one not in packs)
    change.tables.put_packs(target, (*packs, *closed))  # a list of rules opens no place that was closed
    for pack in request.packs if not request.overnight else ():
        for param in pack.params:
            meant(*param.split("=", 1))
    hints, lost = floor.chosen(change, row, had) if row and had else ((), ())
    personal = {"what": "policy.use", **({"player": target} if row else {})}
    record_policy(change, row, personal | floor.as_payload(lost))
    said = (
        *replaced(change, target, before), *own_zones(change, (target,)), *idle(change, row), *hints,
        *nobody_registered(change, row),
    )  # fmt: skip
    return Outcome(target, said, name="" if row is None else row.name, packs=tuple(one.said for one in packs))


def policy_show(tables: Tables, shipped: Shipped, request: PolicyShow) -> PolicyShown:
    target, row = _target(tables, request.target)
    parts = Compiler(tables, shipped)
    own = () if row is None else parts.player(row).packs
    return PolicyShown(target=target, packs=parts.packs(PLACE, "place") + own)


def shipped_pack(change: Change, id: str, params: Mapping[str, str]) -> PackRow:
    """A shipped pack with these values put into it; its text is kept for good. ApiError(bad-input) if there is none or it does
    not take them.
    """
    text = change.world.shipped.text(id)
    pack = asked_for(text, id, params)
    change.tables.keep_text(TextRow(pack.sha256, id, text, public=True))
    return PackRow(id, dict(params), pack.sha256, shipped=True)


def record_policy(
    change: Change, row: PlayerRow | None, personal: dict[str, Any], *, former: PlayerRow | None = None
) -> None:
    """The entry that says which rules bind the player, or (None) the place, from now on. `former`: what was said of the player
    before, whose age may have been another one.
    """
    target = PLACE if row is None else row.id
    texts = change.tables.texts()
    packs, house = [], any(limit.player == target for limit in change.tables.limits())
    for one in change.tables.packs().get(target, ()):
        if texts[one.sha256].public:
            pack = pack_in_force(one, texts, "player")
            packs.append(PackLine(one.pack, one.sha256, dict(pack.params), own=UNSET if one.shipped else True))
        else:
            house = True
    who = target if row is None or row.id == GUEST else change.pseudonym(row)
    ages = None if row is None or former is None else (_age(former, change), _age(row, change))
    aged = UNSET if ages is None or ages[0] == ages[1] else ages
    change.record(PolicyChanged, personal, target=who, packs=tuple(packs), house=house, aged=aged)


def _age(row: PlayerRow, change: Change) -> int | None:
    return None if row.born is None else age_on(row.born, change.today)


def _target(tables: Tables, asked: str) -> tuple[str, PlayerRow | None]:
    """The key of the table of packs, and whom it means; None is the place."""
    if same(asked, PLACE):
        return PLACE, None
    row = lookup.player_or_guest(tables, asked, PLACE)
    return row.id, row


def _keep_the_law(place: PlaceRow, request: PolicyUse) -> None:
    """Nobody relaxes a law addressed to this place: what binds it as what it is goes only when it is that no longer."""
    law = LAW_PACKS.get(place.place)
    if law is None:
        return
    hours = (f"hours={place.hours}",) if place.hours else ()
    if not any(use.id == law and use.params == hours for use in request.packs):
        pack = ":".join((law, *hours))
        text = msg(
            "the law binds this place: keep {pack}, or change the hours with 'giochoi place set {place} --hours'",
            pack=pack, place=place.place,
        )  # fmt: skip
        raise refused(text)


def _kept(change: Change, use: PackUse, former: Mapping[str, str], *, public: bool) -> PackRow:
    """What is kept of the pack. Where it is named with values, its `former` ones stay beside them."""
    params: dict[str, str] = {}
    for param in use.params:
        key, equals, value = param.partition("=")
        if not equals or not key or key in params:
            raise bad_input(msg("'{param}': write key=value, each key once", param=param))
        params[key] = value
    if params:
        params = {**former, **params}
    shipped = change.world.shipped.packs.get(use.id)
    if use.text is None or use.text == shipped:
        return shipped_pack(change, use.id, params)
    if shipped is not None or use.id in {HOUSE, closed_early.PACK}:
        raise bad_input(msg("the pack id '{id}' is taken: give yours another", id=use.id))
    pack = asked_for(use.text, use.id, params)
    if pack.id != use.id:
        raise bad_input(msg("the pack's id is '{id}', not '{asked}'", id=pack.id, asked=use.id))
    change.tables.keep_text(TextRow(pack.sha256, use.id, use.text, public))
    return PackRow(use.id, params, pack.sha256, shipped=False)
