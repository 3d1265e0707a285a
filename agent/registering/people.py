"""Who plays: what is accepted, and what it changes."""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from typing import Any

import msgspec
from msgspec.structs import replace

from agent.api.answers import LimitRow
from agent.api.naming import same
from agent.api.players import PlayerAdd, PlayerDays, PlayerNames, PlayerRemove, Players, PlayerSet
from agent.api.players import PlayerRow as PlayerShown
from agent.api.pseudonym import pseudonym
from agent.api.roster import Guardian
from agent.api.slug import slug
from agent.errors import bad_input
from agent.registering import lookup
from agent.registering.accounts import account_of, mistakable, nothing_holds, written
from agent.registering.approvals import end_for_player
from agent.registering.checkins import end_of
from agent.registering.consequences import floor
from agent.registering.consequences.hints import free
from agent.registering.erased import taken
from agent.registering.grants import end_grants
from agent.registering.names import free_id, person
from agent.registering.programs import end_programs, programs_set
from agent.registering.rulebook import record_policy
from agent.registry import Change, Outcome
from agent.store.rows import PlayerRow
from agent.store.tables import Tables
from i18n.message import msg
from rules.identity import IdentityError, birth_date

_MOST_DAYS = 20 * 366  # leaves are kept for 13 months; a log that nobody pruned may be older


def player_add(change: Change, request: PlayerAdd) -> Outcome:
    name = _free_name(change.tables, request.name)
    born = _born(change, request.born)
    former = _of_this_name(change, name)
    row = _returning(change, name, born) or _new_player(change.tables, name, change.now)
    again = (msg("this is the {name} who was removed: what was played today counts on", name=name),) if row.removed else ()
    if row.removed:  # what was given to them before does not come back
        row = replace(row, since=change.now)
        end_grants(change, row.id)
    account = account_of(change, request.account, lookup.registered(change.tables), row.id)
    row = replace(row, name=name, said=born, removed=False, account=account)
    guardian = _guardian(change, request.guardian)
    change.tables.put_player(row)
    change.tables.put_wards(row.id, (guardian.id,) if guardian else ())
    hints = again + nothing_holds(change, row)
    if row.id != slug(name):
        hints += (msg("this player's id is {id}", id=row.id), *mistakable(lookup.registered(change.tables), row))
    [put] = floor.put_under(change, (row,))
    record_policy(change, row, _card("player.add", row, guardian) | floor.as_payload(put.lost), former=former)
    return Outcome(row.id, (*hints, *floor.said_of((put,)), *free(change, row)), name=row.name)


def player_set(change: Change, request: PlayerSet) -> Outcome:
    old = lookup.player(change.tables, request.player)
    row, before = old, floor.held(change, old)
    if request.name is not msgspec.UNSET:
        row = replace(row, name=_free_name(change.tables, request.name, old))
    if request.born is not msgspec.UNSET:
        row = replace(row, said=_born(change, request.born))
    if request.account is not msgspec.UNSET:
        row = replace(row, account=account_of(change, request.account, lookup.registered(change.tables), row.id))
    guardian: Guardian | None = None
    if request.guardian is not msgspec.UNSET:
        guardian = _guardian(change, request.guardian)
        change.tables.put_wards(row.id, (guardian.id,) if guardian else ())
    change.tables.put_player(row)
    hints = () if row.name == old.name else mistakable(lookup.registered(change.tables), row)
    hints += () if row.account == old.account else nothing_holds(change, row)
    more, lost = floor.changed(change, old, row, before)
    record_policy(change, row, _card("player.set", row, guardian) | floor.as_payload(lost), former=old)
    return Outcome(row.id, hints + more + programs_set(change, row, request), name=row.name)


def player_remove(change: Change, request: PlayerRemove) -> Outcome:
    row = lookup.player(change.tables, request.player)
    before = floor.held(change, row)
    change.tables.put_wards(row.id, ())
    change.tables.put_packs(row.id, ())
    change.tables.drop_limits(player=row.id)
    end_for_player(change, row.id)
    change.tables.put_player(replace(row, removed=True, account=None, unknown="listed"))
    end_programs(change, row)
    end_grants(change, row.id)
    end_of(change, row.id)
    guest = () if row.account is None else (msg("the account {account} is a guest's now", account=row.account),)
    hints, lost = floor.a_guests_account(row, before)
    record_policy(change, row, _card("player.remove", row, None) | floor.as_payload(lost))
    return Outcome(row.id, guest + hints, name=row.name)


def player_list(tables: Tables) -> Players:
    names = {row.id: row.name for row in tables.guardians()}
    wards, packs, limits, approvals = tables.wards(), tables.packs(), tables.limits(), tables.approvals()
    programs = tables.programs()
    return Players(
        players=tuple(
            PlayerShown(
                id=row.id,
                name=row.name,
                born=row.said,
                account=row.account,
                guardians=tuple(names[guardian] for player, guardian in wards if player == row.id),
                packs=tuple(pack.pack for pack in packs.get(row.id, ())),
                limits=tuple(
                    LimitRow(game=one.game or None, day=one.day, ms=one.ms) for one in limits if one.player == row.id
                ),
                approved=tuple(dict.fromkeys(one.game for one in approvals if one.player == row.id)),
                uses=tuple(pack.said for pack in packs.get(row.id, ())),
                unknown=row.unknown,
                programs=tuple(program for player, program in programs if player == row.id),
            )
            for row in lookup.registered(tables)
        )
    )


def player_days(tables: Tables, request: PlayerDays, log_key: str) -> PlayerNames:
    """The player's pseudonyms of these days. They mean something only in the log whose verifier key `log_key` is."""
    row = lookup.player_or_guest(tables, request.player)
    count = (request.last - request.first).days + 1
    if not 0 < count <= _MOST_DAYS or request.last > date.max - timedelta(days=1):
        raise bad_input(msg("not a valid range of days"))
    days = (request.first + timedelta(days=number) for number in range(count))
    return PlayerNames(
        id=row.id,
        name=row.name,
        born=row.born,
        guardian=tables.place().place == "home" or any(player == row.id for player, _ in tables.wards()),
        key=log_key,
        names=tuple(pseudonym(row.key.hex(), day) for day in days),
    )


def _free_name(tables: Tables, asked: str, besides: PlayerRow | None = None) -> str:
    """The name, if it will mean nobody else: players are called by name, so a second one of a name would be called by none."""
    name = person(asked)
    for other in lookup.registered(tables):
        if (besides is None or other.id != besides.id) and (same(name, other.name) or name == other.id):
            text = msg(
                "there is a player {player} already: change it with 'giochoi player set {id}', or choose another name",
                player=written(other), id=other.id,
            )  # fmt: skip
            raise bad_input(text)
    return name


def _new_player(tables: Tables, name: str, now: int) -> PlayerRow:
    id = free_id(slug(name, "player"), taken(tables, now))
    return PlayerRow(id, name, None, None, secrets.token_bytes(32))


def _returning(change: Change, name: str, born: str | None) -> PlayerRow | None:
    """Who was removed and has this name keeps id and key, unless the birth dates contradict each other: coming back makes no
    second day's allowance. Of several the one of whom just this was said.
    """
    gone = [row for row in change.tables.players() if row.removed and same(name, row.name) and _may_be(row.said, born)]
    return next((row for row in gone if row.said == born), gone[0] if gone else None)


def _of_this_name(change: Change, name: str) -> PlayerRow | None:
    """Who was removed and had this name, whenever they were said to be born."""
    return next((row for row in change.tables.players() if row.removed and same(name, row.name)), None)


def _may_be(one: str | None, other: str | None) -> bool:
    """Whether one child can be born then and then: a year alone is any day of it, and nothing any day at all."""
    return one is None or other is None or one.startswith(other) or other.startswith(one)


def _born(change: Change, said: str | None) -> str | None:
    """The birth date, or its year alone, if it can be one."""
    if said is None:
        return None
    try:
        birth_date(said, change.today)
    except IdentityError as error:
        raise bad_input(error.message) from None
    return said.strip()


def _guardian(change: Change, asked: str | None) -> Guardian | None:
    """The guardian asked for. Nobody becomes one by being named."""
    return None if asked is None else lookup.guardian(change.tables, asked, to_add=True)


def _card(what: str, row: PlayerRow, guardian: Guardian | None) -> dict[str, Any]:
    """What the log's payload says of who was meant."""
    named = {} if guardian is None else {"guardian": guardian.name}
    return {"what": what, "player": row.id, "name": row.name, "born": row.said, "account": row.account, **named}
