"""One seat from start to stop. In between the heart keeps the limits, and housekeeping comes by the minute.

Everything runs on one thread. What a seat is asked over the local API stands in daemon.api.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from agent.api.erased import mark
from agent.api.roster import Roster
from compliance.journal import Journal
from daemon import events
from daemon.grants import Grants
from daemon.loop import Loop
from daemon.platforms.api import Displays
from daemon.recording import day_summary
from daemon.recording.chains import Chains
from daemon.recording.recorder import Recorder
from daemon.recording.resume import Resumer
from daemon.recording.seat_lines import RunMarks
from daemon.requests import Requests
from daemon.roster import Newer, Trust, said_by_newer
from daemon.running.heart import Heart
from daemon.running.housekeeping import Housekeeping
from daemon.sessions import People, ids
from daemon.store import Store
from daemon.trusted import Anchor, Reading
from i18n.message import said_by


@dataclass(slots=True, eq=False)
class Rosters:
    trust: Trust
    grants: Grants
    requests: Requests
    recorder: Recorder
    resumer: Resumer
    chains: Chains
    loop: Loop
    housekeeping: Housekeeping
    store: Store
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
        self.requests.end_of_others(ids(roster))
        try:
            people = People(self.requests.applied(roster), self.loop.platform.accounts)
        except ValueError as error:
            raise Newer(said_by_newer(said_by(error))) from None
        self._last, first = roster, self.loop.in_force.people is None
        self.loop.in_force.people = people
        now = self.loop.read()
        if first:
            self.chains.begun_anew(people, now)
            self.resumer.take_up(people, now)
            self.loop.resume()
        self.grants.merge(roster.grants, now.wall)
        ended = [events.GrantRevoked(None, grant, now) for grant in self.grants.end(lost, now.wall)]
        if ended:
            self.recorder.record_with(ended, self.grants.write)
        else:
            self.recorder.do_once(self.grants.write)
        self.recorder.do_once(self.requests.write)
        self.loop.adopt(people, now)
        if not first:
            self.recorder.do(lambda journal: self.chains.record_again(journal, people, now))
        self.loop.scan(now, now.mono if floor is None else floor)
        self._forget_erased(roster.erased, people, now)
        self.housekeeping.in_zone(people.zone)

    def _forget_erased(self, erased: Collection[str], people: People, now: Reading) -> None:
        """`erased`: the SHA-256 of the id of each (hex). A play of theirs that still runs is forgotten with a later roster."""
        known = {*self.store.players(), *(event.player for event in self.grants.all())} if erased else set()
        if ids := {id for id in known if mark(id) in erased}:
            self.recorder.do(lambda journal: self._forget(journal, ids, people, now))

    def _forget(self, journal: Journal, ids: set[str], people: People, now: Reading) -> None:
        for day in day_summary.days_left(self.store, people.zone, now):
            day_summary.write_day(journal, self.store, self.grants, people, day, now, only=ids)
        self.grants.drop(ids)
        self.loop.judge.claims.forget(ids)
        for id in ids:
            self.store.forget_player(id)
            self.loop.plays.forget(id)


BOOTED_MS = 300_000  # by then a daemon is there that starts with its PC


@dataclass(frozen=True, slots=True, eq=False)
class Seat:
    """`start`, then let the heart run until it is cancelled, then `stop`."""

    loop: Loop
    recorder: Recorder
    marks: RunMarks
    rosters: Rosters
    heart: Heart
    displays: Displays | None = None

    def start(self, last: Anchor | None) -> None:
        """Takes up what was left: the last roster, open plays, what runs by now. `last` is when a daemon was last alive."""
        self.heart.powered.begin(None if last is None else last.wall, self.loop.read().wall)
        self.loop.platform.watcher.start(self.heart.observe)
        now = self.loop.read()
        self.recorder.do(lambda journal: self.marks.begin(journal, now, None if last is None else last.wall))
        floor = now.mono
        if last is not None:  # what started since then counts from its start
            floor = max(0, now.mono - (now.elapsed - last.elapsed)) if last.boot == now.boot else 0
        if last is None or last.boot == now.boot or now.elapsed > BOOTED_MS:
            self.loop.changed.came = now.mono
        self.rosters.take_up(floor)
        self.heart.zone.look()
        self.heart.beat()
        if self.displays is not None:
            self.displays.start()

    def look_again(self) -> None:
        """The PC woke up, its clock was set, somebody logged on or off: what runs is looked at anew, then the heart beats."""
        now = self.loop.read()
        self.loop.scan(now, 0)
        self.heart.zone.look()
        self.heart.logged_on.look(now)
        self.heart.closing.soon()
        self.heart.wake.set()
        if self.displays is not None:
            self.displays.look()

    def stop(self) -> None:
        """An orderly end: games run on, and the next start picks them up."""
        self.loop.platform.watcher.stop()
        if self.displays is not None:
            self.displays.stop()
        self.heart.end_minute()
        now = self.loop.read()
        self.recorder.do(lambda journal: self.marks.end(journal, now))
