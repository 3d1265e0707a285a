"""`giochoi-tray`: the icon in the tray of whoever is logged in, the same as a window, and its dialogs (`--dialog NAME`)."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from host.api import UnsupportedError
from host.clock import SystemClock
from host.homes import HomeError
from i18n.catalogue import LANGUAGES
from i18n.message import Arg, msg, said_by
from i18n.streams import speak_utf8
from tray import choose
from tray.api import FaceError, Half
from tray.app import Tray
from tray.context import Context
from tray.opening import Opener


def main(argv: list[str] | None = None) -> int:
    """Exit codes are the contract's; a tray that finds no daemon waits for it. Nothing a user can cause ends in a traceback."""
    speak_utf8()
    logging.basicConfig(format="giochoi-tray: %(message)s")
    given = sys.argv[1:] if argv is None else argv
    context = Context()
    try:
        asked, words = _parser(context).parse_known_args(given)
        context = Context(asked.home, asked.lang)
        if asked.dialog:
            from tray.dialog import run  # noqa: PLC0415 - a dialog is a process of its own, and needs no icon

            return run(asked.dialog, words, context)
        if words:
            _parser(context).error(context.words()(msg("{word} is not known", word=words[0])))
        return _run(asked, context)
    except (FaceError, HomeError, UnsupportedError) as error:
        _say(context, msg("giochoi-tray: {why}", why=said_by(error)))
        return 1
    except OSError as error:
        _say(context, msg("giochoi-tray: the system says: {why}", why=said_by(error)))
        return 1
    except KeyboardInterrupt:
        return 130


def _parser(context: Context) -> argparse.ArgumentParser:
    words = context.words()
    parser = argparse.ArgumentParser(
        prog="giochoi-tray", description=words(msg("How long may be played still, and asking for more: an icon in the tray.")),
        allow_abbrev=False,
    )  # fmt: skip
    parser.add_argument("--home", metavar="DIR", help=words(msg("the home to talk to")))
    parser.add_argument("--lang", choices=LANGUAGES, help=words(msg("the language to speak")))
    parser.add_argument("--window", action="store_true", help=words(msg("the same menu as a window, where there is no tray")))
    parser.add_argument("--autostart", choices=("on", "off"), help=words(msg("start with each session of this account")))
    parser.add_argument("--dialog", metavar="NAME", help=words(msg("one dialog, by itself")))
    parser.add_argument("--version", action="store_true", help=words(msg("which version this is")))
    return parser


def _run(asked: argparse.Namespace, context: Context) -> int:
    if asked.version:
        from importlib.metadata import version  # noqa: PLC0415 - nobody else needs it

        print("giochoi-tray", version("giochoi"))
        return 0
    half = choose.half()
    if asked.autostart:
        options = context.options() if asked.home or asked.lang else []
        on = asked.autostart == "on"
        file = half.autostart(options, on=on)
        said = msg("starts from now on with each session of this account: {file}", file=file)
        none = msg("starts no more with the sessions of this account: {file}", file=file)
        print(context.words()(said if on else none))
        return 0
    if asked.window:
        return _show(half, context, window=True)
    with half.alone() as alone:
        if alone:
            return _show(half, context, window=False)
    _say(context, msg("giochoi-tray runs in this session already"))
    return 0


def _show(half: Half, context: Context, *, window: bool) -> int:
    opener = Opener(context.options)
    tray = Tray(context, SystemClock(), opener, Path(__file__).exists)
    face = (half.window if window else half.icon)(tray.first(), tray.act)
    half.on_end(face.stop)
    if window:  # an icon of this session, or its notification, shows the rest
        tray.run(face, None)
        return 0
    half.follow_tray(lambda there: tray.tray(there=there))
    tray.run(face, half.shower(face, context.words, tray.act, opener.window))
    return 0


def _say(context: Context, said: Arg) -> None:
    print(context.words()(said), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
