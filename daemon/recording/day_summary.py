"""`usage.day`: the summary that the game-service agent owes, one entry for each player who played or tried to on a day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import date, timedelta
from operator import itemgetter

from compliance.entries.play import GameDay, UsageDay
from compliance.journal import Journal
from daemon.deciding.plays import played_of
from daemon.grants import Grants
from daemon.recording.line import append
from daemon.sessions import People
from daemon.store import Store
from daemon.trusted import Reading
from rules.calendar import DAY_MS, calendar, day_name
from rules.facts import Played
from rules.usage import union_ms

KEPT_DAYS = 400  # a year and some: as long as an act may be fined. Older plays are forgotten, so their days are not summed up
_REPORTED = "usage-reported"  # the last day that was summed up, ISO


def days_due(store: Store, zone: str, now: Reading) -> tuple[date, ...]:
    """Whole days that are over and were not summed up yet, oldest first; at a first start none."""
    return _days(store, zone, now, over=1)


def days_left(store: Store, zone: str, now: Reading) -> tuple[date, ...]:
    """The same and today, unless that was summed up already, as a day of another zone or before the clock was set back."""
    return _days(store, zone, now, over=0)


def _days(store: Store, zone: str, now: Reading, *, over: int) -> tuple[date, ...]:
    today = day_name(zone, now.wall)
    last = _reported(store, today - timedelta(days=1))
    first = max(last + timedelta(days=1), today - timedelta(days=KEPT_DAYS))
    return tuple(first + timedelta(days=n) for n in range((today - first).days + 1 - over))


def _reported(store: Store, none: date) -> date:
    """The last day that was summed up; `none` at a first start."""
    reported = store.get(_REPORTED)
    return none if reported is None else date.fromisoformat(reported.decode())


def write_day(
    journal: Journal, store: Store, grants: Grants, people: People, day: date, now: Reading, *,
    only: Collection[str] | None = None,
) -> None:
    """Writes the entries of one day that is over, or is for these players (`only`). The transaction is the caller's."""
    days = calendar(people.zone)
    start, end = days.start(day), days.start(day + timedelta(days=1))
    played: dict[str, dict[str, list[Played]]] = defaultdict(lambda: defaultdict(list))
    whose: dict[str, str] = {}  # by pseudonym: who was given another one has two on a day to which the clock was set back
    before = day - timedelta(days=1)
    summed = before <= _reported(store, before - timedelta(days=1))  # by another zone, of which this day may have a part
    for row in store.plays(start - DAY_MS):
        if summed and row.who == _name(people, row.player, before):
            continue
        if start <= row.started_wall < end or (row.started_wall < start and row.who == _name(people, row.player, day)):
            played[row.who][row.game].extend(played_of(row))
            whose[row.who] = row.player
    counts = _counts(store, grants, day, start, end)
    last = {player: who for who, player in whose.items()}
    for player in counts.keys() - last.keys():
        if (known := people.by_id(player)) is not None:
            last[player] = known.pseudonym(day)
            whose[last[player]] = player
    for who, player in sorted(whose.items(), key=itemgetter(1)):
        counted = counts.get(player, {}) if last[player] == who else {}
        games = {
            game: GameDay(union_ms(played[who].get(game, ()), start, end), *counted.get(game, (0, 0)))
            for game in sorted({*played[who], *counted})
        }
        if only is None or player in only:
            append(journal, UsageDay, now, day=day.isoformat(), who=who, games=games)


def _name(people: People, player: str, day: date) -> str | None:
    """On that day, by which the zone of then may have known one who began before this zone's day does."""
    known = people.by_id(player)
    return None if known is None else known.pseudonym(day)


def _counts(store: Store, grants: Grants, day: date, start: int, end: int) -> dict[str, dict[str, tuple[int, int]]]:
    """Refused starts, and how often extra time was given: by player and game."""
    refused = store.refusals(day.isoformat())
    given = Counter(
        (event.player, event.game or "*") for event in grants.all() if start <= event.given < end and event.revoked is None
    )
    found: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for player, game in (*refused, *given):
        found[player][game] = refused.get((player, game), 0), given[player, game]
    return found


def mark_reported(store: Store, zone: str, now: Reading) -> None:
    """All days before today are summed up."""
    store.put(_REPORTED, (day_name(zone, now.wall) - timedelta(days=1)).isoformat().encode())
