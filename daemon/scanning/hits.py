"""Where a scan looks, what one source found, how finds of several sources become one game, and which applications are games.

A game is what is played. What only fetches or starts games (Steam, Lutris), makes or serves them (level editors, servers) or
helps them run (GameMode, MangoHud) is none. An emulator, in which games run that cannot be told apart from outside, is a kind
of its own, and so is a learning program. Told by the categories of the Desktop Menu Specification, and by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from daemon.scanning.files import Files
from i18n.message import MessageError
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


Kind = Literal["game", "emulator", "learning"]
Origin = Literal["system", "user"]
MAX_EXECUTABLES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One game as one source tells of it.

    `name` is what its id is made of (a desktop or application id, a title); `keys` tell that two hits are one game, as
    "app:org.gnome.mines", "steam:570", "run:/usr/games/x". `label` is a minimum age with its source. `source` says where it
    was found, for people. `origin` "user": whoever is scanned wrote what was read. `words` are what an interpreter is told, as
    a Java class. `kind` "learning": a learning program, which is not listed. `folder` is where all of it lies, if that is a
    folder of its own; `told` who says so: a file's path, or the part of Windows' registry, "HKLM" (an administrator) or "HKCU"
    (the user).
    Not `sure`: a game only if the catalogue knows one of its executables.
    """

    name: str
    title: str
    source: str
    keys: frozenset[str]
    executables: tuple[str, ...] = ()
    kind: Kind = "game"
    origin: Origin = "user"
    label: int | None = None
    label_source: str | None = None
    developer: str | None = None
    steam_id: int | None = None
    words: tuple[str, ...] = ()
    folder: str = ""
    told: str = ""
    sure: bool = True


def merged(hits: Iterable[Hit]) -> list[tuple[Hit, tuple[str, ...]]]:
    """One hit for each game, with what all sources tell of it, and the places where it was found. In the order of first hits.

    Hits that share a key are one game. Where they disagree, as on title, name and label, the earlier one counts.
    """
    groups: list[list[Hit]] = []
    by_key: dict[str, list[Hit]] = {}
    for hit in hits:
        group = next((by_key[key] for key in sorted(hit.keys) if key in by_key), None)
        if group is None:
            groups.append(group := [])
        group.append(hit)
        for key in hit.keys:
            by_key.setdefault(key, group)
    return [_one(group) for group in groups]


def _one(group: Sequence[Hit]) -> tuple[Hit, tuple[str, ...]]:
    """The user adds nothing to what the system says of its own game: otherwise an entry of its id would add any program."""
    trusted = [hit for hit in group if hit.origin == "system" and hit.executables] or group
    hit = trusted[0]
    for other in trusted[1:]:
        hit = replace(
            hit,
            executables=tuple(dict.fromkeys(hit.executables + other.executables))[:MAX_EXECUTABLES],
            origin="user" if "user" in {hit.origin, other.origin} else "system",
            label=other.label if hit.label is None else hit.label,
            label_source=other.label_source if hit.label is None else hit.label_source,
            developer=hit.developer or other.developer,
            steam_id=hit.steam_id if hit.steam_id is not None else other.steam_id,
            words=tuple(dict.fromkeys(hit.words + other.words)),
            sure=hit.sure or other.sure,
        )
    return hit, tuple(dict.fromkeys(one.source for one in group))


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder and who writes in it."""

    path: str
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPaths:
    """One account of one machine. `data` are the folders of XDG_DATA_DIRS, the system's first; `programs` is PATH. `uid`: the
    account's number, where the system says by it whose a file is.
    """

    account: str
    home: str
    data: tuple[Folder, ...] = ()
    programs: tuple[str, ...] = ()
    uid: int | None = None

    def said_by(self, origin: Origin) -> SearchPaths:
        """With the programs that can be meant by whoever says so: where one of the system's is not installed, the system means
        none of that name at home.
        """
        if origin == "user":
            return self
        return replace(self, programs=tuple(path for path in self.programs if not path.startswith(f"{self.home}/")))

    def at_home(self, *paths: str) -> list[str]:
        return [f"{self.home}/{path}" for path in paths]


Source = Callable[[Files, SearchPaths], Iterable[Hit]]


class RefusedError(MessageError):
    """The account cannot be scanned for, or not by whoever asks."""


class Scanner(Protocol):
    """What scanning needs of an operating system. `sources` are asked in this order: what the system says comes first."""

    @property
    def sources(self) -> Sequence[Source]: ...

    def become(self, user: str | None) -> SearchPaths:
        """Be this account (None: whoever runs this) for good, with its rights and nothing of the caller's environment.

        RefusedError.
        """
