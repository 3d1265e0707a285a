"""Joins what shows signals to the icon, whose balloon it uses."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from i18n.catalogue import Catalogue
from tray.api import Face, Shower
from tray.menus import Act
from tray.windows.balloon import Balloons, screen
from tray.windows.icon import Icon


def shower(face: Face, words: Callable[[], Catalogue], act: Callable[[Act], None], menu: Callable[[], None]) -> Shower | None:
    """See tray.api.Half. A balloon has no buttons for `act` and `menu`: a click on it opens the icon's menu."""
    if not isinstance(face, Icon):
        return None
    try:
        build = import_module("tray.showing.windows.build")
    except ImportError:  # the icon is there without it
        return None
    found: Shower = build.shower(words, Balloons(face).notify, screen)
    return found
