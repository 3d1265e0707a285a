"""What else an account may run that otherwise runs only what an administrator installed: what a guardian let through. Pure."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from rules.games import Catalogue, Fingerprint, Program
from rules.programs import Family, interpreter

READ_AT_ONCE = 1 << 20  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LetProgram:
    """A program that a guardian let through, by its content; `name` is its file's at that time.

    `interpreter`: it runs other files, which then may be anybody's; an update of the system does not take that away.
    """

    name: str
    sha256: str
    size: int
    build_id: str | None = None
    interpreter: Family | None = None


@dataclass(frozen=True)
class OnlyInstalled:
    """What one player may run that not only an administrator can have put there: `let`, and the `games` let through. `named`:
    games of the catalogue are no unknown programs, so that their own rules decide.
    """

    let: tuple[LetProgram, ...] = ()
    games: frozenset[str] = frozenset()
    named: bool = False

    @cached_property
    def _sha256(self) -> frozenset[str]:
        return frozenset(one.sha256 for one in self.let)

    @cached_property
    def _alike(self) -> frozenset[tuple[int, str | None]]:
        return frozenset((one.size, one.build_id) for one in self.let)

    @cached_property
    def interpreters(self) -> frozenset[Family]:
        """Whose scripts may be anybody's."""
        return frozenset(one.interpreter for one in self.let if one.interpreter is not None)

    def lets(self, file: Fingerprint, catalogue: Catalogue) -> bool | None:
        """Whether it may run. None: its content decides, and is too much to have been read yet. A small file of which it is not
        known is one that its owner keeps from being read.
        """
        if file.sha256 in self._sha256 or not self.games.isdisjoint(catalogue.by_content(file)):
            return True
        if self.named and catalogue.by_file(file):
            return True
        unread = file.sha256 is None and file.size > READ_AT_ONCE
        return None if unread and (file.size, file.build_id) in self._alike else False

    def lets_any_script(self, program: Program) -> bool:
        """Whether it is an interpreter whose scripts may be anybody's."""
        if not program.files or not self.interpreters:
            return False
        return interpreter(posixpath.basename(program.files[0].path)) in self.interpreters

    def strangers(self, program: Program, catalogue: Catalogue) -> tuple[Fingerprint, ...]:
        """The files for which it may not run; where their content is not known yet, they are taken for what they look like."""
        told = program.foreign
        if self.lets_any_script(program):
            told = tuple(one for one in told if one == program.files[0])
        return tuple(one for one in told if self.lets(one, catalogue) is False)


def sizes(every: Iterable[OnlyInstalled]) -> frozenset[int]:
    """Of files whose content has to be known."""
    return frozenset(one.size for only in every for one in only.let)
