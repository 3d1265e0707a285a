"""Who looks after players: guardians added, changed, removed. Their rights go with their entry here, at once."""

from __future__ import annotations

import re
from typing import Final

import msgspec
from msgspec.structs import replace

from agent.api.naming import same
from agent.api.players import GuardianAdd, GuardianRemove, GuardianRow, Guardians, GuardianSet
from agent.api.roster import Guardian
from agent.api.slug import slug
from agent.errors import bad_input, refused
from agent.registering import lookup
from agent.registering.accounts import account_of, mistakable, written
from agent.registering.names import free_id, person
from agent.registering.rulebook import record_policy
from agent.registry import Change, Outcome
from agent.roster import Compiler
from agent.store.rows import PLACE, PlayerRow
from agent.store.tables import Tables
from compliance.entries.place import GuardianChanged
from i18n.message import Message, comma, msg
from rules.calendar import DAY_MS
from rules.engine.reach import reach

_HASH: Final = re.compile(
    r"\$argon2id\$v=19\$m=([0-9]{1,7}),t=([0-9]{1,3}),p=[1-4]\$[A-Za-z0-9+/]{16,64}\$[A-Za-z0-9+/]{32,128}", re.ASCII
)
_MOST_KIB, _MOST_ROUNDS = 256 << 10, 16  # what a seat is ready to spend on one check
_SECRET: Final = re.compile(r"[A-Z2-7]{32,64}", re.ASCII)


def guardian_add(change: Change, request: GuardianAdd) -> Outcome:
    tables = change.tables
    name = _free_name(tables, request.name)
    account = account_of(change, request.account, tables.guardians())
    row = Guardian(
        id=free_id(slug(name, "guardian"), _taken(tables)), name=name, account=account, pin=_hash(request.pin)
    )
    tables.put_guardian(row)
    _record(change, _card("guardian.add", row) | _proofs(None, row))
    return Outcome(row.id, mistakable(tables.guardians(), row), name=row.name)


def guardian_list(tables: Tables) -> Guardians:
    """Without what proves who they are."""
    rows = (
        GuardianRow(
            id=one.id, name=one.name, account=one.account, pin=one.pin is not None, code=one.code is not None,
            ceiling=None if one.code is None else one.ceiling,
        )
        for one in tables.guardians()
    )  # fmt: skip
    return Guardians(guardians=tuple(rows))


def guardian_set(change: Change, request: GuardianSet) -> Outcome:
    tables = change.tables
    old = row = lookup.guardian(tables, request.guardian)
    if request.name is not msgspec.UNSET:
        row = replace(row, name=_free_name(tables, request.name, old))
    if request.account is not msgspec.UNSET:
        row = replace(row, account=account_of(change, request.account, tables.guardians(), row.id))
    row = _proving(row, request)
    tables.put_guardian(row)
    _record(change, _card("guardian.set", row) | _proofs(old, row))
    hints = () if row.name == old.name else mistakable(tables.guardians(), row)
    if old.account is not None and old.account != row.account:
        hints += (_rights(change, old.account),)
    return Outcome(row.id, hints, name=row.name)


def guardian_remove(change: Change, request: GuardianRemove) -> Outcome:
    tables = change.tables
    row = lookup.guardian(tables, request.guardian)
    wards = {player for player, guardian in tables.wards() if guardian == row.id}
    tables.drop_guardian(row.id)
    _record(change, _card("guardian.remove", row))
    left = [player for player in lookup.registered(tables) if player.id in wards]
    for player in left:
        record_policy(change, player, {"what": "guardian.remove", "player": player.id, "name": player.name})
    hints = [_rights(change, row.account)] if row.account is not None else []
    if left:
        hints += [msg("was registered for: {players}", players=comma(map(written, left))), *_alone(change, left)]
    return Outcome(row.id, tuple(hints), name=row.name)


def _proving(row: Guardian, request: GuardianSet) -> Guardian:
    """With the PIN, code and ceiling that were asked for. ApiError."""
    if request.pin is not msgspec.UNSET:
        row = replace(row, pin=_hash(request.pin))
    if request.code is not msgspec.UNSET:
        row = replace(row, code=_secret(request.code))
    if request.ceiling is not msgspec.UNSET:
        if not 0 < request.ceiling <= DAY_MS:
            raise bad_input(msg("minutes must be more than 0 and at most 1440"))
        row = replace(row, ceiling=request.ceiling)
    return row


def _hash(pin: str | None) -> str | None:
    """What may lie in the roster: whoever sent a PIN itself is told so, and it is kept nowhere."""
    found = None if pin is None else _HASH.fullmatch(pin)
    if pin is not None and (found is None or int(found[1]) > _MOST_KIB or int(found[2]) > _MOST_ROUNDS):
        raise bad_input(msg("a PIN is taken as a hash by argon2id, of at most 256 MiB"))
    return pin


def _secret(code: str | None) -> str | None:
    if code is not None and not _SECRET.fullmatch(code):
        raise bad_input(msg("a secret for codes has 32 to 64 letters and digits, in base32"))
    return code


def _proofs(old: Guardian | None, new: Guardian) -> dict[str, str | None]:
    """Which proof was set or taken away, for the log's payload: never the proof."""
    found: dict[str, str | None] = {}
    for name in ("pin", "code"):
        before, now = getattr(old, name, None), getattr(new, name)
        if before != now:
            found[name] = "removed" if now is None else "set"
    return found


def _rights(change: Change, account: str) -> Message:
    """What an account that is no guardian's any more may do now: whoever administers the PC needs no name here."""
    if not change.world.administers(account):
        return msg("the account {account} has no guardian's rights any more", account=account)
    if change.tables.place().place == "home":
        return msg("the account {account} administers this PC, and so keeps a guardian's rights", account=account)
    return msg("the account {account} administers this PC, and so keeps the rights of staff", account=account)


def _alone(change: Change, players: list[PlayerRow]) -> list[Message]:
    """What follows for those who have no guardian any more: nothing at home, where whoever administers the PC is one."""
    compiler = change.compiler()
    found = []
    for row in players:
        player = compiler.player(row)
        if player.guardian:
            continue
        rules = _wanting_a_guardian(change, compiler, row)
        found.append(
            msg("{player} has no guardian now, so every game is refused: {rules}", player=row.name, rules=comma(rules))
            if rules else msg("{player} has no guardian now", player=row.name)
        )  # fmt: skip
    return found


def _wanting_a_guardian(change: Change, compiler: Compiler, row: PlayerRow) -> list[str]:
    """The rules that let the player play only after a guardian registered them."""
    place = change.tables.place().place
    packs = (*compiler.packs(PLACE, "place"), *compiler.player(row).packs)
    found = [(rule.id, reach(rule, pack, place, row.born)) for pack in packs for rule in pack.guardians]
    return [id for id, one in found if one is not None and one.start <= change.now < one.end]


def _free_name(tables: Tables, asked: str, besides: Guardian | None = None) -> str:
    """The name, if it will mean no other guardian."""
    name = person(asked)
    for other in tables.guardians():
        if (besides is None or other.id != besides.id) and (same(name, other.name) or name == other.id):
            raise refused(msg("there is a guardian {guardian} already", guardian=written(other)))
    return name


def _taken(tables: Tables) -> set[str]:
    """What no new id may be: other ids, and names, so that each of these means one."""
    return {word for one in tables.guardians() for word in (one.id, one.name)}


def _record(change: Change, card: dict[str, str | None]) -> None:
    change.record(GuardianChanged, card, registered=len(change.tables.guardians()))


def _card(what: str, row: Guardian) -> dict[str, str | None]:
    """What the log's payload says of who was meant."""
    return {"what": what, "guardian": row.id, "name": row.name, "account": row.account}
