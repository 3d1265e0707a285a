"""Who is logged on at a public place: there, to be open after hours is an offence, whoever plays. Of a home nothing is written.

Looked at by the minute, and when the system tells of a change, so what is written is up to a minute late, and who was logged on
for less may not be.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from compliance.entries.seat import SessionClosed, SessionOpened
from compliance.journal import Journal
from daemon.platforms.api import OsSession
from daemon.recording.line import append
from daemon.recording.recorder import Recorder
from daemon.sessions import GUEST, InForce, People
from daemon.store import Store
from daemon.trusted import Reading
from rules.calendar import day_name

How = Literal["ended", "unseen", "unwatched"]
_OPEN = "os-sessions"  # those that the log has as open


class _Open(msgspec.Struct, frozen=True):
    """By who and which, hashed: the seq of their entries in the chain of `seat`."""

    seat: str
    entries: dict[str, int]


@dataclass(slots=True, eq=False)
class LoggedOn:
    """`look` asks the system, and writes what is new."""

    system: Callable[[], tuple[OsSession, ...] | None]
    in_force: InForce
    store: Store
    recorder: Recorder
    _looked: bool = field(default=False, init=False)  # in this run

    def __post_init__(self) -> None:
        self.store.load(_OPEN, _Open)  # what is damaged is found before the start tells of it

    def look(self, now: Reading) -> None:
        people = self.in_force.people
        if people is None:
            return
        at_home = people.place == "home"
        found = () if at_home else self.system()
        if found is None or self.recorder.waiting:
            return
        how: How = "unwatched" if at_home else "ended" if self._looked else "unseen"
        self._looked = not at_home
        there = {_key(now.boot, one): one for one in found}
        if there.keys() != self._known().keys():
            self.recorder.do(lambda journal: self._write(journal, now, there, people, how))

    def _known(self) -> dict[str, int]:
        """Of the present chain; a new one knows of none."""
        kept = self.store.load(_OPEN, _Open)
        return kept.entries if kept is not None and kept.seat == self.recorder.journal.seat else {}

    def _write(
        self, journal: Journal, now: Reading, there: dict[str, OsSession], people: People, how: How
    ) -> None:  # fmt: skip
        known = self._known()
        for gone in sorted(known.keys() - there.keys()):
            append(journal, SessionClosed, now, opened=known.pop(gone), how=how)
        for key in sorted(there.keys() - known.keys()):
            player = people.player_of(there[key].account)
            if player is not None:
                who = player.pseudonym(day_name(people.zone, now.wall))
                known[key] = append(journal, SessionOpened, now, who=who, guest=player.id == GUEST).seq
        self.store.put(_OPEN, msgspec.json.encode(_Open(journal.seat, known)))


def _key(boot: str, session: OsSession) -> str:
    return hashlib.sha256(f"{boot}\0{session.id}\0{session.account}".encode()).hexdigest()[:16]
