"""What is said of sums of play that the entries cannot show to be right or wrong. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compliance.verifying.listed import Times
from compliance.verifying.report import Finding
from i18n.message import Message, msg, msgn


def not_added_up(entries: Mapping[bool, Times]) -> Iterator[Finding]:
    """One finding for each cause, at its first entry: the zone (True), or a play that goes on over a restart of the PC."""
    if (zone := entries[True]).n:
        why = msg("the place's time zone is another one, or was changed that day")
        yield Finding("unchecked", zone.first, _untold(zone.n, why))
    if (restart := entries[False]).n:
        why = msg("the PC was started anew during a play that has no end")
        yield Finding("unchecked", restart.first, _untold(restart.n, why))


def _untold(n: int, why: Message) -> Message:
    return msgn(
        "its sum of play cannot be added up again from the entries: {why}",
        "{n} sums of play, this one first, cannot be added up again from the entries: {why}", n, why=why,
    )  # fmt: skip
