"""What came of a game and went within what the kernel told at once is left out; who goes on is told, as what it came from."""

from __future__ import annotations

import random

import pytest

from daemon.platforms.linux.watching.connector import Event
from daemon.platforms.linux.watching.transient import lasting

GAME, A, B, C, OTHER = 10, 11, 12, 13, 99


def fork(pid, parent):
    return Event("fork", pid, 10**9, parent)


def ended(pid):
    return Event("exit", pid, 10**9)


def executed(pid):
    return Event("exec", pid, 10**9)


def left(*events, had_to_end=frozenset()):
    return list(lasting(events, {GAME}.__contains__, had_to_end.__contains__))


def test_a_child_that_came_and_went_is_nobody():
    assert left(fork(A, GAME), ended(A), executed(OTHER)) == [executed(OTHER)]


def test_what_it_forked_away_is_told_before_the_game_is_over():
    """Else the play would be over in between. What others did stays where it was."""
    events = fork(A, GAME), ended(GAME), executed(OTHER), fork(B, A), ended(A), fork(C, B), ended(B), ended(OTHER)
    assert left(*events) == [fork(C, GAME), ended(GAME), executed(OTHER), ended(OTHER)]


def test_each_that_goes_on_is_told():
    assert left(fork(A, GAME), fork(B, A), fork(C, A), ended(A)) == [fork(B, GAME), fork(C, GAME)]


def test_so_is_who_had_to_end_whoever_is_its_parent():
    """A sibling of the game (CLONE_PARENT)."""
    assert left(fork(A, OTHER), ended(A), fork(B, OTHER), fork(C, OTHER), had_to_end={A, B}) == [fork(B, OTHER), fork(C, OTHER)]


@pytest.mark.parametrize("events", [
    (fork(A, GAME), executed(A), ended(A)),
    (fork(A, GAME), executed(A), fork(B, A), ended(A), ended(B)),
    (executed(GAME), fork(A, GAME), ended(A)),
    (fork(A, OTHER), ended(A)),
    (fork(A, GAME), fork(B, A), ended(GAME)),
    (ended(A),),
    (fork(A, GAME), ended(A), fork(A, OTHER), ended(A)),
    (fork(A, GAME), ended(A), ended(GAME), fork(GAME, OTHER)),
], ids=["it executed", "of what executed", "of no game any more", "of no game", "all are there", "came before",
        "its number is another's", "the game's number is another's"])  # fmt: skip
def test_all_else_is_told_as_it_was(events):
    assert left(*events) == list(events)


def heirs(events):
    """Who of the game's is there in the end, by each event in turn."""
    game = {GAME}
    for event in events:
        if event.kind == "fork":
            (game.add if event.parent in game else game.discard)(event.pid)
        else:
            game.discard(event.pid)
    return game


@pytest.mark.parametrize("seed", range(200))
def test_who_goes_on_is_the_same(seed):
    """Whatever happens: random lives of twenty processes, each with a number of its own."""
    some, events, alive = random.Random(seed), [], [GAME, OTHER]
    for pid in range(100, 120):
        for _ in range(some.randrange(3)):
            if alive and some.random() < 0.7:
                who = some.choice(alive)
                kind = some.choice(["exec", "exit", "exit"])
                events.append(Event(kind, who, 10**9))
                if kind == "exit":
                    alive.remove(who)
        if alive:
            events.append(fork(pid, some.choice(alive)))
            alive.append(pid)
    lasts = left(*events)
    assert heirs(lasts) == heirs(events)
    assert len(lasts) <= len(events)


def test_of_a_thousand_generations_one_is_told():
    events = [one for pid in range(1_000, 2_000) for one in (fork(pid, pid - 1), ended(pid - 1))]
    assert list(lasting(events, {999}.__contains__, {*()}.__contains__)) == [fork(1_999, 999), ended(999)]
