"""The PC's own time zone, which anybody may set: it moves no limit, and a change of it is in the log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from daemon import events
from daemon.recording.recorder import Recorder
from daemon.store import Store
from daemon.trusted import TrustedClock

_KNOWN = "pc-zone"  # what the PC last called it


@dataclass(frozen=True, slots=True, eq=False)
class PcZone:
    """`announce` records an event, then shows it."""

    clock: TrustedClock
    store: Store
    recorder: Recorder
    announce: Callable[[events.Event], None]

    def look(self) -> None:
        """Records a zone that is not the one last seen."""
        zone, known = self.clock.zone(), self.store.get(_KNOWN)
        if known is not None and known.decode() == zone:
            return
        if known is not None:
            self.announce(events.ZoneChanged(known.decode(), zone, self.clock.read()))
        self.recorder.do(lambda _: self.store.put(_KNOWN, zone.encode()))
