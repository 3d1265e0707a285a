"""Announces what happens: to the journal first, then to the displays. Only a warning waits a moment for a display, so that its
entry can say whether it was shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from daemon import events
from daemon.api.messages import ShownHow
from daemon.deciding.plays import Play
from daemon.recording.recorder import Recorder
from daemon.reporting.publisher import Publisher
from daemon.trusted import Reading

WINDOW_MS = 5_000
MOST = 5  # of one account, within the window


@dataclass(slots=True)
class RefusalSignals:
    """What each account was shown of late: (when, which game)."""

    _shown: dict[str, list[tuple[int, str]]] = field(default_factory=dict)

    def worth_showing(self, account: str, game: str, mono: int) -> bool:
        """Whether it is to be shown; of one that is, so is nothing of the same game for a while."""
        recent = [(at, one) for at, one in self._shown.pop(account, ()) if mono - at < WINDOW_MS]
        worth = len(recent) < MOST and all(one != game for _, one in recent)
        self._shown[account] = [*recent, (mono, game)] if worth else recent
        return worth


CONFIRM_MS = 1_500


class Announcer:
    """Has no timer: whoever calls it asks for `next_moment`, and calls `expire` then."""

    def __init__(self, recorder: Recorder, publisher: Publisher) -> None:
        self._recorder = recorder
        self._publisher = publisher
        self._waiting: dict[int, events.Warned] = {}  # warnings that displays got and none has confirmed yet
        self._refusals = RefusalSignals()

    def announce(self, event: events.Event) -> None:
        if isinstance(event, events.Warned):
            number, accounts = self._publisher.show(event)
            if accounts & event.play.accounts:
                self._waiting[number] = event
            else:
                self._recorder.warned(event)
            return
        if isinstance(event, events.PlayDue | events.PlayEnded):  # before that, its warnings are in the journal
            self._give_up(lambda warned: warned.play is event.play)
        self._recorder.record(event)
        self._publisher.show(event)

    def announce_with(self, said: Sequence[events.Event], change: Callable[[], object]) -> None:
        """These, of which none is a play's, in the journal at once with what `change` does to the store."""
        self._recorder.record_with(said, change)
        for event in said:
            self._publisher.show(event)

    def refused(self, event: events.LaunchRefused | events.ProgramRefused, *, line: bool) -> None:
        """A start that was refused: in the log if it is worth a `line`; who tried sees it, but no storm of them."""
        if line:
            self._recorder.record(event)
        what = event.game.id if isinstance(event, events.LaunchRefused) else event.file.path
        if self._refusals.worth_showing(event.account, what, event.now.mono):
            self._publisher.show(event)

    def ruled(self, play: Play, now: Reading) -> None:
        """Another list of players is in force for a play that goes on: that is for the log alone."""
        self._recorder.ruled(play, now)

    def shown(self, number: int, account: str, how: ShownHow) -> None:
        """A display of this account confirmed the signal. What a guardian's shows, too, the player may not have seen."""
        confirmed = self._waiting.get(number)
        if confirmed is not None and account in confirmed.play.accounts:
            self._recorder.warned(self._waiting.pop(number), how)

    def expire(self, now: Reading) -> None:
        """Records the warnings that nobody confirmed in time."""
        self._give_up(lambda warned: _left(warned, now) <= 0)

    def settle(self) -> None:
        """Waits for no display any more."""
        self._give_up(lambda _: True)

    def _give_up(self, chosen: Callable[[events.Warned], bool]) -> None:
        for number in [number for number, one in self._waiting.items() if chosen(one)]:
            self._recorder.warned(self._waiting.pop(number))

    def next_moment(self, now: Reading) -> int | None:
        return min((_left(one, now) for one in self._waiting.values()), default=None)


def _left(warned: events.Warned, now: Reading) -> int:
    """How many milliseconds more a display may take to confirm it."""
    return warned.now.mono + CONFIRM_MS - now.mono
