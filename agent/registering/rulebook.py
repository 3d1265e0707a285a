"""Which rules bind whom: packs put on players and place, own limits. What is accepted, and what it changes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from agent.api import messages as m
from agent.errors import bad_input, refused
from agent.packs.own_limits import HOUSE, still_binding
from agent.packs.shipped import Shipped, asked_for
from agent.registering import lookup
from agent.registering.hints import Hints, idle, nobody_registered, replaced
from agent.registering.names import same
from agent.registry import Change, Outcome
from agent.roster import Compiler, pack_in_force
from agent.store.rows import GUEST, PLACE, LimitRow, PackRow, PlaceRow, PlayerRow, TextRow
from agent.store.tables import Tables
from compliance.entry import PackLine, PolicyChanged
from i18n.message import Length, comma, msg
from rules.calendar import DAY_MS, calendar, day_name
from rules.decide import explain
from rules.decision import Finding
from rules.facts import Facts
from rules.games import Game
from rules.policy import WEEK, Place, Weekday, combine

# The law addressed to a kind of place: its hours. It comes with the kind, and stays as long as the place is of that kind.
LAW_PACKS: Mapping[Place, str] = MappingProxyType(
    {"game-point": "vn-game-point", "agent-without-games": "vn-agent-without-games"}
)


def policy_use(change: Change, request: m.PolicyUse) -> Outcome:
    target, row = _target(change.tables, request.target)
    ids = [pack.id for pack in request.packs]
    if len(set(ids)) != len(ids):
        raise bad_input(msg("a pack is named twice"))
    # What binds a named player alone is personal; what binds the place or its guests may be read by anyone.
    public = row is None or row.id == GUEST
    if row is None:
        _keep_the_law(change.tables.place(), request)
    before = change.tables.packs().get(target, ())
    change.tables.put_packs(target, tuple(_kept(change, pack, public=public) for pack in request.packs))
    record_policy(change, row, {"what": "policy.use", "player": target} if row else {"what": "policy.use"})
    return Outcome(target, (*replaced(change, target, before), *idle(change, row), *nobody_registered(change, row)))


def policy_show(tables: Tables, shipped: Shipped, request: m.PolicyShow) -> m.PolicyShown:
    target, row = _target(tables, request.target)
    parts = Compiler(tables, shipped)
    own = () if row is None else parts.player(row).packs
    return m.PolicyShown(target=target, packs=parts.packs(PLACE, "place") + own)


def limit_set(change: Change, request: m.LimitSet) -> Outcome:
    row = lookup.player_or_guest(change.tables, request.player)
    game = None if request.game is None else lookup.game(change.catalogue, request.game)
    id = "" if game is None else game.id
    if request.ms is not None and not 0 <= request.ms <= DAY_MS:
        raise bad_input(msg("a limit must be from 0 to 1440 minutes"))
    days = request.days or WEEK
    if request.ms is not None:
        for day in days:
            change.tables.put_limit(LimitRow(row.id, id, day, request.ms))
    elif not sum(change.tables.drop_limits(player=row.id, game=id, day=day) for day in days):
        return Outcome(row.id, (msg("there was no such limit"),), changed=False)
    record_policy(change, row, {"what": "limit.set", "player": row.id})
    return Outcome(row.id, () if request.ms is None else _looser_than(change, row, game, days, request.ms))


def shipped_pack(change: Change, id: str, params: Mapping[str, str]) -> PackRow:
    """A shipped pack with these values put into it; its text is kept for good. ApiError(bad-input) if there is none or it does
    not take them.
    """
    text = change.world.shipped.text(id)
    pack = asked_for(text, id, params)
    change.tables.keep_text(TextRow(pack.sha256, id, text, public=True))
    return PackRow(id, dict(params), pack.sha256, shipped=True)


def record_policy(change: Change, row: PlayerRow | None, personal: dict[str, Any]) -> None:
    """The entry that says which rules bind the player, or (None) the place, from now on."""
    target = PLACE if row is None else row.id
    texts = change.tables.texts()
    packs, house = [], any(limit.player == target for limit in change.tables.limits())
    for one in change.tables.packs().get(target, ()):
        if texts[one.sha256].public:
            pack = pack_in_force(one, texts, "player")
            packs.append(PackLine(one.pack, one.sha256, dict(pack.params)))
        else:
            house = True
    who = target if row is None or row.id == GUEST else change.pseudonym(row)
    change.record(PolicyChanged, personal, target=who, packs=tuple(packs), house=house)


def _target(tables: Tables, asked: str) -> tuple[str, PlayerRow | None]:
    """The key of the table of packs, and whom it means; None is the place."""
    if same(asked, PLACE):
        return PLACE, None
    row = lookup.player_or_guest(tables, asked)
    return row.id, row


def _keep_the_law(place: PlaceRow, request: m.PolicyUse) -> None:
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


def _kept(change: Change, use: m.PackUse, *, public: bool) -> PackRow:
    params: dict[str, str] = {}
    for param in use.params:
        key, equals, value = param.partition("=")
        if not equals or not key or key in params:
            raise bad_input(msg("'{param}': write key=value, each key once", param=param))
        params[key] = value
    shipped = change.world.shipped.packs.get(use.id)
    if use.text is None or use.text == shipped:
        return shipped_pack(change, use.id, params)
    if shipped is not None or use.id == HOUSE:
        raise bad_input(msg("the pack id '{id}' is taken: give yours another", id=use.id))
    pack = asked_for(use.text, use.id, params)
    if pack.id != use.id:
        raise bad_input(msg("the pack's id is '{id}', not '{asked}'", id=pack.id, asked=use.id))
    change.tables.keep_text(TextRow(pack.sha256, use.id, use.text, public))
    return PackRow(use.id, params, pack.sha256, shipped=False)


def _looser_than(change: Change, row: PlayerRow, game: Game | None, days: tuple[Weekday, ...], ms: int) -> Hints:
    """Which other budgets are tighter on one of these days: a limit never widens another rule."""
    place = change.tables.place()
    parts = change.compiler()
    player = parts.player(row)
    policy = combine(parts.packs(PLACE, "place") + player.packs)
    findings: list[Finding] = []
    for at in _noons(place.zone, change.now, days):
        facts = Facts(
            now=at, place=place.place, game=game.id if game else "", publisher=game.publisher if game else None,
            label=game.label if game else None, system=game.system if game else None, born=player.born,
            guardian=player.guardian,
        )  # fmt: skip
        findings += explain(policy, facts)
    binding = still_binding(findings, ms)
    if not binding:
        return ()
    rules = [
        msg("{rule} ({time})", rule=one.reason.rule, time=Length(one.reason.budget_ms or 0, exact=True)) for one in binding
    ]
    return (msg("tighter rules still bind: {rules}", rules=comma(rules)),)


def _noons(zone: str, now: int, days: tuple[Weekday, ...]) -> list[int]:
    """Noon of the next date on each of these weekdays, today included."""
    today = day_name(zone, now).toordinal()
    dates = range(today, today + 7)
    return [calendar(zone).moment(one, DAY_MS // 2) for one in dates if WEEK[(one + 6) % 7] in days]
