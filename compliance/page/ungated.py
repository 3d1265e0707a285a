"""Which seats could not refuse games before they ran. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from compliance.page.blocks import Block, Said
from compliance.page.model import Page
from i18n.message import comma, msg, msgn

_ALWAYS = msg("games were not refused before they ran, but ended right after their start")
_AT_TIMES = msg("at times games were not refused before they ran, but ended right after their start")
_WHY_NOT = msg(
    "a PC with Windows has nothing else; with Linux the exec gate was switched off there, or could not be had: ask why"
)
_UNSTOPPED = msg("a game that is told to an interpreter, or to Wine, the gate does not see: ask whether these were such")
_SEATS = 20


def ungated(page: Page) -> Iterator[Block]:
    """Always so on Windows, where there is no gate."""
    alike: dict[bool, list[str]] = {}
    for seat, without, starts in page.report.audit.overview.ungated:
        alike.setdefault(without == starts, []).append(seat)
    for always, seats in sorted(alike.items(), reverse=True):
        some = [*seats[:_SEATS], *["…"] * (len(seats) > _SEATS)]
        which = msgn("seat {seats}", "seats {seats}", len(seats), seats=comma(some))
        yield Said(msg("{seats}: {what}", seats=which, what=_ALWAYS if always else _AT_TIMES), (_WHY_NOT,), "note")
    for seat, times in page.report.audit.overview.unstopped[:_SEATS]:
        yield Said(msgn(
            "seat {seat}: it says that it refused games before they ran, and the {n} that was refused there had begun",
            "seat {seat}: it says that it refused games before they ran, and all {n} that were refused there had begun",
            times, seat=seat,
        ), (_UNSTOPPED,), "note")  # fmt: skip
