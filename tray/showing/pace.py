"""That somebody who makes signals by the dozen does not make a display flicker. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from tray.showing.notice import Notice

SAME_MS = 2_000
WINDOW_MS = 10_000
MOST = 8  # within the window


@dataclass(slots=True)
class Pace:
    """What was shown of late, and when (monotonic milliseconds)."""

    _shown: list[tuple[int, Notice]] = field(default_factory=list)

    def worth(self, notice: Notice, mono: int) -> bool:
        """Whether it is to be shown. What is urgent always is, unless the very same was a moment ago."""
        self._shown = [(at, one) for at, one in self._shown if mono - at < WINDOW_MS]
        again = any(one == notice and mono - at < SAME_MS for at, one in self._shown)
        if again or (notice.urgency != "critical" and len(self._shown) >= MOST):
            return False
        self._shown.append((mono, notice))
        return True
