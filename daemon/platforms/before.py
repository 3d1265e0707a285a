"""What keeps starts from happening before the daemon is even asked, by means that outlive it: an option of a platform.

On Windows these are access lists of files (daemon.platforms.windows.denials). The loop works the same without it: whatever
starts nevertheless is ended as soon as it is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:  # api names BeforeStart as a part of a platform
    from daemon.platforms.api import WatchTrouble

Standing = Literal["off", "on", "rests", "impossible"]


@dataclass(frozen=True, slots=True)
class BeforeState:
    """For the doctor. "rests": lifted, and not set again before the next start. `files`: how many are denied to somebody now.

    `why`: what makes it impossible; `left_out`: lines about executables that are not denied though they should be.
    """

    standing: Standing
    files: int = 0
    why: str = ""
    left_out: tuple[str, ...] = ()


class BeforeStart(Protocol):
    """Called on the loop's thread. OSError never leaves."""

    def start(self, tell: Callable[[WatchTrouble], None]) -> None:
        """Undoes what an earlier run left, and prepares."""

    def seen(self, game: str, path: str) -> None:
        """The executable at `path` was recognised as this game by more than its name."""

    def follow(self, refused: Mapping[str, frozenset[str]], left: Mapping[tuple[str, str], int]) -> None:
        """From now on exactly these starts are to be refused: account -> ids of games, for accounts of one player alone.

        `left`: in how many milliseconds the decision about (account, game) changes; absent: nobody knows. To be called again at
        least every half minute: what somebody else undid is set again then.
        """

    def lift_all(self) -> None:
        """Nothing is refused any more, until the next start."""

    def stop(self) -> None:
        """An orderly end: nothing stays behind."""

    def state(self) -> BeforeState:
        """How it stands."""
