"""What the handlers that change something share: the present moment, what the rules say of it, and how a change is made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from daemon import events
from daemon.deciding.judge import Judge
from daemon.deciding.outlook import Outlooks
from daemon.deciding.plays import Plays
from daemon.recording.recorder import Recorder
from daemon.reporting.publisher import Publisher
from daemon.running.heart import Heart
from daemon.running.repair import written
from daemon.serving.access import Access
from daemon.trusted import Reading, TrustedClock
from rules.policy import Role


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    access: Access
    recorder: Recorder
    publisher: Publisher
    clock: TrustedClock
    heart: Heart
    judge: Judge
    plays: Plays

    def outlooks(self, now: Reading, by: Role = "guardian") -> Outlooks:
        return Outlooks(self.judge, self.plays, self.access.people(), now, by)

    def record(self, said: Sequence[events.Event | events.ProofEvent], keep: Callable[[], object]) -> None:
        """Durable, with what `keep` writes to the store, or not at all: then ApiError."""
        with written():
            self.recorder.record_at_once(said, keep)

    def make(
        self, said: Sequence[events.Event], keep: Callable[[], object], shown: Iterable[events.Event] | None = None
    ) -> None:
        """Recorded, shown (None: all that was `said`) and in force when this returns. ApiError: nothing changed."""
        self.record(said, keep)
        for event in said if shown is None else shown:
            self.publisher.show(event)
        self.heart.changed()
