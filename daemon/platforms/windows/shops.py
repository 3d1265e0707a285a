"""Games of Windows: what Steam, Epic, GOG, Riot and Garena say of themselves in registry and ProgramData; the uninstall list.

Where each lies is from the field notes of public projects that read the same; docs/scan.md names what was never seen on a real
Windows. Manifests can be written by users: each is believed about folders only in which whoever may have written it may
replace what lies there, and `origin` says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from daemon.platforms.windows.registry import Hive, Registry
from daemon.scanning.files import MIB, Files
from daemon.scanning.formats import scalars
from daemon.scanning.hits import Hit, SearchPaths
from daemon.scanning.sources import steam, wine
from daemon.scanning.sources.steam import programs_below
from daemon.scanning.windows_paths import inside, link_target
from host.windows.plans import TRUSTED_INSTALLER
from host.windows.sids import ADMINS, AUTHENTICATED, EVERYONE, INTERACTIVE, SYSTEM, USERS
from i18n.message import msg

TRUSTED = frozenset({SYSTEM, ADMINS, TRUSTED_INSTALLER})
_ANYBODY = frozenset({EVERYONE, AUTHENTICATED, INTERACTIVE, USERS})

_SOFTWARE = ("SOFTWARE", "SOFTWARE\\WOW6432Node")
_UNINSTALL = "Microsoft\\Windows\\CurrentVersion\\Uninstall"
_MENU = "Microsoft/Windows/Start Menu/Programs"
_LONGEST = 64 << 10  # bytes of a manifest of Epic's or Riot's, which have some thousand
_RIOT = re.compile(r"Riot Game (\w+)\.(?:live|pbe)")


@dataclass(frozen=True, slots=True)
class Shops:
    """All of them, of one registry. `program_data` and the drives' letters are the machine's; paths have slashes.

    `hives`: the parts of the registry that Steam and the uninstall list are looked for in. `believes`: whether what the file at
    the first path says holds for the folder at the second (`installed.believable`).
    """

    registry: Registry
    program_data: str = "C:/ProgramData"
    drives: tuple[str, ...] = field(default=("C:", "D:", "E:"))
    hives: tuple[Hive, ...] = ("HKLM", "HKCU")
    believes: Callable[[str, str], bool] = field(kw_only=True)

    def steam(self, files: Files, search: SearchPaths) -> Iterator[Hit]:
        keys = [(hive, f"{software}\\Valve\\Steam") for hive in self.hives for software in _SOFTWARE]
        roots = [path for hive, key in keys for path in self._paths(hive, key)]
        yield from filter(partial(self._holds, files), steam.of_roots(files, dict.fromkeys(roots)))

    def epic(self, files: Files, search: SearchPaths) -> Iterator[Hit]:
        for path in files.under(f"{self.program_data}/Epic/EpicGamesLauncher/Data/Manifests", ".item", depth=0):
            with files.problems.guard(path):
                item = files.json(path, _LONGEST)
                if not isinstance(item, dict) or "games" not in (item.get("AppCategories") or ["games"]):
                    continue
                folder = slashes(str(item.get("InstallLocation") or ""))
                title = str(item.get("DisplayName") or "")
                program = str(item.get("LaunchExecutable") or "")
                yield from filter(partial(self._holds, files), _hit(files, f"Epic: {path}", title, folder, program, path))

    def gog(self, files: Files, search: SearchPaths) -> Iterator[Hit]:
        for software in _SOFTWARE:
            top = f"{software}\\GOG.com\\Games"
            for key in self.registry.keys("HKLM", top):
                with files.problems.guard(f"GOG {key}"):
                    game = self.registry.values("HKLM", f"{top}\\{key}", "dependson", "gamename", "path", "exe")
                    if not game.get("dependson"):  # else an addition to another game
                        yield from _hit(files, f"GOG: {key}", game.get("gamename", ""), slashes(game.get("path", "")),
                                        game.get("exe", ""), "HKLM")  # fmt: skip

    def riot(self, files: Files, search: SearchPaths) -> Iterator[Hit]:
        metadata = f"{self.program_data}/Riot Games/Metadata"
        for product in files.names(metadata):
            for path in files.under(f"{metadata}/{product}", ".product_settings.yaml", depth=0, most=20):
                with files.problems.guard(path):
                    settings = {keys[0]: value for keys, value in scalars(files.text(path, _LONGEST) or "") if len(keys) == 1}
                    folder = slashes(settings.get("product_install_full_path", ""))
                    found = _hit(files, f"Riot: {path}", product.removesuffix(".live"), folder, "", path)
                    yield from filter(partial(self._holds, files), found)

    def folders(self, files: Files, search: SearchPaths) -> Iterator[Hit]:
        """What lies where Riot, Garena, Epic and GOG put games, on every drive."""
        for drive in self.drives:
            with files.problems.guard(drive):
                yield from filter(partial(self._holds, files), wine.folders_of_games(files, drive, "Windows"))

    def installed(self, files: Files, search: SearchPaths) -> Iterator[Hit]:
        """The uninstall list: a game where Riot or Garena says so, or where the catalogue knows a program of it."""
        for hive in self.hives:
            for software in _SOFTWARE:
                top = f"{software}\\{_UNINSTALL}"
                for key in self.registry.keys(hive, top):
                    with files.problems.guard(f"{hive}\\{top}\\{key}"):
                        yield from self._installed(files, hive, f"{top}\\{key}", key)

    def menu(self, files: Files, search: SearchPaths) -> Iterator[Hit]:
        """The start menu, the machine's and the user's: a game where the catalogue knows what it leads to."""
        for menu in (f"{self.program_data}/{_MENU}", f"{search.home}/AppData/Roaming/{_MENU}"):
            for path in files.under(menu, ".lnk", depth=3, most=5_000):
                leads = local(link_target(files.read(path, MIB) or b"") or "")
                if leads.lower().endswith(".exe") and files.is_file(leads):
                    yield wine.known_only(path.rpartition("/")[2][:-4], f"Menu: {path}", leads)

    def _installed(self, files: Files, hive: Hive, key: str, name: str) -> Iterator[Hit]:
        values = self.registry.values(hive, key, "displayname", "installlocation", "publisher", "displayicon")
        title, folder = values.get("displayname", name), local(values.get("installlocation", ""))
        maker = values.get("publisher", "").casefold()
        source = f"Registry: {hive}\\{key}"
        riot = _RIOT.fullmatch(name)
        if riot or (maker.startswith("garena") and title.casefold() != "garena"):
            yield from _hit(files, source, title, folder, "", hive)
        elif folder and files.is_folder(folder):
            for program in programs_below(files, folder):
                yield wine.known_only(title, source, program, folder, hive)
        icon = local(values.get("displayicon", "").rpartition(",")[0] or values.get("displayicon", ""))
        if icon.lower().endswith(".exe") and files.is_file(icon):
            yield wine.known_only(title, source, icon)

    def _paths(self, hive: Hive, key: str) -> list[str]:
        names = ("installpath", "steampath")
        values = self.registry.values(hive, key, *names)
        return [path for name in names if (path := local(values.get(name, "")))]

    def _holds(self, files: Files, hit: Hit) -> bool:
        if self.believes(hit.told, hit.folder):
            return True
        why = msg("it tells of {folder}, which not all who may have written it may change", folder=hit.folder)
        files.problems.add(hit.told, why)
        return False


def holds(tellers: frozenset[str], replacers: frozenset[str]) -> bool:
    """Whether `tellers`, the SIDs that may have written something, are administrators, or can replace what they tell of.

    Who can, needs no such word to make a game of what somebody else runs there. Who cannot, could make one of any program.
    """
    return tellers <= TRUSTED or bool(replacers & _ANYBODY) or tellers <= TRUSTED | replacers


def local(path: str) -> str:
    """With slashes, if it lies on a drive of this PC: another one would be asked with our rights. Else nothing."""
    path = slashes(path)
    return path if re.match(r"[A-Za-z]:/", path) else ""


def slashes(path: str) -> str:
    return path.strip('" ').replace("\\", "/").rstrip("/")


def _hit(files: Files, source: str, title: str, folder: str, program: str, told: str) -> Iterator[Hit]:
    """A game that is installed: its program is there, or its folder with programs in it."""
    folder, program = local(folder), slashes(program)
    path = inside(folder, program) if folder and program else ""
    executables: tuple[str, ...] = (path,) if path and files.is_file(path) else ()
    if folder and files.is_folder(folder):
        executables = tuple(dict.fromkeys((*executables, *programs_below(files, folder))))
    if executables:
        name = title or folder.rpartition("/")[2]
        keys = frozenset({f"folder:{folder.casefold()}"})
        yield Hit(name=name, title=name, source=source, keys=keys, executables=executables, folder=folder, told=told)
