"""What a decision looks like in the log: all that its rule used, and nothing that names a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from msgspec import UNSET

from compliance.entries.decision import GrantLine, PauseLine
from compliance.entries.place import PackLine
from compliance.entries.play import Bound, PlayRuled, PlayStarted
from compliance.format import house_rule
from compliance.format.house_rule import HOUSE
from compliance.journal import Journal
from daemon.deciding.judge import Ruling
from daemon.deciding.plays import Play
from daemon.recording.line import append
from daemon.sessions import People, RuledPlayer
from daemon.trusted import Reading
from rules.calendar import day_bounds, day_name
from rules.games import Game
from rules.history import day_sums
from rules.policy import Pack, Uncounted


def decided(player: RuledPlayer, game: Game, ruling: Ruling, people: People) -> dict[str, Any]:
    """The fields of compliance.entries.decision.Decided for a ruling that did not allow. ValueError if it did."""
    reason, facts = ruling.decision.reason, ruling.facts
    if reason is None:
        raise ValueError(f"a ruling {ruling.decision.verdict!r} without a reason")
    pack, rule = (None, None) if reason.kind == "pause" else player.rule_of(reason)
    zone = people.zone if pack is None else pack.zone
    start, _ = day_bounds(zone, facts.now)
    by_game, by_publisher, total = day_sums(facts, start, facts.now)  # of a clock that was set back, some play is still to come
    return {
        "who": player.pseudonym(day_name(people.zone, facts.now)),
        "at": facts.now,
        "age": player.age_on(day_name(zone, facts.now)),
        "place": facts.place,
        "game": game.id,
        "label": facts.label,
        "system": facts.system,
        "publisher": game.publisher,
        "guardian": facts.guardian,
        "before": {"game": by_game, "publisher": by_publisher, "total": total},
        "counted": reason.counted,
        "approved": game.id in facts.approved,
        # of this day, or reaching into it; another game's too: it may have added to a budget over all games
        "grants": tuple(
            GrantLine(grant.by, grant.ms, grant.game, grant.given) for grant in facts.grants if grant.given + grant.ms > start
        ),
        "verdict": ruling.decision.verdict,
        "rule": reason.rule,
        "cite": reason.cite,
        "pack": reason.pack,
        "params": reason.params,
        "inline": None if rule is None or pack is None or reason.pack != house_rule.HOUSE
        else house_rule.written(rule, pack, day_name(zone, facts.now)),
        "zone": zone,
        "budget": reason.budget_ms,
        "until": ruling.decision.until,
        "paused": PauseLine(facts.paused.id, facts.paused.until) if facts.paused is not None and pack is None else UNSET,
    }


_E = TypeVar("_E", PlayStarted, PlayRuled)
_MOST = 64  # players whose last word is remembered: a seat has few


def bound_fields(play: Play, people: People, wall: int) -> dict[str, Any]:
    """The fields that play.started and play.ruled have in common, beside who plays, at `wall`."""
    player, game = play.player, play.game
    own = [pack for pack in (*player.packs, *player.offline) if pack.sha256 == HOUSE]
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
