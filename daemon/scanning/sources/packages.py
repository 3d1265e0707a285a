"""What packages bring: Flatpak's applications, snaps, and games of Debian that no menu shows.

Flatpak: flatpak-metadata(5). Each application lies in `app/ID/current/active`, two links that Flatpak keeps: to the branch, to
its deployed commit. Debian: what a package of the section games puts into /usr/games (FHS 3.0, 4.5). The section holds toys
(cowsay), tools and servers as well: those are told by the words of its first line, and by a list of names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from daemon.scanning.files import MIB, Files
from daemon.scanning.formats import parse_entry, scalars
from daemon.scanning.hits import MAX_EXECUTABLES, Folder, Hit, Origin, SearchPaths, kind_of

_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+){2,}")
_COMMAND = re.compile(r"^command=([^\n]{1,200})$", re.MULTILINE)


def installations(search: SearchPaths) -> tuple[Folder, ...]:
    return (Folder("/var/lib/flatpak", "system"), Folder(f"{search.home}/.local/share/flatpak", "user"))


def flatpak_games(files: Files, search: SearchPaths) -> Iterator[Hit]:
    """Every installed application that is a game, exported to menus or not."""
    for installation in installations(search):
        for app in filter(_ID.fullmatch, files.names(f"{installation.path}/app")):
            with files.problems.guard(f"{installation.path}/app/{app}"):
                yield from _flatpak_games(files, search, installation, app)


def flatpak_executables(files: Files, search: SearchPaths, app: str, origin: Origin) -> tuple[str, ...]:
    """The program of an application as this machine sees it, outside its sandbox. `origin`: who says that it is a game; what an
    account installed under a name that the system has adds nothing to the system's.
    """
    if not _ID.fullmatch(app):
        return ()
    found: list[str] = []
    for installation in installations(search):
        if origin == "system" != installation.origin:
            continue
        active = f"{installation.path}/app/{app}/current/active"
        command = _COMMAND.search(files.text(f"{active}/metadata", 64 << 10) or "")
        if command is None:
            continue
        program = command[1].strip()
        path = f"{active}/files/" + (program.removeprefix("/app/") if program.startswith("/app/") else f"bin/{program}")
        if files.is_file(path) and files.real(path).startswith(files.real(f"{active}/files") + "/"):
            found += [path, files.real(path)]
    return tuple(dict.fromkeys(found))


def _flatpak_games(files: Files, search: SearchPaths, installation: Folder, app: str) -> Iterator[Hit]:
    active = f"{installation.path}/app/{app}/current/active"
    title, kind = app, None
    for path in files.under(f"{active}/export/share/applications", ".desktop", depth=1, most=50):
        with files.problems.guard(path):
            data = files.read(path, 256 << 10)
            entry = None if data is None else parse_entry(data)
            this = None if entry is None else kind_of(app, entry.categories, trusted=installation.origin == "system")
            if entry is not None and this is not None and kind in {None, "emulator"}:
                title, kind = entry.name, this
    if kind is not None:
        yield Hit(
            name=app, title=title, kind=kind, origin=installation.origin, source=f"Flatpak: {installation.path}/app/{app}",
            keys=frozenset({f"app:{app.lower()}"}), executables=flatpak_executables(files, search, app, installation.origin),
        )  # fmt: skip


_SNAP = re.compile(r"[a-z0-9][a-z0-9_-]*(?:\.[A-Za-z0-9_-]+)?")


def snap_executables(files: Files, name: str) -> tuple[str, ...]:
    """The programs of a snap, or of one application of it (`snap.app`), as its own metadata names them."""
    if not _SNAP.fullmatch(name):
        return ()
    snap, _, app = name.partition(".")
    top = f"/snap/{snap}/current"
    found = []
    for keys, value in scalars(files.text(f"{top}/meta/snap.yaml") or ""):
        if len(keys) == 3 and keys[0] == "apps" and keys[2] == "command" and keys[1] == (app or keys[1]):
            path = f"{top}/{value.split(' ')[0]}"
            if files.is_file(path):
                found += [path, files.real(path)]
    return tuple(dict.fromkeys(found))[:8]


_STATUS = "/var/lib/dpkg/status"
_FIELD = re.compile(r"^(Package|Status|Section|Architecture|Description): (.*)$", re.MULTILINE)
_SECTION = re.compile(r"(?:[a-z-]+/)?games")
_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]+")
# Words that say of a package's first line that it is for games, or about them, and not played.
_NO_GAME = re.compile(
    r"\b(?:"
    r"server|engine|editor|tools?|library|libraries|utility|utilities|interpreter|emulator|launcher|framework|data|"
    r"files|protocol|database|compiler|cookie|fortunes?|viewer|manager|optimi[sz]e|screensaver|metapackage|plugin|bot|"
    r"solver|generator|textures?|images?|sounds?|music|dummy|demo|font|emulation|simulation of|adaptor|multiplexer|"
    r"tutor|frontend for|root window|level files|browser|config\w*"
    r")\b",
    re.IGNORECASE,
)
# What else Debian 12 and 13 have in the section games that is looked at, not played, by name.
_TOYS = re.compile(
    r"cowsay.*|xcowsay|fortun.*|lolcat|sl|bb|aafire|filters|bsdgames-nonfree|cbonsai|hollywood|wallstreet|polygen.*|pipes-sh|oneko|"
    r"xjokes|xfishtank|xpenguins|xteddy|xphoon|xsnow|xfireworks|xmountains|xball|xflip|x?abacus|randtype|braillefont|bucklespring|"
    r"dizzy|sm|macopix.*|ninix-aya|kawari8|rolldice|geekcode|purity.*|cappuccino|an|wordplay|deal|dealer|pescetti|g?salliere|fathom|"
    r"pmars.*|hearse|qstat|mgt|gamescope|gamemode.*|goverlay|mangohud|littlewizard|shogivar|minetestmapper|tinymux|tf|tdfsb|scid.*|"
    r"steam.*|lutris|playonlinux|game-data-packager.*|mupen64plus.*|kodi-.*|uci2wb|polyglot|crazywa|hachu|sjaakii|stockfish|toga2|"
    r"fairymax|glaurung|gnuchess-book|dvorak7min|granule|tfortune|toilet|figlet"
)


def debian_games(files: Files, search: SearchPaths) -> Iterator[Hit]:
    """One hit for each such package, with all its programs. Not sure of what its description makes a tool, as an emulator."""
    for package, summary in _packages(files):
        listed = (path for path in _listed(files, package) if path.startswith("/usr/games/"))
        programs = tuple(path for path in listed if files.is_program(path))
        if programs:
            yield Hit(
                name=package, title=summary[:1].upper() + summary[1:], source=f"Debian: {package}", origin="system",
                keys=frozenset({f"package:{package}", *(f"run:{program}" for program in programs)}),
                executables=programs[:MAX_EXECUTABLES], sure=not _TOYS.fullmatch(package) and not _NO_GAME.search(summary),
            )  # fmt: skip


def _packages(files: Files) -> Iterator[tuple[str, str]]:
    """(name, first line of its description) of every installed package of the section games."""
    for paragraph in (files.text(_STATUS, 64 * MIB) or "").split("\n\n"):
        if "games" not in paragraph:
            continue
        fields = dict(_FIELD.findall(paragraph))
        name = fields.get("Package", "")
        installed = fields.get("Status", "").endswith(" installed")
        if installed and _SECTION.fullmatch(fields.get("Section", "")) and _PACKAGE.fullmatch(name):
            yield name, fields.get("Description", "")[:200]


def _listed(files: Files, package: str) -> list[str]:
    """The files of a package; packages of several architectures have theirs in the name of the list."""
    for name in (f"{package}.list", f"{package}:amd64.list", f"{package}:arm64.list", f"{package}:i386.list"):
        text = files.text(f"/var/lib/dpkg/info/{name}", 8 * MIB)
        if text is not None:
            return text.splitlines()
    return []
