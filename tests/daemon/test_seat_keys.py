"""Every chain of a PC is a seat of its own, under a key of its own."""

import pytest

from compliance.note import Signer
from daemon.recording.chains import new_seat_id, seed_of

SECRET = bytes(range(32))


@pytest.mark.promise("Agent and keys: Every seat has a key of its own")
def test_each_seat_has_a_key_of_its_own():
    """Also after its database was lost and the secret was not."""
    seats = [new_seat_id() for _ in range(20)]
    keys = {Signer(seat, seed_of(seat, SECRET)).key.public for seat in seats}
    assert len(keys) == len(set(seats)) == 20
    assert seed_of(seats[0], SECRET) == seed_of(seats[0], SECRET) != seed_of(seats[0], bytes(32))
