"""Who is held where: by what seats ask and hand in."""

from __future__ import annotations

import pytest

from agent.api.claims import Claim
from agent.api.seat import Enrol
from agent.auth import Seat
from agent.registering.seats import seat_join
from compliance.note import Signer
from host.wire import ApiError

HOUR = 3_600_000


@pytest.fixture
def ask(an, clock):
    """`ask(seat, caller)` claims the player An for an hour; what the seat is called where she plays."""
    pc = an.agent.change(lambda change: seat_join(change, b"a key", "PC"), "me").id
    for seat, caller in (("seat-1", None), ("seat-2", None), (pc, Seat(pc))):
        enrol = Enrol(seat=seat, key=Signer(seat, seat.encode().ljust(32, b"k")[:32]).vkey)
        an.ask("seat.enrol", enrol, **({} if caller is None else {"caller": caller}))

    def claim(seat="", player="an"):
        request = Claim(seat=seat or pc, player=player, until=clock.wall() + HOUR)
        return an.ask("player.claim", request, **({} if seat else {"caller": Seat(pc)})).by

    return claim


def test_a_pc_whose_chain_began_anew_is_not_refused_because_of_itself(ask):
    assert (ask("seat-1"), ask("seat-2"), ask()) == ("", "", "seat-2")


def test_a_pc_is_named_as_it_calls_itself(ask):
    ask()
    assert ask("seat-1") == "PC"


@pytest.mark.parametrize("player", ["guest", "nobody"])
def test_nobody_else_is_held(ask, player):
    with pytest.raises(ApiError, match="no player"):
        ask("seat-1", player)
