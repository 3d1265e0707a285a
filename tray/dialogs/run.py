"""One dialog from its name to its exit code: 0 done or closed by the user (then nothing is printed), 1 refused, 2 bad usage, 3 the
daemon does not answer.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from typing import Final, Protocol, cast

from host.api import UnsupportedError
from host.clock import wall
from host.homes import Home
from host.rpc_client import ask
from i18n.catalogue import Catalogue, Language
from i18n.message import Arg, Message, comma, msg
from tray import choose
from tray.dialogs.page import USAGE, Ask, Page, Session, Start, UsageError
from tray.dialogs.showing import RendererError, Work

NAMES: Final = ("approve", "ask", "code", "kept", "message", "pin", "rules", "until", "why")
_TOKEN: Final = "--token-stdin"
_MISSING: Final = 1


class Context(Protocol):
    """Whom to talk to, and in which language."""

    @property
    def home(self) -> Home: ...

    @property
    def language(self) -> Language: ...


def run(name: str, words: Sequence[str], context: Context) -> int:
    """Shows the dialog and waits until it is closed."""
    said = Catalogue(context.language, now=wall())
    try:
        code, output = choose.renderer()(_begun(name, words, context, said))
    except UsageError as error:
        return _fail(said, error.message, USAGE)
    except (RendererError, UnsupportedError) as error:
        return _fail(said, msg("{why}", why=str(error) if isinstance(error, UnsupportedError) else error.message), _MISSING)
    if output:
        sys.stdout.write(f"{output}\n")
        sys.stdout.flush()
    return code


def _begun(name: str, words: Sequence[str], context: Context, said: Callable[[Arg], str]) -> Work:
    """The daemon is asked while the toolkit loads. UsageError."""
    if name not in NAMES:
        raise UsageError(msg("no dialog {name}; there are: {names}", name=name, names=comma(NAMES)))
    page = import_module(f"tray.dialogs.{name}")
    token = ""
    if _TOKEN in words:  # not among the words themselves: every program of this PC can read those
        token, words = sys.stdin.readline().strip(), [word for word in words if word != _TOKEN]
    start = Start(cast("Ask", partial(ask, context.home.daemon_address)), tuple(words), token, wall)
    work = Work(Session(page.TITLE, cast("Page", page.Page(start))), said)
    work.open()
    return work


def _fail(said: Callable[[Arg], str], why: Message, code: int) -> int:
    sys.stderr.write(said(msg("giochoi-tray: {why}", why=why)) + "\n")
    return code
