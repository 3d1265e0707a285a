"""Where state and sockets lie, and that nobody else can change what lies there.

The system's home is /var/lib/giochoi with sockets in /run/giochoi; a private one is $XDG_DATA_HOME/giochoi; `--home` (or
GIOCHOI_HOME) names any other. In all of them: daemon/ and agent/ (0700, of those who run there), public/ (0755: the agent's
keys, its card, the home's language).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from host import choose
from host.api import Kind, TakenError
from host.folders import Folders
from i18n.message import MessageError, msg, said_by

ENV = "GIOCHOI_HOME"
LANGUAGE = "lang"


class HomeError(MessageError):
    """Which folder or file of a home, what is wrong, what to do."""


@dataclass(frozen=True, slots=True)
class Home(Folders):
    """One installation: its folders, and where its servers are reached. Nothing here touches the disk."""

    kind: Kind

    @property
    def daemon_address(self) -> str:
        return choose.channels().address(self.root, self.kind, "daemon")

    @property
    def agent_address(self) -> str:
        return choose.channels().address(self.root, self.kind, "agent")


def chosen_home(given: str | None) -> Home:
    """The home of this name; without one, the one that a server of ours would work in. Nothing is made."""
    return _named(given) or _default(system=choose.files().serves_system())


def server_home(given: str | None) -> Home:
    """The home that a server works in, with root and run/ made and checked. HomeError."""
    home = chosen_home(given)
    prepare(home.root, 0o755)
    prepare_for(home.daemon_address)
    return home


def client_home(given: str | None) -> Home:
    """The home that a client talks to: named, else the system's if a socket is there, else the private one if that is there."""
    named = _named(given)
    if named:
        return named
    home = _default(system=True)
    with suppress(OSError):
        if any(map(choose.channels().exists, (home.daemon_address, home.agent_address))):
            return home
    private = _default(system=False)
    with suppress(OSError):
        if private.root.exists():
            return private
    with suppress(OSError):
        if home.root.exists():  # nobody runs there just now: that is what has to be started
            return home
    return chosen_home(None)


def prepare(folder: Path, mode: int) -> None:
    """Make the folder, or check it: ours or root's, no link, nobody else may write. Never more open than `mode`. HomeError."""
    try:
        choose.files().prepare(folder, mode)
    except OSError as error:
        why = said_by(error)
        raise HomeError(msg("{folder}: {why}; choose another --home", folder=str(folder), why=why)) from error


def prepare_own(folder: Path) -> None:
    """As `prepare`, for us alone, and nothing in it is another's who once could write there. HomeError."""
    prepare(folder, 0o700)
    try:
        choose.files().vet(folder)
    except OSError as error:
        raise HomeError(msg("{folder}: {why}: see who put it there", folder=str(folder), why=said_by(error))) from error


def prepare_for(address: str) -> None:
    """Make the folder in which an address of ours has to lie, or check it. HomeError."""
    folder = choose.channels().folder(address)
    if folder is not None:
        prepare(folder, 0o755)


@contextmanager
def lock(folder: Path) -> Iterator[None]:
    """Hold the folder for this process, also across kill -9 of it. HomeError if another one does, naming it."""
    try:
        handle = choose.files().lock(folder / "lock")
    except TakenError as error:
        raise taken(folder, error) from error
    except OSError as error:
        raise HomeError(msg("{folder}: cannot be locked: {why}", folder=str(folder), why=said_by(error))) from error
    try:
        yield
    finally:
        os.close(handle)


def taken(where: Path | str, error: TakenError) -> HomeError:
    """The error that says who holds `where`."""
    if not error.pid:
        return HomeError(msg("{where}: in use by another process", where=str(where)))
    return HomeError(msg("{where}: in use by process {pid}", where=str(where), pid=str(error.pid)))


def unwritable(path: Path, error: OSError) -> HomeError:
    """The error that says why this file cannot be written."""
    return HomeError(msg("{path}: cannot be written: {why}", path=str(path), why=said_by(error)))


def language(home: Home) -> str | None:
    """The language in which this home wants to be spoken to, which the agent publishes there; None: it did not say."""
    files = choose.files()
    with suppress(OSError, UnicodeDecodeError):
        return files.read_owned(home.public / LANGUAGE, files.publishers(home.kind), 64).decode().strip()
    return None


def _named(given: str | None) -> Home | None:
    name = given or os.environ.get(ENV)
    if not name:
        return None
    # Not resolved: a link at the end has to be seen as one and refused.
    root = Path(os.path.abspath(Path(name).expanduser()))  # noqa: PTH100 - Path.absolute keeps "..", resolve follows links
    return Home(root, "system" if root == choose.files().system_root() else "given")


def _default(*, system: bool) -> Home:
    files = choose.files()
    return Home(files.system_root(), "system") if system else Home(files.private_root(), "private")
