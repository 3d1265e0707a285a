"""When a tray is started in a session: at once, and again when it is gone, ever later where it keeps going. Pure.

Whoever kills it in a loop, or has another program in its place, costs the PC one start in two minutes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

AGAIN_MS: Final = 1_000  # after it is gone for the first time; twice as long each time
LONGEST_MS: Final = 120_000
STEADY_MS: Final = 300_000  # who ran for so long is started at once again
NOBODY_MS: Final = 60_000  # until a session is asked again in which nobody had logged on


@dataclass(slots=True)
class _Session:
    """`begun` None: none runs. `empty`: nobody had logged on."""

    due: int
    wait: int = AGAIN_MS
    begun: int | None = None
    empty: bool = False


class Plan:
    """Of all sessions. Moments are monotonic milliseconds."""

    def __init__(self) -> None:
        self._sessions: dict[int, _Session] = {}

    def due(self, here: Collection[int], now: int) -> list[int]:
        """In which of the sessions that are here one is to be started now. Those that are gone are forgotten."""
        self._sessions = {one: state for one, state in self._sessions.items() if one in here or state.begun is not None}
        for one in here:
            self._sessions.setdefault(one, _Session(now))
        return sorted(one for one in here if self._waits(one) and self._sessions[one].due <= now)

    def wait(self, here: Collection[int], now: int) -> int | None:
        """Until the next one is due; None: none is."""
        return min((max(0, self._sessions[one].due - now) for one in here if self._waits(one)), default=None)

    def began(self, session: int, now: int) -> None:
        state = self._sessions.setdefault(session, _Session(now))
        state.begun, state.empty = now, False

    def ended(self, session: int, now: int) -> None:
        state = self._sessions[session]
        if state.begun is not None and now - state.begun >= STEADY_MS:
            state.wait = AGAIN_MS
        state.begun, state.due, state.wait = None, now + state.wait, min(2 * state.wait, LONGEST_MS)

    def nobody(self, session: int, now: int) -> None:
        """None could be started there: it is the screen on which people log on."""
        state = self._sessions[session]
        state.due, state.empty = now + NOBODY_MS, True

    def changed(self, now: int) -> None:
        """Somebody logged on or off."""
        for state in self._sessions.values():
            if state.empty:
                state.due = now

    def _waits(self, session: int) -> bool:
        return session in self._sessions and self._sessions[session].begun is None
