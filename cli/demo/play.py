"""The demo's middle: play, warnings, the end, a refused start, more time. Each step returns what it measured."""

from __future__ import annotations

import queue
from contextlib import suppress

from cli.demo.running import Demo, StepFailed
from cli.demo.setup import GRACE_S
from cli.words.layout import row
from cli.words.names import clues
from cli.words.times import left
from daemon.api.messages import GrantAdd, Shown, Signal
from daemon.api.status import GamePart, StatusGet
from host.rpc_client import ask
from host.transport import Unreachable
from host.wire import ApiError
from i18n.message import Arg, Length, msg, said_by

_LATE_MS = 5_000  # how late an end may be observed: a busy machine is no fault of the rules
_SLOW_S = 15.0  # without root programs are found by looking every now and then
_SAVES_S = 10.0
_AGAIN_S = 2.0


def start_game(demo: Demo) -> Arg:
    """It will not listen when asked to close, so that the next steps show both: asking and ending."""
    demo.play(stubborn=True)
    signal = observe(demo, "started", _SLOW_S)
    part = _part(demo)
    late = signal.at - round(demo.clock.wall() - (demo.clock.mono() - demo.began))
    return msg("recognised by {clues}, after {ms} ms", clues=clues(part.match if part else ()), ms=max(0, late))


def warned(demo: Demo) -> Arg:
    signal = observe(demo, "warning", demo.seconds + _SLOW_S)
    return msg("told when {length} were left", length=_length(signal.left))


def due(demo: Demo) -> Arg:
    signal = observe(demo, "due", demo.seconds + _SLOW_S)
    played = demo.clock.mono() - demo.began
    if not -1_000 <= played - demo.seconds * 1000 <= _LATE_MS:
        raise StepFailed(msg("after {length}, instead of {limit}", length=_length(played), limit=_length(demo.seconds * 1000)))
    return msg("asked to close after {length}: {why} [{rule}]", length=_length(played), why=signal.text or "", rule=signal.rule)


def ended(demo: Demo) -> Arg:
    signal = observe(demo, "ended", GRACE_S + _SLOW_S)
    demo.exited(_SAVES_S)
    how = {
        "asked": msg("it closed by itself"),
        "killed": msg("it did not listen and was ended {length} later", length=Length(GRACE_S * 1000)),
    }
    if signal.how not in how:
        raise StepFailed(msg("ended in another way: {how}", how=signal.how))
    return row((how[signal.how], _counted(signal)))


def refused(demo: Demo) -> Arg:
    demo.play()
    demo.exited(_SLOW_S)
    ran = demo.clock.mono() - demo.began
    signal = observe(demo, "refused", _SLOW_S)
    said = {"ms": ran, "why": signal.text or "", "rule": signal.rule}
    return msg("the demo sets no gate, so it was ended {ms} ms after its start: {why} [{rule}]", **said)


def granted(demo: Demo) -> Arg:
    request = GrantAdd(player=demo.player, ms=demo.seconds * 1000 + 60_000, game=demo.game.id, reason="giochoi demo")
    ask(demo.daemon, request)
    observe(demo, "granted", _SLOW_S)
    demo.play()
    observe(demo, "started", _SLOW_S)
    demo.pause(_AGAIN_S)
    part = _part(demo)
    if part is None or not (part.running and part.allowed):
        raise StepFailed(msg("the game does not run again: {said}", said=demo.said("game")))
    return msg("{length} more; it runs again, {left}", length=_length(request.ms), left=left((part.left_s or 0) * 1000))


def stopped(demo: Demo) -> Arg:
    demo.stop()
    signal = observe(demo, "ended", _SLOW_S)
    return row((msg("it closed by itself") if signal.how == "by itself" else signal.how, _counted(signal)))


def observe(demo: Demo, kind: str, timeout_s: float) -> Signal:
    """The next signal of this kind about the demo's game. StepFailed if it does not come.

    All that come are confirmed, as a display does; those that a player is shown are.
    """
    until = demo.clock.mono() + round(timeout_s * 1000)
    while demo.clock.mono() < until:
        try:
            signal = demo.signals.get(timeout=0.2)
        except queue.Empty:
            continue
        if isinstance(signal, Exception):
            raise StepFailed(msg("giochoi-daemon signals no more: {why}", why=said_by(signal)))
        if signal.game != demo.game.id:
            continue
        if signal.kind in {"warning", "notice"}:
            demo.say(row(("🔔", signal.text or ""), " "), 4, 3)
        with suppress(ApiError, Unreachable):  # a daemon that has ended meanwhile is noticed by the next step
            ask(demo.daemon, Shown(number=signal.number))
        if signal.kind == kind:
            return signal
        if signal.kind == "ended":
            raise StepFailed(msg("the game has ended ({how}): {said}", how=signal.how, said=demo.said("game")))
    raise StepFailed(msg("no signal came: {kind}", kind=kind))


def _part(demo: Demo) -> GamePart | None:
    """What the daemon says about the demo's game now."""
    games = (game for player in ask(demo.daemon, StatusGet()).players if player.id == demo.player for game in player.games)
    return next((game for game in games if game.id == demo.game.id), None)


def _counted(signal: Signal) -> Arg:
    return msg("counted: {length}", length=_length(signal.left))


def _length(ms: int | None) -> Length:
    """To the tenth of a second."""
    return Length((ms or 0) // 100 * 100, exact=True)
