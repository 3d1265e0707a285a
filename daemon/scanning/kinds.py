"""Which applications are games: by the categories of the Desktop Menu Specification, and by name where those are misused.

A game is what is played. What only fetches or starts games (Steam, Lutris), makes or serves them (level editors, servers) or
helps them run (GameMode, MangoHud) is none, though its menu entry stands under Games. An emulator, and what plays a game that
runs elsewhere, is a kind of its own: games run in it that cannot be told apart from outside. So is a learning program.
"""

from __future__ import annotations

import re

from daemon.scanning.hits import Kind
from rules.programs import LAUNCHERS, is_emulator

_GAMES = frozenset({
    "ActionGame", "AdventureGame", "ArcadeGame", "BoardGame", "BlocksGame", "CardGame", "KidsGame", "LogicGame", "RolePlaying",
    "Shooter", "SportsGame", "StrategyGame",
})  # fmt: skip
_OF_LEARNING = frozenset({"KidsGame", "LogicGame"})  # what learning programs are beside Education
# Simulation is an additional category of Game, but stands alone under Education and Science as well.
_NEVER_PLAYED = frozenset({
    "PackageManager", "GameTool", "LauncherStore", "Settings", "DesktopSettings", "HardwareSettings", "System", "FileTransfer",
    "Documentation", "IDE",
})  # fmt: skip
# Beside a category of games these say something about the game; beside Game alone they say what the program is for.
_SELDOM_PLAYED = frozenset({
    "Utility", "Development", "Graphics", "3DGraphics", "2DGraphics", "Audio", "Player", "Monitor", "Amusement", "Office",
    "Chat", "InstantMessaging", "WebBrowser", "Screensaver", "TrayIcon",
})  # fmt: skip
_TOOL = re.compile(
    r".*(?:[._-](?:editor|leveleditor|mapeditor|map-editor|server|server-gtk|dedicated|ruledit|modpack|mp-gtk\w*|config|"
    r"settings|setup|installer|uninstall(?:er)?|benchmark|sdk|tools?|viewer)|[a-z]edit(?:or)?|[a-z]server)"
)

# Toys that Debian's bsdgames puts into the menu of games: nothing in them is played.
_TOYS = re.compile(
    r"bsdgames-(?:banner|bcd|caesar|countmail|fortune|morse|number|pig|pom|ppt|primes|rain|random|rot13|wargames|wtf|worms)"
)


def kind_of(id_: str, categories: frozenset[str], *, trusted: bool = True) -> Kind | None:
    """What an application is, by its id (with or without `.desktop`) and its categories; None: nothing to play.

    Not `trusted`: the player may have written them, so that they make nothing a learning program.
    """
    name = id_.lower().removesuffix(".desktop")
    if trusted and "Education" in categories and (_GAMES - _OF_LEARNING).isdisjoint(categories):
        return "learning"
    listed = "Game" in categories or not _GAMES.isdisjoint(categories)
    if not listed or name in LAUNCHERS:
        return None
    if "Emulator" in categories or is_emulator(name):
        return "emulator"
    if not _NEVER_PLAYED.isdisjoint(categories) or _TOOL.fullmatch(name) or _TOYS.fullmatch(name):
        return None
    if _GAMES.isdisjoint(categories) and not _SELDOM_PLAYED.isdisjoint(categories):
        return None
    return "game"
