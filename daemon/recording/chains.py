"""The chain that this seat writes: its id and key, what follows where it is damaged, and a new chain under another agent.

A chain belongs to one log, where it is whole from its first entry on; so the old one ends and is kept aside, with what its
agent never took, and the seat begins a new one as a new seat, under a new key: of two that share one nobody could tell which of
them wrote. The same happens after a restored backup. Plays of today are written once more, marked late, because the decisions
of today add them up. All keys are made of one secret of this PC.
"""

from __future__ import annotations

import hmac
import secrets
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from compliance import journal
from compliance.entries.play import PlayEnded, PlayStarted
from compliance.entries.seat import IssueRaised
from compliance.journal import Journal, JournalError, expect_head
from compliance.note import Signer
from daemon.deciding.overrides import Overrides
from daemon.deciding.plays import Play, Plays
from daemon.recording.decision_fields import bound_fields
from daemon.recording.line import append
from daemon.recording.override_lines import write_again
from daemon.recording.recorder import Recorder
from daemon.recording.seat_lines import FOLLOWS, RunMarks
from daemon.roster import Replaced, parse_keys, write_pin
from daemon.sessions import InForce, People, RuledPlayer
from daemon.store import Store, Unwritable
from daemon.storing.rows import PlayRow
from daemon.trusted import Reading
from host import restored
from rules.calendar import day_bounds, day_name


def new_seat_id() -> str:
    """Made at the first start and under each new agent; carried by every entry."""
    return f"seat-{secrets.token_hex(5)}"


def seed_of(seat: str, secret: bytes) -> bytes:
    """The 32 bytes of its Ed25519 key."""
    return hmac.digest(secret, f"giochoi-seat-key/v1\n{seat}".encode(), "sha256")


_AGAIN = "write-again"
_ASIDE = 10**12  # old plays keep their order below all numbers of the new chain


def put_aside(store: Store, joined: str = "", *, again: bool = False) -> str:
    """Ends the chain: its tables get another name, a new chain can begin. The new seat's id, `joined` if the PC did as that.
    `again`: what was played today still has to be written to it. The transaction is the caller's.
    """
    aside = "SELECT count(*) FROM sqlite_schema WHERE name GLOB 'journal_head_[0-9]*'"
    number = store.db.execute(aside).fetchone()[0]
    for table in ("journal", "journal_head"):
        store.db.execute(f"ALTER TABLE {table} RENAME TO {table}_{number + 1}")
    store.db.execute("UPDATE plays SET seq = seq - ?", (_ASIDE,))
    store.db.execute("UPDATE pieces SET play = play - ?", (_ASIDE,))
    journal.create_tables(store.db)
    former = store.get("seat")
    seat = joined if joined and joined.encode() != former else new_seat_id()
    store.put("seat", seat.encode())
    if former is not None:
        store.put(FOLLOWS, former)
    if again:
        store.put(_AGAIN, b"1")
    return seat


def unsent_aside(store: Store) -> int:
    """How many entries wait for former agents."""
    tables = store.db.execute("SELECT name FROM sqlite_schema WHERE name GLOB 'journal_[0-9]*'").fetchall()
    counts = (f"SELECT count(*) FROM {name}" for (name,) in tables)  # noqa: S608 - names that put_aside made
    return sum(int(store.db.execute(count).fetchone()[0]) for count in counts)


@dataclass(frozen=True, slots=True, eq=False)
class Chains:
    """The seat's present chain, and the one that follows it under a new agent."""

    store: Store
    plays: Plays
    in_force: InForce
    recorder: Recorder
    marks: RunMarks
    open_journal: Callable[[str], Journal]
    read: Callable[[], Reading]
    overrides: Overrides

    def begin_anew(self, pin: Callable[[], None], issues: Iterable[str]) -> str:
        """Begins a new chain for a new agent's log; the new seat's id. `pin` notes the agent's keys in the same transaction;
        `issues` go on. Unwritable: everything is as it was.
        """
        now = self.read()
        numbers = {play: play.seq for play in self.plays.running.values()}
        try:
            with self.store.transaction():
                seat = put_aside(self.store)
                chain = self.open_journal(seat)
                self.marks.begin(chain, now)
                for issue in issues:
                    append(chain, IssueRaised, now, id=issue)
                if self.in_force.people is not None:
                    self.record_again(chain, self.in_force.people, now, everything=True)
                pin()
        except BaseException:  # the transaction did not happen, so neither did the new numbers
            for play, seq in numbers.items():
                play.seq = seq
            raise
        self.recorder.journal = chain
        return seat

    def begun_anew(self, people: People, now: Reading) -> None:
        """If this chain follows a damaged one: today's plays, as soon as it is known whose they are."""
        if self.store.get(_AGAIN) is None:
            return

        def action(chain: Journal) -> None:
            self.record_again(chain, people, now, everything=True)
            self.store.delete(_AGAIN)

        self.recorder.do(action)

    def record_again(self, chain: Journal, people: People, now: Reading, *, everything: bool = False) -> None:
        """Writes today's plays once more: of those players who have another pseudonym by now, or `everything` for a new log,
        with what guardians put before the rules.
        Of plays that go on only the start is written; a running play is found by its old number. The transaction is the
        caller's.
        """
        if everything:
            write_again(chain, self.overrides, people, now)
        start, _ = day_bounds(people.zone, now.wall)
        running = {play.seq: play for play in self.plays.running.values() if play.seq is not None}
        for row in self.store.plays(start):
            player = people.by_id(row.player)
            if player is None:
                continue
            ended = row.ended and row.started_wall >= start
            play = running.get(row.seq + _ASIDE) or running.get(row.seq)
            if everything and not row.ended:
                seq = self._write_start(chain, row, people, now, row.who, play)
                if play is not None:
                    play.seq = seq
            elif ended and (everything or renamed(row.who, row.started_wall, player, people.zone)):
                self._write_whole(chain, row, people, now, player.pseudonym(day_name(people.zone, row.started_wall)))

    def _write_start(
        self, chain: Journal, row: PlayRow, people: People, now: Reading, who: str, play: Play | None = None
    ) -> int:
        """The play's start once more, as `who`; its new number. What it was decided by is said of one that goes on, alone."""
        told = {} if play is None else bound_fields(play, people, row.started_wall)
        known = people.catalogue.games.get(row.game)
        player = people.by_id(row.player)
        pid, started = min(row.programs, default=(0, 0))
        written = append(
            chain,
            PlayStarted,
            now,
            who=who,
            game=row.game,
            match=() if play is None else play.clues,
            pid=pid,
            started=started,
            since=row.started_wall,
            resumed=None,
            **{
                "age": None if player is None else player.age_on(day_name(people.zone, row.started_wall)),
                "label": None if known is None else known.label,
                "system": None if known is None else known.system,
                "publisher": row.publisher,
                **told,
            },
        )
        self.store.rename_play(row.seq, written.seq, who)
        return written.seq

    def _write_whole(self, chain: Journal, row: PlayRow, people: People, now: Reading, who: str) -> None:
        seq = self._write_start(chain, row, people, now, who)
        append(
            chain, PlayEnded, now, play=seq, who=who, game=row.game, since=row.started_wall,
            ms=row.total, how="gone", late=True,
        )  # fmt: skip


def renamed(who: str, began: int, player: RuledPlayer, zone: str) -> bool:
    """Whether a play under this pseudonym is no longer this player's: a new agent gave the player another key.

    The days around are looked at too, because a change of zone may have moved the play to one of them.
    """
    day = day_name(zone, began)
    return who not in {player.pseudonym(day + timedelta(days=n)) for n in (-1, 0, 1)}


def seat_id(store: Store, folder: Path, joined: str | None) -> str:
    """Carried by every entry: made at the first start, and after a restored backup. `joined`: as which seat this PC joined an
    agent on another one. Unwritable.
    """
    if (restored_as := _come_back(store, folder)) is not None:
        return restored_as
    if (known := store.get("seat")) is not None:
        return known.decode()
    made = joined or new_seat_id()
    with store.transaction():
        store.put("seat", made.encode())
    return made


def _come_back(store: Store, folder: Path) -> str | None:
    """The new seat's id; None if nothing was restored and no agent joined. An administrator did that, so its agent is
    believed. Unwritable.
    """
    try:
        mark = restored.read(folder)
    except OSError:
        return None  # who cannot read it cannot take it away either
    if mark is None:
        return None
    try:
        keys = None if mark.keys is None else parse_keys(mark.keys.encode())
    except Replaced:
        keys = None
    with store.transaction():
        write_pin(store, keys)
        seat = put_aside(store, mark.seat, again=True)
    restored.take_away(folder)
    return seat


@dataclass(frozen=True, slots=True, eq=False)
class OwnChain:
    """`boot` is this boot's id, `secret` what every key of this PC is made of."""

    store: Store
    boot: str
    secret: bytes

    def signer(self, seat: str) -> Signer:
        return Signer(seat, seed_of(seat, self.secret))

    def open(self, seat: str) -> Journal:
        """JournalError: it is damaged. Unwritable: the disk takes not even its first line."""
        try:
            return Journal(self.store.db, seat, self.boot, self.signer(seat))
        except JournalError as error:
            if isinstance(error.__cause__, sqlite3.OperationalError):
                raise Unwritable(str(error.__cause__)) from error
            raise

    def whole(self, seat: str, damaged: Callable[[JournalError], object], *, new: bool) -> Journal:
        """The seat's chain; where it is `damaged` a new one, as a new seat, and the damaged one is kept aside. `new`: the seat
        has written nothing yet. JournalError, Unwritable.
        """
        lost = self.store.broken()
        try:
            if lost is not None and lost.kept and not new:
                expect_head(self.store.db)  # else the seat would begin at 1 again, which no agent takes
            return self.open(seat)
        except JournalError as error:
            damaged(error)

        def anew() -> str:
            self.store.note_broken()
            return put_aside(self.store, again=True)

        return self.open(self.store.change_anyhow(anew))
