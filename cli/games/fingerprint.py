"""What a game's file is, taken by the caller's own process: the agent could not read it, and need not."""

from __future__ import annotations

import hashlib
import re
import shutil
from dataclasses import replace
from pathlib import Path

from cli.errors import CommandError
from host.images import appended, build_id, signer, version
from i18n.message import Arg, msg
from rules.games import Fingerprint

_EXE = ".exe"
_NUMBERED = re.compile(r"-?\d[\d.]*$")
# Programs that run other programs, or that everybody runs. As a game each of them would make a game of whatever it runs.
_RUNNERS = (
    "python", "python2", "python3", "pypy3", "perl", "ruby", "node", "nodejs", "deno", "bun", "lua", "luajit", "php",
    "guile", "java", "javaw", "mono", "dotnet", "wine", "wine64", "wine-preloader", "wine64-preloader", "wineserver",
    "qemu-system-x86_64", "sh", "bash", "dash", "zsh", "fish", "ksh", "busybox", "toybox", "coreutils", "tclsh", "wish",
    "expect", "gawk", "mawk", "env", "sudo", "su", "doas", "pkexec", "nice", "nohup", "timeout", "setsid", "xargs",
    "ld.so", "ld-linux-x86-64.so.2", "flatpak", "snap", "bwrap", "firejail", "gamemoderun", "mangohud", "gamescope",
    "xvfb-run", "xdg-open", "systemd-run", "systemd", "dbus-daemon", "dbus-run-session", "Xorg", "Xwayland",
    "gnome-shell", "plasmashell", "sleep", "true", "cat", "ls", "cp", "mv", "rm", "ps", "top", "tail", "less", "ssh",
    "sshd", "login", "firefox", "chromium", "chrome", "google-chrome", "electron",
)  # fmt: skip
# The same on Windows, in lower case and without .exe, and what starts games but is none: it stays open all day.
_ON_WINDOWS = frozenset(
    {
        *(runner.lower() for runner in _RUNNERS),
        "pythonw", "py", "pyw", "pypy3w", "wperl", "rubyw", "wlua", "php-cgi", "php-win", "cmd", "powershell",
        "powershell_ise", "pwsh", "wt", "windowsterminal", "openconsole", "conhost", "wscript", "cscript", "mshta",
        "rundll32", "regsvr32", "msiexec", "explorer", "svchost", "dllhost", "services", "winlogon", "csrss", "dwm",
        "taskhostw", "taskmgr", "sihost", "runtimebroker", "applicationframehost", "userinit", "start", "notepad",
        "msedge", "msedgewebview2", "iexplore", "opera", "brave", "coccoc", "browser", "code", "steam",
        "steamwebhelper", "steamservice", "epicgameslauncher", "epicwebhelper", "riotclientservices", "riotclientux",
        "leagueclient", "leagueclientux", "garena", "galaxyclient", "battle.net", "origin", "eadesktop", "upc",
        "ubisoftconnect", "minecraftlauncher", "hyp",
    }
)  # fmt: skip


def fingerprint(path: Path) -> Fingerprint:
    """The file that the path leads to: absolute path, size, SHA-256, build id; of a program for Windows the names in its
    version resource, and on Windows who signed it. What carries its content behind itself has no build id of its own.

    CommandError (2) if it cannot be read, or is none that could be a game.
    """
    try:
        real = path.expanduser().resolve(strict=True)
        if not real.is_file():  # before opening: a named pipe would wait for its other end
            raise CommandError(msg("{path} is not a plain file", path=str(path)))
        with real.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size, said = file.tell(), version(file)
            build = None if appended(file) else build_id(file)
            found = Fingerprint(
                path=str(real), size=size, sha256=digest, build_id=build,
                original=said.original_name, product=said.product_name,
            )  # fmt: skip
            _check_kind(path, found)
        found = replace(found, signer=signer(found.path))
    except (OSError, RuntimeError) as error:
        why: Arg = str(error.strerror) if isinstance(error, OSError) else msg("links in a circle")
        raise CommandError(msg("{path} cannot be read: {why}", path=str(path), why=why)) from None
    return found


def _check_kind(path: Path, found: Fingerprint) -> None:
    if found.size == 0:
        raise CommandError(msg("{path} is empty", path=str(path)))
    runner = _runner(found)
    if runner:
        raise CommandError(
            msg("{path} is {runner}, and whatever it runs would be this game; name the game's own file, such as its script",
                path=str(path), runner=runner)
        )  # fmt: skip


def _runner(found: Fingerprint) -> str | None:
    """The common program that this file is, by its name or as a copy of it under another."""
    name = Path(found.path).name
    if name.lower().endswith(_EXE) or found.original is not None:
        return _runner_of_windows(name, found)
    for runner in _RUNNERS:
        if name == runner or (name.startswith(runner) and name[len(runner) :].lstrip("-").replace(".", "").isdigit()):
            return runner
        installed = shutil.which(runner)
        if installed and _same_content(Path(installed), found):
            return runner
    return None


def _runner_of_windows(name: str, found: Fingerprint) -> str | None:
    """By its name, and by the one that it was built under."""
    for called in (name, found.original or ""):
        stem = called.lower().removesuffix(_EXE)
        if stem in _ON_WINDOWS or _NUMBERED.sub("", stem) in _ON_WINDOWS:
            return called
    return None


def _same_content(other: Path, found: Fingerprint) -> bool:
    try:
        if other.stat().st_size != found.size:
            return False
        with other.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == found.sha256
    except OSError:
        return False
