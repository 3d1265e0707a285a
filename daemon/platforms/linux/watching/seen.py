"""A program as it was read, and what makes two readings the same program."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from daemon.platforms.linux.reading import places
from daemon.platforms.linux.watching.unread import Held
from daemon.platforms.processes import Identity
from rules.games import Catalogue, Fingerprint, Program

Image = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SeenProgram:
    """A program as it was read at `at` (mono); `image` is its executable's device and inode, if known.

    Kept without its arguments where it is no game: they are as long as somebody likes. `held`: how often that was looked at of
    which it was forked while something of that was unread.
    """

    program: Program
    image: Image | None
    at: int
    held: Held | None = None

    @property
    def identity(self) -> Identity:
        return self.program.identity

    def same_as(self, other: SeenProgram) -> bool:
        """Whether no exec lies between: another executable, another script of the same interpreter, or one where none was told.

        The latter is what a process becomes that was read between fork and exec. Where a script is no longer to be seen, as it
        was deleted or lies in another folder by now, the program is still the same; so it is while its command line is.
        """
        if self.program.started != other.program.started:
            return False
        if self.image and other.image and self.image != other.image:
            return False
        mine, others = self.program.files[1:], other.program.files[1:]
        if not mine and others:
            return bool(self.program.args) and self.program.args == other.program.args
        return not others or mine[0].size == others[0].size

    def adds_to(self, before: SeenProgram) -> bool:
        """Whether it is `before`, of which something could not be read then, with all that was, and maybe more."""
        mine = {(one.path, one.size) for one in self.program.files}
        mine |= {(path, 0) for path, _ in mine}  # what it is called is what we know of an executable that cannot be read
        same = before.program.unread and self.identity == before.identity and self.image == before.image
        return same and all((one.path, one.size) in mine for one in before.program.files)

    def kept(self, before: SeenProgram) -> SeenProgram:
        """The program that was already seen as `before`: with its start, what it had loaded, and what lacks of its files."""
        files = _known_files(before.program.files, self.program.files)
        program = replace(self.program, since=before.program.since, files=files, mapped=before.program.mapped)
        return replace(self, program=program)

    def after(self, before: SeenProgram, looked: int = 0) -> SeenProgram:
        """The program that came after `before`. An exec keeps its process's start time, so it began after `before` was read, or
        was `looked` at (mono) the last time.
        """
        if before.program.started != self.program.started:
            return self
        return replace(self, program=replace(self.program, since=max(self.program.since, before.at, looked)))

    def without_args(self) -> SeenProgram:
        return replace(self, program=replace(self.program, args=()))

    # --- what runs of one executable ---------------------------------------------------------------------------------------

    def forked(self, parent: int, pid: int, mono: int) -> SeenProgram:
        """What this one's child is until it executes something, or its sibling; when it started is not known yet."""
        program = replace(self.program, pid=pid, started=-1, since=mono, parent=parent)
        return SeenProgram(program, self.image, mono, self.held)

    def goes_on_as(self, new: SeenProgram, catalogue: Catalogue) -> bool:
        """Whether this same process is still the same game as `new`."""
        before, now = catalogue.recognise(self.program), catalogue.recognise(new.program)
        return before is not None and now is not None and before.game == now.game and self.identity == new.identity

    def as_of(self, game: SeenProgram) -> SeenProgram:
        """With the files by which `game` was recognised, of which it runs the same."""
        return replace(self, program=replace(self.program, files=game.program.files, interpreted=game.program.interpreted))

    def runs_the_same(self, game: SeenProgram, catalogue: Catalogue) -> bool:
        """Whether it runs what the account's `game` does, whatever became of the file, its name or its folder. What the command
        line tells the executable has to be the same too, unless the executable alone is the game.
        """
        mine, others = self.program, game.program
        if mine.account != others.account or not mine.files or not others.files:
            return False
        if (mine.files[0].size, mine.files[0].build_id) != (others.files[0].size, others.files[0].build_id):
            return False  # the number of a deleted file may be another's by now
        return mine.args == others.args or game.by_executable(catalogue)

    def by_executable(self, catalogue: Catalogue) -> bool:
        """Whether its executable alone is the game, whoever runs it and whatever it is told."""
        alone = replace(self.program, files=self.program.files[:1], args=(), interpreted=False, mapped=())
        return catalogue.recognise(alone) is not None


def image_of(pid: int) -> Image | None:
    with suppress(OSError):
        return places.image_at(f"/proc/{pid}/exe")
    return None


def _known_files(before: tuple[Fingerprint, ...], now: tuple[Fingerprint, ...]) -> tuple[Fingerprint, ...]:
    if len(before) != len(now):  # its script is deleted by now, or another folder is where it was told to look
        return before if len(before) > len(now) else now
    return tuple(
        replace(new, sha256=old.sha256) if new.sha256 is None and (new.size, new.build_id) == (old.size, old.build_id) else new
        for old, new in zip(before, now, strict=True)
    )
