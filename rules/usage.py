"""How long somebody played: the length of the union of plays, in whole milliseconds. All intervals are half-open."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

from rules.facts import Played

_by_start = attrgetter("start")


def union_ms(plays: Iterable[Played], start: int, end: int) -> int:
    """The length of the union of these plays within [start, end)."""
    total, covered = 0, start
    for play in sorted(plays, key=_by_start):
        begin = play.start
        stop = begin + play.ms
        if stop > end:
            if begin >= end:
                break
            stop = end
        if stop > covered:
            total += stop - max(begin, covered)
            covered = stop
    return total


def sums(plays: Iterable[Played], game: str, publisher: str | None, start: int, end: int) -> tuple[int, int, int]:
    """Play within [start, end): of the game, of all games of the publisher (None is one publisher too), of all games.

    One walk for all three, because every decision asks for them.
    """
    by_game = by_publisher = total = 0
    game_to = publisher_to = covered = start
    for play in sorted(plays, key=_by_start):
        begin = play.start
        stop = begin + play.ms
        if stop <= start:
            continue
        if stop > end:
            if begin >= end:
                break
            stop = end
        if stop > covered:
            total += stop - max(begin, covered)
            covered = stop
        if stop > publisher_to and play.publisher == publisher:
            by_publisher += stop - max(begin, publisher_to)
            publisher_to = stop
        if stop > game_to and play.game == game:
            by_game += stop - max(begin, game_to)
            game_to = stop
    return by_game, by_publisher, total


def totals(plays: Iterable[Played], game: str, publisher: str | None, start: int, end: int) -> dict[str, int]:
    """The same as a mapping with the keys game, publisher and total, as the log writes it."""
    by_game, by_publisher, total = sums(plays, game, publisher, start, end)
    return {"game": by_game, "publisher": by_publisher, "total": total}
