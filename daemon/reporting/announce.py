"""Announces what happens: to the journal first, then to the displays. Only a warning waits a moment for a display, so that its
entry can say whether it was shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from daemon import events
from daemon.recording.recorder import Recorder
from daemon.reporting.publisher import Publisher
from daemon.trusted import Reading

CONFIRM_MS = 1_500


@dataclass(frozen=True, slots=True)
class _Unconfirmed:
    """A warning that displays got, and until when (mono) one may confirm it."""

    event: events.Warned
    deadline: int


class Announcer:
    """`next_moment` and `expire` keep time for it."""

    def __init__(self, recorder: Recorder, publisher: Publisher) -> None:
        self._recorder = recorder
        self._publisher = publisher
        self._waiting: dict[int, _Unconfirmed] = {}

    def announce(self, event: events.Event) -> None:
        if isinstance(event, events.Warned):
            number, displays = self._publisher.show(event)
            if displays:
                self._waiting[number] = _Unconfirmed(event, event.now.mono + CONFIRM_MS)
            else:
                self._recorder.warned(event, shown=False)
            return
        if isinstance(event, events.PlayDue | events.PlayEnded):  # before that, its warnings are in the journal
            self._give_up(lambda one: one.event.play is event.play)
        self._recorder.record(event)
        self._publisher.show(event)

    def shown(self, number: int) -> None:
        """A display confirmed the signal."""
        if (confirmed := self._waiting.pop(number, None)) is not None:
            self._recorder.warned(confirmed.event, shown=True)

    def expire(self, now: Reading) -> None:
        """Records the warnings that nobody confirmed in time."""
        self._give_up(lambda one: one.deadline <= now.mono)

    def settle(self) -> None:
        """Waits for no display any more."""
        self._give_up(lambda _: True)

    def _give_up(self, chosen: Callable[[_Unconfirmed], bool]) -> None:
        for number in [number for number, one in self._waiting.items() if chosen(one)]:
            self._recorder.warned(self._waiting.pop(number).event, shown=False)

    def next_moment(self, now: Reading) -> int | None:
        return min((one.deadline - now.mono for one in self._waiting.values()), default=None)
