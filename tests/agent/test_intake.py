"""Entries in: checked, logged once, proved."""

from __future__ import annotations

import msgspec
import pytest

from agent.api.log import LogShow
from agent.api.seat import Submit
from compliance import journal
from compliance.entries.log import AgentTick
from compliance.entries.override import ApprovalEnded
from compliance.entries.place import GuardianChanged, PlaceChanged, PolicyChanged
from compliance.entries.seat import IssueRaised, SeatEnrolled, SeatRetired
from compliance.journal import SALT_BYTES
from compliance.note import parse_checkpoint
from compliance.tree import leaf_hash, verify_consistency, verify_inclusion
from host.wire import ApiError


@pytest.fixture
def seat(desk, make_seat):
    """An enrolled seat with one sealed entry of two that waits."""
    seat = make_seat()
    desk.ask("seat.enrol", seat.enrol)
    seat.add(IssueRaised, id="one")
    seat.add(IssueRaised, payload=b'{"name":"An"}', id="two")
    seat.seal()
    return seat


def prove(desk, request, accepted):
    """Check the answer as a daemon does."""
    head = parse_checkpoint(accepted.checkpoint, [desk.agent.keys.log.vkey])
    for proof, data in zip(accepted.proofs, request.entries, strict=True):
        verify_inclusion(proof.index, head.size, leaf_hash(data), proof.hashes, head.root)
    return head


def refusal(desk, request):
    size = desk.agent.log.size
    with pytest.raises(ApiError) as error:
        desk.ask("log.submit", request)
    assert "\n" not in str(error.value)
    assert desk.agent.log.size == size
    return error.value.code


def test_a_batch_is_logged_and_proved(desk, seat):
    """Every entry of it, under the checkpoint in the answer."""
    request = seat.batch()
    accepted = desk.ask("log.submit", request)
    prove(desk, request, accepted)
    assert [proof.seq for proof in accepted.proofs] == [1, 2, 3]
    assert [entry["id"] for entry in desk.entries("issue.raised")] == ["one", "two"]


def test_twice_is_once(desk, seat):
    """The answer was lost: the same batch is proved again and logged no more."""
    request = seat.batch()
    first = desk.ask("log.submit", request)
    assert desk.ask("log.submit", request) == first
    assert len(desk.entries("issue.raised")) == 2


def test_a_batch_that_overlaps_goes_on_where_the_log_ends(desk, seat):
    """The seat had the answer lost and went on writing."""
    desk.ask("log.submit", seat.batch())
    seat.add(IssueRaised, id="three")
    seat.seal()
    request = seat.batch()
    prove(desk, request, desk.ask("log.submit", request))
    assert [entry["id"] for entry in desk.entries("issue.raised")] == ["one", "two", "three"]


def test_the_new_tree_continues_the_one_the_seat_trusted(desk, seat):
    """With a consistency proof from the size it holds."""
    request = seat.batch()
    old = prove(desk, request, desk.ask("log.submit", request))
    seat.forget(3)
    seat.add(IssueRaised, id="three")
    seat.seal()
    request = seat.batch(trusted=old.size)
    accepted = desk.ask("log.submit", request)
    new = prove(desk, request, accepted)
    verify_consistency(old.size, new.size, accepted.consistency, old.root, new.root)


def test_the_payload_lies_beside_its_entry(desk, seat):
    """Encrypted on disk, shown to who keeps the registry."""
    desk.ask("log.submit", seat.batch())
    lines = desk.ask("log.show", LogShow()).lines
    assert [line.payload for line in lines if '"issue.raised"' in line.entry] == [None, '{"name":"An"}']
    content = b"".join(path.read_bytes() for path in desk.agent.home.agent.iterdir())
    assert b'"name":"An"' not in content


def test_a_payload_must_be_its_entrys(desk, seat):
    """What an entry did not commit to could say anything."""
    good = seat.batch()
    (payload,) = good.payloads
    for bad in (
        msgspec.structs.replace(payload, data=b"{}"),
        msgspec.structs.replace(payload, seq=1),
        msgspec.structs.replace(payload, seq=9),
        msgspec.structs.replace(payload, salt=b""),
    ):
        assert refusal(desk, msgspec.structs.replace(good, payloads=(bad,))) == "bad-input"


@pytest.mark.parametrize(("size", "salt", "taken"), [
    (1 << 16, SALT_BYTES, True), ((1 << 16) + 1, SALT_BYTES, False), (1, SALT_BYTES - 1, False), (1, SALT_BYTES + 1, False),
])  # fmt: skip
def test_what_a_seat_can_make_us_keep_is_bounded(desk, make_seat, monkeypatch, size, salt, taken):
    """Also where the entry commits to it: 64 KiB, under a salt of one length."""
    monkeypatch.setattr(journal.secrets, "token_bytes", lambda _: b"s" * salt)
    seat = make_seat()
    desk.ask("seat.enrol", seat.enrol)
    seat.add(IssueRaised, payload=b"x" * size, id="one")
    seat.seal()
    if taken:
        assert desk.ask("log.submit", seat.batch()).proofs
    else:
        assert refusal(desk, seat.batch()) == "bad-input"


def test_batches_that_do_not_hold(desk, seat, make_seat):
    """Without its seal, with a gap, altered, signed by another key, of another seat."""
    good = seat.batch()
    first, second, seal = good.entries
    altered = first.replace(b'"one"', b'"uno"')
    impostor = make_seat(key=b"x" * 32)
    impostor.add(IssueRaised, id="one")
    impostor.seal()
    broken = ((first, second), (second, seal), (altered, second, seal), (first, first), (b"{}",), (b"x",))
    for entries in (*broken, impostor.batch().entries):
        assert refusal(desk, Submit(seat="seat-1", entries=entries)) in {"refused", "bad-input"}
    assert refusal(desk, msgspec.structs.replace(good, seat="seat-2")) == "not-found"
    assert refusal(desk, msgspec.structs.replace(good, seat="agent")) == "not-found"
    desk.ask("log.submit", good)


def test_another_history_of_the_same_numbers_is_refused(desk, seat, make_seat):
    """A seat cannot replace what it said."""
    desk.ask("log.submit", seat.batch())
    fork = make_seat()
    fork.add(IssueRaised, id="never happened")
    fork.seal()
    assert refusal(desk, fork.batch()) == "refused"


@pytest.mark.parametrize("trusted", [-1, 10_000])
def test_a_seat_that_has_seen_more_is_told(desk, seat, trusted):
    """This log is shorter than the one it knows."""
    assert refusal(desk, seat.batch(trusted=trusted)) == "refused"


def test_nothing_is_proved_too(desk, seat):
    """An empty batch asks for the newest checkpoint."""
    accepted = desk.ask("log.submit", Submit(seat="seat-1", entries=(), trusted=1))
    assert (accepted.proofs, bool(accepted.consistency)) == ((), True)


def test_a_full_disk_takes_nothing_in(desk, seat):
    """The seat keeps its spool and tries again."""
    raw = desk.agent.log._connection
    (pages,) = raw.execute("PRAGMA page_count").fetchone()
    raw.execute(f"PRAGMA max_page_count = {pages}")
    for number in range(300):
        seat.add(IssueRaised, id=f"issue-{number}")
    seat.seal()
    request = seat.batch()
    assert refusal(desk, request) == "unavailable"
    raw.execute("PRAGMA max_page_count = 1000000")
    prove(desk, request, desk.ask("log.submit", request))


@pytest.mark.parametrize(("kind", "fields"), [
    (SeatEnrolled, {"id": "seat-9", "key": "k"}),
    (SeatRetired, {"id": "seat-9", "heard": None}),
    (PlaceChanged, {"place": "home", "zone": "Asia/Ho_Chi_Minh", "hours": ""}),
    (PolicyChanged, {"target": "place", "packs": (), "house": False}),
    (GuardianChanged, {"registered": 3}),
    (ApprovalEnded, {"id": "one"}),
    (AgentTick, {"seats": {}, "silent": ()}),
], ids=lambda one: getattr(one, "__name__", ""))  # fmt: skip
def test_a_seat_says_nothing_that_is_the_agents(desk, seat, make_seat, kind, fields):
    """One such entry would fail the whole log: nothing of the batch is taken, and what the seat said before goes on."""
    desk.ask("log.submit", seat.batch())
    fork = make_seat()
    for id in ("one", "two"):
        fork.add(IssueRaised, id=id)
    fork.add(kind, **fields)
    fork.seal()
    assert refusal(desk, fork.batch()) == "refused"
    seat.forget(3)
    seat.add(IssueRaised, id="three")
    seat.seal()
    request = seat.batch()
    prove(desk, request, desk.ask("log.submit", request))
