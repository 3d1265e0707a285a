"""`giochoi-tray`: the icon in the tray of whoever is logged in, the same as a window, and its dialogs (`--dialog NAME`)."""

from __future__ import annotations

import argparse
import logging
import sys
from itertools import pairwise
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
from tray.options import UsageError, said, understood


def main(argv: list[str] | None = None) -> int:
    """Exit codes are the contract's; a tray that finds no daemon waits for it. Nothing a user can cause ends in a traceback."""
    speak_utf8()
    logging.basicConfig(format="giochoi-tray: %(message)s")
    given = sys.argv[1:] if argv is None else argv
    context = Context()
    try:
        asked, words = understood(given)
        context = Context(asked.home, asked.lang)
        if asked.dialog:
            from tray.dialog import run  # noqa: PLC0415 - a dialog is a process of its own, and needs no icon

            return run(asked.dialog, words, context)
        return _run(asked, context)
    except UsageError as error:
        lang = next((one for one in LANGUAGES if ("--lang", one) in pairwise(given)), None)
        _say(Context(lang=lang), msg("giochoi-tray: {why}", why=error.message))
        return 2
    except (FaceError, HomeError, UnsupportedError) as error:
        _say(context, msg("giochoi-tray: {why}", why=said_by(error)))
        return 1
    except OSError as error:
        _say(context, msg("giochoi-tray: the system says: {why}", why=said_by(error)))
        return 1
    except KeyboardInterrupt:
        return 130


def _run(asked: argparse.Namespace, context: Context) -> int:
    if asked.help:
        print(said(context.words()))
        return 0
    if asked.version:
        from importlib.metadata import version  # noqa: PLC0415 - nobody else needs it

        print("giochoi-tray", version("giochoi"))
        return 0
    half = choose.half()
    if asked.autostart:
        options = context.options() if asked.home or asked.lang else []
        on = asked.autostart == "on"
        file = half.autostart(options, on=on)
        yes = msg("starts from now on with each session of this account: {file}", file=file)
        none = msg("starts no more with the sessions of this account: {file}", file=file)
        print(context.words()(yes if on else none))
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
