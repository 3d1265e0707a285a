"""One dialog from its name to its exit code: 0 done, or closed before anything failed (nothing is printed then); 1 refused,
2 bad usage, 3 the daemon does not answer.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Final, Protocol, cast

from host.api import UnsupportedError
from host.clock import wall
from host.homes import Home
from host.rpc_client import ask
from host.wire import Request
from i18n.catalogue import Catalogue, Language
from i18n.message import Arg, Message, as_message, comma, msg
from tray.dialogs.page import REFUSED, USAGE, Page, Session, Start, T, UsageError
from tray.dialogs.showing import Renderer, RendererError, Work

NAMES: Final = (
    "approve", "ask", "code", "kept", "message", "off", "pause", "pin", "played", "players", "rules", "setup", "until", "why",
)  # fmt: skip
_PROVED: Final = "--token-stdin"


class Context(Protocol):
    """Whom to talk to, and in which language."""

    @property
    def home(self) -> Home: ...

    @property
    def language(self) -> Language: ...


def run(name: str, words: Sequence[str], context: Context, renderer: Callable[[], Renderer],
        administrator: Callable[[str], Sequence[str]] = lambda _: ()) -> int:  # fmt: skip
    """Shows the dialog and waits until it is closed. `renderer` loads what draws it; `administrator` as Start has it."""
    said = Catalogue(context.language, now=wall())
    try:
        work = _begun(name, words, context, said, administrator)  # first: the daemon is asked while the toolkit loads
        code, output = renderer()(work)
    except UsageError as error:
        return _fail(said, error.message, USAGE)
    except (RendererError, UnsupportedError) as error:
        return _fail(said, as_message(error), REFUSED)
    if output:
        sys.stdout.write(f"{output}\n")
        sys.stdout.flush()
    return code


def _begun(name: str, words: Sequence[str], context: Context, said: Callable[[Arg], str],
           administrator: Callable[[str], Sequence[str]]) -> Work:  # fmt: skip
    """UsageError."""
    if name not in NAMES:
        raise UsageError(msg("no dialog {name}; there are: {names}", name=name, names=comma(NAMES)))
    page = import_module(f"tray.dialogs.{name}")
    token = ""
    if _PROVED in words:  # not among the words themselves: every program of this PC can read those
        token, words = sys.stdin.readline().strip(), [word for word in words if word != _PROVED]

    def asked(request: Request[T]) -> T:
        return ask(context.home.daemon_address, request)  # which may be another one once its daemon runs

    home = () if context.home.kind == "system" else ("--home", str(context.home.root))
    start = Start(asked, tuple(words), token, wall, context.language, administrator, home)
    work = Work(Session(page.TITLE, cast("Page", page.Page(start))), said)
    work.open()
    return work


def _fail(said: Callable[[Arg], str], why: Message, code: int) -> int:
    sys.stderr.write(said(msg("giochoi-tray: {why}", why=why)) + "\n")
    return code
