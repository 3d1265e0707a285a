"""A play's ending as a machine: the table of its transitions, and what holds whatever the rules come to say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.ending import (
    BEGUN,
    NEWS_MS,
    RETRY_MS,
    SAME_MS,
    SIGNAL_MS,
    Allowed,
    Do,
    Ended,
    Free,
    Notices,
    Refused,
    Saving,
    Warn,
    Warned,
    from_store,
    next_moment,
    saving_ms,
    step,
    to_store,
)
from i18n.message import Text
from rules.decision import NoticeAt
from rules.save_time import CLOSE_MS, promised

S, M = 1_000, 60_000
NO_END, NO = Allowed(), Refused(10 * S)
T = 100 * M  # now


def till(end, *warnings):
    """The rules: allowed until `end` from now on, with warnings so long before."""
    return Allowed(T + end, tuple(T + end - before for before in warnings))


def free(end, *warnings):
    return Free(T + end, tuple(T + end - before for before in warnings))


def warned(end, *warnings):
    return Warned(T + end, tuple(T + end - before for before in warnings))


def told(end):
    return Saving(T + end, asked=False)


TABLE = [
    # a play that has just begun: nothing is news
    (BEGUN,             NO_END,               Free(),              []),
    (BEGUN,             till(20 * M, 15 * M), free(20 * M, 15 * M), []),
    (BEGUN,             till(20 * S, 20 * S), warned(20 * S),      [Warn(20 * S)]),
    (BEGUN,             NO,                   warned(M),           [Warn(M)]),
    # free, and the rules say the same as before
    (Free(),            NO_END,               Free(),              []),
    (free(9 * M, 5 * M), till(9 * M, 5 * M),  free(9 * M, 5 * M),  []),
    (free(9 * M, 5 * M), till(9 * M + SAME_MS, 5 * M), Free(T + 9 * M, (T + 4 * M + SAME_MS,)), []),  # as two clocks may differ
    (free(9 * M, 5 * M), till(9 * M, M),      free(9 * M, M),      []),  # the same end, other reminders of it
    (free(5 * M, 5 * M, M), till(5 * M, M),   warned(5 * M, M),    [Warn(5 * M)]),
    (free(40 * S, 15 * M, 5 * M, M), till(40 * S, 40 * S), warned(40 * S), [Warn(40 * S)]),  # three were missed: one is given
    (free(-1, M),       till(1, 1),           warned(-1),          [Warn(0)]),
    # free, and the end is another
    (Free(),            till(9 * M, 5 * M),   free(9 * M, 5 * M),  []),
    (Free(),            till(4 * M, 4 * M),   warned(4 * M),       [Warn(4 * M)]),
    (Free(),            till(M, M),           warned(M),           [Warn(M)]),
    (Free(),            till(59 * S, 59 * S), warned(M),           [Warn(M)]),  # nobody could foresee it: a minute
    (Free(),            till(M, 10 * S),      free(M, 10 * S),     []),
    (free(9 * M, 5 * M), till(59 * S, 59 * S), warned(M),          [Warn(M)]),
    (free(9 * M, 5 * M), till(3 * M, M),      free(3 * M, M),      []),
    (free(9 * M, 5 * M), till(20 * M, 15 * M), free(20 * M, 15 * M), []),
    (free(9 * M, 5 * M), NO_END,              Free(),              []),
    # free, and refused: whatever was foreseen, nobody was warned of it
    (Free(),            NO,                   warned(M),           [Warn(M)]),
    (free(9 * M, 5 * M), NO,                  warned(M),           [Warn(M)]),
    (free(0, M),        NO,                   warned(M),           [Warn(M)]),
    # warned, and the rules say the same as before
    (warned(5 * M, M),  till(5 * M, M),       warned(5 * M, M),    []),
    (warned(9 * M),     till(9 * M, 5 * M, M), warned(9 * M, 5 * M, M), []),  # as after a restart
    (warned(5 * M, M),  till(5 * M, 5 * M, M), warned(5 * M, M),   []),  # what was just given is not given again
    (warned(5 * M, M),  till(5 * M, 5 * M - SAME_MS, M), warned(5 * M, M), []),  # nor by the other clock
    (warned(M, M),      till(M, M),           warned(M),           [Warn(M)]),
    (warned(30 * S, M, 30 * S), till(30 * S), warned(30 * S),      [Warn(30 * S)]),
    # warned, and the end is another
    (warned(5 * M, M),  NO_END,               Free(),              []),
    (warned(5 * M, M),  till(15 * M, 5 * M),  free(15 * M, 5 * M), []),
    (warned(30 * S),    till(10 * M, 5 * M),  free(10 * M, 5 * M), []),
    (warned(30 * S),    till(2 * M, 2 * M),   warned(2 * M),       [Warn(2 * M)]),
    (warned(15 * M, 5 * M), till(4 * M, M),   free(4 * M, M),      []),
    (warned(15 * M, 5 * M), till(30 * S, 30 * S), warned(M),       [Warn(M)]),
    (warned(50 * S),    till(20 * S, 20 * S), warned(50 * S),      []),  # as it was told
    (warned(M),         till(20 * S, 20 * S), warned(M),           []),
    # warned, and refused
    (warned(15 * M, 5 * M), NO,               warned(M),           [Warn(M)]),  # no reminder of the old end is left
    (warned(M + 1),     NO,                   warned(M),           [Warn(M)]),
    (warned(M),         NO,                   warned(M),           []),
    (warned(SAME_MS + 1), NO,                 warned(SAME_MS + 1), []),
    (warned(SAME_MS),   NO,                   Saving(T + 10 * S),  [Do.DUE, Do.ASK_TO_CLOSE]),
    (warned(0),         NO,                   Saving(T + 10 * S),  [Do.DUE, Do.ASK_TO_CLOSE]),
    (warned(0),         Refused(0),           Saving(T),           [Do.DUE, Do.ASK_TO_CLOSE]),
    (warned(-5 * M),    Refused(5 * M),       told(5 * M),         [Do.DUE]),
    (warned(0),         Refused(10 * S + 1),  told(10 * S + 1),    [Do.DUE]),
    # told to save, and left alone until ten seconds before the end of it
    (told(10 * S + 1),  Refused(5 * M),       told(10 * S + 1),    []),
    (told(10 * S),      Refused(5 * M),       Saving(T + 10 * S),  [Do.ASK_TO_CLOSE]),
    (told(1),           Refused(5 * M),       Saving(T + 1),       [Do.ASK_TO_CLOSE]),
    (told(M),           NO,                   told(M),             []),  # no rule shortens it
    (told(0),           Refused(5 * M),       Saving(T + CLOSE_MS), [Do.ASK_TO_CLOSE]),  # nobody looked in between
    (told(-M),          Refused(5 * M),       Saving(T + CLOSE_MS), [Do.ASK_TO_CLOSE]),
    (told(M),           NO_END,               Free(),              []),
    (told(M),           till(9 * M, 5 * M),   free(9 * M, 5 * M),  []),
    # saving
    (Saving(T + 1),     NO,                   Saving(T + 1),       []),
    (Saving(T + 1),     Refused(5 * M),       Saving(T + 1),       []),  # no rule lengthens it
    (Saving(T),         NO,                   Ended(T + SIGNAL_MS), [Do.TERMINATE]),
    (Saving(T - M),     NO,                   Ended(T + SIGNAL_MS), [Do.TERMINATE]),  # as after a restart
    (Saving(T + 5 * S), NO_END,               Free(),              []),
    (Saving(T + 5 * S), till(9 * M, 5 * M),   free(9 * M, 5 * M),  []),
    (Saving(T + 5 * S), till(9 * S, 9 * S),   warned(9 * S),       [Warn(9 * S)]),
    # ended, and still there
    (Ended(T + 1),      NO,                   Ended(T + 1),        []),
    (Ended(T),          NO,                   Ended(T + RETRY_MS), [Do.END]),
    (Ended(T + 1),      till(9 * M, 5 * M),   free(9 * M, 5 * M),  []),
]  # fmt: skip


@pytest.mark.parametrize(("state", "ruled", "then", "actions"), TABLE, ids=[f"{row[0]}-{row[1]}" for row in TABLE])
def test_the_table(state, ruled, then, actions):
    """One row: how far it is, what the rules say now, how far it is then, what is to be done."""
    assert step(state, ruled, T) == (then, tuple(actions))


@pytest.mark.parametrize(
    ("state", "wait"),
    [
        (Free(), None), (free(9 * M, 5 * M), 4 * M), (free(9 * M), 9 * M), (warned(9 * M, M), 8 * M), (warned(3), 3),
        (Saving(T + 10), 10), (told(M), 50 * S), (told(9 * S), 100), (Ended(T + 5), 5),
    ],
)  # fmt: skip
def test_the_next_moment(state, wait):
    assert next_moment(state, T) == wait


@pytest.mark.parametrize(
    ("state", "then"),
    [
        (BEGUN, BEGUN), (Free(), BEGUN), (free(M), BEGUN), (warned(M, 5 * S), warned(M)),
        (Saving(T), Saving(T)), (told(M), told(M)), (Ended(T), Saving(T)),
    ],
)  # fmt: skip
def test_over_a_restart(state, then):
    """What was announced holds, and saving goes on; what nobody was told is looked at anew."""
    assert from_store(*to_store(state)) == then
    assert from_store("free", 5) == BEGUN  # as a store of an older version may have it


@pytest.mark.parametrize(("state", "left"), [
    (Free(), None), (warned(M), None), (told(M), 50 * S), (told(5 * S), 0), (Saving(T + 7 * S), 7 * S), (Ended(T + 5), 5),
])  # fmt: skip
def test_how_long_it_is_surely_left_alone(state, left):
    assert saving_ms(state, T) == left


@pytest.mark.parametrize(("grace", "left"), [(0, 0), (10 * S, 10 * S), (10 * S + 1, 1), (90 * S, 80 * S)])
def test_what_is_promised(grace, left):
    """Of ten seconds all, but a game that obeys at once has closed by then: it is told so."""
    assert promised(grace) == left


# --- whatever the rules come to say ------------------------------------------------------------------------------------------

ARROWS = {(Free, Warned), (Warned, Saving), (Saving, Ended), (Warned, Free), (Saving, Free), (Ended, Free)}
ARROWS |= {(Saving, Warned), (Ended, Warned)}  # free and warned in one step: allowed until an end that is close
LIMITS = st.one_of(
    st.just(None),
    st.just(0),
    st.integers(1, 3 * M),
    st.integers(1, 40 * M),
)
STORIES = st.lists(
    st.tuples(
        st.integers(0, 20 * M),  # so long after the last one
        LIMITS,  # a limit comes that ends so long from then on; 0: it is over; None: it is withdrawn
        st.sampled_from([(15 * M, 5 * M, M), (M,), (10 * S,), ()]),  # warnings before the end
        st.integers(-SAME_MS // 3, SAME_MS // 3),  # two clocks are never read in one instant
        st.booleans(),  # the daemon is started anew
    ),
    min_size=1,
    max_size=12,
)


GRACES = (10 * S, 0, 30 * S, 2 * M)


def said(end, warnings, now):
    """As rules.decide says it."""
    if end is None:
        return Allowed()
    if end <= now:
        return Refused(GRACES[end % len(GRACES)])
    return Allowed(end, tuple(end - before for before in warnings if end - before > now) or (now,))


def lived(story):
    """Beats as the loop has them: (now, state, what the rules say, next state, actions)."""
    now, state = T, BEGUN
    end, warnings, shake = None, (M,), 0
    for wait, limit, *then in [*story, (20 * M, None, (M,), 0, False)]:
        until = now + wait
        while True:
            ruled = said(None if end is None else end + shake * (now % 3 - 1), warnings, now)
            before, (state, actions) = state, step(state, ruled, now)
            yield now, before, ruled, state, actions
            left = next_moment(state, now)
            assert left is None or left > 0
            if now >= until:
                break
            now = until if isinstance(state, Ended) else min(until, now + max(20, min(left or 30 * S, 30 * S)))
        warnings, shake, anew = then
        end = None if limit is None else now + limit
        state = from_store(*to_store(state)) if anew else state


def same(one, other):
    return one is not None and other is not None and abs(one - other) <= SAME_MS


@given(STORIES)
def test_nobody_is_asked_to_close_before_what_was_announced(story):
    """It had a minute from the warning on, or what the rules then left it, to the moment that was named."""
    fair = None  # the end that was announced in good time
    for now, before, ruled, state, actions in lived(story):
        for action in actions:
            if isinstance(action, Warn):
                end = now + action.left
                in_time = action.left >= NEWS_MS or (isinstance(ruled, Allowed) and same(ruled.until, end)) or same(fair, end)
                fair = end if in_time else None
            if action is Do.DUE:
                assert fair is not None
                assert now >= fair - SAME_MS
                assert isinstance(before, Warned)
                assert isinstance(ruled, Refused)
        if isinstance(state, Free):
            fair = None  # what was announced holds no longer


@given(STORIES)
def test_states_move_along_the_arrows(story):
    """And each step's actions belong to its arrow."""
    for _, before, _, state, actions in lived(story):
        kinds = (type(before), type(state))
        assert kinds[0] is kinds[1] or kinds in ARROWS
        assert (Do.DUE in actions) == (kinds == (Warned, Saving))
        assert Do.ASK_TO_CLOSE not in actions or state == Saving(state.until)
        assert (Do.TERMINATE in actions) == (kinds == (Saving, Ended))
        assert (Do.END in actions) <= (kinds == (Ended, Ended))
        assert sum(isinstance(one, Warn) for one in actions) <= 1


@given(STORIES)
def test_windows_are_asked_once_in_the_last_ten_seconds_to_save(story):
    """Whatever the time to save is; never before, as most games close at once, and never twice."""
    told = None
    for now, _, ruled, state, actions in lived(story):
        if Do.DUE in actions:
            told, asked = (now, ruled.grace), 0
        if Do.ASK_TO_CLOSE in actions:
            at, grace = told
            asked += 1
            assert now >= at + grace - CLOSE_MS
            assert asked == 1
        if isinstance(state, Free | Warned):
            told = None


@given(STORIES)
def test_the_heart_does_not_race(story):
    """It beats each half minute, and a few times at each moment that was named."""
    beats = sum(1 for _ in lived(story))
    minutes = sum(row[0] for row in story) / M + 20
    assert beats <= 2 * minutes + 20 * (len(story) + 1)


@given(STORIES, st.integers(0, 10 * M))
def test_what_is_refused_for_long_enough_is_over(story, grace):
    """A minute, the time to save, and it is ended, each second again."""
    *_, (now, _, _, state, _) = lived(story)
    ends = 0
    for at in range(now, now + M + grace + 10 * S, 500):
        state, actions = step(state, Refused(grace), at)
        ends += Do.END in actions
    assert isinstance(state, Ended)
    assert ends >= 8


# --- notices ----------------------------------------------------------------------------------------------------------------


def notice(rule, at):
    return NoticeAt(at, rule, Text("vi", "en"))


def test_a_notice_is_shown_once_when_its_moment_has_come():
    """However often it is named; the next of the same rule is another one."""
    notices, shown = Notices(), []
    for now in range(0, 80 * S, 250):
        named = [notice("half", 30 * S * (now // (30 * S) + 1)), *([notice("late", 45 * S)] if now < 45 * S else [])]
        notices, ripe = notices.step(named, now)
        shown += [(one.rule, now) for one in ripe]
        assert notices.next_moment(now) == min((one.at for one in named), default=now) - now
    assert shown == [("half", 30 * S), ("late", 45 * S), ("half", 60 * S)]


@pytest.mark.parametrize(
    ("named", "now", "shown"),
    [
        (T, T - 1, 0), (T, T, 1), (T, T + 1, 1), (T + SAME_MS, T - 1, 0), (T + SAME_MS + 1, T - 1, 1),
        (T + 30 * M, T - SAME_MS, 1), (T + 30 * M, T - SAME_MS - 1, 0), (None, T - SAME_MS, 1), (None, T - SAME_MS - 1, 0),
    ],
)  # fmt: skip
def test_when_a_notice_is_shown(named, now, shown):
    """It was named for the moment T, and now the rules name another moment."""
    notices, _ = Notices().step([notice("half", T)], T - 30 * M)
    _, ripe = notices.step([] if named is None else [notice("half", named)], now)
    assert len(ripe) == shown


def test_another_rules_notice_is_another_one():
    """Two at the same moment are two."""
    notices, _ = Notices().step([notice("one", T), notice("other", T)], T - M)
    assert [one.rule for one in notices.step([], T)[1]] == ["one", "other"]


@pytest.mark.parametrize("ahead", [-40, 40])
def test_a_notice_is_shown_once_by_two_clocks_that_differ(ahead):
    """The rules count play by one clock, moments are told by the other: none is shown twice, none is lost."""
    notices, shown = Notices(), []
    for played in range(0, 70 * S, 100):
        wall = played + ahead * (played // (10 * S)) // 10
        left = 30 * S - played % (30 * S)
        notices, ripe = notices.step([notice("half", wall + left)], wall)
        shown += [played // S for _ in ripe]
    assert shown == [30, 60]


def test_a_notice_that_the_rules_take_back_is_not_shown():
    """A pack that is no longer in force has nothing to say."""
    notices, _ = Notices().step([notice("half", 30 * S)], 0)
    notices, ripe = notices.step([], 10 * S)
    assert (notices.coming, ripe, notices.next_moment(10 * S)) == ({}, (), None)
