"""Makes a `Shower` of what Linux has."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from host.clock import SystemClock
from i18n.catalogue import Catalogue
from tray.showing.linux.banner import Banner
from tray.showing.linux.bell import Bell
from tray.showing.linux.front import screen
from tray.showing.linux.notifications import Notifications
from tray.showing.shower import Doing, Means, Shower, press


def shower(words: Callable[[], Catalogue], doing: Doing) -> Shower:
    """ImportError: python3-gi is not installed."""
    banner = Banner()
    means = Means(Notifications(partial(press, doing=doing)), banner, Bell(), screen, banner.prepare)
    return Shower(means, words, SystemClock().mono)
