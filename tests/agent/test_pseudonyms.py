"""Which names in the log are one player's."""

from __future__ import annotations

from datetime import date

import pytest

from agent.api.players import PlayerDays
from agent.api.pseudonym import pseudonym
from host.wire import ApiError


def asked(desk, player="An", first=date(2026, 11, 23), last=date(2026, 11, 25)):
    return desk.ask("player.days", PlayerDays(player=player, first=first, last=last))


def test_one_name_a_day_both_ends_counting(an):
    """The very pseudonyms that a daemon writes, and what a replay needs to know beside them."""
    told = asked(an)

    key = an.player("an").key
    assert told.names == tuple(pseudonym(key, date(2026, 11, day)) for day in (23, 24, 25))
    assert (told.id, told.name, told.born, told.guardian) == ("an", "An", date(2014, 5, 1), True)
    assert told.key == an.agent.log.key.text


def test_the_guest_is_in_the_log_too(an):
    """…under a key of its own."""
    told = asked(an, "guest")

    assert (told.born, told.guardian) == (None, True)  # at home there is a guardian for everybody
    assert set(told.names).isdisjoint(asked(an).names)


@pytest.mark.parametrize(
    ("asking", "code"),
    [
        ({"player": "Nobody"}, "not-found"), ({"last": date(2026, 11, 22)}, "bad-input"),
        ({"first": date(1900, 1, 1)}, "bad-input"), ({"first": date(9999, 12, 30), "last": date.max}, "bad-input"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered(an, asking, code):
    """One line says why."""
    with pytest.raises(ApiError) as error:
        asked(an, **asking)
    assert error.value.code == code
