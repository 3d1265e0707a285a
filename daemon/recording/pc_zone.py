"""The PC's own time zone, which anybody may set: it moves no limit, and a change of it is in the log."""

from __future__ import annotations

from collections.abc import Callable

from daemon import events
from daemon.recording.recorder import Recorder
from daemon.store import Store
from daemon.trusted import TrustedClock

_KNOWN = "pc-zone"  # what the PC last called it


class PcZone:
    """`announce` records an event, then shows it."""

    def __init__(
        self, clock: TrustedClock, store: Store, recorder: Recorder, announce: Callable[[events.Event], None]
    ) -> None:
        self._clock = clock
        self._store = store
        self._recorder = recorder
        self._announce = announce

    def look(self) -> None:
        """Is it the one that was last seen?"""
        zone, known = self._clock.zone(), self._store.get(_KNOWN)
        if known is not None and known.decode() == zone:
            return
        if known is not None:
            self._announce(events.ZoneChanged(known.decode(), zone, self._clock.read()))
        self._recorder.do(lambda _: self._store.put(_KNOWN, zone.encode()))
