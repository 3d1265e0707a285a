"""The PC's own time zone, which anybody may set: it moves no limit, and a change of it is in the log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from daemon import events
from daemon.recording.recorder import Recorder
from daemon.store import Store
from daemon.trusted import TrustedClock

_KNOWN = "pc-zone"  # what the PC last called it


@dataclass(slots=True, eq=False)
class PcZone:
    """`announce` records an event, then shows it."""

    clock: TrustedClock
    store: Store
    recorder: Recorder
    announce: Callable[[events.Event], None]
    _seen: str | None = field(default=None, init=False)  # told already, if perhaps not written yet

    def look(self) -> None:
        """Records a zone that is not the one last seen."""
        zone, stored = self.clock.zone(), self.store.get(_KNOWN)
        known = self._seen or (stored and stored.decode())
        self._seen = zone
        if known == zone:
            return
        if known:
            self.announce(events.ZoneChanged(known, zone, self.clock.read()))
        self.recorder.do(lambda _: self.store.put(_KNOWN, zone.encode()))
