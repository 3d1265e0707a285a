"""giochoi demo: the main job, end to end, in a temporary home: a game is timed, warned about, ended, and the log proves it."""

from __future__ import annotations

import signal
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from cli.context import Context
from cli.demo import play, proof, setup
from cli.demo.games import installed, stand_in
from cli.demo.running import Demo, StepFailed
from cli.errors import CommandError
from cli.output import Output
from cli.parser import Commands, checked, command
from host.homes import Home
from host.transport import Unreachable
from host.wire import ApiError

_LEAST_S, _MOST_S = 5, 120

STEPS: tuple[tuple[str, str, Callable[[Demo], str]], ...] = (
    ("agent", "đại lý chạy / the agent runs", setup.start_agent),
    ("daemon", "trình giám sát chạy / the daemon runs", setup.start_daemon),
    ("player", "thêm một em nhỏ / a child is added", setup.add_player),
    ("game", "biết trò chơi / the game is known", setup.know_game),
    ("rules", "đặt quy tắc / rules are set", setup.set_rules),
    ("recognised", "trò chơi bắt đầu và được nhận ra / the game starts and is recognised", play.start_game),
    ("warned", "báo trước khi hết giờ / warned before the end", play.warned),
    ("due", "hết giờ, yêu cầu đóng / time is up, asked to close", play.due),
    ("ended", "trò chơi kết thúc / the game is ended", play.ended),
    ("refused", "mở lại bị từ chối / starting it again is refused", play.refused),
    ("granted", "người giám hộ cho thêm giờ / the guardian gives more time", play.granted),
    ("stopped", "em nhỏ tự dừng / the child stops", play.stopped),
    ("export", "xuất nhật ký / the log is exported", proof.export),
    ("verify", "kiểm chứng ngoại tuyến / verified offline", proof.verify),
    ("tamper", "sửa một byte bị phát hiện / one changed byte is found", proof.tamper),
)


def add_to(commands: Commands) -> None:
    parser = command(commands, "demo", "xem mọi thứ hoạt động, trong thư mục tạm / see it all work, in a temporary home", run)
    parser.add_argument("--seconds", metavar="N", type=seconds, default=20, help="giới hạn chơi (20) / the limit of play (20)")
    parser.add_argument("--game", metavar="ID", help="một trò chơi thật đã cài / a real game that is installed")


@checked
def seconds(text: str) -> int:
    if not (text.isascii() and text.isdigit() and _LEAST_S <= int(text) <= _MOST_S):
        raise ValueError(
            f"{text!r} không phải số giây từ {_LEAST_S} đến {_MOST_S} / is no number of seconds from {_LEAST_S} to {_MOST_S}"
        )
    return int(text)


def run(args: Namespace, context: Context) -> int:
    chosen = None if args.game is None else installed(args.game)  # before anything is started
    _take_interrupts()
    with TemporaryDirectory(prefix="giochoi-demo-", ignore_cleanup_errors=True) as folder:
        game, line = chosen or stand_in(Path(folder))
        demo = Demo(Home(Path(folder), "given"), game, line, args.seconds, context.out)
        demo.say(f"Giờ Chơi: bản demo trong / demo in {folder}, {game.title}, {args.seconds} s")
        try:
            ok = _walk(demo, context.out)
        finally:
            demo.close()
    return 0 if ok else 1


def _walk(demo: Demo, out: Output) -> bool:
    """Take the steps up to the first that was not observed; whether all were."""
    setup.wait_past_midnight(demo)
    told: list[dict[str, object]] = []
    ok = True
    for id_, title, step in STEPS:
        demo.say(f"{len(told) + 1}. {title}", more=4)
        try:
            measured = step(demo)
        except (StepFailed, CommandError, ApiError, Unreachable) as error:
            measured, ok = str(error), False
        demo.say(f"{'✓' if ok else '✗'} {measured}", 4, 2)
        told.append({"id": id_, "title": title, "ok": ok, "measured": measured})
        if not ok:
            for room in ("agent", "daemon"):
                demo.say(f"giochoi-{room}: {demo.said(room)}", 4, 2)
            break
    if out.json:
        out.document({"ok": ok, "steps": told})
    elif ok:
        out.line("Tất cả đã được quan sát thấy / every step was observed.")
    else:
        out.message("giochoi: bản demo không đạt / the demo did not succeed")
    return ok


def _take_interrupts() -> None:
    """A closed terminal or SIGTERM ends the demo as Ctrl-C does: what it started is cleaned up, which nothing interrupts."""
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]

    def interrupt(_number: int, _frame: object) -> None:
        for one in numbers:
            signal.signal(one, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in numbers:
        signal.signal(number, interrupt)
