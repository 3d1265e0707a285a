"""A process as it was read once, and what became of it by the next look."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rules.games import Fingerprint, Program


@dataclass(frozen=True, slots=True)
class SeenProgram:
    """A program as it was read at `at` (mono); `image` is its executable's device and inode, if known.

    Kept without its arguments where it is no game: they are as long as somebody likes.
    """

    program: Program
    image: tuple[int, int] | None
    at: int

    def same_as(self, other: SeenProgram) -> bool:
        """Whether no exec lies between: another executable, or another script of the same interpreter."""
        if self.program.started != other.program.started:
            return False
        if self.image and other.image and self.image != other.image:
            return False
        mine, others = self.program.files[1:], other.program.files[1:]
        return not (mine and others) or mine[0].size == others[0].size

    def kept(self, before: SeenProgram) -> SeenProgram:
        """The same as what went on since `before`: its start, and hashes that are not to be had at the moment."""
        program = replace(self.program, since=before.program.since, files=_hashed(before.program.files, self.program.files))
        return replace(self, program=program)

    def after(self, before: SeenProgram) -> SeenProgram:
        """The same as what came after `before`. An exec keeps the start time of its process: it was between the two looks."""
        if before.program.started != self.program.started:
            return self
        return replace(self, program=replace(self.program, since=max(self.program.since, before.at)))

    def without_args(self) -> SeenProgram:
        return replace(self, program=replace(self.program, args=()))


def _hashed(before: tuple[Fingerprint, ...], now: tuple[Fingerprint, ...]) -> tuple[Fingerprint, ...]:
    if len(before) != len(now):
        return now
    return tuple(
        replace(new, sha256=old.sha256) if new.sha256 is None and (new.size, new.build_id) == (old.size, old.build_id) else new
        for old, new in zip(before, now, strict=True)
    )
