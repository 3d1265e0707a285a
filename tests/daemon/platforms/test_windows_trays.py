"""When a tray is started in a session, as a table of what happens and when."""

from __future__ import annotations

from daemon.platforms.windows.trays.plan import AGAIN_MS, LONGEST_MS, NOBODY_MS, STEADY_MS, Plan


def test_one_in_each_session_at_once():
    """And no second one while it runs."""
    plan = Plan()
    assert plan.due({1, 3}, 0) == [1, 3]
    plan.began(1, 0)
    assert (plan.due({1, 3}, 0), plan.wait({1, 3}, 0)) == ([3], 0)
    plan.began(3, 0)
    assert (plan.due({1, 3}, 10**9), plan.wait({1, 3}, 10**9)) == ([], None)


def test_who_kills_it_in_a_loop_waits_ever_longer():
    """A day of it costs less than a start in two minutes, and a few at first."""
    plan, now, starts, waits = Plan(), 0, 0, []
    while now < 86_400_000:
        assert plan.due({1}, now) == [1]
        plan.began(1, now)
        starts += 1
        plan.ended(1, now)
        assert plan.due({1}, now) == []
        waits.append(plan.wait({1}, now))
        now += waits[-1]
    assert waits[:4] == [AGAIN_MS, 2 * AGAIN_MS, 4 * AGAIN_MS, 8 * AGAIN_MS]
    assert set(waits[8:]) == {LONGEST_MS}
    assert starts <= 86_400_000 // LONGEST_MS + 8


def test_who_ran_long_is_started_at_once_again():
    plan, now = Plan(), 0
    plan.due({1}, now)
    for _ in range(10):
        plan.began(1, now)
        plan.ended(1, now)
    plan.began(1, now)
    plan.ended(1, now + STEADY_MS)
    assert plan.wait({1}, now + STEADY_MS) == AGAIN_MS


def test_where_nobody_has_logged_on():
    """It is tried again now and then, and at once when somebody may have; that shortens no wait of one that was killed."""
    plan = Plan()
    plan.due({1, 2}, 0)
    plan.nobody(1, 0)
    plan.began(2, 0)
    for _ in range(5):
        plan.ended(2, 0)
    assert plan.wait({1, 2}, 0) == 16_000
    plan.nobody(1, 0)
    assert plan.wait({1}, 0) == NOBODY_MS
    plan.changed(5)
    assert (plan.due({1, 2}, 5), plan.wait({2}, 5)) == ([1], 15_995)


def test_a_session_that_is_gone():
    """It is forgotten once its tray has ended; whoever logs on there next has done nothing."""
    plan = Plan()
    plan.due({1}, 0)
    plan.began(1, 0)
    assert plan.due((), 1) == []
    plan.ended(1, 2)
    assert plan.due((), 3) == []
    assert (plan.wait((), 3), plan.due({1}, 3)) == (None, [1])
