"""Who plays and who looks after them: what is accepted, and what it changes."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import date

import msgspec

from agent.api import messages as m
from agent.api.slug import slug
from agent.errors import bad_input, refused
from agent.registering import lookup
from agent.registering.names import free_id, person, same
from agent.registering.rulebook import record_policy
from agent.registry import Change, Outcome
from agent.store.people import PlayerRow
from agent.store.tables import Tables
from host.wire import ApiError
from i18n.message import Message, as_message, msg
from rules.identity import IdentityError, birth_date

_MAX_ACCOUNT = 256


def player_add(change: Change, request: m.PlayerAdd) -> Outcome:
    name = _free_name(change.tables, request.name)
    born, year_only = _born(change, request.born, year_only=request.year_only)
    row = _returning(change.tables, name, born, year_only=year_only) or _new_player(change.tables, name)
    account = _account(change, request.account, row.id)
    row = replace(row, name=name, born=born, year_only=year_only, removed=False, account=account)
    change.tables.people.put_player(row)
    guardian, hints = _guardian(change, request.guardian)
    change.tables.people.put_wards(row.id, (guardian.id,) if guardian else ())
    if row.id != slug(name):
        hints += (msg("this player's id is {id}", id=row.id),)
    record_policy(change, row, _card("player.add", row, guardian))
    return Outcome(row.id, hints)


def player_set(change: Change, request: m.PlayerSet) -> Outcome:
    old = lookup.player(change.tables, request.player)
    row = old
    if request.name is not msgspec.UNSET:
        row = replace(row, name=_free_name(change.tables, request.name, old))
    if request.born is not msgspec.UNSET:
        born, year_only = _born(change, request.born, year_only=request.year_only)
        row = replace(row, born=born, year_only=year_only)
    if request.account is not msgspec.UNSET:
        row = replace(row, account=_account(change, request.account, row.id))
    guardian: m.Guardian | None = None
    hints: tuple[Message, ...] = ()
    if request.guardian is not msgspec.UNSET:
        guardian, hints = _guardian(change, request.guardian)
        change.tables.people.put_wards(row.id, (guardian.id,) if guardian else ())
    change.tables.people.put_player(row)
    record_policy(change, row, _card("player.set", row, guardian))
    return Outcome(row.id, hints)


def player_remove(change: Change, request: m.PlayerRemove) -> Outcome:
    row = lookup.player(change.tables, request.player)
    change.tables.people.put_wards(row.id, ())
    change.tables.rules.put_packs(row.id, ())
    change.tables.rules.drop_limits(player=row.id)
    change.tables.events.end_approvals(player=row.id)
    change.tables.people.put_player(replace(row, removed=True, account=None))
    record_policy(change, row, _card("player.remove", row, None))
    return Outcome(row.id)


def player_list(tables: Tables) -> m.Players:
    names = {row.id: row.name for row in tables.people.guardians()}
    wards, packs = tables.people.wards(), tables.rules.packs()
    limits, approvals = tables.rules.limits(), tables.events.approvals()
    return m.Players(
        players=tuple(
            m.PlayerRow(
                id=row.id,
                name=row.name,
                born=row.born,
                year_only=row.year_only,
                account=row.account,
                guardians=tuple(names[guardian] for player, guardian in wards if player == row.id),
                packs=tuple(pack.pack for pack in packs.get(row.id, ())),
                limits=tuple(m.LimitRow(game=one.game, day=one.day, ms=one.ms) for one in limits if one.player == row.id),
                approved=tuple(dict.fromkeys(one.game for one in approvals if one.player == row.id)),
                uses=tuple(pack.said for pack in packs.get(row.id, ())),
            )
            for row in lookup.registered(tables)
        )
    )


def guardian_add(change: Change, request: m.GuardianAdd) -> Outcome:
    name = person(request.name)
    known = lookup.guardian(change.tables, name)
    if known is not None:
        raise refused(msg("there is a guardian {guardian} already", guardian=_written(known)))
    account = _known_account(change, request.account)
    for other in change.tables.people.guardians():
        if account is not None and other.account == account:
            raise _taken(account, other)
    return Outcome(_new_guardian(change.tables, name, account).id)


def guardian_list(tables: Tables) -> m.Guardians:
    return m.Guardians(guardians=tables.people.guardians())


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
    id = free_id(slug(name, "player"), {row.id for row in tables.people.players()})
    return PlayerRow(id, name, None, None, secrets.token_bytes(32))


def _returning(tables: Tables, name: str, born: date | None, *, year_only: bool) -> PlayerRow | None:
    """The same child added again after a removal keeps id and key: coming back makes no second day's allowance."""
    gone = (row for row in tables.people.players() if row.removed)
    said = (born, year_only)
    return next((row for row in gone if same(name, row.name) and (row.born, row.year_only) == said), None)


def _born(change: Change, born: date | None, *, year_only: bool) -> tuple[date | None, bool]:
    """The birth date, if it can be one, and whether only its year is known: then it is the last day of the year."""
    if born is None:
        return None, False
    try:
        birth_date(f"{born.year:04}" if year_only else born.isoformat(), change.today)
    except IdentityError as error:
        raise bad_input(as_message(error)) from None
    return (date(born.year, 12, 31) if year_only else born), year_only


def _account(change: Change, account: str | None, player: str) -> str | None:
    """The OS account, if it exists here and is no other player's."""
    account = _known_account(change, account)
    for other in lookup.registered(change.tables):
        if account is not None and other.account == account and other.id != player:
            raise _taken(account, other)
    return account


def _known_account(change: Change, account: str | None) -> str | None:
    if account is None:
        return None
    if not account or len(account) > _MAX_ACCOUNT or not account.isprintable():
        raise bad_input(msg("not a valid account name"))
    known = change.world.account(account)
    if known is None:
        raise bad_input(msg("this machine has no account '{account}'", account=account))
    return known


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
    id = free_id(slug(name, "guardian"), {one.id for one in tables.people.guardians()})
    row = m.Guardian(id=id, name=name, account=account)
    tables.people.add_guardian(row)
    return row


def _card(what: str, row: PlayerRow, guardian: m.Guardian | None) -> dict[str, str | None]:
    """What the log's payload says of who was meant."""
    named = {} if guardian is None else {"guardian": guardian.name}
    return {"what": what, "player": row.id, "name": row.name, "born": row.said, "account": row.account, **named}


def _written(row: PlayerRow | m.Guardian) -> str:
    return f"{row.name} ({row.id})"


def _taken(account: str, row: PlayerRow | m.Guardian) -> ApiError:
    return refused(msg("the account {account} is already that of {name}", account=account, name=_written(row)))
