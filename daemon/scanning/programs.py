"""From a command to the files that will run: along PATH, through links and through small wrapper scripts."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from daemon.scanning.files import Files
from daemon.scanning.source import SearchPaths
from rules.programs import interpreter

_MOST = 8
_SCRIPT = 64 << 10
_PATH = re.compile(r"(?<![\w./$}-])(/(?:usr|opt|home|srv|var|snap)/[\w.+@/-]+)")
_EXEC = re.compile(r"^[ \t]*+exec[ \t]++(?:-a[ \t]++\S++[ \t]++)?[\"']?([\w.+-]++)[\"']?(?:\s|$)", re.MULTILINE)
_PLACES_OF_GAMES = re.compile(r"/usr/(?:local/)?games/|/usr/lib(?:exec|/games|/[\w.+-]+)/|/usr/share/games/|/opt/|/home/|/srv/")
_HELPERS = re.compile(r"/usr/lib/(?:[\w-]+-linux-gnu\w*/)?(?:gio|dbus|systemd|pulse|policykit|debconf|sudo|libreoffice)\b")


def which(files: Files, search: SearchPaths, program: str, folder: str = "") -> str | None:
    """The absolute path of a program: as a shell would find it, or below `folder` if it is a relative path."""
    if "/" in program:
        path = posixpath.normpath(program if program.startswith("/") else f"{folder or search.home}/{program}")
        return path if files.is_file(path) else None
    return next((path for folder_ in search.programs if files.is_program(path := f"{folder_}/{program}")), None)


def running(files: Files, search: SearchPaths, program: str) -> tuple[str, ...]:
    """The files that may run when this one is started: itself, what it is a link to, what it calls if it is a script.

    Interpreters are none of them: as a game each would make a game of whatever it runs.
    """
    real = files.real(program)
    found = [program, real, *_called(files, search, real)]
    return tuple(dict.fromkeys(path for path in found if not is_interpreter(path)))[:_MOST]


def is_interpreter(path: str) -> bool:
    """Not an emulator, which is a game of its own kind."""
    return interpreter(posixpath.basename(path)) not in {None, "emulator"}


def _called(files: Files, search: SearchPaths, script: str) -> Iterator[str]:
    head = files.start(script, 2)
    if head != b"#!":
        return
    text = (files.start(script, _SCRIPT) or b"").decode("utf-8", "replace")
    own = posixpath.dirname(script)
    for path in dict.fromkeys(match[1] for match in _PATH.finditer(text)):
        near = posixpath.dirname(path) == own and own not in search.programs
        if (near or _PLACES_OF_GAMES.match(path)) and not _HELPERS.match(path) and files.is_program(path):
            yield from dict.fromkeys((path, files.real(path)))
    for match in _EXEC.finditer(text):
        path = which(files, search, match[1])
        if path is not None and path != script:
            yield from dict.fromkeys((path, files.real(path)))
