"""Shows what happens to whoever watches: the display of the account that plays, and guardians."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from daemon import events
from daemon.api.messages import Signal
from i18n.message import Length, Message, Words, msg
from rules.policy import GRACE_MS

_NOBODY = ""  # no account: only guardians see it
_QUEUE = 256  # a display that lies further behind than this has gone


@dataclass(slots=True, eq=False)
class _Display:
    account: str
    guardian: bool
    queue: asyncio.Queue[Signal] = field(default_factory=lambda: asyncio.Queue(_QUEUE))


class Publisher:
    """Numbers signals and hands them to the displays that may see them. Never waits for any."""

    def __init__(self) -> None:
        self._displays: list[_Display] = []
        self._number = 0
        self._got: dict[int, frozenset[str]] = {}

    async def watch(self, account: str, *, guardian: bool) -> AsyncIterator[Signal]:
        """All signals from now on that this account may see."""
        display = _Display(account, guardian)
        self._displays.append(display)
        try:
            while True:
                yield await display.queue.get()
        finally:
            self._displays.remove(display)

    def show(self, event: events.Event) -> tuple[int, int]:
        """(number of the signal, how many displays got it)."""
        self._number += 1
        signal, account = _signal(self._number, event)
        got = [
            one
            for one in self._displays
            if (one.guardian or account is None or one.account == account) and not one.queue.full()
        ]
        for display in got:
            display.queue.put_nowait(signal)
        self._got[self._number] = frozenset(one.account for one in got)
        self._got.pop(self._number - _QUEUE, None)
        return self._number, len(got)

    def got(self, number: int, account: str) -> bool:
        """Whether a display of this account was sent the signal."""
        return account in self._got.get(number, ())


def _signal(number: int, event: events.Event) -> tuple[Signal, str | None]:  # noqa: PLR0911 - one case an event
    """The signal, and the account it is meant for (None: everybody)."""
    match event:
        case events.PlayStarted(play, now):
            return Signal(number=number, kind="started", player=play.player.id, game=play.game.id, at=now.wall), play.account
        case events.Warned(play, now, left, rule, text):
            said = text or left_text(left or 0, play.game.title)
            return Signal(
                number=number,
                kind="warning" if rule is None else "notice",
                player=play.player.id,
                game=play.game.id,
                at=now.wall,
                left=left,
                rule=rule or "",
                text=said,
            ), play.account
        case events.PlayDue(play, ruling, now):
            reason = ruling.decision.reason
            return Signal(
                number=number,
                kind="due",
                player=play.player.id,
                game=play.game.id,
                at=now.wall,
                left=ruling.decision.grace_ms,
                rule=reason.rule if reason else "",
                text=due_text(reason.text, ruling.decision.grace_ms) if reason else None,
            ), play.account
        case events.PlayEnded(play, now, ms, how):
            return Signal(
                number=number, kind="ended", player=play.player.id, game=play.game.id, at=now.wall, left=ms, how=how
            ), play.account
        case events.LaunchRefused(player, account, game, ruling, now, how):
            reason = ruling.decision.reason
            return Signal(
                number=number,
                kind="refused",
                player=player.id,
                game=game.id,
                at=now.wall,
                how=how,
                rule=reason.rule if reason else "",
                text=reason.text if reason else None,
            ), account
        case events.GrantGiven(player, event_, now):
            return Signal(
                number=number, kind="granted", player=player.id, game=event_.game or "", at=now.wall, left=event_.ms
            ), player.registered.account or _NOBODY
        case events.GrantRevoked(whose, event_, now):
            return Signal(
                number=number, kind="granted", player=event_.player, game=event_.game or "", at=now.wall, left=0
            ), (whose.registered.account if whose else None) or _NOBODY
        case events.ClockJumped() | events.ZoneChanged():
            rule = "clock-jump" if isinstance(event, events.ClockJumped) else "zone-changed"
            return Signal(number=number, kind="issue", at=event.now.wall, rule=rule), None
        case events.IssueChanged(problem, raised, now):
            return Signal(
                number=number,
                kind="issue",
                at=now.wall,
                rule=problem.id,
                text=problem.text,
                how="raised" if raised else "cleared",
            ), None


def due_text(why: Words, grace: int) -> Words:
    """Why it is over, and how long the game may still save where that is longer than it takes to close."""
    return why if grace <= GRACE_MS else msg("{why}; {left} left to save", why=why, left=Length(grace))


def left_text(ms: int, title: str) -> Message:
    """How long somebody may still play, to the nearest second."""
    return msg("{game}: {left} of play left", game=title, left=Length((ms + 500) // 1000 * 1000))
