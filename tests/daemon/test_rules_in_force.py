"""`rules`: what binds a player here today, each rule in its own words; nobody else's."""

from __future__ import annotations

import pytest

from daemon.api.messages import RulesGet
from host.wire import ApiError
from tests.daemon.test_api import CHILD, ask
from tests.daemon.world import limit, roster, shipped


def test_only_rules_that_bind_the_player_here(world):
    """At home no rule for a point, and nothing for an age that the player has not."""
    world.start(roster(packs=(shipped("vn-147"), limit(45))))
    told = ask(world, "rules", RulesGet(player="an"), CHILD)
    ids = {rule.rule for pack in told.packs for rule in pack.rules}

    assert {"house.all", "vn-147.daily-game"} <= ids
    assert (told.player, all(rule.cite and rule.text for pack in told.packs for rule in pack.rules)) == ("an", True)
    everywhere = {rule.id: rule for rule in shipped("vn-147").rules}
    assert all(not everywhere[id_].places or "home" in everywhere[id_].places for id_ in ids & set(everywhere))


def test_without_rules_there_is_nothing_to_tell(world):
    world.start(roster())
    assert ask(world, "rules", RulesGet(player="an"), CHILD).packs == ()


def test_a_child_reads_its_own_only(world):
    world.start(roster(guest_packs=(limit(5),)))
    with pytest.raises(ApiError, match="only your own"):
        ask(world, "rules", RulesGet(player="guest"), CHILD)
