"""Code that a process has loaded and root may not read, from a FUSE of the player's own: it is read as the process's account,
by its readers, in the thread of mazes.
"""

from __future__ import annotations

from collections.abc import Callable

from daemon.platforms.linux import procfs
from daemon.platforms.linux.accounts import acting_uid
from daemon.platforms.linux.reading.files import Runner
from daemon.platforms.linux.watching.asked_again import Answer, Question
from daemon.platforms.linux.watching.mapped import Mapped, alive
from daemon.platforms.linux.watching.mazes import Maze, Mazes
from daemon.platforms.linux.watching.read_images import ReadImages
from daemon.platforms.linux.watching.told import Steps, Told
from daemon.platforms.processes import BlindError
from daemon.platforms.reading.patience import HeldError
from rules.games import Catalogue, Fingerprint


class LoadedFiles:
    def __init__(self, mazes: Mazes, images: ReadImages) -> None:
        """`images`: of that thread."""
        self._mazes, self._images = mazes, images

    def read(
        self, question: Question, files: tuple[Mapped, ...], tell: Callable[[Answer], None], wanted: Callable[[], bool]
    ) -> None:  # fmt: skip
        """As asked_again.Read."""
        def begin() -> Steps | None:
            this = question.this
            ids = procfs.ids(this[0]) if alive(*this) else None
            if ids is None:
                tell(Answer())
                return None
            return self._steps(Runner(question.account, acting_uid(*ids[:2]), ids[2]), files, question.catalogue, tell)

        if self._images.files is None:
            tell(Answer())
        else:
            self._mazes.add(Maze(question.this, question.account, begin, wanted))

    def _steps(
        self, runner: Runner, files: tuple[Mapped, ...], catalogue: Catalogue, tell: Callable[[Answer], None]
    ) -> Steps:  # fmt: skip
        """Up to the first that is not read in time: what waits for it is waited for in the readers, of which there are few."""
        games, unread, late = list[Fingerprint](), tuple[Mapped, ...](), ""
        try:
            for at, one in enumerate(files):
                file, whole, own = self._open(runner, one, catalogue)
                games += [file] if file and any(True for _ in catalogue.of_content(file)) else []
                if not whole:
                    unread, late = files[at:], one.shown if own else ""
                    break
                yield []
        except BlindError:  # it is begun anew
            raise
        except Exception:
            tell(Answer())
            raise
        tell(Answer(tuple(games), unread, late))
        return Told()

    def _open(self, runner: Runner, one: Mapped, catalogue: Catalogue) -> tuple[Fingerprint | None, bool, bool]:
        """Whether it was read in time, too, and whether its account may have held it up: who keeps its memory busy holds up the
        way to the file. BlindError.
        """
        images = self._images
        images.read_for(runner)
        images.unread, images.own, images.held = "", False, {}
        try:
            file = images.found(one.ways[0], one.shown, catalogue)
        except HeldError:
            return None, False, self._served
        return file, not (images.unread or images.held), images.own and self._served

    @property
    def _served(self) -> bool:
        return self._images.files is not None and self._images.files.served
