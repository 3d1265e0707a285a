"""Shows what happens to whoever watches: the display of the account that plays, and guardians."""

from __future__ import annotations

import asyncio
import posixpath
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from daemon import events
from daemon.api.asking import answered, wish, withdrawn
from daemon.api.messages import Signal
from daemon.deciding.judge import Ruling, next_verdict
from daemon.deciding.outlook import Outlooks
from daemon.deciding.overrides import PauseEvent
from daemon.deciding.plays import Play
from daemon.sessions import InForce, People, RuledPlayer
from daemon.trusted import Reading
from i18n.message import Message, msg
from rules.decision import Decision
from rules.games import Game
from rules.save_time import CLOSE_MS, promised


def ahead(event: events.Shown, looks: Outlooks) -> dict[str, Any]:
    """Fields of the signal: none where nothing is enforced, or the event is no news of that."""
    player, game = _about(event, looks)
    if player is None or looks.judge.overrides.open(looks.now):
        return {}
    if isinstance(event, events.LaunchRefused):
        return _again(event.ruling, event.now)
    ruling = looks.ruling(player, looks.about(player, game))
    if isinstance(event, events.PlayEnded):
        return _again(ruling, looks.now)
    if not ruling.allowed:
        return {}
    decision = ruling.decision
    if isinstance(event, events.PlayStarted):
        return {"until": decision.until, "left": decision.left_ms}
    return {"until": decision.until}


def _again(ruling: Ruling, now: Reading) -> dict[str, Any]:
    """What waits for a guardian's yes, or is refused by another rule then, may not be played from there on."""
    later = not ruling.allowed and next_verdict(ruling, now) == "allow"
    return {"until": ruling.decision.until} if later else {}


def _about(event: events.Shown, looks: Outlooks) -> tuple[RuledPlayer | None, Game | None]:
    match event:
        case events.PlayStarted(play) | events.PlayEnded(play):
            return play.player, play.game
        case events.LaunchRefused(player, _, game):
            return player, game
        case events.GrantGiven(player, grant) | events.GrantRevoked(player, grant):
            return player, looks.people.catalogue.games.get(grant.game or "")
        case events.Asked(player, _, part) if part.answer is not None and part.answer.approved and part.program is None:
            return player, looks.people.catalogue.games.get(part.game or "")
        case events.PlayResumed(player):
            return player, None
        case _:
            return None, None


def asked(event: events.Asked) -> tuple[frozenset[str], dict[str, Any]]:
    """The accounts besides guardians', and the fields of the signal."""
    part, request = event.part, event.event
    about = {"player": part.player, "game": part.game or "", "title": part.title or "", "program": part.program}
    if (answer := part.answer) is None:
        fields = {"request": request.id, "left": part.ms, "text": wish(part), "reason": part.reason}
        return frozenset(), {"kind": "asked", **about, **fields}
    how = "withdrawn" if answer.withdrawn else "approved" if answer.approved else "denied"
    text = withdrawn(part) if answer.withdrawn else answered(part, answer)
    fields = {"request": request.id, "left": answer.ms, "who": answer.who, "how": how, "text": text}
    return frozenset((request.account,)), {"kind": "answered", **about, **fields}


def paused(event: events.PlayPaused | events.PlayResumed, holds: PauseEvent | None) -> dict[str, Any]:
    """The fields of a signal. `holds`: the pause that holds for the player by now, perhaps another."""
    fields = {"player": (event.event.player or "") if event.player is None else event.player.id}
    if isinstance(event, events.PlayPaused) or holds is not None:
        pause = holds or event.event
        return {"kind": "paused", **fields, "until": pause.until, "who": pause.who, "reason": pause.reason}
    return {"kind": "resumed", **fields, "who": event.who}


def off(event: events.EnforcementOff | events.EnforcementOn) -> dict[str, Any]:
    """The same."""
    if isinstance(event, events.EnforcementOff):
        return {"kind": "off", "until": event.event.until, "who": event.event.who, "reason": event.event.reason}
    return {"kind": "on", "who": event.who}


_OfPlay: TypeAlias = (
    events.PlayStarted | events.Warned | events.PlayDue | events.PlayEnded | events.LaunchRefused | events.ProgramRefused
    | events.ClockJumped | events.ZoneChanged | events.IssueChanged
)  # fmt: skip
_OF_CLOCKS = {events.ClockJumped: "clock-jump", events.ZoneChanged: "zone-changed"}
UNKNOWN_REFUSED = "unknown-refused"
_QUEUE = 256  # a display that lies further behind than this has gone


@dataclass(slots=True, eq=False)
class _Display:
    account: str
    guardian: Callable[[], bool]
    queue: asyncio.Queue[Signal] = field(default_factory=lambda: asyncio.Queue(_QUEUE))


class Publisher:
    """Numbers signals and hands them to the displays that may see them. Never waits for any."""

    def __init__(
        self, in_force: InForce, outlooks: Callable[[People, Reading], Outlooks],
        paused: Callable[[RuledPlayer], PauseEvent | None],
    ) -> None:
        self._in_force = in_force
        self._paused = paused
        self._outlooks = outlooks
        self._displays: list[_Display] = []
        self._number = 0
        self._got: dict[int, frozenset[str]] = {}

    async def watch(self, account: str, *, guardian: Callable[[], bool]) -> AsyncIterator[Signal]:
        """All signals from now on that this account may see: a guardian's, while it is one, all."""
        display = _Display(account, guardian)
        self._displays.append(display)
        try:
            while True:
                yield await display.queue.get()
        finally:
            self._displays.remove(display)

    @property
    def accounts(self) -> frozenset[str]:
        """Those with a display."""
        return frozenset(one.account for one in self._displays)

    def show(self, event: events.Shown) -> tuple[int, frozenset[str]]:
        """(number of the signal, accounts whose displays got it)."""
        self._number += 1
        people = self._in_force.people
        zone = "" if people is None else people.zone
        accounts, fields = self._said(event)
        if self._displays and people is not None:
            fields |= ahead(event, self._outlooks(people, event.now))
        signal = Signal(number=self._number, at=event.now.wall, zone=zone, **fields)
        got = [
            one
            for one in self._displays
            if (accounts is None or one.account in accounts or one.guardian()) and not one.queue.full()
        ]
        for display in got:
            display.queue.put_nowait(signal)
        self._got[self._number] = frozenset(one.account for one in got)
        self._got.pop(self._number - _QUEUE, None)
        return self._number, self._got[self._number]

    def got(self, number: int, account: str) -> bool:
        """Whether a display of this account was sent the signal."""
        return account in self._got.get(number, ())

    def _said(self, event: events.Shown) -> tuple[frozenset[str] | None, dict[str, Any]]:
        """Whom the event is shown to (None: all), and what is shown of it."""
        people = self._in_force.people
        match event:
            case events.PlaceCloses(kind, until, accounts):
                return accounts, {"kind": kind, "until": until}
            case events.PlayPaused() | events.PlayResumed():
                return self._of_pause(event)
            case events.EnforcementOff() | events.EnforcementOn():
                return None, off(event)
            case events.Asked():
                return asked(event)
            case events.GrantGiven() | events.GrantRevoked():
                game = None if people is None else people.catalogue.games.get(event.event.game or "")
                return _granted(event, "" if game is None else game.title)
            case _:
                return _said(event)

    def _of_pause(self, event: events.PlayPaused | events.PlayResumed) -> tuple[frozenset[str] | None, dict[str, Any]]:
        """Whoever is paused for longer than all are has heard so."""
        fields = paused(event, None if event.player is None else self._paused(event.player))
        accounts, people = self._accounts(fields["player"]), self._in_force.people
        if accounts is not None or people is None:
            return accounts, fields
        players = {one.account: people.player_of(one.account) for one in self._displays}
        holding = {account: None if one is None else self._paused(one) for account, one in players.items()}
        return frozenset(one for one, pause in holding.items() if pause is None or pause.id == event.event.id), fields

    def _accounts(self, player: str) -> frozenset[str] | None:
        """Those with a display under which the player plays; of nobody ("") all."""
        people = self._in_force.people
        if not player or people is None:
            return None
        found = {one.account: people.player_of(one.account) for one in self._displays}
        return frozenset(account for account, one in found.items() if one is not None and one.id == player)


def _said(event: _OfPlay) -> tuple[frozenset[str] | None, dict[str, Any]]:  # noqa: PLR0911 - one case an event
    """Whom the event is shown to, and what is shown of it."""
    match event:
        case events.PlayStarted(play):
            return play.accounts, {"kind": "started", **_of(play)}
        case events.Warned():
            return event.play.accounts, _warned(event)
        case events.PlayDue(play, ruling):
            return play.accounts, {"kind": "due", **_of(play), **_due(ruling.decision, event.now.wall)}
        case events.PlayEnded(play, _, ms, how):
            return play.accounts, {"kind": "ended", **_of(play), "left": ms, "how": how}
        case events.LaunchRefused(player, account, game, ruling, _, how):
            why = ruling.decision.reason
            said = {"rule": why.rule, "text": why.text} if why else {}
            refused = {"player": player.id, "game": game.id, "title": game.title, "how": how}
            return frozenset((account,)), {"kind": "refused", **refused, **said}
        case events.ProgramRefused(player, account, file, _, how):
            said = {"rule": UNKNOWN_REFUSED, "text": stranger_text(posixpath.basename(file.path))}
            fields = {"player": player.id, "program": file.sha256, "title": posixpath.basename(file.path), "how": how}
            return frozenset((account,)), {"kind": "refused", **fields, **said}
        case events.ClockJumped() | events.ZoneChanged() | events.IssueChanged():
            return None, _of_pc(event)


def _due(decision: Decision, now: int) -> dict[str, Any]:
    """`left` and `until` of a game that closes as soon as it is asked. `how` "asked": it is at once."""
    why, left = decision.reason, promised(decision.grace_ms)
    fields = {"left": left, "until": now + left, **({"rule": why.rule, "text": why.text} if why else {})}
    return fields if decision.grace_ms > CLOSE_MS else {**fields, "how": "asked"}


def _of_pc(event: events.ClockJumped | events.ZoneChanged | events.IssueChanged) -> dict[str, Any]:
    if not isinstance(event, events.IssueChanged):
        return {"kind": "issue", "rule": _OF_CLOCKS[type(event)]}
    issue, how = event.problem, "raised" if event.raised else "cleared"
    return {"kind": "issue", "rule": issue.id, "text": issue.text, "how": how}


def _warned(event: events.Warned) -> dict[str, Any]:
    play, left = event.play, event.left
    if event.rule is None:
        until = None if left is None else event.now.wall + left
        return {"kind": "warning", **_of(play), "left": left, "until": until}
    return {"kind": "notice", **_of(play), "left": left, "rule": event.rule, "text": event.text}


def _granted(event: events.GrantGiven | events.GrantRevoked, title: str) -> tuple[frozenset[str], dict[str, Any]]:
    player, grant = event.player, event.event
    left = grant.ms if isinstance(event, events.GrantGiven) else 0
    account = player.registered.account if player else None
    fields = {"kind": "granted", "player": grant.player, "game": grant.game or "", "title": title, "left": left}
    if isinstance(event, events.GrantGiven):
        fields["who"] = grant.who
    return frozenset((account,) if account else ()), fields


def _of(play: Play) -> dict[str, str]:
    return {"player": play.player.id, "game": play.game.id, "title": play.game.title}


def stranger_text(name: str) -> Message:
    """That a program was not let run, and who can change that."""
    return msg("{program} may not run: only what an administrator installed may; ask a guardian to let it through",
               program=name)  # fmt: skip
