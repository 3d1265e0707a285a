"""What a renderer is given and does. It draws; what is shown, and what follows from a button, is the session's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from queue import Empty, Queue
from threading import Event, Thread
from typing import Final, Protocol

from i18n.message import Arg, MessageError
from tray.dialogs.model import End, Next, Show, Values
from tray.dialogs.page import Session

_FLASH_S: Final = 0.5  # whoever sees "one moment" for less sees a flicker
Words = Callable[[Arg], str]


class RendererError(MessageError):
    """The system's widgets cannot be had: what is missing, what to do."""


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """The session, asked off the thread that draws. One question at a time: while it is out, no button can be pressed."""

    session: Session
    words: Words
    _answers: Queue[Next] = field(default_factory=Queue)

    def open(self) -> None:
        self._run(self.session.open, lambda: None)

    def opened(self) -> Next | None:
        """What is to be shown first; None if that takes too long to wait for it without a window."""
        try:
            return self._answers.get(timeout=_FLASH_S)
        except Empty:
            return None

    def press(self, button: str, values: Values, ready: Callable[[], None]) -> None:
        """`ready` is called on a thread of its own; then `answer` has it."""
        self._run(lambda: self.session.press(button, values), ready)

    def wait(self, ready: Callable[[], None]) -> None:
        """For what `open` asked, if `opened` did not see it."""
        def again() -> None:
            self._answers.put(self._answers.get())
            ready()

        Thread(target=again, daemon=True).start()

    def answer(self) -> Next:
        return self._answers.get()

    def renew(self, ms: int, gone: Event, ready: Callable[[Show | End], None]) -> None:
        """Until the dialog is `gone`, `ready` is called, on a thread of its own, with what it shows by then."""
        def ask() -> None:
            while not gone.wait(ms / 1000):
                ready(self.session.again())

        Thread(target=ask, daemon=True).start()

    def _run(self, ask: Callable[[], Next], ready: Callable[[], None]) -> None:
        def answer() -> None:
            self._answers.put(ask())
            ready()

        Thread(target=answer, daemon=True).start()


class Renderer(Protocol):
    """Shows what `work` says until it is closed; the exit code, and what is for stdout."""

    def __call__(self, work: Work, /) -> tuple[int, str]: ...
