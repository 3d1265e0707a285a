"""Who was erased: this seat forgets them too, once it has said what it owes the log of their days."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from agent.api.erased import mark
from compliance.journal import Journal
from daemon.deciding.plays import Plays
from daemon.grants import Grants
from daemon.recording import day_summary
from daemon.recording.recorder import Recorder
from daemon.sessions import People
from daemon.store import Store
from daemon.trusted import Reading


@dataclass(frozen=True, slots=True, eq=False)
class Forgetting:
    store: Store
    plays: Plays
    grants: Grants
    recorder: Recorder

    def forget(self, erased: Collection[str], people: People, now: Reading) -> None:
        """`erased`: the SHA-256 of the id of each (hex). A play of theirs that still runs is forgotten with a later roster."""
        if not erased:
            return
        known = {*self.store.players(), *(event.player for event in self.grants.all())}
        ids = {id for id in known if mark(id) in erased}
        if ids:
            self.recorder.do(lambda journal: self._forget(journal, ids, people, now))

    def _forget(self, journal: Journal, ids: set[str], people: People, now: Reading) -> None:
        for day in day_summary.days_left(self.store, people.zone, now):
            day_summary.write_day(journal, self.store, self.grants, people, day, now, only=ids)
        self.grants.drop(ids)
        for id in ids:
            self.store.forget_player(id)
            self.plays.forget(id)
