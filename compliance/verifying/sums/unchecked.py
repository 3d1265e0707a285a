"""What is said of sums of play that the entries cannot show to be right or wrong. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from compliance.verifying.listed import Times
from compliance.verifying.report import Finding
from i18n.message import Message, msg, msgn

Why = Literal["zone", "restart", "again", "former"]

_WHY: Mapping[Why, Message] = {
    "zone": msg("the place's time zone is another one, or was changed that day"),
    "restart": msg("the PC was started anew during a play that has no end"),
    "again": msg("its clock was set back, so that it lived a part of that day twice"),
    "former": msg("on that day its PC wrote as another seat"),
}


def not_added_up(entries: Mapping[Why, Times]) -> Iterator[Finding]:
    """One finding for each cause, at its first entry."""
    for why, told in _WHY.items():
        if (times := entries[why]).n:
            yield Finding("unchecked", times.first, _untold(times.n, told))


def _untold(n: int, why: Message) -> Message:
    return msgn(
        "its sum of play cannot be added up again from the entries: {why}",
        "{n} sums of play, this one first, cannot be added up again from the entries: {why}", n, why=why,
    )  # fmt: skip
