"""A player plays at one seat at a time: what this seat knows of its own claims, and of play elsewhere.

Decisions never wait for the agent: a play begins by what is known here, the agent is asked at once, and what it answers holds
from the next beat on. While it is away, whoever is held here plays on; for others the roster's `offline` pack holds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from typing import Final, TypeVar

import msgspec

from agent.api.claims import Claim, Claimed, PlayedElsewhere
from daemon.deciding.plays import Play, Plays
from daemon.sessions import GUEST, InForce, RuledPlayer
from daemon.store import Store
from rules.facts import Pause, Played

_ROW: Final = "played-elsewhere"
_LONGEST_MS: Final = 3_600_000  # of a play without an end in sight; then it is asked again
_AGAIN_MS: Final = 10_000  # whoever plays elsewhere may have stopped

T = TypeVar("T", bound=msgspec.Struct)


@dataclass(slots=True)
class _Held:
    """`by`: what the seat is called where the player plays, "": here, to `until` (wall). Asked again at `again` (mono)."""

    by: str
    until: int
    again: int


@dataclass(slots=True, eq=False)
class Claims:
    """`away`: the agent cannot be reached. `news` is set when there is something to ask."""

    in_force: InForce
    plays: Plays
    store: Store
    away: bool = True
    news: asyncio.Event = field(default_factory=asyncio.Event)
    _held: dict[str, _Held] = field(default_factory=dict)
    _wanted: dict[str, int] = field(default_factory=dict)  # by player: until when (wall) the play may go on

    def __post_init__(self) -> None:
        for player, plays in self._known().items():
            self.plays.elsewhere(player, map(_played, plays))

    @property
    def _shared(self) -> bool:
        people = self.in_force.people
        return people is not None and people.roster.shared

    def look(self, wall: int, mono: int, until: Callable[[Play], int | None]) -> None:
        """Who has to be claimed, of all that play now; `until`: to when (wall) a play may go on."""
        playing = {} if not self._shared else {
            play.player.id: until(play) or self._open_end(play.player.id, wall) for play in self.plays.running.values()
            if play.player.limited and play.player.id != GUEST
        }  # fmt: skip
        self._held = {id_: one for id_, one in self._held.items() if id_ in playing or (one.by and mono < one.again)}
        self._wanted = {id_: end for id_, end in playing.items() if self._due(id_, end, mono)}
        if self._wanted:
            self.news.set()

    def _open_end(self, player: str, wall: int) -> int:
        """To when a play without an end in sight is claimed: anew when half of that is over."""
        held = self._held.get(player)
        return held.until if held is not None and held.until - wall > _LONGEST_MS // 2 else wall + _LONGEST_MS

    def _due(self, player: str, until: int, mono: int) -> bool:
        held = self._held.get(player)
        return held is None or (mono >= held.again if held.by else until > held.until)

    async def ask(self, seat: str, ask: Callable[[Claim], Awaitable[Claimed]], mono: Callable[[], int]) -> bool:
        """Ask for each that is wanted; whether anything is another than it was. What the call raises is raised."""
        changed = False
        for player, until in tuple(self._wanted.items()):
            answer = await ask(Claim(seat=seat, player=player, until=until))
            before = self._held.get(player)
            self._held[player] = _Held(answer.by, until, mono() + _AGAIN_MS)
            changed = changed or before is None or before.by != answer.by
            if not answer.by:
                self._keep(player, answer.plays)
        self._wanted.clear()
        return changed

    def _known(self) -> dict[str, tuple[PlayedElsewhere, ...]]:
        found = self.store.get(_ROW)
        return {} if found is None else msgspec.json.decode(found, type=dict[str, tuple[PlayedElsewhere, ...]])

    def _keep(self, player: str, plays: tuple[PlayedElsewhere, ...]) -> None:
        self.plays.elsewhere(player, map(_played, plays))
        known, people = self._known(), self.in_force.people
        if known.get(player, ()) != plays:
            here = {id_: kept for id_, kept in known.items() if people is None or people.by_id(id_) is not None}
            with self.store.transaction():
                self.store.put(_ROW, msgspec.json.encode({**here, player: plays}))

    def forget(self, players: Collection[str]) -> None:
        """Nothing is kept of them. The transaction is the caller's."""
        known = self._known()
        if not known.keys().isdisjoint(players):
            kept = {player: plays for player, plays in known.items() if player not in players}
            self.store.put(_ROW, msgspec.json.encode(kept))

    def pause(self, player: RuledPlayer, zone: str) -> Pause | None:
        """Whoever plays elsewhere plays nothing here meanwhile."""
        held = self._held.get(player.id)
        return Pause(None, zone, "elsewhere", held.by) if held is not None and held.by else None

    def offline(self, player: RuledPlayer, wall: int) -> bool:
        """Whether the player is neither held nor checked in here, and the agent cannot be asked."""
        people = self.in_force.people
        if not self._shared or not self.away or player.id == GUEST or (people is not None and player.id == people.checked_in):
            return False
        held = self._held.get(player.id)
        return held is None or bool(held.by) or held.until <= wall


def _played(one: PlayedElsewhere) -> tuple[tuple[str, int], Played]:
    return (one.seat, one.seq), Played(one.game, one.publisher, one.start, one.ms, one.label, one.sure)
