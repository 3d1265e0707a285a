"""What a system has to offer so that something can be shown. Nobody here blocks: each answers later, whether it came about."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final, Literal, Protocol, TypeAlias

from tray.showing.notice import LISTED, Action, Urgency
from tray.showing.signs import FREE

_SHORTEST: Final = 8_000  # a banner stands
_LONGEST: Final = 20_000
Outcome: TypeAlias = Future[bool]
How: TypeAlias = Literal["banner", "notification", "window", "sound"]


@dataclass(frozen=True, slots=True)
class Card:
    """A notice in somebody's language. `lines` lie below the title. `standing`: it stays whatever is pressed.
    `full`: it covers the screen.
    """

    key: str
    title: str
    lines: tuple[str, ...] = ()
    sign: str = FREE
    urgency: Urgency = "normal"
    actions: tuple[tuple[Action, str], ...] = ()
    lasts: int | None = None
    saving: int | None = None
    standing: bool = False
    full: bool = False

    @property
    def drawn(self) -> int:
        """How long a banner of it stands: it goes by itself also where nobody closes it, what is urgent not before the rest."""
        if self.full and self.lasts is not None:
            return self.lasts
        lasts = LISTED if self.lasts is None else min(self.lasts, _LONGEST)
        return max(_SHORTEST, self.saving or 0, lasts)


class Display(Protocol):
    """Notifications, or banners. From any thread."""

    def show(self, card: Card) -> Outcome:
        """In place of the one with the same key."""

    def drop(self, begins: str) -> None:
        """Takes away those whose key begins so."""

    def close(self) -> None: ...


class Bell(Protocol):
    """A short sound."""

    def ring(self) -> Outcome: ...


def settled(*, came: bool) -> Outcome:
    """What is known at once."""
    outcome: Outcome = Future()
    outcome.set_result(came)
    return outcome
