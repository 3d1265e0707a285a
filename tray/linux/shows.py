"""Joins what shows signals to the tray."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from i18n.catalogue import Catalogue
from tray.api import Face, Shower
from tray.menus import Act, Ask, Dialog


def shower(_: Face, words: Callable[[], Catalogue], act: Callable[[Act], None], menu: Callable[[], None]) -> Shower | None:
    """See tray.api.Half."""
    try:
        build, shows = import_module("tray.showing.linux.build"), import_module("tray.showing.shower")
        doing = shows.Doing(lambda name, given: act(Dialog(name, given)), lambda request: act(Ask(request)), menu)
        found: Shower = build.shower(words, doing)
    except ImportError:  # packages of the system that the icon does not need
        return None
    return found
