"""Whether the watcher has to tell what Linux' root runs: only where that may be somebody's play."""

from __future__ import annotations

import msgspec
import pytest

from tests.daemon.world import limit, roster

NOTHING = {"packs": (limit(0),)}  # so that there is something to refuse


def of_root(number):
    [an] = roster(**NOTHING).players
    return roster(number, players=(msgspec.structs.replace(an, account="root"),))


@pytest.mark.parametrize(
    ("news", "plays"),
    [(roster(2, **NOTHING), False), (roster(2, place="game-point", **NOTHING), True), (of_root(2), True)],
    ids=["a guardian", "a guest", "a player"],
)
def test_it_is_asked_to_by_the_list_in_force(world, news, plays):
    """And by what is refused later on."""
    world.start(roster())
    assert not world.platform.refusals.root
    world.adopt(news)
    assert world.platform.refusals.root is plays
    world.beat()
    assert world.platform.refusals.refused
    assert world.platform.refusals.root is plays
