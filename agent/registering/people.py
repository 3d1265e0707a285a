"""Who plays and who looks after them: what is accepted, and what it changes."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import msgspec
from msgspec.structs import replace

from agent.api import messages as m
from agent.api.pseudonym import pseudonym
from agent.api.slug import slug
from agent.errors import bad_input, refused
from agent.registering import floor, lookup
from agent.registering.names import free_id, person, same
from agent.registering.rulebook import record_policy
from agent.registry import Change, Outcome
from agent.store.rows import PlayerRow
from agent.store.tables import Tables
from i18n.message import Message, msg
from rules.identity import IdentityError, birth_date

_MAX_ACCOUNT = 256
_MOST_DAYS = 20 * 366  # leaves are kept for 13 months; a log that nobody pruned may be older


def player_add(change: Change, request: m.PlayerAdd) -> Outcome:
    name = _free_name(change.tables, request.name)
    born = _born(change, request.born)
    row = _returning(change.tables, name, born) or _new_player(change.tables, name)
    account = _account(change, request.account, lookup.registered(change.tables), row.id)
    row = replace(row, name=name, said=born, removed=False, account=account)
    change.tables.put_player(row)
    guardian, hints = _guardian(change, request.guardian)
    change.tables.put_wards(row.id, (guardian.id,) if guardian else ())
    if row.id != slug(name):
        hints += (msg("this player's id is {id}", id=row.id),)
    [put] = floor.put_under(change, (row,))
    record_policy(change, row, _card("player.add", row, guardian) | floor.as_payload(put.lost))
    return Outcome(row.id, hints + floor.said_of((put,)))


def player_set(change: Change, request: m.PlayerSet) -> Outcome:
    old = lookup.player(change.tables, request.player)
    row, before = old, floor.held(change, old)
    if request.name is not msgspec.UNSET:
        row = replace(row, name=_free_name(change.tables, request.name, old))
    if request.born is not msgspec.UNSET:
        row = replace(row, said=_born(change, request.born))
    if request.account is not msgspec.UNSET:
        row = replace(row, account=_account(change, request.account, lookup.registered(change.tables), row.id))
    guardian: m.Guardian | None = None
    hints: tuple[Message, ...] = ()
    if request.guardian is not msgspec.UNSET:
        guardian, hints = _guardian(change, request.guardian)
        change.tables.put_wards(row.id, (guardian.id,) if guardian else ())
    change.tables.put_player(row)
    more, lost = floor.changed(change, old, row, before)
    record_policy(change, row, _card("player.set", row, guardian) | floor.as_payload(lost))
    return Outcome(row.id, hints + more)


def player_remove(change: Change, request: m.PlayerRemove) -> Outcome:
    row = lookup.player(change.tables, request.player)
    before = floor.held(change, row)
    change.tables.put_wards(row.id, ())
    change.tables.put_packs(row.id, ())
    change.tables.drop_limits(player=row.id)
    change.tables.end_approvals(player=row.id)
    change.tables.put_player(replace(row, removed=True, account=None))
    hints, lost = floor.a_guests_account(row, before)
    record_policy(change, row, _card("player.remove", row, None) | floor.as_payload(lost))
    return Outcome(row.id, hints)


def player_list(tables: Tables) -> m.Players:
    names = {row.id: row.name for row in tables.guardians()}
    wards, packs, limits, approvals = tables.wards(), tables.packs(), tables.limits(), tables.approvals()
    return m.Players(
        players=tuple(
            m.PlayerRow(
                id=row.id,
                name=row.name,
                born=row.said,
                account=row.account,
                guardians=tuple(names[guardian] for player, guardian in wards if player == row.id),
                packs=tuple(pack.pack for pack in packs.get(row.id, ())),
                limits=tuple(
                    m.LimitRow(game=one.game or None, day=one.day, ms=one.ms) for one in limits if one.player == row.id
                ),
                approved=tuple(dict.fromkeys(one.game for one in approvals if one.player == row.id)),
                uses=tuple(pack.said for pack in packs.get(row.id, ())),
            )
            for row in lookup.registered(tables)
        )
    )


def player_days(tables: Tables, request: m.PlayerDays, log_key: str) -> m.PlayerNames:
    """The player's pseudonyms of these days. They mean something only in the log whose verifier key `log_key` is."""
    row = lookup.player_or_guest(tables, request.player)
    count = (request.last - request.first).days + 1
    if not 0 < count <= _MOST_DAYS or request.last > date.max - timedelta(days=1):
        raise bad_input(msg("not a valid range of days"))
    days = (request.first + timedelta(days=number) for number in range(count))
    return m.PlayerNames(
        id=row.id,
        name=row.name,
        born=row.born,
        guardian=tables.place().place == "home" or any(player == row.id for player, _ in tables.wards()),
        key=log_key,
        names=tuple(pseudonym(row.key.hex(), day) for day in days),
    )


def guardian_add(change: Change, request: m.GuardianAdd) -> Outcome:
    name = person(request.name)
    known = lookup.guardian(change.tables, name)
    if known is not None:
        raise refused(msg("there is a guardian {guardian} already", guardian=_written(known)))
    account = _account(change, request.account, change.tables.guardians())
    return Outcome(_new_guardian(change.tables, name, account).id)


def _free_name(tables: Tables, asked: str, besides: PlayerRow | None = None) -> str:
    """The name, if it will mean nobody else: players are called by name, so a second one of a name would be called by none."""
    name = person(asked)
    for other in lookup.registered(tables):
        if (besides is None or other.id != besides.id) and (same(name, other.name) or name == other.id):
            text = msg(
                "there is a player {player} already: change it with 'giochoi player set {id}', or choose another name",
                player=_written(other), id=other.id,
            )  # fmt: skip
            raise bad_input(text)
    return name


def _new_player(tables: Tables, name: str) -> PlayerRow:
    id = free_id(slug(name, "player"), {row.id for row in tables.players()})
    return PlayerRow(id, name, None, None, secrets.token_bytes(32))


def _returning(tables: Tables, name: str, born: str | None) -> PlayerRow | None:
    """The same child added again after a removal keeps id and key: coming back makes no second day's allowance."""
    gone = (row for row in tables.players() if row.removed)
    return next((row for row in gone if same(name, row.name) and row.said == born), None)


def _born(change: Change, said: str | None) -> str | None:
    """The birth date, or its year alone, if it can be one."""
    if said is None:
        return None
    try:
        birth_date(said, change.today)
    except IdentityError as error:
        raise bad_input(error.message) from None
    return said.strip()


def _account(change: Change, asked: str | None, others: Iterable[PlayerRow | m.Guardian], own: str = "") -> str | None:
    """The OS account as the system writes it, if it exists here and is no other's; `own` is the id of whoever may have it."""
    if asked is None:
        return None
    if not asked or len(asked) > _MAX_ACCOUNT or not asked.isprintable():
        raise bad_input(msg("not a valid account name"))
    account = change.world.account(asked)
    if account is None:
        raise bad_input(msg("this machine has no account '{account}'", account=asked))
    for other in others:
        if other.account == account and other.id != own:
            raise refused(msg("the account {account} is already that of {name}", account=account, name=_written(other)))
    return account


def _guardian(change: Change, asked: str | None) -> tuple[m.Guardian | None, tuple[Message, ...]]:
    """The guardian asked for, made if there was none of that name; and a hint that says so."""
    if asked is None:
        return None, ()
    known = lookup.guardian(change.tables, asked)
    if known is not None:
        return known, ()
    made = _new_guardian(change.tables, person(asked), None)
    return made, (msg("added the guardian {guardian}", guardian=_written(made)),)


def _new_guardian(tables: Tables, name: str, account: str | None) -> m.Guardian:
    id = free_id(slug(name, "guardian"), {one.id for one in tables.guardians()})
    row = m.Guardian(id=id, name=name, account=account)
    tables.add_guardian(row)
    return row


def _card(what: str, row: PlayerRow, guardian: m.Guardian | None) -> dict[str, Any]:
    """What the log's payload says of who was meant."""
    named = {} if guardian is None else {"guardian": guardian.name}
    return {"what": what, "player": row.id, "name": row.name, "born": row.said, "account": row.account, **named}


def _written(row: PlayerRow | m.Guardian) -> str:
    return f"{row.name} ({row.id})"
