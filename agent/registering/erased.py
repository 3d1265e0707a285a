"""Erasing a person: all that names them goes, and the log holds on. A hash of the id stays, so that seats forget them too."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from agent.api import naming
from agent.api.erased import mark
from agent.errors import not_found
from agent.registering import lookup
from agent.registering.checkins import end_of
from agent.registering.grants import end_grants
from agent.registering.programs import let_of
from agent.registering.rulebook import record_policy
from agent.registry import Change, Outcome
from agent.roster import ERASED_MS
from agent.store.rows import GUEST, PlayerRow
from agent.store.tables import Tables
from compliance.entries.log import Erasure, Pruned
from compliance.entries.override import ApprovalEnded
from compliance.entries.program import ProgramsChanged
from compliance.format.chain import AGENT
from compliance.format.kept import write
from host.wire import ApiError
from i18n.message import comma, msg

_WHY = {"what": "player.erase"}
_LATELY = 7  # days


@dataclass(frozen=True, slots=True)
class Taken:
    """Ids and names that are no new player's: those of `words`, and the ids of whom was erased, which seats may still know."""

    words: frozenset[str]
    erased: frozenset[str]

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and (word in self.words or mark(word) in self.erased)


def taken(tables: Tables, now: int) -> Taken:
    words = {word for row in tables.players() for word in (row.id, row.name)}  # a name is never another's id
    return Taken(frozenset(words), frozenset(tables.erased(now - ERASED_MS)))


def kept(tables: Tables, asked: str) -> PlayerRow:
    """The player of this name or id, or else the removed one of whom something is kept still. ApiError(not-found)."""
    try:
        return lookup.player(tables, asked)
    except ApiError:
        removed = [row for row in tables.players() if row.removed and row.id != GUEST]
        if (found := naming.person(removed, asked)) is not None:
            return found
        if several := [row.id for row in removed if naming.same(asked, row.name)]:
            said = msg("several removed players are called {name}; name one by its id: {ids}", name=naming.shown(asked),
                       ids=comma(several))  # fmt: skip
            raise not_found(said) from None
        raise


def erase(change: Change, id: str, entries: Iterable[tuple[str, int]], played: Collection[date] = ()) -> Outcome:
    """`entries`: those of the log with personal data of this player beside them, which is to be deleted next. `played`: days on
    which the log tells of play.
    """
    row = kept(change.tables, id)
    entries = tuple(entries)
    if not row.removed:
        _end(change, row)
    lately = sum(0 <= (change.today - day).days < _LATELY for day in played)
    change.record(Erasure, dict(_WHY), who=change.pseudonym(row), before=None, payloads=len(entries), days=lately)
    change.tables.erase_player(row.id, mark(row.id), change.now)
    change.tables.erase_later(entries)
    guest = () if row.account is None else (msg("the account {account} is a guest's now", account=row.account),)
    return Outcome(row.id, guest, name=row.name)


def prune(change: Change, entries: tuple[tuple[str, int], ...], before: int) -> Outcome:
    """Say that the personal data beside these goes, which is deleted next; and reasons in what was given and asked before."""
    change.tables.forget_events(before)
    gone = change.tables.forget_erased(change.now - ERASED_MS)  # seats get a list without them
    if entries:
        by = None if change.who == AGENT else {"what": "log.prune"}
        change.record(Erasure, by, who=None, before=before, payloads=len(entries))
        change.tables.erase_later(entries)
    return Outcome(changed=gone)


def cut(change: Change, end: int, kept: list[tuple[int, bytes]]) -> Outcome:
    """Say that the log begins with number `end` from now on, but for what is kept: the rest is deleted next."""
    by = None if change.who == AGENT else {"what": "log.prune"}
    change.record(Pruned, by, end=end, kept=sha256(write(end, kept)).hexdigest())
    return Outcome(changed=False)


def _end(change: Change, row: PlayerRow) -> None:
    """What held for the player does no longer, and the log says so, without a name beside it."""
    tables = change.tables
    for one in tables.approvals():
        if one.player == row.id:
            tables.end_approval(one.id)
            change.record(ApprovalEnded, dict(_WHY), id=one.id)
    end_grants(change, row.id)
    end_of(change, row.id)
    if row.unknown != "listed" or let_of(change, row.id):
        others = sum(one.unknown == "refused" for one in tables.players() if one.id != row.id)
        change.record(
            ProgramsChanged, dict(_WHY), who=change.pseudonym(row), unknown="listed", let=(), interpreters=(),
            players=others,
        )  # fmt: skip
    tables.put_packs(row.id, ())
    tables.drop_limits(player=row.id)
    record_policy(change, row, dict(_WHY))
