"""What is kept of a command line: as long as somebody likes, of as many processes as somebody likes."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from rules.games import Catalogue

MOST = 4096  # bytes or so: longer ones are no honest game's


class FirstLine(NamedTuple):
    """A command line as it was read first: itself where it is short, else what tells it from others. Neither: nobody could."""

    line: bytes = b""
    digest: bytes = b""

    @staticmethod
    def of(line: bytes) -> FirstLine:
        return FirstLine(line) if len(line) <= MOST else FirstLine(digest=hashlib.sha256(line).digest())

    def may_be(self, line: bytes) -> bool:
        return not any(self) or self == FirstLine.of(line)


def brief(args: tuple[str, ...], catalogue: Catalogue) -> tuple[str, ...]:
    """The same where it is short. Else its beginning, what it says of games, and what tells it from any other."""
    left, kept = MOST, 0
    for arg in args:
        left -= len(arg) + 16  # a word costs more than its letters
        if left < 0:
            break
        kept += 1
    if kept == len(args):
        return args
    whole = hashlib.sha256("\0".join(args).encode("utf-8", "surrogatepass")).hexdigest()
    return (*args[:kept], *catalogue.said_in(args[kept:]), whole)
