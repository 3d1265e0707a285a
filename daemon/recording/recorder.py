"""Writes down what happens: each event becomes journal entries and rows in one durable transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from msgspec import UNSET

from compliance.entries.base import MAX_INT
from compliance.entries.decision import LaunchRefused, PlayDue
from compliance.entries.play import PlayEnded, PlayRuled, PlayStarted, Warned
from compliance.entries.program import ProgramRefused
from compliance.entries.seat import ClockJump, IssueCleared, IssueRaised, Presence, ZoneChanged
from compliance.journal import Journal
from daemon import events
from daemon.api.messages import ShownHow
from daemon.deciding.plays import Play
from daemon.recording.decision_fields import Said, bound_fields, decided
from daemon.recording.line import append, beside
from daemon.recording.override_lines import Given, Override, override, write_asked, write_given
from daemon.recording.seat_lines import AliveMinutes
from daemon.sessions import People, RuledPlayer
from daemon.store import Store, Unwritable
from daemon.trusted import TOLERANCE, Reading
from rules.calendar import day_name

_TRIED = 50  # of many that wait for room, before the others are: a full disk costs the same however long it is full

_log = logging.getLogger(__name__)
Action = Callable[[Journal], object]


@dataclass(slots=True, eq=False)
class Pending:
    """`wrote` is called after each transaction. `blocked`: the disk took nothing when it was last tried; `refused` names what
    else it did not take then, of that which others write by themselves.
    """

    store: Store
    journal: Journal
    wrote: Callable[[], None]
    blocked: bool = field(default=False, init=False)
    refused: set[str] = field(default_factory=set, init=False)
    lost: int = field(default=0, init=False)
    _waiting: list[Action] = field(default_factory=list, init=False)

    def do(self, action: Action) -> None:
        """Runs `action` in a transaction of its own, after all that still waits.

        While something waits, only `flush` tries again: not each of many events.
        """
        self._waiting.append(action)
        if not self.blocked:
            self.flush()

    def do_once(self, action: Action) -> None:
        """As `do`, but nothing if the same `action` waits already."""
        if action not in self._waiting:
            self.do(action)

    def flush(self) -> Unwritable | None:
        """Tries to write all that waits, in one transaction, or in two if there was no room. Why it waits on, if it does.

        If an action is at fault, each gets a transaction of its own and the one at fault is lost, so that it holds up no other.
        """
        together = _TRIED if self.blocked else len(self._waiting)
        while self._waiting:
            batch = self._waiting[:together]
            try:
                with self.store.transaction():
                    for action in batch:
                        action(self.journal)
            except Unwritable as error:
                self._forget()
                if self.store.free_reserve():
                    continue
                self.blocked = True
                return error
            except Exception:  # noqa: BLE001 - one bad event must not stop limits or lose the others; it is an Issue
                self._forget()
                if len(batch) > 1:
                    together = 1
                    continue
                _log.exception("an event could not be recorded and is lost")
                self.lost += 1
            del self._waiting[: len(batch)]
            self.wrote()
            if self.blocked:
                self.blocked, together = False, len(self._waiting)
        self.blocked = False
        return None

    def _forget(self) -> None:
        """A transaction failed: what it wrote was not said."""

    @property
    def unwritable(self) -> bool:
        """Whether the disk does not take something."""
        return self.blocked or bool(self.refused)

    @property
    def waiting(self) -> int:
        return len(self._waiting)


@dataclass(slots=True, eq=False)
class Recorder(Pending):
    people: Callable[[], People]
    _said: Said = field(default_factory=Said, init=False)
    _warned: dict[tuple[str, int], int] = field(default_factory=dict, init=False)  # how often, each play that this run began

    def _forget(self) -> None:
        self._said.forget()
        self._warned.clear()

    def record(self, event: events.Event) -> None:
        self.do(self._action(event))

    def record_with(self, said: Sequence[events.Event], change: Callable[[], object]) -> None:
        """Writes these, of which none is a play's beginning or end, and does `change`, in one transaction."""
        self.do(self._together(said, change))

    def record_at_once(self, said: Sequence[events.Event | events.ProofEvent], change: Callable[[], object]) -> None:
        """The same now, after all that waits, or not at all: for what somebody waits for. Unwritable."""
        if (error := self.flush()) is not None:
            raise error
        action = self._together(said, change)
        with self.store.transaction():
            action(self.journal)
        self.wrote()

    def _together(self, said: Sequence[events.Event | events.ProofEvent], change: Callable[[], object]) -> Action:
        entries = [self._action(one) for one in said]

        def action(journal: Journal) -> None:
            change()
            for entry_of in entries:
                entry_of(journal)

        return action

    def _action(self, event: events.Event | Given) -> Action:  # noqa: PLR0911 - one case an event
        match event:
            case events.PlayStarted():
                told = event.play.told = bound_fields(event.play, self.people(), event.now.wall)
                return lambda journal: self._started(journal, event, told)
            case events.PlayDue(play, ruling):
                fields = decided(play.player, play.game, ruling, self.people())
                return lambda journal: self._due(journal, event, fields)
            case events.PlayEnded():
                return lambda journal: self._ended(journal, event)
            case events.LaunchRefused(player, _, game, ruling):
                day = self._day(event.now).isoformat()
                fields = decided(player, game, ruling, self.people())
                return lambda journal: self._refused(journal, event, fields, day)
            case events.ProgramRefused():
                return lambda journal: self._stopped(journal, event)
            case events.GrantGiven() | events.GrantRevoked() | events.PinFailed() | events.CodeUsed():
                who = None if event.player is None else self._pseudonym(event.player, event.now)
                return lambda journal: write_given(journal, event, who)
            case events.Asked(player):
                who = self._pseudonym(player, event.now)
                return lambda journal: write_asked(journal, event, who)
            case events.Warned():
                raise TypeError("a warning is recorded with whether it was shown: use `warned`")
            case events.ClockJumped() | events.ZoneChanged() | events.IssueChanged():
                return lambda journal: self._of_pc(journal, event)
            case _:
                return self._override(event)

    def _day(self, now: Reading) -> date:
        """At the place."""
        return day_name(self.people().zone, now.wall)

    def _pseudonym(self, player: RuledPlayer, now: Reading) -> str:
        return player.pseudonym(self._day(now))

    def _override(self, event: Override) -> Action:
        kind, fields, persons = override(event, self.people().zone)
        return lambda journal: append(journal, kind, event.now, payload=beside(**persons), **fields)

    # --- plays -----------------------------------------------------------------------------------------------------------

    def _started(self, journal: Journal, event: events.PlayStarted, told: Mapping[str, Any]) -> None:
        play, now = event.play, event.now
        written = self._said.append(
            journal, PlayStarted, now, told, payload=beside(player=play.player.registered.name, account=play.account),
            who=play.who, game=play.game.id, match=play.clues, pid=event.pid, started=event.started, since=play.started_wall,
            resumed=event.resumed, ran=event.ran or UNSET,
        )  # fmt: skip
        play.seq = written.seq
        self._warned[journal.seat, written.seq] = 0
        self.store.add_play(play.row(now))
        self.store.see(now)

    def ruled(self, play: Play, now: Reading) -> None:
        """A play that goes on under a new list of players, or a new run: what it is decided by, if the log does not say so."""
        told = bound_fields(play, self.people(), now.wall)
        if told != play.told:
            play.told = told
            self.do(lambda journal: self._said.append(
                journal, PlayRuled, now, told, who=play.who, play=play.seq or 0
            ))  # fmt: skip

    def _due(self, journal: Journal, event: events.PlayDue, fields: dict[str, Any]) -> None:
        play, now = event.play, event.now
        if abs(now.wall - event.ruling.facts.now) <= TOLERANCE:  # else it is of another clock's day
            fields["who"] = play.who
        append(journal, PlayDue, now, play=play.seq or 0, grace=event.ruling.decision.grace_ms, **fields)
        self.store.update_play(play.row(now))

    def _ended(self, journal: Journal, event: events.PlayEnded) -> None:
        play, now = event.play, event.now
        append(
            journal, PlayEnded, now, play=play.seq or 0, who=play.who, game=play.game.id, since=play.started_wall,
            ms=event.ms, how=event.how, late=event.late,
            warned=self._warned.pop((journal.seat, play.seq or 0), UNSET),
        )  # fmt: skip
        row = play.row(now, ended=True)
        self.store.update_play(replace(row, ms=event.ms - sum(piece.ms for piece in row.pieces)))
        self.store.see(now)

    def warned(self, event: events.Warned, how: ShownHow | None = None) -> None:
        """A warning, with how a display of the player's has shown it; None: none has confirmed that."""
        play = event.play

        def action(journal: Journal) -> None:
            append(
                journal, Warned, event.now, who=play.who, play=play.seq or 0, game=play.game.id, left=event.left,
                rule=event.rule, shown=how is not None, how=how or UNSET,
            )  # fmt: skip
            if (key := (journal.seat, play.seq or 0)) in self._warned:
                self._warned[key] += 1
            self.store.update_play(play.row(event.now))

        self.do(action)

    def rows(self, plays: Iterable[Play], now: Reading) -> None:
        """The row a minute of running plays; skipped while something more important waits."""
        known = [play.row(now) for play in plays if play.seq is not None]
        if not known or self._waiting:
            return

        def action(_: Journal) -> None:
            for row in known:
                self.store.update_play(row)
            self.store.see(now)

        self.do(action)

    def alive(self, minutes: AliveMinutes | None, now: Reading) -> None:
        """The minutes in which the seat was alive, if there are any; the last sign of life is then no older than the log's."""
        if minutes is None:
            return
        since, bits = minutes

        def action(journal: Journal) -> None:
            append(journal, Presence, now, since=since, bits=bits)
            self.store.see(now)

        self.do(action)

    # --- refusals, grants ------------------------------------------------------------------------------------------------

    def _refused(self, journal: Journal, event: events.LaunchRefused, fields: dict[str, Any], day: str) -> None:
        append(journal, LaunchRefused, event.now, how=event.how, **fields)
        self.store.count_refusals(day, event.player.id, event.game.id, 1)

    def _stopped(self, journal: Journal, event: events.ProgramRefused) -> None:
        file, now = event.file, event.now
        path = file.path.encode("utf-8", "replace").decode()
        append(
            journal, ProgramRefused, now, payload=beside(player=event.player.registered.name, path=path),
            who=self._pseudonym(event.player, now), how=event.how, sha256=file.sha256,
            build_id=file.build_id, size=min(file.size, MAX_INT),
        )  # fmt: skip

    def _of_pc(self, journal: Journal, event: events.ClockJumped | events.ZoneChanged | events.IssueChanged) -> None:
        if isinstance(event, events.ZoneChanged):
            append(journal, ZoneChanged, event.now, before=event.before, after=event.after)
            return
        if isinstance(event, events.IssueChanged):
            append(journal, IssueRaised if event.raised else IssueCleared, event.now, id=event.problem.id)
        else:
            append(journal, ClockJump, event.now, expected=event.jump.expected, to=event.jump.system)
        self.store.see(event.now)  # what is doubted of the clock: the next boot has to know
