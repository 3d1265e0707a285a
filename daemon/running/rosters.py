"""Brings rosters into force; with the first one come the plays that a former run left."""

from __future__ import annotations

from agent.api.messages import Roster
from daemon.grants import Grants
from daemon.loop import Loop
from daemon.platforms.api import Accounts
from daemon.recording.recorder import Recorder
from daemon.recording.rejoin import Chains
from daemon.recording.resume import Resumer
from daemon.roster import Trust
from daemon.sessions import InForce, People


class Rosters:
    def __init__(
        self,
        in_force: InForce,
        trust: Trust,
        accounts: Accounts,
        grants: Grants,
        recorder: Recorder,
        resumer: Resumer,
        chains: Chains,
        loop: Loop,
    ) -> None:
        self._in_force = in_force
        self._trust = trust
        self._accounts = accounts
        self._grants = grants
        self._recorder = recorder
        self._resumer = resumer
        self._chains = chains
        self._loop = loop

    def take_up(self, floor: int) -> None:
        """The last roster, if there is one, is in force again. What runs counts from its start, not from before `floor`."""
        if self._trust.roster is not None:
            self._adopt(self._trust.roster, floor)

    def adopt(self, roster: Roster) -> None:
        """A new roster is in force from the next beat on."""
        self._adopt(roster, None)

    def _adopt(self, roster: Roster, floor: int | None) -> None:
        people = People(roster, self._accounts)
        first = self._in_force.people is None
        self._in_force.people = people
        now = self._loop.read()
        if first:
            self._resumer.take_up(people, now)
        self._recorder.do(lambda _: self._grants.merge(roster.grants))
        self._loop.adopt(people, now)
        if not first:
            self._recorder.do(lambda journal: self._chains.record_renamed(journal, people, now))
        self._loop.scan(now, now.mono if floor is None else floor)
