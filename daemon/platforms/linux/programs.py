"""A process as the loop sees it: who runs which files since when."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from daemon.platforms.linux import procfs
from daemon.platforms.linux.accounts import Names
from daemon.platforms.linux.images import Images
from host.clock import Clock
from rules.games import Catalogue, Fingerprint, Program

# Programs that run another file which they are told. Also known by their build under whatever name, see `interpreters`.
_INTERPRETER = re.compile(
    r"(?:ld-linux.*|ld-musl.*|ld-\d.*\.so|.*python[\d.]*|pypy[\d.]*|perl[\d.]*|ruby[\d.]*|lua(?:jit)?[\d.]*|node(?:js)?|bun|deno"
    r"|php[\d.]*|(?:ba|da|z|k|mk|fi|c|tc|a)?sh|java|mono(?:-sgen)?|dotnet|love(?:-[\d.]+)?|godot.*|tclsh[\d.]*|wish[\d.]*"
    r"|guile[\d.]*|scummvm|dosbox.*|wine(?:64)?(?:-preloader)?|proton|box(?:86|64)|qemu-(?:x86_64|i386|arm|aarch64)(?:-static)?)"
)
_WINDOWS_PATH = re.compile(r"([A-Za-z]):(\\.+)")
_PLACES = ("/usr/bin", "/lib64", "/lib", "/usr/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu")
_ARGS_LOOKED_AT = 8
_INLINE = frozenset(("-c", "-m", "-e", "--eval"))  # no file is run: what follows is data, and may well name a game


class Programs:
    """Reads processes. All calls on one thread."""

    def __init__(self, clock: Clock, builds: Iterable[str] = ()) -> None:
        """`builds`: build ids of interpreters and loaders, which then are known under any name."""
        self._clock = clock
        self._builds = frozenset(builds)
        self._images = Images()
        self._names = Names()

    def forget_names(self) -> None:
        self._names.forget()

    def read(self, pid: int, catalogue: Catalogue, since: int | None = None) -> Program | None:
        """The program that runs under this pid now; `since` where its exec was seen. None: there is none that we can see."""
        status = procfs.stat(pid)
        uids = procfs.uids(pid)
        if status is None or uids is None or not status.alive:
            return None
        thread = procfs.running_thread(status)
        args = procfs.args(thread)
        files = tuple(self._files(thread, args, catalogue))
        if not files and not args:
            return None  # a kernel thread, or over by now
        return Program(
            pid=pid,
            started=status.started,
            since=self.since(status.started) if since is None else since,
            account=self._names.of(acting_uid(*uids)),
            files=files,
            args=args,
            parent=status.parent,
        )

    def since(self, started: int) -> int:
        """The process's start on the clock that play is counted on. Ticks include sleep: all sleep since boot is taken off."""
        return started * procfs.TICK_MS - (self._clock.elapsed() - self._clock.mono())

    def _files(self, pid: int, args: tuple[str, ...], catalogue: Catalogue) -> Iterator[Fingerprint]:
        exe = f"/proc/{pid}/exe"
        path = procfs.link(exe)
        if path is None:
            return
        image = self._images.open(exe, path, catalogue)
        # Not readable, as on somebody's own FUSE mount, which the kernel hides even from root: its name is what we know.
        yield image or Fingerprint(path, 0)
        if _INTERPRETER.fullmatch(path.rpartition("/")[2]) or (image and image.build_id in self._builds):
            yield from self._told(pid, args, catalogue)

    def _told(self, pid: int, args: tuple[str, ...], catalogue: Catalogue) -> Iterator[Fingerprint]:
        """The file that an interpreter was told to run: the first argument that is a plain file, as the process sees it."""
        for arg in _operands(args):
            where = f"/proc/{pid}/root{arg}" if arg.startswith("/") else f"/proc/{pid}/cwd/{arg}"
            shown = arg if arg.startswith("/") else f"{procfs.link(f'/proc/{pid}/cwd') or ''}/{arg.removeprefix('./')}"
            if found := self._images.open(where, shown, catalogue):
                yield found
                return
        if windows := next(filter(None, map(_WINDOWS_PATH.fullmatch, args)), None):
            yield self._windows(pid, windows[1], windows[2].replace("\\", "/"), catalogue)

    def _windows(self, pid: int, drive: str, path: str, catalogue: Catalogue) -> Fingerprint:
        """Wine names its programs as Windows would. Drive Z is our root, of others only the program's name is known."""
        found = self._images.open(f"/proc/{pid}/root{path}", path, catalogue) if drive in "zZ" else None
        return found or Fingerprint(path, 0)


def _operands(args: tuple[str, ...]) -> list[str]:
    before = itertools.takewhile(lambda arg: arg not in _INLINE, args[1:])
    return [arg for arg in before if arg and not arg.startswith("-")][:_ARGS_LOOKED_AT]


def acting_uid(real: int, effective: int) -> int:
    """Who acts: whoever started it, also when the program is setuid; root only where nobody else is named."""
    return real or effective


def interpreters() -> frozenset[str]:
    """Build ids of the interpreters and loaders that are installed here."""
    empty = Catalogue(())
    images = Images()
    found = set()
    for place in _PLACES:
        for path in _listed(place):
            if _INTERPRETER.fullmatch(path.name) and (image := images.open(str(path), str(path), empty)) and image.build_id:
                found.add(image.build_id)
    return frozenset(found)


def _listed(place: str) -> list[Path]:
    try:
        return list(Path(place).iterdir())
    except OSError:
        return []
