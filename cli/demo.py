"""giochoi demo: the main job, end to end, in a temporary home: a game is timed, warned about, ended, and the log proves it."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cli import demo_play, demo_proof, demo_setup, standin
from cli.clues import game_of
from cli.context import Context
from cli.demo_view import Result, View
from cli.demo_world import StepFailed, World, temporary
from cli.errors import CommandError
from cli.fingerprint import fingerprint
from cli.parser import Commands, checked, command
from host.rpc import ApiError, Unreachable
from rules.games import Catalogue, Fingerprint, Game, Program
from rules.ratings import parse_label
from rules.shipped import shipped_catalogue

_STANDIN = "demo-turtles"
_LEAST_S, _MOST_S = 5, 120

Step = Callable[[World, View], str]

STEPS: tuple[tuple[str, str, Step], ...] = (
    ("agent", "đại lý chạy / the agent runs", demo_setup.start_agent),
    ("daemon", "trình giám sát chạy / the daemon runs", demo_setup.start_daemon),
    ("player", "thêm một em nhỏ / a child is added", demo_setup.add_player),
    ("game", "biết trò chơi / the game is known", demo_setup.know_game),
    ("rules", "đặt quy tắc / rules are set", demo_setup.set_rules),
    ("recognised", "trò chơi bắt đầu và được nhận ra / the game starts and is recognised", demo_play.start_game),
    ("warned", "báo trước khi hết giờ / warned before the end", demo_play.warned),
    ("due", "hết giờ, yêu cầu đóng / time is up, asked to close", demo_play.due),
    ("ended", "trò chơi kết thúc / the game is ended", demo_play.ended),
    ("refused", "mở lại bị từ chối / starting it again is refused", demo_play.refused),
    ("granted", "người giám hộ cho thêm giờ / the guardian gives more time", demo_play.granted),
    ("stopped", "em nhỏ tự dừng / the child stops", demo_play.stopped),
    ("export", "xuất nhật ký / the log is exported", demo_proof.export),
    ("verify", "kiểm chứng ngoại tuyến / verified offline", demo_proof.verify),
    ("tamper", "sửa một byte bị phát hiện / one changed byte is found", demo_proof.tamper),
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
    view = View(context.out)
    chosen = None if args.game is None else installed(args.game)  # before anything is started
    with _interruptible(), temporary() as home:
        game, line = chosen or stand_in(home.root)
        made = World(home, game, line, args.seconds)
        view.say(f"Giờ Chơi: bản demo trong / demo in {home.root}, {game.title}, {args.seconds} s")
        try:
            ok = _steps(made, view)
        finally:
            made.close()
        view.close(ok=ok)
    return 0 if ok else 1


def _steps(made: World, view: View) -> bool:
    """Run the steps up to the first that was not observed; whether all were."""
    demo_setup.wait_past_midnight(made, view)
    for id_, title, step in STEPS:
        try:
            view.step(Result(id_, title, ok=True, measured=step(made, view)))
        except (StepFailed, CommandError, ApiError, Unreachable) as error:
            view.step(Result(id_, title, ok=False, measured=str(error)))
            for room in ("agent", "daemon"):
                view.say(f"      giochoi-{room}: {made.said(room)}")
            return False
    return True


def stand_in(folder: Path) -> tuple[Game, tuple[str, ...]]:
    """The game that ships for the demo, as a file of its own in `folder`, and the command that plays it.

    Name and content are this demo's alone: another one at the same time must not end its game.
    """
    script = folder / f"rua-chay-dua-{folder.name}.py"
    script.write_text(f"{Path(standin.__file__).read_text(encoding='utf-8')}\n# {folder.name}\n", encoding="utf-8")
    game = game_of(_STANDIN, fingerprint(script), title="Rùa chạy đua", label=parse_label("VN00"))
    return game, (sys.executable, str(script))


def installed(id_: str) -> tuple[Game, tuple[str, ...]]:
    """A game of the catalogue and the command that starts it.

    CommandError: unknown (2), not installed or running already (1).
    """
    games = Catalogue(shipped_catalogue()).games
    game = games.get(id_)
    if game is None:
        raise CommandError(f"--game {id_}: không biết trò này; có / is not known; there are: {', '.join(sorted(games))}")
    path = next(filter(None, (shutil.which(name, path=_search_path()) for name in game.names)), None)
    if path is None:
        raise CommandError(
            f"--game {id_}: chưa cài; tìm / is not installed; looked for: {', '.join(game.names) or '–'}", code=1
        )
    running = _running(game)
    if running is not None:
        raise CommandError(
            f"--game {id_}: đang chạy (pid {running}); hãy đóng nó trước / runs already (pid {running}); close it first", code=1
        )
    return game, (path,)


def _search_path() -> str:
    return os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/games", "/usr/local/games"))


def _running(game: Game) -> int | None:
    """The pid of a program that is this game, if one runs."""
    import psutil  # noqa: PLC0415 - half a tenth of a second that only the demo needs

    catalogue = Catalogue((game,))
    for process in psutil.process_iter(("exe", "cmdline", "username", "name")):
        seen = process.info
        paths = filter(None, (seen["exe"], *(seen["cmdline"] or ())[:2], seen["name"]))
        program = Program(
            process.pid,
            0,
            0,
            seen["username"] or "",
            tuple(Fingerprint(path, 0) for path in paths),
            tuple(seen["cmdline"] or ()),
        )
        if catalogue.recognise(program):
            return process.pid
    return None


@contextmanager
def _interruptible() -> Iterator[None]:
    """A closed terminal or SIGTERM ends the demo as Ctrl-C does: what it started is cleaned up, which nothing interrupts."""

    def interrupt(_number: int, _frame: object) -> None:
        for one in numbers:
            signal.signal(one, signal.SIG_IGN)
        raise KeyboardInterrupt

    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
