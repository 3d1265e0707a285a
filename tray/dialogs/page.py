"""What a dialog asks the daemon for, and what it makes of a failure. All of it blocks: the thread that draws calls none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar, runtime_checkable

import msgspec

from daemon.api.asking import MeGet
from host.transport import Unreachable
from host.wire import ApiError, Request
from i18n.catalogue import Language
from i18n.message import Message, MessageError, msg
from tray.dialogs.model import AGAIN, CLOSE, Dialog, End, Next, Show, Stay, Values

T = TypeVar("T", bound=msgspec.Struct)

REFUSED: Final = 1
USAGE: Final = 2
AWAY: Final = 3


class Ask(Protocol):
    """Asks the daemon and waits. Unreachable, ApiError."""

    def __call__(self, request: Request[T], /) -> T: ...


class Page(Protocol):
    """One dialog. `open` says what it shows, `press` what a button does that does not close it, with what was typed. Both may
    raise Unreachable and ApiError.
    """

    def open(self) -> Next: ...

    def press(self, button: str, values: Values) -> Next: ...


@runtime_checkable
class Renewing(Protocol):
    """A page of a dialog that `renews`."""

    def again(self) -> Show | End:
        """What it shows by now. It raises nothing."""


class UsageError(MessageError):
    """The words that a dialog was started with mean nothing."""


@dataclass(frozen=True, slots=True)
class Start:
    """What every dialog is started with. `words`: those behind its name; `token`: what a guardian proved; `now`: Unix ms;
    `language`: of whoever sits there; `administrator`: what starts `giochoi` as an administrator, after the system's prompt; it
    is told the dialog's name. Empty: the dialog is open elsewhere, as an administrator's.
    `home`: the option that names it, where it is not the system's.
    """

    ask: Ask
    words: tuple[str, ...]
    token: str = ""
    now: Callable[[], int] = lambda: 0
    language: Language = "en"
    administrator: Callable[[str], Sequence[str]] = lambda _: ()
    home: tuple[str, ...] = ()


class Session:
    """A page, whatever fails: the window says why, and what was typed stays."""

    def __init__(self, title: Message, page: Page) -> None:
        self._title = title
        self._page = page

    def open(self) -> Next:
        try:
            return self._page.open()
        except MessageError as error:
            note, code = failed(error)
            return Show(Dialog(self._title, (note,), buttons=(AGAIN, CLOSE)), code)

    def again(self) -> Show | End:
        return self._page.again() if isinstance(self._page, Renewing) else End()

    def press(self, button: str, values: Values) -> Next:
        if button == AGAIN.name:
            return self.open()
        try:
            return self._page.press(button, values)
        except MessageError as error:
            return Stay(*failed(error))


def failed(error: MessageError) -> tuple[Message, int]:
    """What is said of a failure, and the exit code if nothing better comes."""
    if isinstance(error, Unreachable):
        return msg("Giờ Chơi does not answer on this PC. Nothing was changed; please try again in a moment."), AWAY
    return sentence(error.message), REFUSED


def sentence(said: Message) -> Message:
    return msg("That did not work: {why}", why=said)


def options(words: Sequence[str], places: int, *named: str) -> tuple[list[str], dict[str, str]]:
    """At most so many words in order, and options with a value, `--name VALUE`. UsageError."""
    plain: list[str] = []
    found: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        if not word.startswith("--"):
            plain.append(word)
        elif word[2:] in named and (value := next(rest, None)) is not None:
            found[word[2:]] = value
        else:
            raise UsageError(msg("not understood: {words}", words=" ".join(words)))
    if len(plain) > places:
        raise UsageError(msg("not understood: {words}", words=" ".join(words)))
    return plain, found


def own(ask: Ask) -> str:
    """The id of who plays under this account. ApiError."""
    player = ask(MeGet()).player
    if player is None:
        raise ApiError("refused", msg("nobody plays under this account"))
    return player
