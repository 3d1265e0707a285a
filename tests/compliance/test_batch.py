"""A batch with many seals: whatever is wrong first is told, by whichever thread checks it."""

from __future__ import annotations

import threading

import pytest

from compliance.entries.seat import IssueRaised
from compliance.entry import decode
from compliance.format.chain import START, ChainError, Draft, Signed
from compliance.note import Signer
from compliance.writing.batch import check_batch

SEAT = Signer("home-pc", b"\x01" * 32)


@pytest.fixture(scope="module")
def entries():
    """Twenty seals, each over one entry."""
    draft = Draft("home-pc", SEAT, START, boot="b", mono=1, wall=2)
    for _ in range(20):
        draft.add(IssueRaised, id="x")
        draft.seal()
    return draft.data


def falsely(entries, *seqs):
    """The same, with seals that nobody signed; each begins another chain, so that `head` is all that follows from it."""
    changed = list(entries)
    for seq in seqs:
        sig = decode(changed[seq - 1]).sig.encode()
        changed[seq - 1] = changed[seq - 1].replace(sig, sig[::-1])
    return changed


def refused(entries):
    with pytest.raises(ChainError) as error:
        check_batch(entries, "home-pc", SEAT.key)
    return error.value.seq


@pytest.mark.parametrize("seq", [2, 20, 40])
def test_a_false_signature_is_found_wherever_it_is(entries, seq):
    """The last one too: nothing follows that its bytes would contradict."""
    assert refused(falsely(entries[:seq], seq)) == seq


def test_the_first_fault_is_told(entries):
    """A false seal makes the next entry not follow: the seal is what is wrong."""
    assert refused(falsely(entries, 8, 16, 38)) == 8
    assert refused([*falsely(entries, 38)[:39], b"{}"]) == 38
    assert refused([*entries[:39], b"{}"]) == 40
    assert refused(entries[:39]) == 39


@pytest.mark.parametrize("few", [2, 20])
def test_without_threads_it_checks_all_the_same(entries, few, monkeypatch):
    def none(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", none)
    assert check_batch(entries[: 2 * few], "home-pc", SEAT.key).seq == 2 * few
    for seq in range(2, 2 * few + 1, 2):
        assert refused(falsely(entries[:seq], seq)) == seq


def test_what_a_thread_did_not_come_to_is_checked_all_the_same(entries, monkeypatch):
    """One that ends with an error, as without memory."""
    by = Signed.by
    ended = threading.Event()

    def only_here(self, key):
        if threading.current_thread() is not threading.main_thread():
            raise MemoryError
        assert ended.wait(60)
        return by(self, key)

    monkeypatch.setattr(Signed, "by", only_here)
    monkeypatch.setattr(threading, "excepthook", lambda _: ended.set())
    assert check_batch(entries, "home-pc", SEAT.key).seq == 40
    ended.clear()
    assert refused(falsely(entries, 40)) == 40


def test_what_a_thread_found_false_is_refused(entries, monkeypatch):
    """It comes to the end long before the other is there."""
    by = Signed.by
    looked = threading.Event()

    def after_it(self, key):
        if threading.current_thread() is threading.main_thread():
            assert looked.wait(60)
            return by(self, key)
        true = by(self, key)
        if self.seq == 2:
            looked.set()
        return true

    monkeypatch.setattr(Signed, "by", after_it)
    assert refused(falsely(entries, 40)) == 40
