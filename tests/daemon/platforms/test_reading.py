"""Who is read next, and how long the loop waits for it: many things of one account that take a while shelter none of it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from daemon.platforms.reading.patience import AT_ONCE_MS, LONGEST_MS, Patience
from daemon.platforms.reading.queues import _MOST_WAITING, MOST_OF_ONE, Key, Queues

_SOON = Key("child", None, slow=False)
_SLOW = Key("child", None, slow=True)


@dataclass(frozen=True)
class Asked:
    number: int
    key: Key = _SOON


@pytest.fixture
def queues():
    return Queues[Asked]()


def test_what_nobody_asked_for_yet_comes_first(queues):
    for number in range(50):
        queues.add(Asked(number), 0)
    queues.add(Asked(100), 0, first=True)
    assert [queues.next((), ()).number for _ in range(3)] == [100, 0, 1]


def test_where_too_much_waits_it_is_not_the_new_one_that_is_given_up(queues):
    for number in range(_MOST_WAITING):
        queues.add(Asked(number), 0)
    queues.add(Asked(-1), 0, first=True)
    assert [one.number for one in queues.overdue(0)] == [_MOST_WAITING - 1]
    assert queues.next((), ()).number == -1


def test_many_new_things_keep_no_large_file_from_being_hashed(queues):
    """One at a time."""
    for number in range(2):
        queues.add(Asked(number, _SLOW), 0)
    for number in range(2, 10):
        queues.add(Asked(number), 0, first=True)
    assert [queues.next(busy, ()).number for busy in ([_SOON] * 3, [_SOON] * 2 + [_SLOW])] == [0, 9]
    assert queues.next([_SOON] * 4, ()) is None


def test_an_account_is_crowded_by_what_is_soon_done(queues):
    """Not by large files, of which one is hashed at a time."""
    queues.add(Asked(1, _SLOW), 0)
    assert not queues.crowded("child")
    queues.add(Asked(2), 0)
    assert (queues.crowded("child"), queues.crowded("friend")) == (True, False)
    busy = [Asked(0).key] * MOST_OF_ONE
    assert queues.next(busy, ()) is None
    queues.next((), ())
    queues.next((), ())
    assert not queues.crowded("child")


@pytest.mark.parametrize("takes", [1, AT_ONCE_MS, 40, LONGEST_MS])
def test_many_that_take_a_moment_are_not_waited_for_with_each(takes):
    """Where each wait is charged: a thousand such in a row have the loop wait for little more than half a second."""
    patience, now, waited = Patience(at_once=0), 0, 0
    for _ in range(1_000):
        wait = min(takes, patience.wait("child", now))
        patience.spend("child", now, now + wait)
        now += wait + 1
        waited += wait
    assert 500 < waited < 800
    assert patience.wait("friend", now) == LONGEST_MS
    assert patience.wait("child", now + 60_000) == LONGEST_MS
