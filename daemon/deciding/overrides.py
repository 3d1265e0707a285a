"""What guardians put before the rules for a while: pauses, in which nobody plays, and `off`, in which nothing is enforced.

Both are kept in the store, as they are now; the log says what they were. A pause holds as long as any reading of the clock
says so. `off` is over as soon as one reading does, or as much time has passed, whatever clocks say.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import msgspec

from agent.api.asked import ProvedBy
from daemon.sessions import InForce, People, RuledPlayer, ids
from daemon.store import Store
from daemon.trusted import Reading
from rules.facts import Pause

_PAUSES, _OFF = "pauses", "off"
T = TypeVar("T")


class PauseEvent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`who` (`how` and `guardian` as in grants) paused `player` (None: everybody) at `at`, but for players in `but`, for whom
    it was taken back.
    """

    id: str
    player: str | None
    who: str
    at: int
    until: int | None = None
    reason: str = ""
    but: tuple[str, ...] = ()
    how: ProvedBy = "account"
    guardian: str | None = None


class OffEvent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`who` had nothing enforced from `at` to `until`; it is over at `elapsed` of `boot`, too."""

    id: str
    who: str
    reason: str
    at: int
    until: int
    boot: str
    elapsed: int


class Overrides:
    """`keep_…` stores what is to hold; it holds once the caller's transaction is durable. `off` is the one that was begun, and
    not ended yet.
    """

    def __init__(self, store: Store, in_force: InForce) -> None:
        self._store = store
        self._in_force = in_force
        self.pauses: tuple[PauseEvent, ...] = self._store.load(_PAUSES, tuple[PauseEvent, ...]) or ()
        self.off: OffEvent | None = self._store.load(_OFF, OffEvent)

    # --- pauses -----------------------------------------------------------------------------------------------------------

    def keep_pauses(self, pauses: tuple[PauseEvent, ...]) -> None:
        self._store.put(_PAUSES, msgspec.json.encode(pauses))
        self._store.then(lambda: setattr(self, "pauses", pauses))

    def of(self, player: RuledPlayer) -> Iterator[PauseEvent]:
        """Those that hold for the player."""
        return (one for one in self.pauses if one.player == player.id or (one.player is None and self._all(one, player)))

    def longest(self, player: RuledPlayer) -> PauseEvent | None:
        """The one that ends last."""
        return max(self.of(player), key=_ends, default=None)

    def pause(self, player: RuledPlayer) -> Pause | None:
        """The same, as a fact."""
        found = self.longest(player)
        return None if found is None else Pause(found.until, self._in_force.known().zone, found.id)

    def _all(self, pause: PauseEvent, player: RuledPlayer) -> bool:
        """Whether a pause of everybody means this player: no guardian's own account."""
        account = player.registered.account
        return player.id not in pause.but and (account is None or account not in self._in_force.known().guardians)

    def over(self, now: Reading) -> tuple[PauseEvent, ...]:
        """The pauses that have ended."""
        return tuple(one for one in self.pauses if one.until is not None and one.until <= min(now.walls))

    def of_others(self, people: People) -> tuple[PauseEvent, ...]:
        """Those of players who are registered no longer. Whoever comes back under the same name is not paused."""
        known = ids(people.roster)
        return tuple(one for one in self.pauses if one.player is not None and one.player not in known)

    # --- off --------------------------------------------------------------------------------------------------------------

    def keep_off(self, off: OffEvent | None) -> None:
        if off is None:
            self._store.delete(_OFF)
        else:
            self._store.put(_OFF, msgspec.json.encode(off))
        self._store.then(lambda: setattr(self, "off", off))

    def open(self, now: Reading) -> bool:
        """Whether nothing is refused or ended now but for who is paused. A public place may not do that, whoever says so."""
        people = self._in_force.people
        return self.off is not None and people is not None and people.place == "home" and _left(self.off, now) > 0

    def next_moment(self, now: Reading) -> int | None:
        """In how many milliseconds a pause or `off` is over."""
        ends = [one.until - min(now.walls) for one in self.pauses if one.until is not None]
        return min([*ends, *([_left(self.off, now)] if self.off else [])], default=None)


def _ends(pause: PauseEvent) -> tuple[bool, int]:
    return pause.until is None, pause.until or 0


def _left(off: OffEvent, now: Reading) -> int:
    """How many milliseconds it goes on. Of another boot, no more has passed than since this one."""
    passed = off.elapsed - now.elapsed if off.boot == now.boot else off.until - off.at - now.elapsed
    return min(off.until - max(now.walls), passed)
