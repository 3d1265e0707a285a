"""Puts the daemon together: the only place that constructs concrete parts."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import msgspec

from agent.api.checkins import Here
from agent.api.roster import Roster
from compliance.journal import Journal, JournalError
from compliance.note import NoteError
from daemon import events
from daemon.deciding.claims import Claims
from daemon.deciding.gate_answers import GateAnswers
from daemon.deciding.judge import Judge
from daemon.deciding.outlook import Outlooks
from daemon.deciding.overrides import Overrides
from daemon.deciding.plays import Plays
from daemon.enforce import Enforcer
from daemon.errors import DaemonError
from daemon.grants import Grants
from daemon.health import Health
from daemon.loop import Loop, Overruling
from daemon.platforms import choose
from daemon.platforms.api import Lack, Platform
from daemon.proving import Lockouts
from daemon.recording.attempts import Attempts
from daemon.recording.chains import Chains, OwnChain, seat_id
from daemon.recording.listed_programs import ListedPrograms
from daemon.recording.logged_on import LoggedOn
from daemon.recording.recorder import Recorder
from daemon.recording.resume import Resumer
from daemon.recording.seat_lines import PcZone, PoweredTime, RunMarks
from daemon.reporting.announce import Announcer
from daemon.reporting.doctor import Doctor
from daemon.reporting.publisher import Publisher
from daemon.reporting.views import Views
from daemon.requests import Requests
from daemon.roster import AgentKeys, Replaced, Trust, managed, parse_keys
from daemon.running.closing import Closing
from daemon.running.heart import Heart
from daemon.running.housekeeping import Housekeeping
from daemon.running.repair import Repair
from daemon.running.run import Door, lifeline, until_stopped
from daemon.running.seat import Rosters, Seat
from daemon.serving.access import Access
from daemon.serving.changes import Changes
from daemon.serving.grant_handlers import GrantHandlers
from daemon.serving.override_handlers import OverrideHandlers
from daemon.serving.proof_handlers import ProofHandlers
from daemon.serving.request_handlers import RequestHandlers
from daemon.serving.server import OtherHandlers, ReadHandlers, routes
from daemon.sessions import KEEP_MS, InForce
from daemon.store import Store, Unwritable
from daemon.storing.rows import ListedRow
from daemon.trusted import TrustedClock
from daemon.unknown_programs import UnknownPrograms
from daemon.uplink import Uplink
from host import homes
from host.api import SYSTEM_USERS
from host.choose import channels, files, users
from host.clock import Clock
from host.files import read_owned
from host.homes import Home
from host.internal_errors import InternalErrors
from host.secrets import load_or_create
from i18n.message import Arg, Message, msg, said_by

KEYS = "agent.keys"


class _Gate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    enabled: bool = True
    mounts: tuple[str, ...] | None = None


class _Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What HOME/daemon/config.toml may say, all of it optional.

    ::

        [gate]
        enabled = true          # false: never refuse before the start, only end at it
        mounts = ["/games"]     # only these mount points; left out: every file system that can hold programs
    """

    gate: _Gate = _Gate()

    @property
    def gate_mounts(self) -> tuple[str, ...] | None:
        """The mount points to guard: none at all, these, or (None) every one."""
        return self.gate.mounts if self.gate.enabled else ()


def _load(folder: Path) -> _Config:
    """The configuration in `folder`, or the default. DaemonError (2) names file and field of a mistake."""
    path = folder / "config.toml"
    try:
        return msgspec.toml.decode(path.read_bytes(), type=_Config)
    except FileNotFoundError:
        return _Config()
    except (msgspec.MsgspecError, ValueError, OSError) as error:
        raise DaemonError(
            msg("{path}: {why}; mend or remove the file, then start again", path=str(path), why=said_by(error)), code=2
        ) from None


class Daemon:
    """A whole daemon, not started yet. `close` gives home and database back."""

    def __init__(self, home: Home, clock: Clock, platform: Platform | None = None) -> None:
        self.home = home
        self._monotonic = clock
        self.notes: list[Message] = []  # what whoever starts the daemon should know
        self._lacks: frozenset[Lack] = frozenset()
        self._stack = ExitStack()
        try:
            self._build(clock, platform)
        except BaseException:
            self._stack.close()
            raise

    def close(self) -> None:
        self._stack.close()

    def start(self) -> None:
        self.seat.start(self._last)
        if (lost := self.store.broken()) is not None:
            self.health.report("store-broken", trouble=True, details=lost.kept or None)

    async def run(self, ready: Callable[[str], object], told: Callable[[Arg], object]) -> None:
        """Until it is told to stop; `ready` is told the address once it answers there, `told` what else somebody should know.
        HomeError: the address is in use.
        """
        self.errors.install()
        address = self.home.daemon_address
        for note in self.notes:
            told(note)
        door = Door(address, self.routes, self.roles, lambda error: told(said_by(error)))
        await door.open()
        try:
            with lifeline(self._monotonic) as beat:
                await until_stopped(
                    self.start, self.seat, self.heart, self.uplink, self.housekeeping, lambda: ready(address), beat
                )
        finally:
            await door.close()

    def adopt(self, roster: Roster) -> None:
        """A new roster is in force when this returns."""
        self.rosters.adopt(roster)
        self.heart.beat()

    # --- putting together -------------------------------------------------------------------------------------------------

    def _build(self, clock: Clock, platform: Platform | None) -> None:
        folder = self.home.daemon
        homes.prepare_own(folder)
        self._stack.enter_context(homes.lock(folder))
        settings = _load(folder)
        self._path = path = str(folder / "store.db")
        try:
            lost = (folder / "seat.key").exists()  # made after the database, so this is no first start
            self.store = Store(folder, clock.wall(), lost=lost)
            self._stack.callback(self.store.close)
            new = self.store.get("seat") is None
            self._managed = managed(self.home)
            seat = seat_id(self.store, folder, None if self._managed is None else self._managed.seat)
        except Unwritable as error:
            raise self._unwritable(error) from None
        self._tell_of_store()
        secret = load_or_create(self.home, folder, "seat.key", lambda: secrets.token_bytes(32))
        self._last = self.store.last_seen()
        self.clock = TrustedClock(clock, self._last)
        try:
            self._chain = OwnChain(self.store, self.clock.boot, secret)
            journal = self._chain.whole(seat, self._tell_of_chain, new=new)
            self.trust = Trust(self.store)
        except Unwritable as error:
            raise self._unwritable(error) from None
        except (Replaced, NoteError) as error:
            why = said_by(error)
            raise DaemonError(msg("{path}: the stored list of players does not hold: {why}", path=path, why=why)) from None
        platform = platform or self._platform(clock, settings)
        self._walk(platform, journal)
        if platform.power is not None:
            self._stack.callback(platform.power.close)
        gate = settings.gate_mounts != ()
        self._run(platform, gate=gate)
        self._serve(platform, gate=gate)

    def _unwritable(self, error: Unwritable) -> DaemonError:
        return DaemonError(msg("{path}: cannot be written: {why}", path=self._path, why=said_by(error)))

    def _tell_of_store(self) -> None:
        if (why := self.store.frozen) is not None:
            text = msg("{path}: cannot be written: {why}; limits hold, it is written once it can be", path=self._path, why=why)
            self.notes.append(text)
        if (lost := self.store.broken()) is not None and lost.kept:
            told = {"path": self._path, "kept": lost.kept}
            self.notes.append(msg("{path}: was damaged; it is kept as {kept}, what could be read of it goes on", **told))

    def _tell_of_chain(self, error: JournalError) -> None:
        self.notes.append(msg("{path}: {why}; it is kept, a new one begins", path=self._path, why=said_by(error)))

    def _walk(self, platform: Platform, journal: Journal) -> None:
        """What a program's start goes through, and what is written of it."""
        self._work = asyncio.Event()
        self.in_force = InForce()
        self.plays = Plays(self.store.plays, self.clock.read().wall - KEEP_MS)
        self._grants = Grants(self.store, self.clock.read().wall)
        self._requests = Requests(self.store)
        self._overrides = Overrides(self.store, self.in_force)
        self._claims = Claims(self.in_force, self.plays, self.store)
        self._judge = Judge(self.in_force.known, self.plays, self._grants, self._overrides, self._claims)
        self.recorder = Recorder(self.store, journal, self._work.set, self.in_force.known)
        self._publisher = Publisher(
            self.in_force, partial(Outlooks, self._judge, self.plays), self._overrides.longest
        )
        self._announcer = announcer = Announcer(self.recorder, self._publisher)
        self.store.thawed = self._take_up_journal
        self.health = Health(
            self.clock.read, lambda issue, raised, now: announcer.announce(events.IssueChanged(issue, raised, now))
        )
        self._attempts = Attempts()
        gate, enforcer = GateAnswers(platform.watcher), Enforcer(platform.control, announcer.announce, self.recorder.rows)
        self.loop = Loop(
            platform, self.clock, self.plays, self._judge, announcer, enforcer, gate,
            UnknownPrograms(self._judge, enforcer, announcer, ListedPrograms()), self._attempts, self.health, self.in_force,
            Overruling(self._overrides, announcer.announce_with),
        )  # fmt: skip

    def _run(self, platform: Platform, *, gate: bool) -> None:
        """What goes on between a start and a stop."""
        announce = self._announcer.announce
        zone = PcZone(self.clock, self.store, self._announcer.announce_with)
        logged_on = LoggedOn(platform.logged_on, self.in_force, self.store, self.recorder)
        powered = PoweredTime(platform.power, self.recorder.do)
        wake = asyncio.Event()
        self.errors = InternalErrors(self._monotonic, wake.set)
        self.heart = Heart(
            self.loop, self.recorder, self.store, zone, logged_on, powered, self.errors, self._claims,
            Closing(self.in_force, platform, self._publisher, self.plays), wake,
        )  # fmt: skip
        marks = RunMarks(self.store, platform.watcher, gate)
        self._chains = Chains(
            self.store, self.plays, self.in_force, self.recorder, marks, self._chain.open, self.clock.read,
            self._overrides,
        )  # fmt: skip
        self.uplink = Uplink(
            self.home.agent_address, self.recorder.journal.seat, self.trust, self.recorder, self._grants, self._requests,
            self.health, signer=self._chain.signer, keys=self._published_keys, now=self.clock.read, adopt=self.adopt,
            work=self._work, state=lambda: (platform.watcher.kind, tuple(issue.id for issue in self.health.open())),
            here=self._here, claims=self._claims, wake=partial(self._other_claims, wake),
        )  # fmt: skip
        self.housekeeping = Housekeeping(
            self.in_force, self.store, self.plays, self._grants, self._requests, self.recorder, self.clock.read,
            self.uplink.alive,
        )  # fmt: skip
        resumer = Resumer(self.store, self.plays, platform.control, announce)
        self.rosters = Rosters(
            self.trust, self._grants, self._requests, self.recorder, resumer, self._chains, self.loop, self.housekeeping,
            self.store,
        )  # fmt: skip
        self.seat = Seat(self.loop, self.recorder, marks, self.rosters, self.heart, platform.displays)

    def _here(self) -> Here | None:
        people = self.in_force.people
        if people is None or people.place == "home":
            return None
        return Views(people, self.plays, self._judge, self.loop.read()).here()

    def _other_claims(self, wake: asyncio.Event) -> None:
        self.loop.gate.stale()
        wake.set()

    def _serve(self, platform: Platform, *, gate: bool) -> None:
        """The local API."""
        own_uid = files().owner()
        access, line = Access(self.in_force, own_uid, self.home.kind, self.clock.elapsed), self.uplink
        doctor = Doctor(
            self.in_force, platform, self.health, self.recorder, self.store, self.trust, self._overrides,
            reachable=lambda: line.agent.reachable, kept=lambda: line.kept, persons=lambda: users().people(),
            now=lambda: self.clock.read().wall, since=self.clock.read().wall, gate=gate, root=own_uid in SYSTEM_USERS,
            lacks=self._lacks, address="" if self._managed is None else self._managed.address,
        )  # fmt: skip
        self.repair = Repair(self._published_keys, self.trust, self._chains, self.uplink, self.health, self.heart)
        self.roles = access.roles
        changes = Changes(access, self.recorder, self._publisher, self.clock, self.heart, self._judge, self.plays)
        grants = GrantHandlers(changes, self._grants)
        requests = RequestHandlers(changes, self._requests, self._grants, self.loop.unknown.refused, self.rosters)
        lockouts = Lockouts(self.store, self.clock.read(), self._last)
        self.routes = routes(
            ReadHandlers(
                access, self.in_force, doctor, self.store,
                lambda people: Views(people, self.plays, self._judge, self.loop.read()), self._listed,
            ),
            grants,
            requests,
            ProofHandlers(changes, platform.accounts, platform.pins, lockouts, grants, requests),
            OverrideHandlers(changes, self._overrides),
            OtherHandlers(access, doctor, self.repair, self.trust, self.uplink, self._publisher, self._announcer),
        )  # fmt: skip

    def _listed(self, day: str) -> tuple[ListedRow, ...]:
        self.heart.list_programs(self.loop.read())
        return self.store.listed(day)

    def _platform(self, clock: Clock, settings: _Config) -> Platform:
        """The platform of this system; it never ends the agent's process, even if it looks like a game."""
        self._lacks = choose.go_first()
        try:
            return choose.platform(
                clock,
                settings.gate_mounts,
                lambda: filter(None, (channels().server_pid(self.home.agent_address),)),
                self.home.root,
            )
        except OSError as error:
            raise DaemonError(msg("the system refuses: {why}", why=said_by(error))) from None

    # --- keys and chain ---------------------------------------------------------------------------------------------------

    def _published_keys(self) -> AgentKeys:
        """The agent's, from HOME/public: a plain file of whoever may publish there."""
        return parse_keys(read_owned(self.home.public / KEYS, files().publishers(self.home.kind)))

    def _take_up_journal(self) -> None:
        """The store is another one now: on the disk again."""
        self.recorder.journal = self._chain.open(self.recorder.journal.seat)
