"""Which refused starts are shown to who tried: a person who clicks is told why, a storm of starts is no storm of signals."""

from __future__ import annotations

from dataclasses import dataclass, field

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
