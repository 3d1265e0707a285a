"""Where a scan looks, and what each of its sources is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from daemon.scanning.files import Files
from daemon.scanning.hits import Hit, Origin
from i18n.message import MessageError


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder and who writes in it."""

    path: str
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPaths:
    """One account of one machine. `data` are the folders of XDG_DATA_DIRS, the system's first; `programs` is PATH. `uid`: the
    account's number, where the system says by it whose a file is.
    """

    account: str
    home: str
    data: tuple[Folder, ...] = ()
    programs: tuple[str, ...] = ()
    uid: int | None = None

    def said_by(self, origin: Origin) -> SearchPaths:
        """With the programs that can be meant by whoever says so: where one of the system's is not installed, the system means
        none of that name at home.
        """
        if origin == "user":
            return self
        return replace(self, programs=tuple(path for path in self.programs if not path.startswith(f"{self.home}/")))

    def at_home(self, *paths: str) -> list[str]:
        return [f"{self.home}/{path}" for path in paths]


Source = Callable[[Files, SearchPaths], Iterable[Hit]]


class RefusedError(MessageError):
    """The account cannot be scanned for, or not by whoever asks."""


class Scanner(Protocol):
    """What scanning needs of an operating system. `sources` are asked in this order: what the system says comes first."""

    @property
    def sources(self) -> Sequence[Source]: ...

    def become(self, user: str | None) -> SearchPaths:
        """Be this account (None: whoever runs this) for good, with its rights and nothing of the caller's environment.

        RefusedError.
        """
