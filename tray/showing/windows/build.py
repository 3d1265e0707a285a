"""Makes a `Shower` of what Windows has."""

from __future__ import annotations

from collections.abc import Callable

from host.clock import SystemClock
from i18n.catalogue import Catalogue
from tray.showing.api import Card, Outcome, settled
from tray.showing.notice import Screen, Urgency
from tray.showing.shower import Means, Shower
from tray.showing.windows.banner import Banner
from tray.showing.windows.bell import Bell

Balloon = Callable[[str, str, Urgency], bool]


def shower(words: Callable[[], Catalogue], balloon: Balloon, screen: Callable[[], Screen]) -> Shower:
    """`balloon` shows title and body by the tray's icon, and says whether somebody could see it. It has no buttons."""
    return Shower(Means(_Balloons(balloon), Banner(), Bell(), screen), words, SystemClock().mono)


class _Balloons:
    """One at a time: the next takes the place of the last, and none can be taken away without the icon's help."""

    def __init__(self, balloon: Balloon) -> None:
        self._balloon = balloon

    def show(self, card: Card) -> Outcome:
        if card.standing:  # the icon is there, or nobody has a balloon
            return settled(came=False)
        return settled(came=self._balloon(card.title, "\n".join(card.lines), card.urgency))

    def drop(self, begins: str) -> None:
        pass

    def close(self) -> None:
        pass
