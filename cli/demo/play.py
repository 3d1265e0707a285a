"""The demo's middle: play, warnings, the end, a refused start, more time. Each step returns what it measured."""

from __future__ import annotations

import queue
from contextlib import suppress

from cli.demo.running import Demo, StepFailed
from cli.demo.setup import GRACE_S
from cli.words.times import both, left
from daemon.api.messages import GamePart, GrantAdd, Shown, Signal, StatusGet
from host.rpc_client import ask
from host.transport import Unreachable
from host.wire import ApiError

_LATE_MS = 5_000  # how late an end may be observed: a busy machine is no fault of the rules
_SLOW_S = 15.0  # without root programs are found by looking every now and then
_SAVES_S = 10.0
_AGAIN_S = 2.0


def start_game(demo: Demo) -> str:
    """It will not listen when asked to close, so that the next steps show both: asking and ending."""
    demo.play(stubborn=True)
    signal = observe(demo, "started", _SLOW_S)
    part = _part(demo)
    late = signal.at - round(demo.clock.wall() - (demo.clock.mono() - demo.began))
    return f"nhận ra sau / recognised after {max(0, late)} ms, bởi / by {', '.join(part.match if part else ())}"


def warned(demo: Demo) -> str:
    signal = observe(demo, "warning", demo.seconds + _SLOW_S)
    return f"báo trước / told with {(signal.left or 0) / 1000:.1f} s còn lại / left"


def due(demo: Demo) -> str:
    signal = observe(demo, "due", demo.seconds + _SLOW_S)
    played = demo.clock.mono() - demo.began
    if not -1_000 <= played - demo.seconds * 1000 <= _LATE_MS:
        raise StepFailed(f"sau / after {played / 1000:.1f} s, thay vì / instead of {demo.seconds} s")
    return f"yêu cầu đóng sau / asked to close after {played / 1000:.1f} s: {signal.text} [{signal.rule}]"


def ended(demo: Demo) -> str:
    signal = observe(demo, "ended", GRACE_S + _SLOW_S)
    demo.exited(_SAVES_S)
    how = {
        "asked": "trò chơi tự đóng / it closed by itself",
        "killed": f"không nghe, bị kết thúc sau / not listening, ended after {GRACE_S} s",
    }
    if signal.how not in how:
        raise StepFailed(f"kết thúc theo cách khác / ended in another way: {signal.how}")
    return f"{how[signal.how]}; {_counted(signal)}"


def refused(demo: Demo) -> str:
    demo.play()
    demo.exited(_SLOW_S)
    ran = demo.clock.mono() - demo.began
    signal = observe(demo, "refused", _SLOW_S)
    return (f"bản demo không đặt cổng chặn: kết thúc / the demo sets no gate: ended {ran} ms sau khi bắt đầu / after its start:"
            f" {signal.text} [{signal.rule}]")  # fmt: skip


def granted(demo: Demo) -> str:
    request = GrantAdd(player=demo.player, ms=demo.seconds * 1000 + 60_000, game=demo.game.id, reason="giochoi demo")
    ask(demo.daemon, request)
    observe(demo, "granted", _SLOW_S)
    demo.play()
    observe(demo, "started", _SLOW_S)
    demo.pause(_AGAIN_S)
    part = _part(demo)
    if part is None or not (part.running and part.allowed):
        raise StepFailed(f"trò chơi không chạy lại / the game does not run again: {demo.said('game')}")
    return f"thêm / more {both(request.ms)}; chạy lại / it runs again, {left((part.left_s or 0) * 1000)}"


def stopped(demo: Demo) -> str:
    demo.stop()
    signal = observe(demo, "ended", _SLOW_S)
    return f"{demo.said('game')}; {_counted(signal)} ({signal.how})"


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
            raise StepFailed(f"giochoi-daemon không còn báo tin / signals no more: {signal}")
        if signal.game != demo.game.id:
            continue
        if signal.kind in {"warning", "notice"}:
            demo.say(f"🔔 {signal.text}", 4, 3)
        with suppress(ApiError, Unreachable):  # a daemon that has ended meanwhile is noticed by the next step
            ask(demo.daemon, Shown(number=signal.number))
        if signal.kind == kind:
            return signal
        if signal.kind == "ended":
            raise StepFailed(f"trò chơi đã tự kết thúc ({signal.how}) / the game has ended: {demo.said('game')}")
    raise StepFailed(f"không thấy tín hiệu / no such signal: {kind}")


def _part(demo: Demo) -> GamePart | None:
    """What the daemon says about the demo's game now."""
    games = (game for player in ask(demo.daemon, StatusGet()).players if player.id == demo.player for game in player.games)
    return next((game for game in games if game.id == demo.game.id), None)


def _counted(signal: Signal) -> str:
    return f"đã tính / counted {(signal.left or 0) / 1000:.1f} s"
