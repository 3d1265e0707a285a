"""An answer or an error, as it was given."""

from __future__ import annotations

from typing import Final

from i18n.message import msg
from tray.dialogs.model import End, Next, Show, Values, told
from tray.dialogs.page import Start, UsageError

TITLE: Final = msg("Giờ Chơi")


class Page:
    """Words: the paragraphs, in the words of the reader."""

    def __init__(self, start: Start) -> None:
        if not start.words:
            raise UsageError(msg("message: what is there to say?"))
        self._says = start.words

    def open(self) -> Next:
        return Show(told(TITLE, *self._says))

    def press(self, button: str, values: Values) -> Next:
        return End()
