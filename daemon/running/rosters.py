"""Brings rosters into force; with the first one come the plays that a former run left."""

from __future__ import annotations

from dataclasses import dataclass, field

from agent.api.roster import Roster
from daemon import events
from daemon.grants import Grants
from daemon.loop import Loop
from daemon.platforms.api import Accounts
from daemon.recording.forgetting import Forgetting
from daemon.recording.recorder import Recorder
from daemon.recording.rejoin import Chains
from daemon.recording.resume import Resumer
from daemon.requests import Requests
from daemon.roster import Newer, Trust, said_by_newer
from daemon.running.housekeeping import Housekeeping
from daemon.sessions import InForce, People
from i18n.message import said_by


@dataclass(slots=True, eq=False)
class Rosters:
    in_force: InForce
    trust: Trust
    accounts: Accounts
    grants: Grants
    requests: Requests
    recorder: Recorder
    resumer: Resumer
    chains: Chains
    loop: Loop
    housekeeping: Housekeeping
    forgetting: Forgetting
    _last: Roster | None = field(default=None, init=False)

    def take_up(self, floor: int) -> None:
        """The last roster, if there is one, is in force again. What runs counts from its start, not from before `floor`."""
        if self.trust.roster is not None:
            self._adopt(self.trust.roster, floor)

    def adopt(self, roster: Roster) -> None:
        """A new roster is in force from the next beat on. Newer: no decision can be made by it."""
        self._adopt(roster, None)

    def again(self) -> None:
        """What was let through at the seat is in force when this returns."""
        if self._last is not None:
            self._adopt(self._last, None)

    def _adopt(self, roster: Roster, floor: int | None) -> None:
        lost = self.requests.merge(roster)
        self.requests.end_of_others({roster.guest.id, *(player.id for player in roster.players)})
        try:
            people = People(self.requests.applied(roster), self.accounts)
        except ValueError as error:
            raise Newer(said_by_newer(said_by(error))) from None
        self._last, first = roster, self.in_force.people is None
        self.in_force.people = people
        now = self.loop.read()
        if first:
            self.chains.begun_anew(people, now)
            self.resumer.take_up(people, now)
            self.loop.resume()
        self.grants.merge(roster.grants, now.wall)
        over = self.grants.end_of_others({roster.guest.id, *(player.id for player in roster.players)}, now.wall)
        ended = [events.GrantRevoked(None, grant, now) for grant in (*self.grants.end(lost, now.wall), *over)]
        if ended:
            self.recorder.record_with(ended, self.grants.write)
        else:
            self.recorder.do_once(self.grants.write)
        self.recorder.do_once(self.requests.write)
        self.loop.adopt(people, now)
        if not first:
            self.recorder.do(lambda journal: self.chains.record_again(journal, people, now))
        self.loop.scan(now, now.mono if floor is None else floor)
        self.forgetting.forget(roster.erased, people, now)
        self.housekeeping.in_zone(people.zone)
