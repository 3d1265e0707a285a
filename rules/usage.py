"""How long somebody played: the length of the union of plays, in whole milliseconds. All intervals are half-open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from operator import attrgetter

from rules.facts import Played

_by_start = attrgetter("start")


def union_ms(plays: Iterable[Played], start: int, end: int) -> int:
    """The time within [start, end) in which at least one of these plays ran."""
    return sum(stop - begin for begin, stop in merged(plays, start, end))


def account(played: tuple[Played, ...], seen: Played, since: int) -> tuple[Played, ...]:
    """The plays and `seen`, in the order of their beginnings, without those that ended by `since`.

    Where `seen` goes on with the last play, that one becomes longer instead, so memory does not grow with every look.
    """
    keep = 0
    while keep < len(played) and played[keep].start + played[keep].ms <= since:
        keep += 1
    if seen.ms <= 0:
        return played[keep:]
    if keep == len(played) or played[-1].start <= seen.start:
        last = played[-1] if keep < len(played) else None
        if last is not None and last.start + last.ms == seen.start and _same(last, seen):
            return (*played[keep:-1], replace(last, ms=last.ms + seen.ms))
        return (*played[keep:], seen)
    return tuple(sorted((*played[keep:], seen), key=_by_start))


def _same(one: Played, other: Played) -> bool:
    return (one.game, one.publisher, one.label, one.sure) == (other.game, other.publisher, other.label, other.sure)


def merged(plays: Iterable[Played], start: int, end: int) -> Iterator[tuple[int, int]]:
    """The union of these plays within [start, end): disjoint (begin, stop), in order; touching ones may stay two."""
    covered = start
    for play in sorted(plays, key=_by_start):
        stop = play.start + play.ms
        if stop <= covered:
            continue
        begin, stop = max(play.start, covered), min(stop, end)
        if stop > begin:
            yield begin, stop
            covered = stop


def session(plays: Iterable[Played], now: int, pause: int) -> tuple[int, int]:
    """Length of the current session and when it last had play, both ms; (0, now) once a pause reached `pause`."""
    total, begin, end = 0, now, now
    for ends, start in sorted([(play.start + play.ms, play.start) for play in plays], reverse=True):
        stop = min(ends, now)
        if begin - stop >= pause:
            break  # whatever is left ended even earlier
        if start < begin and start < stop:
            end = end if total else stop
            total += min(stop, begin) - start
            begin = start
    return total, end


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
