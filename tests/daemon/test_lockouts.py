"""Wrong tries are kept for few accounts: nobody makes the store grow, nor has more tries for having more names."""

from __future__ import annotations

import pytest

from host.transport import Caller
from tests.daemon.proving import begun, guess, minutes_locked, prove, refused
from tests.daemon.world import MINUTE


@pytest.fixture
def home(world):
    return begun(world)


def named(home, number):
    """A caller of an account of its own."""
    home.platform.accounts.add(f"pupil{number}")
    return Caller(200_000 + number, 1, f"pupil{number}", admin=False)


@pytest.mark.promise("PINs and codes: Account numbers of containers, and accounts beyond the most, share one count")
def test_accounts_beyond_the_most_are_one(home):
    """Those that are known keep what they did."""
    guess(home, 4)
    tried = sum("tries left" in refused(prove, home, "1111", caller=named(home, number)) for number in range(400))
    assert len(home.daemon.store.load("proof-tries", dict)) <= 257
    assert tried <= 255 + 5
    assert minutes_locked(home, named(home, 1_000)) >= 1
    assert minutes_locked(home, named(home, 7)) == 0
    guess(home, 1)
    assert minutes_locked(home) == 1
    home.clock.run(MINUTE)
    prove(home, "4711")
