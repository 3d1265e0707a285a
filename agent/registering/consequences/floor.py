"""Registering never loosens (house.md 17): who is registered has at least what guests have, or it is said.

A guardian at home, or the operator of a point, may then choose other rules: no law that is addressed to the place lies on a
player, and a household's or an enterprise's is not the point's to keep. That, too, is said, and stands in the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from agent.api.roster import Player
from agent.api.rule_words import rule_said
from agent.packs.own_limits import HOUSE
from agent.registering import lookup
from agent.registering.consequences.hints import Hints, called
from agent.registry import Change
from agent.roster import Compiler
from agent.store.rows import GUEST, PLACE, PlayerRow
from i18n.message import Arg, Listed, Words, comma, msg, plain, semicolon
from rules.engine.strictness import Somebody, Strictness, looser, strictness

Lost = tuple[tuple[str, str], ...]  # (pack, rule) of what holds no longer
Texts = Mapping[str, Words]  # what rules say, by their ids
MOST_NAMED = 10  # players or games in one sentence


@dataclass(frozen=True, slots=True)
class Held:
    """What holds for a player of the registry, and for its guests, and what these rules say."""

    own: Strictness
    guests: Strictness
    texts: Texts


def held(change: Change, row: PlayerRow, compiler: Compiler | None = None) -> Held:
    """As the tables are by now; `compiler` has read them."""
    compiler, place = compiler or change.compiler(), change.tables.place().place
    packs = compiler.packs(PLACE, "place")
    texts: dict[str, Words] = {}

    def of(player: Player) -> Strictness:
        every = (*packs, *player.packs)
        texts.update((rule.id, rule.text) for pack in every for rule in pack.rules)
        return strictness(every, Somebody(player.born, player.guardian, place, change.now))

    return Held(of(compiler.player(row)), of(compiler.player(lookup.guest(change.tables))), texts)


@dataclass(frozen=True, slots=True)
class Put:
    """What was put on a player, and what holds for guests and not, or less, for the player: more is known than of a guest."""

    row: PlayerRow
    packs: Listed
    lost: Lost
    held: Held


def put_under(change: Change, rows: Iterable[PlayerRow]) -> tuple[Put, ...]:
    """Put on registered players what guests have and they lack: packs, with the guests' values, and own limits."""
    put = [(row, _put(change, row)) for row in rows]
    compiler = change.compiler()
    found = ((row, packs, held(change, row, compiler)) for row, packs in put)
    return tuple(Put(row, comma(packs), looser(now.guests, now.own), now) for row, packs, now in found)


def said_of(put: Iterable[Put]) -> Hints:
    """What was put on whom and what is looser, once for all of whom the same is to be said."""
    put = tuple(put)
    under = _together((one.row.name, one.packs) for one in put if one.packs.items)
    less = _together((one.row.name, named(one.lost, one.held.guests, one.held.texts)) for one in put if one.lost)
    hints = [msg("{name}: now under what guests are under: {packs}", name=names, packs=packs) for names, packs in under]
    for names, lost in less:
        hints.append(msg("{name}: what is known makes it looser than for a guest: {rules}", name=names, rules=lost))
    return tuple(hints)


def _put(change: Change, row: PlayerRow) -> tuple[Arg, ...]:
    packs = change.tables.packs()
    own = packs.get(row.id, ())
    added = tuple(pack for pack in packs.get(GUEST, ()) if pack.pack not in {one.pack for one in own})
    if added:
        change.tables.put_packs(row.id, (*own, *added))
    limits = change.tables.limits()
    keys = {(limit.game, limit.day) for limit in limits if limit.player == row.id}
    missing = [limit for limit in limits if limit.player == GUEST and (limit.game, limit.day) not in keys]
    for limit in missing:
        change.tables.put_limit(replace(limit, player=row.id))
    return (*(pack.said for pack in added), *((msg("own limits"),) if missing else ()))


def _together(found: Iterable[tuple[str, Listed]]) -> Iterator[tuple[Listed, Listed]]:
    """Names, and what is said of all of them."""
    groups: dict[str, tuple[list[str], Listed]] = {}
    for name, what in found:
        groups.setdefault(plain(what), ([], what))[0].append(name)
    for names, what in groups.values():
        yield some(names), what


def some(names: Sequence[str]) -> Listed:
    """So many as one sentence can name."""
    return comma([*names[:MOST_NAMED], *["…"] * (len(names) > MOST_NAMED)])


def changed(change: Change, old: PlayerRow, row: PlayerRow, before: Held) -> tuple[Hints, Lost]:
    """After a player's data were changed: what a new account brings, as it was a guest's; what is looser than before."""
    put = put_under(change, (row,)) if row.account not in {None, old.account} else ()
    hints, lost = said_of(put), put[0].lost if put else ()
    if not lost and (lost := looser(before.own, held(change, row).own)):
        rules = named(lost, before.own, before.texts)
        hints += (msg("{name}: what is known makes it looser than before: {rules}", name=row.name, rules=rules),)
    if row.account != old.account:
        more, gone = a_guests_account(old, before)
        hints, lost = hints + more, (*lost, *gone)
    return hints, lost


def a_guests_account(row: PlayerRow, before: Held) -> tuple[Hints, Lost]:
    """What it means that the player's account is nobody's any more."""
    lost = looser(before.own, before.guests)
    if row.account is None or not lost:
        return (), ()
    said = msg(
        "for whoever plays as {account} this no longer holds, and a game that runs goes on: {rules}",
        account=row.account, rules=named(lost, before.own, before.texts),
    )  # fmt: skip
    return (said,), lost


def chosen(change: Change, row: PlayerRow, before: Held) -> tuple[Hints, Lost]:
    """After packs or limits were chosen for the player: what held for guests and player alike, and holds for guests alone now;
    and whether anything holds at all.
    """
    now = held(change, row)
    loosened = set(looser(before.own, now.own)) if row.id != GUEST else set()
    lost = tuple(one for one in looser(now.guests, now.own) if one in loosened)
    hints: Hints = (msg("looser than for a guest: {rules}", rules=named(lost, now.guests, now.texts)),) if lost else ()
    if not now.own and (before.own or row.id in change.tables.packs()):
        hints += (msg("no rule binds {name} now", name=called(row)),)
    return hints + (left_behind(change) if row.id == GUEST else ()), lost


def left_behind(change: Change) -> Hints:
    """At a game point whose guests have new rules: who is registered there and lacks some of them."""
    if change.tables.place().place != "game-point":
        return ()
    compiler = change.compiler()
    packs = compiler.player(lookup.guest(change.tables)).packs
    names = []
    for row in lookup.registered(change.tables):
        player = compiler.player(row)
        who = Somebody(player.born, player.guardian, "game-point", change.now)
        if looser(strictness(packs, who), strictness(player.packs, who)):
            names.append(row.name)
    if not names:
        return ()
    said = msg("registered players keep their own rules, which ask less than the guests' now: {players}", players=comma(names))
    return (said,)


def named(lost: Iterable[tuple[str, str]], of: Strictness, texts: Texts) -> Listed:
    """Rules in words; a pack of which every rule is among them by its id."""
    lost = tuple(lost)
    whole = {pack for pack, _ in lost} - {pack for pack, rule, _ in of if (pack, rule) not in lost}
    names = dict.fromkeys(pack if pack in whole or pack == HOUSE else rule for pack, rule in lost)
    return semicolon(
        msg("own limits") if name == HOUSE else rule_said(texts[name], name) if name in texts else name for name in names
    )


def as_payload(lost: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The same beside the entry that says what was changed."""
    rules = dict.fromkeys(rule for _, rule in lost)
    return {"looser": list(rules)} if rules else {}
