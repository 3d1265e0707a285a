"""The demo's middle: play, warnings, the end, a refused start, more time. Each step returns what it measured."""

from __future__ import annotations

from cli.demo_setup import GRACE_S
from cli.demo_view import View
from cli.demo_world import StepFailed, World
from cli.times import both, left
from daemon.api import client as daemon
from daemon.api.messages import GamePart, GrantAdd, Signal

_LATE_MS = 5_000  # how late an end may be observed: a busy machine is no fault of the rules
_SLOW_S = 15.0  # without root programs are found by looking every now and then
_SAVES_S = 10.0
_AGAIN_MS = 2_000


def start_game(world: World, view: View) -> str:
    """The stand-in will not listen when asked to close, so that the next steps show both: asking and ending."""
    world.play(stubborn=True)
    signal = observe(world, view, "started", _SLOW_S)
    part = _part(world)
    late = signal.at - round(world.clock.wall() - (world.clock.mono() - world.began))
    return f"nhận ra sau / recognised after {max(0, late)} ms, bởi / by {', '.join(part.match if part else ())}"


def warned(world: World, view: View) -> str:
    with view.live():
        signal = observe(world, view, "warning", world.seconds + _SLOW_S)
    return f"báo trước / told with {(signal.left or 0) / 1000:.1f} s còn lại / left"


def due(world: World, view: View) -> str:
    with view.live():
        signal = observe(world, view, "due", world.seconds + _SLOW_S)
    played = world.clock.mono() - world.began
    if not -1_000 <= played - world.seconds * 1000 <= _LATE_MS:
        raise StepFailed(f"sau / after {played / 1000:.1f} s, thay vì / instead of {world.seconds} s")
    return f"yêu cầu đóng sau / asked to close after {played / 1000:.1f} s: {signal.text} [{signal.rule}]"


def ended(world: World, view: View) -> str:
    with view.live():
        signal = observe(world, view, "ended", GRACE_S + _SLOW_S)
    world.exited(_SAVES_S)
    how = {
        "asked": "trò chơi tự đóng / it closed by itself",
        "killed": f"không nghe, bị kết thúc sau / not listening, ended after {GRACE_S} s",
    }
    if signal.how not in how:
        raise StepFailed(f"kết thúc theo cách khác / ended in another way: {signal.how}")
    return f"{how[signal.how]}; đã tính / counted {(signal.left or 0) / 1000:.1f} s"


def refused(world: World, view: View) -> str:
    world.play()
    world.exited(_SLOW_S)
    ran = world.clock.mono() - world.began
    signal = observe(world, view, "refused", _SLOW_S)
    how = (
        "chặn trước khi chạy / before it ran"
        if signal.how == "gate"
        else f"bản demo không đặt cổng chặn: kết thúc / the demo sets no gate: ended {ran} ms sau khi bắt đầu / after its start"
    )
    return f"{how}: {signal.text} [{signal.rule}]"


def granted(world: World, view: View) -> str:
    request = GrantAdd(player=world.player, ms=world.seconds * 1000 + 60_000, game=world.game.id, reason="giochoi demo")
    daemon.grant_add(world.home.daemon_address, request)
    observe(world, view, "granted", _SLOW_S)
    world.play()
    observe(world, view, "started", _SLOW_S)
    with view.live():
        part = _plays_on(world, view)
    return f"thêm / more {both(request.ms)}; chạy lại / it runs again, {left((part.left_s or 0) * 1000)}"


def stopped(world: World, view: View) -> str:
    world.stop()
    signal = observe(world, view, "ended", _SLOW_S)
    return f"{world.last_words()}; đã tính / counted {(signal.left or 0) / 1000:.1f} s ({signal.how})"


def _plays_on(world: World, view: View) -> GamePart:
    """Watch the game play for a while. StepFailed if it does not."""
    until = world.clock.mono() + _AGAIN_MS
    while True:
        part = _part(world)
        if part is None or not (part.running and part.allowed) or world.exit_code() is not None:
            raise StepFailed(f"trò chơi không chạy lại / the game does not run again: {world.last_words()}")
        if world.clock.mono() >= until:
            return part
        view.time_left(part)
        world.pause(0.2)


def observe(world: World, view: View, kind: str, timeout_s: float) -> Signal:
    """The next signal of this kind about the demo's game; whatever comes before is shown. StepFailed if it does not come."""
    until = world.clock.mono() + round(timeout_s * 1000)
    while world.clock.mono() < until:
        view.time_left(_part(world))
        signal = world.signals.next(0.2)
        if signal is None or signal.game != world.game.id:
            continue
        view.signal(signal)
        world.signals.confirm(signal)
        if signal.kind == kind:
            return signal
        if signal.kind == "ended":
            raise StepFailed(f"trò chơi đã tự kết thúc ({signal.how}) / the game has ended: {world.last_words()}")
    raise StepFailed(f"không thấy tín hiệu / no such signal: {kind}")


def _part(world: World) -> GamePart | None:
    """What the daemon says about the demo's game now."""
    for player in world.status().players:
        if player.id == world.player:
            return next((game for game in player.games if game.id == world.game.id), None)
    return None
