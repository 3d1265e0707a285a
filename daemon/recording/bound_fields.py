"""What a play was decided by, as an entry tells it, so that anyone can decide the play again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from compliance.entries.place import PackLine
from compliance.entries.play import Bound, PlayRuled, PlayStarted
from compliance.format.house_rule import HOUSE
from compliance.journal import Journal
from daemon.deciding.plays import Play
from daemon.recording.line import append
from daemon.sessions import People
from daemon.trusted import Reading
from rules.calendar import day_name
from rules.policy import Pack, Uncounted

_E = TypeVar("_E", PlayStarted, PlayRuled)
_MOST = 64  # players whose last word is remembered: a seat has few


def bound_fields(play: Play, people: People, wall: int) -> dict[str, Any]:
    """The fields that play.started and play.ruled have in common, beside who plays, at `wall`."""
    player, game = play.player, play.game
    own = [pack for pack in player.packs if pack.sha256 == HOUSE]
    place = people.roster.place_packs
    return {
        "age": player.age_on(day_name(people.zone, wall)),
        "label": game.label,
        "system": game.system,
        "publisher": game.publisher,
        "bound": Bound(
            people.place, people.zone, _lines(place), _lines(player.registered.packs),
            any(not isinstance(rule, Uncounted) for pack in own for rule in pack.rules), player.registered.guardian,
        ),
        "approved": game.id in player.registered.approved,
        "learning": any(game.id in rule.games for pack in own for rule in pack.uncounted),
    }  # fmt: skip


def _lines(packs: Iterable[Pack]) -> tuple[PackLine, ...]:
    return tuple(PackLine(pack.id, pack.sha256, pack.params) for pack in packs if pack.sha256 != HOUSE)


class Said:
    """What the entries of a chain said last of each pseudonym, so that the next entry need not say it in full."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], tuple[Bound, int]] = {}

    def append(
        self, journal: Journal, kind: type[_E], now: Reading, told: Mapping[str, Any], *, who: str,
        payload: bytes | None = None, **fields: object,
    ) -> _E:  # fmt: skip
        """Writes an entry with these fields of `bound_fields`."""
        key = (journal.seat, who)
        bound: Bound = told["bound"]
        known = self._last.get(key)
        short: Bound | int = known[1] if known is not None and known[0] == bound else bound
        fields |= {**told, "bound": short, "who": who}
        written = append(journal, kind, now, payload=payload, **fields)
        if short is bound:
            if len(self._last) >= _MOST:
                self._last.clear()
            self._last[key] = bound, written.seq
        return written

    def forget(self) -> None:
        """A transaction failed: what it wrote was not said."""
        self._last.clear()
