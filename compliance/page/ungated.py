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
