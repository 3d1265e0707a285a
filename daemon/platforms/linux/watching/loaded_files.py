"""Code that a process has loaded and root may not read, from a FUSE of the player's own: it is read as the process's account,
by its readers, in the thread of mazes.
"""

from __future__ import annotations

from collections.abc import Callable

from daemon.platforms.linux import procfs
from daemon.platforms.linux.accounts import acting_uid
from daemon.platforms.linux.reading.files import Runner
from daemon.platforms.linux.watching.mapped import Mapped, alive
from daemon.platforms.linux.watching.mazes import Maze, Mazes
from daemon.platforms.linux.watching.read_images import ReadImages
from daemon.platforms.linux.watching.told import Steps, Told
from daemon.platforms.processes import Identity
from rules.games import Catalogue, Fingerprint


class LoadedFiles:
    def __init__(self, mazes: Mazes, images: ReadImages) -> None:
        """`images`: of that thread."""
        self._mazes, self._images = mazes, images

    def read(
        self, this: Identity, account: str, files: tuple[Mapped, ...], catalogue: Catalogue, tell: Callable[..., None]
    ) -> None:  # fmt: skip
        """`tell` is called in that thread with those of games, if there are any."""
        def begin() -> Steps | None:
            ids = procfs.ids(this[0]) if alive(*this) else None
            return self._games(Runner(account, acting_uid(*ids[:2]), ids[2]), files, catalogue, tell) if ids else None

        if self._images.files is not None:
            self._mazes.add(Maze(this, account, begin, of="loaded"))

    def _games(
        self, runner: Runner, files: tuple[Mapped, ...], catalogue: Catalogue, tell: Callable[..., None]
    ) -> Steps:  # fmt: skip
        games = list[Fingerprint]()
        for one in files:
            self._images.read_for(runner)
            file = self._images.open(one.ways[0], one.shown, catalogue)
            games += [file] if file and any(True for _ in catalogue.of_content(file)) else []
            yield []
        if games:
            tell(tuple(games))
        return Told()
