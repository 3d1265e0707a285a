"""Time over several games is the length of the union of their plays."""

from hypothesis import given
from hypothesis import strategies as st

from rules.facts import Played
from rules.usage import account, sums, union_ms

played = st.lists(
    st.builds(Played, st.sampled_from("xyz"), st.sampled_from((None, "p", "q")), st.integers(0, 60), st.integers(0, 20)),
    max_size=8,
)


def seconds(plays, start, end):
    """The moments that lie in a play."""
    return {at for play in plays for at in range(play.start, play.start + play.ms) if start <= at < end}


@given(played, st.integers(0, 60), st.integers(0, 60))
def test_totals_are_lengths_of_unions(plays, start, length):
    end = start + length
    expected = (
        len(seconds([one for one in plays if one.game == "x"], start, end)),
        len(seconds([one for one in plays if one.publisher is None], start, end)),
        len(seconds(plays, start, end)),
    )

    assert expected == sums(plays, "x", None, start, end)
    assert expected[2] == union_ms(plays, start, end)


def test_a_play_is_split_at_the_bounds():
    assert sums([Played("x", None, 10, 20)], "x", None, 15, 25) == (10, 10, 10)


@given(st.lists(played.filter(bool).map(lambda some: some[0]), max_size=12))
def test_no_look_is_lost_or_counted_twice(looks):
    """In whatever order they come, all that was seen is kept, by the beginnings, and nothing else."""
    kept = ()
    for seen in looks:
        kept = account(kept, seen, -1)

    assert [one.start for one in kept] == sorted(one.start for one in kept)
    for game in "xyz":
        assert seconds([one for one in kept if one.game == game], 0, 99) == seconds(
            [one for one in looks if one.game == game], 0, 99)
    assert sum(one.ms for one in kept) == sum(one.ms for one in looks)


def test_a_play_that_goes_on_becomes_longer():
    """Only where it stopped, and only the same one."""
    first, second = Played("y", None, 0, 10), Played("x", None, 5, 5)

    assert account((first, second), Played("x", None, 10, 7), 0) == (first, Played("x", None, 5, 12))
    for other in (Played("x", None, 11, 7), Played("x", "p", 10, 7), Played("x", None, 10, 7, label=18)):
        assert account((first, second), other, 0) == (first, second, other)


def test_what_ended_when_memory_begins_is_forgotten():
    """Intervals are half-open: a play to 30 has no moment at 30."""
    old, new = Played("x", None, 10, 20), Played("y", None, 40, 1)

    assert account((old,), new, 29) == (old, new)
    assert account((old,), new, 30) == (new,)


def test_nothing_was_played_in_no_time():
    assert sums([Played("x", None, 10, 20)], "x", None, 15, 15) == (0, 0, 0)
