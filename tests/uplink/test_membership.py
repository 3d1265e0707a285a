"""What a PC keeps when it becomes a seat, and what it puts aside."""

from __future__ import annotations

import msgspec
import pytest

from cli.errors import nobody
from daemon.recording.chains import put_aside as end_chain
from daemon.recording.chains import seat_id
from daemon.store import Store
from host import restored
from host.homes import Home, HomeError, lock
from host.transport import Unreachable
from i18n.message import msg
from uplink.membership import Membership, keep, key_of, load, put_aside

PLACE = Membership("192.0.2.1:7381", "authority", "seat-new", "key", "certificate")
KEYS = ("place+1+AA", "place/roster+1+BB")


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "home", "given")
    for folder in (made.root, made.agent, made.daemon):
        folder.mkdir(mode=0o700)
    return made


def test_what_an_agent_of_its_own_kept_is_moved_whole(home):
    """While it does not run; each time to a place of its own, which nobody else reads."""
    for number in (1, 2):
        home.agent.mkdir(mode=0o700, exist_ok=True)
        (home.agent / "agent.db").write_text(str(number))
        with lock(home.agent), pytest.raises(HomeError, match="in use"):
            put_aside(home)
        place = put_aside(home)
        assert (place / "agent.db").read_text() == str(number)
        assert not home.agent.exists()
    assert (place.parent.stat().st_mode & 0o77, len([*place.parent.iterdir()])) == (0, 2)


def test_a_key_is_one_for_each_agent(home):
    """Made once, so that a PC whose answer was lost is no second seat; another agent never sees it."""
    assert [key_of(home, PLACE.authority, made) for made in ("one", "two")] == ["one", "one"]
    keep(home, PLACE, KEYS)
    assert key_of(home, PLACE.authority, "three") == "one"
    assert key_of(home, "another", "four") == "four"


def test_a_daemon_takes_up_the_agent_that_was_joined(home):
    """As the seat that the PC joined as; as it is, if it was that before, as where only the agent's address is another."""
    store = Store(home.daemon, 1)
    with store.transaction():
        store.put("seat", b"seat-own")
        end_chain(store)
    key_of(home, PLACE.authority, "key")
    (home.root / "public").mkdir()
    (home.public / "agent.card").write_text("of its own agent")
    keep(home, PLACE, KEYS)
    assert not (home.public / "agent.card").exists()
    assert (mark := restored.read(home.daemon)) is not None
    assert (mark.seat, mark.keys) == (PLACE.seat, "place+1+AA\nplace/roster+1+BB\n")
    assert seat_id(store, home.daemon, None) == PLACE.seat
    keep(home, msgspec.structs.replace(PLACE, address="192.0.2.2:7381"), KEYS)
    assert ((found := load(home)) and found.address, restored.read(home.daemon)) == ("192.0.2.2:7381", None)


def test_a_seat_never_begins_again_under_the_same_id(home):
    """An answer that was lost after the daemon had taken it up: what it wrote as that seat stays its."""
    store = Store(home.daemon, 1)
    with store.transaction():
        store.put("seat", PLACE.seat.encode())
    key_of(home, PLACE.authority, "key")
    keep(home, PLACE, KEYS)
    assert seat_id(store, home.daemon, None) != PLACE.seat


def test_a_seat_is_told_to_start_its_line_and_no_agent_of_its_own(home):
    """Which would take its place, and begin a log of its own."""
    away = Unreachable(msg("{address}: nobody answers", address=home.agent_address))
    assert "giochoi-agent" in str(nobody(away, home, looks=True))
    key_of(home, PLACE.authority, "key")
    keep(home, PLACE, KEYS)
    assert "giochoi-uplink" in str(nobody(away, home, looks=True))
