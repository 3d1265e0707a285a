"""giochoi demo: the main job, end to end, in a temporary home: a game is timed, warned about, ended, and the log proves it."""

from __future__ import annotations

import signal
from argparse import Namespace
from pathlib import Path
from tempfile import TemporaryDirectory

from cli.commands import Commands
from cli.context import Context
from cli.demo.games import installed, stand_in
from cli.demo.running import Demo
from cli.demo.steps import STEPS, wait_past_midnight
from cli.given.values import parse_number
from cli.output import Output
from i18n.message import Length, MessageError, msg
from words.layout import row

_LEAST_S, _MOST_S = 5, 120


def add_to(commands: Commands) -> None:
    parser = commands.add("demo", run, "", "--seconds 10", "--game luanti")
    parser.takes("--seconds", "N", msg("the limit of play; without it: 20"), default=20,
                 type=lambda text: parse_number(text, _LEAST_S, _MOST_S))  # fmt: skip
    parser.takes("--game", "ID", msg("a real game that is installed"))


def run(args: Namespace, context: Context) -> int:
    chosen = None if args.game is None else installed(args.game)  # before anything is started
    _take_interrupts()
    with TemporaryDirectory(prefix="giochoi-demo-", ignore_cleanup_errors=True) as folder:
        game, line = chosen or stand_in(Path(folder))
        demo = Demo(Path(folder), game, line, args.seconds, context.out)
        demo.say(msg("Giờ Chơi: the demo plays {game} for {length}, in {folder}", game=game.title,
                     length=Length(args.seconds * 1000), folder=folder))  # fmt: skip
        try:
            ok = _walk(demo, context.out)
        finally:
            demo.close()
    return 0 if ok else 1


def _walk(demo: Demo, out: Output) -> bool:
    """Take the steps up to the first that was not observed; whether all were."""
    wait_past_midnight(demo)
    told: list[dict[str, object]] = []
    ok = True
    for id_, title, step in STEPS:
        demo.say(row((f"{len(told) + 1}.", title), " "), more=4)
        try:
            measured = step(demo)
        except MessageError as error:
            measured, ok = error.message, False
        demo.say(row(("✓" if ok else "✗", measured), " "), 4, 2)
        told.append({"id": id_, "title": title, "ok": ok, "measured": measured})
        if not ok:
            for room in ("agent", "daemon"):
                demo.say(f"giochoi-{room}: {demo.said(room)}", 4, 2)
            break
    if out.json:
        out.document({"ok": ok, "steps": told})
    elif ok:
        out.line(msg("Every step was observed."))
    else:
        out.message(msg("giochoi: the demo did not succeed"))
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
