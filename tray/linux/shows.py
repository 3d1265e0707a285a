"""Joins what shows signals to the tray."""

from __future__ import annotations

from collections.abc import Callable

from i18n.catalogue import Catalogue
from tray.api import Face, Shower
from tray.menus import Act, Ask, Dialog
from tray.showing.linux import build
from tray.showing.shower import Doing


def shower(_: Face, words: Callable[[], Catalogue], act: Callable[[Act], None], menu: Callable[[], None]) -> Shower | None:
    """See tray.api.Half."""
    return build.shower(words, Doing(lambda name, given: act(Dialog(name, given)), lambda request: act(Ask(request)), menu))
