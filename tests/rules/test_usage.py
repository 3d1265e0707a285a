"""Time over several games is the length of the union of their plays."""

from hypothesis import given
from hypothesis import strategies as st

from rules.facts import Played
from rules.usage import account, totals, union_ms

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
    expected = {
        "game": len(seconds([one for one in plays if one.game == "x"], start, end)),
        "publisher": len(seconds([one for one in plays if one.publisher is None], start, end)),
        "total": len(seconds(plays, start, end)),
    }

    assert expected == totals(plays, "x", None, start, end)
    assert expected["total"] == union_ms(plays, start, end)


def test_a_play_is_split_at_the_bounds():
    assert totals([Played("x", None, 10, 20)], "x", None, 15, 25) == {"game": 10, "publisher": 10, "total": 10}


def test_what_ended_when_memory_begins_is_forgotten():
    """Intervals are half-open: a play to 30 has no moment at 30."""
    old, new = Played("x", None, 10, 20), Played("y", None, 40, 1)

    assert account((old,), new, 29) == (old, new)
    assert account((old,), new, 30) == (new,)


def test_nothing_was_played_in_no_time():
    assert totals([Played("x", None, 10, 20)], "x", None, 15, 15) == {"game": 0, "publisher": 0, "total": 0}
