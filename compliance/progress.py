"""How far a long log was read, in one line on a terminal, which goes away again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TextIO

from i18n.message import Arg, msg

LONG = 50_000  # entries; what is shorter is read before anybody could wonder
_WIDE = 30


class Progress:
    """Draws on `stream` if that is a terminal. Call it with how many entries were read, of how many; `clear` it in the end."""

    def __init__(self, stream: TextIO, words: Callable[[Arg], str]) -> None:
        self._stream = stream if stream.isatty() else None
        self._words = words
        self._percent = -1
        self._drawn = 0

    def __call__(self, done: int, of: int) -> None:
        percent = done * 100 // of
        if self._stream is None or of < LONG or percent == self._percent:
            return
        self._percent = percent
        full = percent * _WIDE // 100
        said = self._words(msg("{percent}% of the log read", percent=percent))
        self._draw(f"[{'#' * full}{'.' * (_WIDE - full)}] {said}")

    def clear(self) -> None:
        if self._drawn:
            self._draw("")
            self._draw("")

    def _draw(self, line: str) -> None:
        if self._stream is not None:
            self._stream.write("\r" + line.ljust(self._drawn))
            self._stream.flush()
            self._drawn = len(line)
