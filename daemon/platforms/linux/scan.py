"""Scanning on Linux: becoming the account that is scanned for, and where games are on this system."""

from __future__ import annotations

import os
import pwd
import resource
from collections.abc import Mapping

from daemon.api.scan import LIMIT
from daemon.platforms.linux.children import become, bound
from daemon.scanning import labels
from daemon.scanning.hits import Folder, RefusedError, SearchPaths, Source
from daemon.scanning.sources import launchers, menus, packages, steam, wine
from i18n.message import msg, said_by

_PATH = ("/usr/local/games", "/usr/games", "/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin")
_SYSTEM = ("/usr/share", "/usr/local/share", "/usr/share/gnome", "/var/lib/flatpak/exports/share", "/var/lib/snapd/desktop")
_USER = (".local/share", ".local/share/flatpak/exports/share")
_BOUNDS = (
    (resource.RLIMIT_AS, 2 << 30),  # bytes
    (resource.RLIMIT_CPU, 60),  # seconds
    (resource.RLIMIT_CORE, 0),
    (resource.RLIMIT_NOFILE, 128),
    (resource.RLIMIT_FSIZE, LIMIT + 1),  # it answers into a file
)


class LinuxScanner:
    """search.Scanner."""

    sources: tuple[Source, ...] = (
        menus.hits, labels.console_games, packages.flatpak_games, packages.debian_games, steam.hits,
        launchers.lutris_games, launchers.heroic_games, launchers.minecraft, wine.hits,
    )  # fmt: skip

    def become(self, user: str | None) -> SearchPaths:
        entry = _entry(user)
        asked = dict(os.environ) if entry.pw_uid == os.getuid() else {}
        try:
            become(entry.pw_uid, entry.pw_gid)
        except OSError as error:
            raise RefusedError(msg("cannot become {user}: {why}", user=entry.pw_name, why=said_by(error))) from None
        os.environ.update(HOME=entry.pw_dir, USER=entry.pw_name, LOGNAME=entry.pw_name, LANG="C.UTF-8", PATH=":".join(_PATH))
        bound(_BOUNDS)
        return place_of(entry.pw_name, entry.pw_dir, asked)


def place_of(account: str, home: str, environment: Mapping[str, str]) -> SearchPaths:
    """Where the games are of the account that this process is. The environment, which has to be its own, may add folders."""
    home = home.rstrip("/") or "/nonexistent"
    data = [Folder(path, "system") for path in _SYSTEM]
    data += [Folder(f"{home}/{path}", "user") for path in _USER]
    more = (environment.get("XDG_DATA_HOME", ""), *environment.get("XDG_DATA_DIRS", "").split(":"))
    held = {folder.path for folder in data}
    data += [Folder(path.rstrip("/"), "user") for path in dict.fromkeys(more)
             if path.startswith("/") and path.rstrip("/") not in held]  # fmt: skip
    programs = (*_PATH, f"{home}/.local/bin", f"{home}/bin")
    return SearchPaths(account=account, home=home, data=tuple(data), programs=programs, uid=os.getuid())


def _entry(user: str | None) -> pwd.struct_passwd:
    try:
        entry = pwd.getpwuid(os.getuid()) if user is None else pwd.getpwnam(user)
    except (KeyError, ValueError):
        raise RefusedError(msg("this machine has no account '{account}'", account=str(user or os.getuid()))) from None
    if entry.pw_uid != os.getuid() and os.geteuid() != 0:
        command = f"sudo giochoi game scan --user {entry.pw_name}"
        raise RefusedError(msg("only root may look for the games of {user}: {command}", user=entry.pw_name, command=command))
    return entry
