"""Games of Debian packages that no menu shows: what a package of the section games puts into /usr/games (FHS 3.0, 4.5).

The section holds toys (cowsay), tools and servers as well, and an installed package does not say which it is: those are told by
the words of its first line, and by a list of names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from daemon.scanning.files import MIB, Files
from daemon.scanning.hits import MAX_EXECUTABLES, Hit
from daemon.scanning.source import SearchPaths

_STATUS = "/var/lib/dpkg/status"
_FIELD = re.compile(r"^(Package|Status|Section|Architecture|Description): (.*)$", re.MULTILINE)
_SECTION = re.compile(r"(?:[a-z-]+/)?games")
_NAME = re.compile(r"[a-z0-9][a-z0-9+.-]+")
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


def hits(files: Files, search: SearchPaths) -> Iterator[Hit]:
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
        if installed and _SECTION.fullmatch(fields.get("Section", "")) and _NAME.fullmatch(name):
            yield name, fields.get("Description", "")[:200]


def _listed(files: Files, package: str) -> list[str]:
    """The files of a package; packages of several architectures have theirs in the name of the list."""
    for name in (f"{package}.list", f"{package}:amd64.list", f"{package}:arm64.list", f"{package}:i386.list"):
        text = files.text(f"/var/lib/dpkg/info/{name}", 8 * MIB)
        if text is not None:
            return text.splitlines()
    return []
