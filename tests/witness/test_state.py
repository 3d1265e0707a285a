"""What a witness answers, status by status as c2sp.org/tlog-witness has it, and that it never signs a fork or a rollback."""

from __future__ import annotations

import itertools
import threading
from contextlib import closing
from dataclasses import replace

import pytest

from compliance import tree
from compliance.format.cosigning import SIZE_TYPE, AddCheckpoint
from compliance.note import Signer, checkpoint_text
from witness.state import State, StateError

SIZES = (1, 2, 3, 5, 8, 13, 64)


def test_it_cosigns_a_log_that_grows(witness, log):
    """From nothing, on to every size, and the same head again."""
    for old, size in itertools.pairwise((0, *SIZES)):
        witness.cosigns(log.asks(old, size))
        witness.cosigns(log.asks(size, size))
    assert witness.state.logs() == [(log.signer.key, 64)]


@pytest.mark.promise("Witnesses: A witness checks the signature first, and stores a head before it signs it")
def test_an_unknown_log_is_404_and_an_unknown_key_403(witness, log):
    strange = Signer("cafe.example/log", bytes(32))
    text = checkpoint_text("cafe.example/log", 5, tree.root(log.entries(5)))
    assert witness.answer(AddCheckpoint(0, (), strange.sign(text))).status == 403
    elsewhere = Signer("elsewhere.example/log", bytes(32)).sign(checkpoint_text("elsewhere.example/log", 0, tree.EMPTY_ROOT))
    assert witness.answer(AddCheckpoint(0, (), elsewhere)).status == 404
    note = log.note(5)
    assert witness.answer(AddCheckpoint(0, (), note.replace("\n5\n", "\n6\n"))).status == 403


def test_another_old_size_is_409_with_the_size_that_was_seen(witness, log):
    witness.cosigns(log.asks(0, 5))
    for asked in (log.asks(0, 8), log.asks(3, 8), log.asks(8, 13), log.asks(3, 3)):
        answer = witness.answer(asked)
        assert (answer.status, answer.body, answer.kind) == (409, "5\n", SIZE_TYPE)


def test_an_old_size_above_the_heads_is_400(witness, log):
    witness.cosigns(log.asks(0, 5))
    assert witness.answer(replace(log.asks(0, 3), old=5)).status == 400


def test_what_is_no_checkpoint_is_400(witness):
    assert witness.answer(AddCheckpoint(0, (), "cafe.example/log\nfive\n\n— a b\n")).status == 400


def test_a_proof_that_proves_nothing_is_422(witness, log):
    witness.cosigns(log.asks(0, 5))
    good = log.asks(5, 8)
    for proof in ((), good.proof[:-1], (*good.proof, bytes(32)), good.proof[::-1]):
        assert witness.answer(replace(good, proof=proof)).status == 422
    witness.cosigns(good)


def test_a_first_head_has_no_proof(witness, log):
    assert witness.answer(replace(log.asks(0, 5), proof=(bytes(32),))).status == 422


@pytest.mark.parametrize("old", [5, 8])
def test_it_never_cosigns_a_fork(witness, log, other_past, old):
    """Neither at the size that it saw, nor with a proof from there: signed by the log's own key all the same."""
    witness.cosigns(log.asks(0, old))
    assert witness.answer(other_past.asks(old, old)).status == 409
    assert witness.answer(other_past.asks(old, 13)).status == 422
    witness.cosigns(log.asks(old, 13))


def test_an_empty_log_has_one_root(witness, log):
    false = log.signer.sign(checkpoint_text(log.signer.name, 0, bytes(32)))
    assert witness.answer(AddCheckpoint(0, (), false)).status == 409
    witness.cosigns(log.asks(0, 0))


def test_what_it_saw_outlives_it_and_the_logs_removal(witness, log, other_past):
    """Removed and added anew, or in another process: its past is not told anew."""
    witness.cosigns(log.asks(0, 5))
    assert witness.state.remove(log.signer.name)
    assert not witness.state.remove(log.signer.name)
    assert witness.answer(log.asks(5, 8)).status == 404
    with closing(State(witness.path)) as again:
        again.add(log.signer.key)
        assert again.logs() == [(log.signer.key, 5)]
        assert again.add_checkpoint(other_past.asks(0, 8), witness.cosigner, lambda: 1).status == 409


@pytest.mark.promise("Witnesses: A witness checks the signature first, and stores a head before it signs it")
def test_it_is_on_disk_before_it_is_cosigned(witness, log):
    """When the line is signed, another connection reads the new head; what cannot be kept is not signed."""
    seen = []

    def now():
        with closing(State(witness.path)) as other:
            seen.extend(other.logs())
        return 1

    assert witness.state.add_checkpoint(log.asks(0, 5), witness.cosigner, now).status == 200
    assert seen == [(log.signer.key, 5)]
    witness.state._connection.execute("PRAGMA query_only = ON")
    with pytest.raises(StateError):
        witness.state.add_checkpoint(log.asks(5, 8), witness.cosigner, lambda: pytest.fail("signed"))


def test_of_two_at_once_one_waits(witness, log):
    """Every size to 40 from many threads: the heads that were cosigned form one growing line."""
    signed, steps = [], iter(range(1, 41))
    lock = threading.Lock()

    def run():
        while True:
            with lock:
                size = next(steps, None)
            if size is None:
                return
            seen = witness.state.logs()[0][1]
            if seen <= size and witness.answer(log.asks(seen, size)).status == 200:
                signed.append((seen, size))

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    signed = sorted(pair for pair in signed if pair[0] != pair[1])
    assert all(one[1] == two[0] for one, two in itertools.pairwise(signed))
    assert witness.state.logs()[0][1] == signed[-1][1]


def test_a_checkpoint_with_lines_of_its_own_is_cosigned_as_it_is(witness, log):
    """Other people's logs have extension lines; they are part of what is signed."""
    text = checkpoint_text(log.signer.name, 5, tree.root(log.entries(5))) + "an extension\n"
    witness.cosigns(AddCheckpoint(0, (), log.signer.sign(text)))


def test_a_strangers_database_is_left_alone(tmp_path):
    path = tmp_path / "x.db"
    path.write_bytes(b"no database at all, but long enough to look like something")
    with pytest.raises(StateError, match=r"x\.db"):
        State(path)
