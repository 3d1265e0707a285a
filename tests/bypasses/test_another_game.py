"""A game that passes for another one, which its player may play for longer."""

from __future__ import annotations

import io

import pytest

from host.elf import build_id
from tests import native
from tests.bypasses.case import first, python_on, stand_in
from tests.bypasses.test_changed_builds import game

pytestmark = pytest.mark.skipif(not native.HERE, reason="a program made for x86-64")


@pytest.mark.promise("Games: If several games match a program, the strictest counts")
@pytest.mark.parametrize("says", first("by its build id", "by its name"))
def test_a_game_that_says_that_it_is_another_is_counted_as_itself(case, says):
    """Of two that are as strict; whatever they are called."""
    both = sorted((case(None, make=game) for _ in range(2)), key=lambda one: one.id)
    other, one = both
    one.house("limit", "Na", f"{2 / 60:.2f}", "--game", one.id)
    content = one.game.read_bytes()
    if says == "by its build id":
        mine, its = (bytes.fromhex(build_id(io.BytesIO(game.game.read_bytes()))) for game in (one, other))
        content = content.replace(mine, its)
    native.write(one.folder / other.id, content)
    run = one.start(f'./{other.id} "$RAN"')
    code, said = run.over()
    assert code != 0, said
    assert one.used() >= 2
    assert one.log("play.due")
    assert other.used() == 0


def test_a_game_beside_another_one_is_ended(case):
    """A class path with the archives of both."""
    both = sorted((case(None, make=python_on) for _ in range(2)), key=lambda one: one.id)
    other, one = both
    one.house("limit", "Na", "0", "--game", one.id)
    java = one.folder / "java"
    stand_in(java)
    one.ended(f"{java} -c 'read line' -cp {other.game}:{one.game} Main")
