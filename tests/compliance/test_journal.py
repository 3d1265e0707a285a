"""One seat's signed chain in its owner's database, and the checker that intake and verifier share."""

import hmac
import sqlite3

import msgspec
import pytest

from compliance import entry
from compliance.entries.log import Seal
from compliance.entries.seat import IssueRaised
from compliance.format.chain import START, ChainError, Head, digest, seal_message
from compliance.journal import Journal, JournalError, commitment, create_tables
from compliance.note import Signer
from compliance.writing.batch import check_batch

SIGNER = Signer("home-pc", bytes(32))


@pytest.fixture
def connection():
    connection = sqlite3.connect(":memory:")
    create_tables(connection)
    connection.commit()
    yield connection
    connection.close()


@pytest.fixture
def journal(connection):
    return Journal(connection, "home-pc", "boot-1", SIGNER)


def issue(journal, name="x", **more):
    return journal.append(IssueRaised, mono=1, wall=2, id=name, **more)


def test_entries_are_chained_and_sealed(journal):
    first, second, seal = issue(journal), issue(journal), journal.seal(3, 4)
    assert [line.seq for line in (first, second, seal)] == [1, 2, 3]
    assert [line.prev for line in (first, second, seal)] == ["", digest(entry.encode(first)), digest(entry.encode(second))]
    assert (seal.first, seal.last, seal.head) == (1, 2, seal.prev)
    assert journal.head() == Head(3, digest(entry.encode(seal)))


def test_a_batch_is_what_the_checker_takes(journal):
    issue(journal)
    journal.seal(1, 1)
    issue(journal)
    journal.seal(1, 1)
    batch = journal.spool()
    assert check_batch(batch.entries, "home-pc", SIGNER.key) == journal.head()
    assert (len(batch.entries), batch.last) == (4, 4)


def test_what_is_not_sealed_is_not_handed_out(journal):
    issue(journal)
    assert journal.spool() is None
    journal.seal(1, 1)
    issue(journal)
    assert journal.spool().last == 2


def test_the_limit_cuts_at_seals_but_never_within(journal):
    for _ in range(3):
        for _ in range(4):
            issue(journal)
        journal.seal(1, 1)
    assert journal.spool(limit=5).last == 5
    assert journal.spool(limit=11).last == 10
    assert journal.spool(limit=2).last == 5


def test_entries_stay_until_forgotten(journal):
    issue(journal)
    journal.seal(1, 1)
    assert (journal.unsent(), journal.spool(), journal.spool()) == (2, journal.spool(), journal.spool())
    journal.forget(2)
    assert (journal.unsent(), journal.spool(), journal.head().seq) == (0, None, 2)
    journal.forget(2)
    assert issue(journal).seq == 3


def test_what_is_not_sealed_is_not_forgotten(journal):
    issue(journal)
    with pytest.raises(JournalError):
        journal.forget(1)


def test_a_payload_is_committed_to_and_stays_beside_the_entry(journal):
    line = issue(journal, payload=b"An, 12")
    journal.seal(1, 1)
    (payload,) = journal.spool().payloads
    assert (payload.seq, payload.data, len(payload.salt)) == (1, b"An, 12", 32)
    assert line.secret == commitment(payload.salt, b"An, 12") == hmac.new(payload.salt, b"An, 12", "sha256").hexdigest()


def test_a_rolled_back_entry_leaves_no_trace(connection, journal):
    with connection:
        issue(journal)
    issue(journal)
    connection.rollback()
    assert issue(journal).seq == 2
    journal.seal(1, 1)
    check_batch(journal.spool().entries, "home-pc", SIGNER.key)


def test_a_field_of_the_wrong_type_is_refused_before_it_is_stored(journal):
    with pytest.raises(entry.EntryError):
        issue(journal, name=7)
    with pytest.raises(entry.EntryError):
        journal.append(Seal, mono=1, wall=1, first=1, last=1, head="", sig="")
    assert journal.head() == START


DAMAGE = {
    "an entry is gone": "DELETE FROM journal WHERE seq = 2",
    "the last entry is gone": "DELETE FROM journal WHERE seq = 4",
    "the first entry is gone": "DELETE FROM journal WHERE seq = 1",
    "all entries are gone": "DELETE FROM journal",
    "an entry is changed": "UPDATE journal SET entry = CAST(replace(entry, '\"x\"', '\"y\"') AS BLOB) WHERE seq = 2",
    "an entry is no entry": "UPDATE journal SET entry = x'00' WHERE seq = 4",
    "the head is changed": "UPDATE journal_head SET hash = 'ff'",
    "the head is gone": "DELETE FROM journal_head",
    "the head is ahead": "UPDATE journal_head SET seq = 9",
    "the seal is unknown": "UPDATE journal_head SET sealed = 0",
    "a table is gone": "DROP TABLE journal",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_journal_is_not_opened(connection, journal, damage):
    for _ in range(2):
        issue(journal)
    journal.seal(1, 1)
    issue(journal)
    connection.execute(damage)
    with pytest.raises(JournalError) as error:
        Journal(connection, "home-pc", "boot-1", SIGNER)
    assert "\n" not in str(error.value)


def test_a_journal_of_another_seat_or_key_is_not_opened(connection, journal):
    issue(journal)
    journal.seal(1, 1)
    with pytest.raises(JournalError):
        Journal(connection, "other", "boot-1", SIGNER)
    with pytest.raises(JournalError):
        Journal(connection, "home-pc", "boot-1", Signer("home-pc", b"\x01" * 32))


@pytest.fixture
def batch(journal):
    for name in "abc":
        issue(journal, name=name)
    journal.seal(1, 1)
    issue(journal, name="d")
    journal.seal(1, 1)
    return list(journal.spool().entries)


def resigned(data, **changed):
    """A seal with other contents, signed by the right key."""
    seal = msgspec.structs.replace(entry.decode(data), **changed)
    return entry.encode(msgspec.structs.replace(seal, sig=SIGNER.sign_bytes(seal_message(seal)).hex()))


def with_sig(data, sig):
    return entry.encode(msgspec.structs.replace(entry.decode(data), sig=sig))


BROKEN = {
    "removed-entry[1]": (lambda batch: [batch[0], *batch[2:]], 3),
    "swapped-entries[1,2]": (lambda batch: [batch[0], batch[2], batch[1], *batch[3:]], 3),
    "doubled-entry[0]": (lambda batch: [batch[0], *batch], 1),
    "removed-first-entry": (lambda batch: batch[1:], 2),
    "removed-last-seal": (lambda batch: batch[:-1], 5),
    "removed-first-seal": (lambda batch: [*batch[:3], *batch[4:]], 5),
    "changed-entry[1]": (lambda batch: [batch[0], batch[1].replace(b'"id":"b"', b'"id":"z"'), *batch[2:]], 3),
    "changed-entry-before-seal": (lambda batch: [*batch[:2], batch[2].replace(b'"id":"c"', b'"id":"z"'), *batch[3:]], 4),
    "not-canonical-entry[1]": (lambda batch: [batch[0], batch[1] + b" ", *batch[2:]], 2),
    "changed-seal-wall": (lambda batch: [*batch[:5], batch[5].replace(b'"wall":1', b'"wall":2')], 6),
    "changed-seal-sig": (lambda batch: [*batch[:5], with_sig(batch[5], "00")], 6),
    "seal-sig-in-capitals": (lambda batch: [*batch[:5], with_sig(batch[5], entry.decode(batch[5]).sig.upper())], 6),
    "seal-from-later": (lambda batch: [*batch[:3], resigned(batch[3], first=2)], 4),
    "seal-of-less": (lambda batch: [*batch[:3], resigned(batch[3], last=2)], 4),
    "seal-of-another-head": (lambda batch: [*batch[:3], resigned(batch[3], head="00")], 4),
    "seal-over-nothing": (lambda batch: [*batch[:4], resigned(
        batch[3], seq=5, prev=digest(batch[3]), head=digest(batch[3]), first=5, last=4)], 5),
    "another-seats-entry": (lambda batch: [batch[0].replace(b"home-pc", b"away-pc"), *batch[1:]], 1),
}  # fmt: skip


@pytest.mark.parametrize(("change", "seq"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_batch_is_refused_at_the_entry_that_breaks_it(batch, change, seq):
    with pytest.raises(ChainError) as error:
        check_batch(change(batch), "home-pc", SIGNER.key)
    assert error.value.seq == seq


def test_a_batch_of_another_key_or_place_is_refused(batch):
    with pytest.raises(ChainError):
        check_batch(batch, "home-pc", Signer("home-pc", b"\x01" * 32).key)
    with pytest.raises(ChainError):
        check_batch(batch, "home-pc", SIGNER.key, Head(4, digest(batch[3])))
    assert check_batch(batch[4:], "home-pc", SIGNER.key, Head(4, digest(batch[3]))).seq == 6
