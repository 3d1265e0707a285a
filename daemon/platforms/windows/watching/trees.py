"""Install trees: which game lies in which folder, by what the shops say of themselves. A start from there is that game.

What runs from a game's folder is the game, whatever it is called, but for what lies there beside it: launchers and clients,
which stay open all day, anti-cheat services, installers, crash reporters. What a user can write is believed as a name is.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path

from daemon.platforms.windows.registry import WindowsRegistry
from daemon.platforms.windows.shops import slashes
from daemon.scanning.files import Files, Problems
from daemon.scanning.hits import Hit, SearchPaths, Source
from daemon.scanning.windows_paths import inside
from host.clock import Clock
from rules.games import Catalogue, Fingerprint
from rules.programs import is_beside

EVERY_MS = 3_600_000
_MOST_HITS = 4_000
_MOST_USERS = 16
_NOBODY = SearchPaths(account="", home="")
# Folders in which other things lie than one game: of these none is a tree, whoever says so.
_GENERAL = frozenset({
    "windows", "program files", "program files (x86)", "programdata", "users", "documents and settings", "recovery", "perflogs",
    "common files", "steam", "steamapps", "common", "epic games", "riot games", "riot client", "garena", "games", "gog games",
    "gog galaxy", "ubisoft", "ubisoft game launcher", "ea games", "origin games", "battle.net", "xboxgames", "windowsapps",
    "vnggames", "public", "default", "desktop", "documents", "downloads", "appdata", "local", "locallow", "roaming", "programs",
    "temp", "onedrive", "my games", "saved games",
})  # fmt: skip

_log = logging.getLogger(__name__)
Tree = tuple[tuple[str, bool], ...]
EVERYBODY = ""
Sources = Mapping[str, Sequence[Source]]


def find(catalogue: Catalogue, sources: Iterable[Source], protected: Callable[[str], bool], root: str = "") -> dict[str, Tree]:
    """By folder, in lower case and with slashes: the games that the catalogue knows in it. Each comes with True if only an
    administrator can have said so and put files there.

    `protected`: whether no ordinary user can change what is at this path, which has slashes. `root`: where the drives lie.
    """
    steam = {number: game.id for game in catalogue.games.values() for number in game.steam_ids}
    found: dict[str, dict[str, bool]] = {}
    for source in sources:
        files = Files(Problems(), root)  # of its own: what one account makes one shop say uses up no other's bounds
        with files.problems.guard(getattr(source, "__name__", "")):
            for hit in islice(source(files, _NOBODY), _MOST_HITS):
                folder = _folded(hit.folder)
                ids = _games(hit, folder, catalogue, steam) if _is_one_games(files, hit.folder, folder) else ()
                trusted = bool(ids) and _is_administrators(hit.told, protected) and protected(hit.folder)
                for id_ in ids:
                    tree = found.setdefault(folder, {})
                    tree[id_] = tree.get(id_, False) or trusted
    return {folder: tuple(tree.items()) for folder, tree in found.items()}


def _is_administrators(told: str, protected: Callable[[str], bool]) -> bool:
    return told == "HKLM" or (told != "HKCU" and protected(told))


def _games(hit: Hit, folder: str, catalogue: Catalogue, steam: Mapping[int, str]) -> tuple[str, ...]:
    """Not emulators: their services run all day, and the one program that plays is known by its name."""
    within = (path for path in hit.executables if inside(folder, _folded(path)))
    ids = {id_ for path in within for id_ in catalogue.by_file(Fingerprint(path, 0))}
    if hit.steam_id is not None and hit.steam_id in steam:
        ids.add(steam[hit.steam_id])
    return tuple(sorted(id_ for id_ in ids if catalogue.games[id_].kind == "game"))


def _is_one_games(files: Files, path: str, folder: str) -> bool:
    drive, _, rest = folder.partition("/")
    parts = rest.split("/")
    if len(drive) != 2 or not all(part.rstrip(" .") for part in parts) or parts[0] == "windows" or parts[-1] in _GENERAL:
        return False
    of_user = parts[0] in {"users", "documents and settings"}
    return (not of_user or len(parts) > 2) and not files.is_folder(f"{slashes(path)}/steamapps")


def _folded(path: str) -> str:
    return slashes(path).removeprefix("//?/").casefold()


class Trees:
    """`refresh` and `of` on the loop's thread. What is found, is found on one of its own, and takes effect once complete."""

    def __init__(
        self,
        clock: Clock,
        sources: Callable[[], Sources] | None = None,
        protected: Callable[[str], bool] | None = None,
    ) -> None:
        """`sources`: EVERYBODY's, and accounts' by SID. These and `protected` as of `find`; without them this machine's."""
        self._clock = clock
        self._sources = sources or here
        self._protected = protected or only_administrators
        self.found: Mapping[str, Mapping[str, Tree]] = {}
        self._catalogue: Catalogue | None = None
        self._at = 0
        self._thread: threading.Thread | None = None

    def refresh(self, catalogue: Catalogue) -> None:
        """Look anew, if the catalogue is another one or the last look is long ago. Returns at once."""
        if self._thread is not None and self._thread.is_alive():
            return
        if catalogue is self._catalogue and self._clock.mono() - self._at < EVERY_MS:
            return
        self._catalogue, self._at = catalogue, self._clock.mono()
        self._thread = threading.Thread(target=self._look, args=(catalogue,), name="trees", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Until the look that is under way is complete."""
        if self._thread is not None:
            self._thread.join()

    def of(self, path: str, account: str) -> Tree:
        """The games in whose nearest tree this file lies, each with whether only an administrator can have said so. What an
        account (SID) says for itself makes nothing a game that another one runs.
        """
        here = _folded(path)
        trees = [its for one in (EVERYBODY, account) if (its := self.found.get(one))]
        if not trees or is_beside(here.rpartition("/")[2]):
            return ()
        while "/" in here:
            here = here.rpartition("/")[0]
            found = [said for its in trees for said in its.get(here, ())]
            if found:
                return tuple(dict(sorted(found)).items())  # sure, if one of them is
        return ()

    def _look(self, catalogue: Catalogue) -> None:
        try:
            self.found = {whose: find(catalogue, every, self._protected) for whose, every in self._sources().items()}
        except Exception:  # noqa: BLE001 - said in the log: without trees there are all other clues
            _log.exception("install trees cannot be read")


def here() -> Sources:
    """Of this machine, and of each account that is logged on what is its own."""
    from daemon.platforms.windows import installed  # noqa: PLC0415 - on Windows only

    machine = WindowsRegistry()
    shops = installed.shops(machine, "HKLM")
    users = {user: installed.shops(WindowsRegistry(user), "HKCU") for user in machine.users()[:_MOST_USERS]}
    every = (shops.steam, shops.epic, shops.gog, shops.riot, shops.folders, shops.installed)
    return {EVERYBODY: every, **{user: (own.steam, own.installed) for user, own in users.items()}}


def only_administrators(path: str) -> bool:
    """Whether nobody else may change this file or folder, nor one that it lies in, below the drive's own."""
    from daemon.platforms.windows.installed import only_administrators as look  # noqa: PLC0415 - on Windows only

    whole = path.replace("/", "\\")
    above = [str(one) for one in Path(whole).parents][-2::-1]
    return all(map(look, (*above, whole)))
