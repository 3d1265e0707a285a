"""What a start of the agent changes by itself: a new registry begins its log; shipped rules follow the program's version."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

import msgspec

from agent import roster
from agent.api.manifest import MissingError, join
from agent.api.roster import Roster
from agent.errors import StartError
from agent.recording.keys import Keys
from agent.registering.labels import record_shipped
from agent.registering.place import record_place
from agent.registering.rulebook import record_policy, shipped_pack
from agent.registry import Change, Outcome
from agent.store.rows import PLACE, PackRow
from compliance.entries.log import Restored
from compliance.entries.seat import IssueCleared, IssueRaised, SeatEnrolled
from compliance.format.chain import AGENT
from compliance.note import NoteError, verify_note
from host.wire import ApiError
from i18n.message import msg


def begin(change: Change, keys: Keys) -> Outcome:
    """Write what a new log begins with, or bring an old registry up to what ships now. StartError if the text of a pack is not
    the one that was put on: a daemon would obey what no log says.
    """
    for row in change.tables.texts().values():
        if sha256(row.text.encode()).hexdigest() != row.sha256:
            raise StartError(msg("agent.db: somebody changed the text of pack {pack}; restore a backup", pack=row.pack))
    state = change.tables.state()
    if not state.number:
        change.record(SeatEnrolled, id=AGENT, key=keys.log.vkey)
        record_place(change)
        _record_catalogue(change, before=True)
        return Outcome()
    old = _in_force(keys, state.note, change.tables.parts())
    if old is not None:
        _record_catalogue(change, before=old.shipped)
        record_shipped(change, old.games)
    for target, rows in change.tables.packs().items():
        _follow(change, target, rows)
    return Outcome(changed=old is None or not _says_the_same(change, old))


def _record_catalogue(change: Change, *, before: bool) -> None:
    """Whoever switches the known games off, in a file that no command writes, limits only those that they added: it is told."""
    now = bool(change.world.shipped.games)
    if now != before:
        change.record(IssueCleared if now else IssueRaised, id="catalogue-off")


def come_back(change: Change, made: int) -> Outcome:
    """Say that all this is from a backup of then. Whoever was erased since is here again, and is to be erased again."""
    change.record(Restored, made=made)
    return Outcome()


def _follow(change: Change, target: str, rows: tuple[PackRow, ...]) -> None:
    """Put the texts that ship now in the place of those that shipped before."""
    now = tuple(_current(change, row) for row in rows)
    if now != rows:
        change.tables.put_packs(target, now)
        everybody = {row.id: row for row in change.tables.players()}
        record_policy(change, None if target == PLACE else everybody[target], {"what": "start"})


def _current(change: Change, row: PackRow) -> PackRow:
    """The pack as it ships; as it was if it is a house pack, ships no longer, or refuses its values."""
    shipped = change.world.shipped.packs.get(row.pack)
    if not row.shipped or shipped is None or shipped == change.tables.texts()[row.sha256].text:
        return row
    try:
        return shipped_pack(change, row.pack, row.params)
    except ApiError:
        return row


def _in_force(keys: Keys, note: str, parts: Mapping[str, bytes]) -> Roster | None:
    """The roster in force; None unless it is signed by our key."""
    try:
        return msgspec.json.decode(join(verify_note(note, [keys.roster.vkey]).encode(), parts), type=Roster)
    except (NoteError, MissingError, msgspec.MsgspecError):
        return None


def _says_the_same(change: Change, old: Roster) -> bool:
    """Whether it says what the tables make now, but for grants that are over."""
    new = roster.build(change.tables, change.world.shipped, number=old.number, now=old.issued)
    return msgspec.structs.replace(new, grants=old.grants) == old
