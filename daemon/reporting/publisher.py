"""Shows what happens to whoever watches: the display of the account that plays, and guardians."""

from __future__ import annotations

import asyncio
import posixpath
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from daemon import events
from daemon.api.messages import Signal
from daemon.deciding.plays import Play
from daemon.reporting import asked_signals
from i18n.message import Length, Message, Words, msg

_OF_CLOCKS = {events.ClockJumped: "clock-jump", events.ZoneChanged: "zone-changed"}
ONLY_INSTALLED = "only-installed"
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
        signal, accounts = _signal(self._number, event)
        got = [
            one
            for one in self._displays
            if (one.guardian or accounts is None or one.account in accounts) and not one.queue.full()
        ]
        for display in got:
            display.queue.put_nowait(signal)
        self._got[self._number] = frozenset(one.account for one in got)
        self._got.pop(self._number - _QUEUE, None)
        return self._number, len(got)

    def got(self, number: int, account: str) -> bool:
        """Whether a display of this account was sent the signal."""
        return account in self._got.get(number, ())


def _signal(number: int, event: events.Event) -> tuple[Signal, frozenset[str] | None]:
    """The signal, and the accounts it is meant for (None: all)."""
    accounts, fields = _said(event)
    return Signal(number=number, at=event.now.wall, **fields), accounts


def _said(event: events.Event) -> tuple[frozenset[str] | None, dict[str, Any]]:  # noqa: PLR0911 - one case an event
    """Whom the event is shown to, and what is shown of it."""
    match event:
        case events.PlayStarted(play):
            return play.accounts, {"kind": "started", **_of(play)}
        case events.Warned():
            return event.play.accounts, _warned(event)
        case events.PlayDue(play, ruling):
            why, grace = ruling.decision.reason, ruling.decision.grace_ms
            text = due_text(play.game.title, why.text, grace) if why else None
            return play.accounts, {"kind": "due", **_of(play), "left": grace, "rule": why.rule if why else "", "text": text}
        case events.PlayEnded(play, _, ms, how):
            return play.accounts, {"kind": "ended", **_of(play), "left": ms, "how": how}
        case events.LaunchRefused(player, account, game, ruling, _, how):
            why = ruling.decision.reason
            said = {"rule": why.rule, "text": refused_text(game.title, why.text)} if why else {}
            return frozenset((account,)), {"kind": "refused", "player": player.id, "game": game.id, "how": how, **said}
        case events.ProgramRefused(player, account, file, _, how):
            said = {"rule": ONLY_INSTALLED, "text": stranger_text(posixpath.basename(file.path))}
            return frozenset((account,)), {"kind": "refused", "player": player.id, "how": how, **said}
        case events.GrantGiven() | events.GrantRevoked():
            return _granted(event)
        case events.Asked() | events.Answered():
            return asked_signals.said(event)
        case events.ClockJumped() | events.ZoneChanged() | events.IssueChanged():
            return None, _of_pc(event)


def _of_pc(event: events.ClockJumped | events.ZoneChanged | events.IssueChanged) -> dict[str, Any]:
    if not isinstance(event, events.IssueChanged):
        return {"kind": "issue", "rule": _OF_CLOCKS[type(event)]}
    issue, how = event.problem, "raised" if event.raised else "cleared"
    return {"kind": "issue", "rule": issue.id, "text": issue.text, "how": how}


def _warned(event: events.Warned) -> dict[str, Any]:
    play, left = event.play, event.left
    if event.rule is None:
        return {"kind": "warning", **_of(play), "left": left, "text": left_text(left or 0, play.game.title)}
    return {"kind": "notice", **_of(play), "left": left, "rule": event.rule, "text": event.text}


def _granted(event: events.GrantGiven | events.GrantRevoked) -> tuple[frozenset[str], dict[str, Any]]:
    player, grant = event.player, event.event
    left = grant.ms if isinstance(event, events.GrantGiven) else 0
    account = player.registered.account if player else None
    fields = {"kind": "granted", "player": grant.player, "game": grant.game or "", "left": left}
    return frozenset((account,) if account else ()), fields


def _of(play: Play) -> dict[str, str]:
    return {"player": play.player.id, "game": play.game.id}


def due_text(title: str, why: Words, grace: int) -> Message:
    """That it is over, why, and how long there is to save."""
    return msg("{game}: save now, it closes in {left}: {why}", game=title, left=Length(grace), why=why)


def refused_text(title: str, why: Words) -> Message:
    """That a game was not started, and why."""
    return msg("{game} may not start now: {why}", game=title, why=why)


def stranger_text(name: str) -> Message:
    """That a program was not let run, and who can change that."""
    return msg("{program} may not run: only what an administrator installed may; ask a guardian to let it through",
               program=name)  # fmt: skip


def left_text(ms: int, title: str) -> Message:
    """How long somebody may still play, to the nearest second."""
    return msg("{game}: {left} of play left", game=title, left=Length((ms + 500) // 1000 * 1000))
