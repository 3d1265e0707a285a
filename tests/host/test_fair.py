"""Who floods a server waits; nobody else does."""

from __future__ import annotations

from host.fair import BURST_S, SHARE, Fair


class Hand:
    """A clock that only a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_flood_gets_its_share_and_delays_nobody_else() -> None:
    """A burst at once; then a share of the time, however many ask."""
    clock = Hand()
    fair: Fair[int] = Fair(clock)
    done = 0.0
    while clock.now < 200:
        if wait := fair.wait(1):
            clock.now += wait
            continue
        fair.spent(1, 0.01)
        done += 0.01
        assert fair.wait(2) == 0
    assert BURST_S < done <= BURST_S + 100 * SHARE + 0.1


def test_who_has_rested_may_do_as_much_again() -> None:
    """And no more than that, however long the rest was."""
    clock = Hand()
    fair: Fair[str] = Fair(clock)
    for _ in range(2):
        fair.spent("an", BURST_S)
        assert fair.wait("an") == 0
        fair.spent("an", SHARE)
        assert fair.wait("an") > 0
        clock.now += 10_000


def test_the_table_is_bounded_by_those_who_ask_now() -> None:
    """Whoever has many accounts leaves nothing of them behind."""
    clock = Hand()
    fair: Fair[int] = Fair(clock)
    for uid in range(5_000):
        fair.spent(uid, 0.001)
        clock.now += 1
    assert len(fair._free) <= 1_024
