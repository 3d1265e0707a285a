"""Which PCs may become seats: those that bring a code, and those whose six digits somebody confirms. Kept in memory: an agent
that starts again has invited nobody.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from agent.errors import bad_input, refused
from host.wire import ApiError
from i18n.message import Listed, msg

CONFIRM_S = 600.0
_MOST_WAITING = 200


@dataclass(slots=True)
class _Invitation:
    left: int
    until: int


@dataclass(slots=True, eq=False)
class Invitations:
    """`now`: Unix ms."""

    now: Callable[[], int]
    _codes: dict[str, _Invitation] = field(default_factory=dict)
    _waiting: dict[str, asyncio.Event] = field(default_factory=dict)

    def invite(self, many: int, ms: int) -> tuple[str, int]:
        """A code for so many PCs, and until when it holds."""
        self._codes = {code: one for code, one in self._codes.items() if self.now() < one.until}
        code, until = secrets.token_hex(10), self.now() + ms
        self._codes[code] = _Invitation(many, until)
        return code, until

    def take(self, code: str) -> None:
        """One PC comes with it. ApiError(refused)."""
        known = next((one for own, one in self._codes.items() if secrets.compare_digest(own.encode(), code.encode())), None)
        if known is None or self.now() >= known.until:
            raise refused(msg("this invitation is not known here or its time is over: make a new one with giochoi seat invite"))
        if not known.left:
            raise refused(msg("as many PCs as were invited have joined: make a new one with giochoi seat invite"))
        known.left -= 1

    async def confirmed(self, shown: str) -> None:
        """Waits until somebody confirms these digits. ApiError(refused): nobody did."""
        if len(self._waiting) >= _MOST_WAITING or shown in self._waiting:
            raise ApiError("unavailable", msg("too many PCs wait to be confirmed"))
        self._waiting[shown] = event = asyncio.Event()
        try:
            async with asyncio.timeout(CONFIRM_S):
                await event.wait()
        except TimeoutError:
            raise refused(msg("nobody confirmed {digits}", digits=shown)) from None
        finally:
            del self._waiting[shown]

    def confirm(self, shown: str) -> None:
        """ApiError(bad-input): no PC shows them."""
        if (event := self._waiting.get(shown.replace(" ", ""))) is None:
            waiting = Listed(tuple(sorted(self._waiting)), "and") if self._waiting else "–"
            raise bad_input(msg("no PC shows {digits} now; waiting: {waiting}", digits=shown[:20], waiting=waiting))
        event.set()
