"""Tells an event to the journal first and then to the displays; a warning waits a moment for a display to confirm it."""

from __future__ import annotations

from dataclasses import dataclass

from daemon import events
from daemon.deciding.plays import Play
from daemon.recording.recorder import Recorder
from daemon.reporting.publisher import Publisher
from daemon.trusted import Reading

CONFIRM_MS = 1_500


@dataclass(frozen=True, slots=True)
class _Open:
    event: events.Warned
    deadline: int


class Teller:
    """Nothing is shown of which the journal does not know, but warnings: they are recorded with whether they were shown."""

    def __init__(self, recorder: Recorder, publisher: Publisher) -> None:
        self._recorder = recorder
        self._publisher = publisher
        self._open: dict[int, _Open] = {}

    def tell(self, event: events.Event) -> None:
        if isinstance(event, events.Warned):
            number, displays = self._publisher.show(event)
            if displays:
                self._open[number] = _Open(event, event.now.mono + CONFIRM_MS)
            else:
                self._recorder.warned(event, shown=False)
            return
        if isinstance(event, events.PlayDue | events.PlayEnded):
            self._settle(event.play)
        self._recorder.record(event)
        self._publisher.show(event)

    def shown(self, number: int) -> None:
        """A display confirmed the signal."""
        if (confirmed := self._open.pop(number, None)) is not None:
            self._recorder.warned(confirmed.event, shown=True)

    def expire(self, now: Reading) -> None:
        """Records warnings that nobody confirmed in time."""
        for number in [number for number, one in self._open.items() if one.deadline <= now.mono]:
            self._recorder.warned(self._open.pop(number).event, shown=False)

    def _settle(self, play: Play) -> None:
        """Before a play is due or over, its warnings are in the journal."""
        for number in [number for number, one in self._open.items() if one.event.play is play]:
            self._recorder.warned(self._open.pop(number).event, shown=False)

    def next_moment(self, now: Reading) -> int | None:
        return min((one.deadline - now.mono for one in self._open.values()), default=None)
