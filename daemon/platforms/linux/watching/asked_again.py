"""Code that processes have loaded and that could not be read in time is asked for again, and told of if that is in vain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, Protocol

from daemon.platforms.linux.watching.mapped import Mapped
from daemon.platforms.processes import Identity
from rules.games import Catalogue, Fingerprint

_AGAIN_S = 1.0
_TRIES = 3  # a busy PC reads the rest of it; then again after as many
_MOST_TURNS = 30  # and one for each file, in each of which some of it was read
_MOST_LATE = 64  # processes of one account: no PC is so busy that it has more


class Question(NamedTuple):
    """Of which process of whose: which of its files are games', that it can have since `at` (mono)."""

    this: Identity
    account: str
    catalogue: Catalogue
    at: int


class Answer(NamedTuple):
    """`unread`: what was not read in time, then what was not even asked for. `late`: the former, if its account may have held
    it up.
    """

    games: tuple[Fingerprint, ...] = ()
    unread: tuple[Mapped, ...] = ()
    late: str = ""


class Read(Protocol):
    """Reads these of an account's process as that account (loaded_files.py). `tell` is called in whatever thread, once, or not
    at all where it is not `wanted` any more.
    """

    def __call__(
        self, question: Question, files: tuple[Mapped, ...], tell: Callable[[Answer], None], wanted: Callable[[], bool]
    ) -> object: ...


@dataclass(slots=True, eq=False)
class _Late:
    question: Question
    files: tuple[Mapped, ...]
    tries: int
    turns: int
    most: int
    kept: bool
    asked: bool = False


class AskedAgain:
    """On the loop's thread. Of an account few are kept; of those above that it is told at once."""

    def __init__(
        self, read: Read, found: Callable[[Identity, tuple[Fingerprint, ...], int], None],
        unread: Callable[[Identity, str, str], bool], forget: Callable[[Identity], None], later: Callable[..., object],
    ) -> None:  # fmt: skip
        """`read` tells on the loop's thread. `unread` is told of a process, whose it is and what was not read, and says whether
        that is of interest; `forget` of one that may be looked at anew, but not by us. `later` as the loop's `call_later`.
        """
        self._read, self._found, self._unread, self._forget, self._later = read, found, unread, forget, later
        self._late: dict[str, dict[Identity, _Late]] = {}
        self._waits = False

    def clear(self) -> None:
        self._late.clear()
        self._waits = False

    def ask(self, question: Question, files: tuple[Mapped, ...]) -> None:
        """All that is not read of it by now."""
        late = self._late.setdefault(question.account, {})
        old = late.get(question.this)
        most = max(old.most if old else 0, _MOST_TURNS + len(files))
        tried = (old.tries, old.turns, most) if old else (0, 0, most)
        one = _Late(question, files, *tried, kept=old is not None or len(late) < _MOST_LATE)
        if one.kept:
            late[question.this] = one
        self._ask(one)

    def _ask(self, one: _Late) -> None:
        one.asked = True
        self._read(one.question, one.files, partial(self._answered, one), partial(self._is_wanted, one))

    def _is_wanted(self, one: _Late) -> bool:
        """Asked in other threads, too. Not what is asked for with more by now."""
        return not one.kept or self._late.get(one.question.account, {}).get(one.question.this) is one

    def _answered(self, one: _Late, answer: Answer) -> None:
        one.asked = False
        this, account = one.question.this, one.question.account
        if answer.games:
            self._found(this, answer.games, one.question.at)
        if not self._is_wanted(one):
            return
        if answer.games or not answer.unread:
            self._drop(one)
        elif self._is_too_much(one, answer.unread):
            one.tries = one.turns = 0
            known = bool(answer.late) and self._unread(this, account, answer.late)
            if not (known and one.kept):
                self._drop(one)
                self._forget(this)
        self._soon()

    def _is_too_much(self, one: _Late, unread: tuple[Mapped, ...]) -> bool:
        """Whether the same was asked for so often, and in vain; or anything, however much was read meanwhile."""
        one.tries = one.tries + 1 if unread[0] == one.files[0] else 1
        one.turns += 1
        one.files = unread
        return not one.kept or one.tries >= _TRIES or one.turns >= one.most

    def _drop(self, one: _Late) -> None:
        late = self._late.get(one.question.account, {})
        if one.kept:
            late.pop(one.question.this, None)
        if not late:
            self._late.pop(one.question.account, None)

    def _soon(self) -> None:
        if self._late and not self._waits:
            self._waits = True
            self._later(_AGAIN_S, self._turn)

    def _turn(self) -> None:
        """One that was not answered yet is not asked for twice."""
        self._waits = False
        for late in tuple(self._late.values()):
            for one in tuple(late.values()):
                if not one.asked:
                    self._ask(one)
        self._soon()
