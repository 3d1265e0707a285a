"""`usage.day`: the summary that the game-service agent owes, one entry for each player who played or tried to on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, timedelta

from compliance.entries.play import GameDay, UsageDay
from compliance.journal import Journal
from daemon.deciding.plays import played_of
from daemon.grants import Grants
from daemon.recording.line import append
from daemon.sessions import People
from daemon.store import Store
from daemon.trusted import Reading
from rules.calendar import calendar, day_name
from rules.facts import Played
from rules.usage import union_ms

KEPT_DAYS = 400  # a year and some: as long as an act may be fined. Older plays are forgotten, so their days are not summed up
_REPORTED = "usage-reported"  # the last day that was summed up, ISO


def days_due(store: Store, zone: str, now: Reading) -> tuple[date, ...]:
    """Whole days that are over and were not summed up yet, oldest first; at a first start none."""
    today = day_name(zone, now.wall)
    reported = store.get(_REPORTED)
    last = today - timedelta(days=1) if reported is None else date.fromisoformat(reported.decode())
    first = max(last + timedelta(days=1), today - timedelta(days=KEPT_DAYS))
    return tuple(first + timedelta(days=n) for n in range((today - first).days))


def write_day(
    journal: Journal, store: Store, grants: Grants, people: People, day: date, now: Reading, *,
    only: Collection[str] | None = None,
) -> None:
    """Writes the entries of one day that is over, or is for these players (`only`). The transaction is the caller's."""
    days = calendar(people.zone)
    start, end = days.start(day), days.start(day + timedelta(days=1))
    games: dict[str, dict[str, GameDay]] = defaultdict(dict)
    played: dict[tuple[str, str], list[Played]] = defaultdict(list)
    names = {}
    for row in store.plays(start):
        if start <= row.started_wall < end:
            played[row.player, row.game].extend(played_of(row))
            names[row.player] = row.who
    refusals = store.refusals(day.isoformat())
    given: dict[tuple[str, str], int] = defaultdict(int)
    for event in grants.all():
        if start <= event.given < end and event.revoked is None:
            given[event.player, event.game or "*"] += 1
    for player, game in sorted({*played, *refusals, *given}):
        key = (player, game)
        ms = union_ms(played.get(key, ()), start, end)
        games[player][game] = GameDay(ms, refusals.get(key, 0), given.get(key, 0))
    for id_, by_game in games.items():
        if only is not None and id_ not in only:
            continue
        known = people.by_id(id_)
        who = names.get(id_) or (known.pseudonym(day) if known is not None else None)
        if who is not None:
            append(journal, UsageDay, now, day=day.isoformat(), who=who, games=by_game)


def mark_reported(store: Store, zone: str, now: Reading) -> None:
    """All days before today are summed up."""
    store.put(_REPORTED, (day_name(zone, now.wall) - timedelta(days=1)).isoformat().encode())
