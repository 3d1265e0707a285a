"""The PC's own time zone, which anybody may set: it moves no limit, and a change of it is in the log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from daemon import events
from daemon.store import Store
from daemon.trusted import TrustedClock

_KNOWN = "pc-zone"  # what the PC last called it


@dataclass(slots=True, eq=False)
class PcZone:
    """`announce` records events, in one transaction with what is to be done to the store, then shows them."""

    clock: TrustedClock
    store: Store
    announce: Callable[[Sequence[events.Event], Callable[[], object]], None]
    _seen: str | None = field(default=None, init=False)  # told already, if perhaps not written yet

    def look(self) -> None:
        """Records a zone that is not the one last seen."""
        zone, stored = self.clock.zone(), self.store.get(_KNOWN)
        known = self._seen or (stored and stored.decode())
        self._seen = zone
        if known == zone:
            return
        said = (events.ZoneChanged(known, zone, self.clock.read()),) if known else ()
        self.announce(said, lambda: self.store.put(_KNOWN, zone.encode()))
