"""Puts the daemon together: the only place that constructs concrete parts."""

from __future__ import annotations

import secrets
import sqlite3
from contextlib import ExitStack

from agent.api.messages import Enrol
from compliance.journal import Journal, JournalError
from compliance.note import NoteError, Signer
from daemon import config, events
from daemon.api.server import Handlers
from daemon.deciding.judge import Judge
from daemon.deciding.plays import Plays
from daemon.errors import DaemonError
from daemon.grants import Grants
from daemon.health import Health, Problem
from daemon.loop import Loop
from daemon.observing.gate_answers import Guard
from daemon.platforms import choose
from daemon.platforms.api import Platform, WatchTrouble
from daemon.recording.presence import Presence
from daemon.recording.recorder import Recorder
from daemon.recording.rejoin import new_seat_id
from daemon.reporting.announce import Teller
from daemon.reporting.publisher import Publisher
from daemon.roster import AgentKeys, Replaced, Trust, parse_keys
from daemon.seat import Parts, Seat
from daemon.sessions import KEEP_MS, People
from daemon.store import Store, Unwritable
from daemon.trusted import Reading, TrustedClock
from daemon.uplink import Uplink
from host import homes, transport
from host.choose import files
from host.clock import Clock
from host.files import read_owned
from host.homes import Home
from host.secrets import load_or_create
from host.wire import ApiError

KEYS = "agent.keys"


class Built:
    """A whole daemon, not started yet. `close` gives home and database back."""

    def __init__(self, home: Home, clock: Clock, platform: Platform | None = None) -> None:
        self.home = home
        self._stack = ExitStack()
        try:
            self._build(clock, platform)
        except BaseException:
            self._stack.close()
            raise

    def close(self) -> None:
        self._stack.close()

    def _build(self, clock: Clock, platform: Platform | None) -> None:
        folder = self.home.daemon
        homes.prepare(folder, 0o700)
        self._stack.enter_context(homes.lock(folder))
        settings = config.load(folder)
        store = Store(folder)
        self._stack.callback(store.close)
        seat_id = _seat_id(store)
        self._seed = load_or_create(self.home, folder, "seat.key", lambda: secrets.token_bytes(32))
        signer = self._signer(seat_id)
        trusted = TrustedClock(clock, store.last_seen())
        try:
            journal = Journal(store.db, seat_id, trusted.boot, signer)
        except JournalError as error:
            raise DaemonError(f"{folder / 'store.db'}: {error}") from None
        try:
            trust = Trust(store)
        except (Replaced, NoteError) as error:
            raise DaemonError(
                f"{folder / 'store.db'}: danh sách đã lưu không hợp lệ / the stored roster does not hold: {error}"
            ) from None
        self.parts = self._assemble(store, journal, trust, trusted, platform or self._platform(clock, settings))
        self._connect(signer, seat_id, gate=settings.gate_mounts != ())

    def _platform(self, clock: Clock, settings: config.Config) -> Platform:
        """Whatever an agent's program matches, it is not ended."""
        try:
            return choose.platform(
                clock,
                settings.gate_mounts,
                lambda: filter(None, (transport.server_pid(self.home.agent_address),)),
                self.home.root,
            )
        except OSError as error:
            raise DaemonError(f"hệ thống không cho / the system refuses: {error}") from None

    def _assemble(self, store: Store, journal: Journal, trust: Trust, trusted: TrustedClock, platform: Platform) -> Parts:
        now = trusted.read()
        plays = Plays(row for row in store.plays(now.wall - KEEP_MS) if row.ended)
        grants = Grants(store)
        judge = Judge(self._people, plays, grants)
        recorder = Recorder(store, journal, self._people, trusted.boot, trouble=self._unwritable, wrote=self._wrote)
        publisher = Publisher()
        teller = Teller(recorder, publisher)
        loop = Loop(platform, trusted, plays, judge, teller, Guard(platform.watcher), self._watch_trouble)
        return Parts(
            platform,
            trusted,
            store,
            trust,
            plays,
            grants,
            judge,
            recorder,
            publisher,
            teller,
            Health(self._issue),
            loop,
            Presence(),
        )

    def _connect(self, signer: Signer, seat_id: str, *, gate: bool) -> None:
        parts = self.parts
        self.seat = Seat(parts)
        self.uplink = Uplink(
            self.home.agent_address,
            Enrol(seat=seat_id, key=signer.vkey),
            parts.trust,
            parts.recorder,
            parts.grants,
            keys=self._published_keys,
            now=parts.loop.read,
            adopt=self.seat.adopt,
            trouble=self.seat.trouble,
        )
        handlers = Handlers(self.seat, parts, self.uplink, self._repin, files().owner(), gate=gate)
        self.routes, self.roles = handlers.table(), handlers.roles

    # --- what parts tell each other ------------------------------------------------------------------------------------------

    def _people(self) -> People:
        if self.parts.people is None:
            raise DaemonError("no roster")
        return self.parts.people

    def _wrote(self) -> None:
        if hasattr(self, "uplink"):
            self.uplink.poke()

    def _issue(self, problem: Problem, raised: bool) -> None:  # noqa: FBT001 - a callback's only flag
        self.parts.teller.tell(events.IssueChanged(problem, raised, self.parts.loop.read()))

    def _unwritable(self, trouble: bool) -> None:  # noqa: FBT001 - the same
        self.parts.health.report("journal-unwritable", trouble=trouble, now=self.parts.clock.read().wall)

    def _watch_trouble(self, trouble: WatchTrouble, now: Reading) -> None:
        self.parts.health.report(trouble.id, trouble=not trouble.over, now=now.wall, details=trouble.text)

    # --- the agent's keys ---------------------------------------------------------------------------------------------

    def _published_keys(self) -> AgentKeys:
        """From HOME/public, a plain file of whoever may publish there."""
        return parse_keys(read_owned(self.home.public / KEYS, files().publishers()))

    async def _repin(self, fingerprint: str) -> None:
        try:
            keys = self._published_keys()
        except (OSError, Replaced) as error:
            raise ApiError("unavailable", f"không đọc được khóa của đại lý / the agent's key cannot be read: {error}") from None
        if _plain(keys.fingerprint) != _plain(fingerprint):
            why = f"đại lý công bố dấu vân tay khác / the agent publishes another fingerprint: {keys.fingerprint}"
            raise ApiError("refused", why)
        if keys == self.parts.trust.keys:
            return
        try:
            seat = self.seat.rejoin(self._open_journal)
        except Unwritable as error:
            why = f"không ghi được, không thay đổi gì / cannot be written, nothing changed: {error}"
            raise ApiError("unavailable", why) from None
        self.parts.trust.pin(keys)
        self.uplink.become(Enrol(seat=seat, key=self._signer(seat).vkey))

    def _signer(self, seat: str) -> Signer:
        return Signer(seat, self._seed)

    def _open_journal(self, seat: str) -> Journal:
        return Journal(self.parts.store.db, seat, self.parts.clock.boot, self._signer(seat))


def _plain(fingerprint: str) -> str:
    """As people may write it: with or without dashes, spaces and capitals."""
    return "".join(one for one in fingerprint.lower() if one.isalnum())


def _seat_id(store: Store) -> str:
    """Made once, at the first start; carried by every entry."""
    known = store.get("seat")
    if known is not None:
        return known.decode()
    made = new_seat_id()
    try:
        with store.transaction():
            store.put("seat", made.encode())
    except sqlite3.Error as error:
        raise DaemonError(f"không ghi được / cannot be written: {error}") from None
    return made
