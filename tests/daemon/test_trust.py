"""What a seat believes of its agent: two keys, rosters that only go forward, a log that only grows. Kept over restarts."""

from __future__ import annotations

import msgspec
import pytest

from agent.api.roster import SignedRoster
from agent.api.seat import Accepted, Proof
from agent.api.witnessing import HeadShown
from compliance.log import Log
from daemon import roster as roster_room
from daemon.roster import AgentKeys, Replaced, Trust, parse_keys
from daemon.store import Store
from tests.daemon.world import NOON, roster, signer


class Issuer:
    """An agent's two keys."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.log, self.registry = signer(origin), signer(f"{origin}/roster")
        self.keys = AgentKeys(self.log.vkey, self.registry.vkey)

    def roster(self, number: int) -> SignedRoster:
        news = msgspec.structs.replace(roster(number), origin=self.origin)
        return SignedRoster(number=number, note=self.registry.sign(msgspec.json.encode(news).decode() + "\n"))


OURS, OTHER = Issuer("giochoi/ours"), Issuer("giochoi/other")


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def trust(store):
    made = Trust(store)
    made.pin(OURS.keys)
    return made


def keep(trust, signed):
    taken = trust.read_roster(signed)
    trust.keep_roster(signed, taken)
    return taken


# --- keys -------------------------------------------------------------------------------------------------------------------


def test_the_key_file_holds_two_keys():
    """In any order; empty lines are nothing."""
    for lines in ((OURS.keys.log, OURS.keys.roster), (OURS.keys.roster, "", OURS.keys.log)):
        assert parse_keys("\n".join(lines).encode()) == OURS.keys


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "does not hold"),
        (OURS.keys.log.encode(), "does not hold"),
        (f"{OURS.keys.log}\n{OTHER.keys.roster}".encode(), "does not hold"),
        (f"{OURS.keys.log}\nno key\n{OURS.keys.roster}".encode(), "not valid"),
        (b"\xff\xfe", "not valid"),
    ],
)
def test_another_key_file_is_none(text, said):
    with pytest.raises(Replaced, match=said):
        parse_keys(text)


@pytest.mark.promise("Agent and keys: A roster is taken only from a pinned key, and only with a higher number")
def test_only_the_pinned_keys_are_the_agents(store, trust):
    """Whoever is met first may be pinned; from then on nobody else is believed, also after a restart."""
    trust.check_keys(OURS.keys)
    for changed in (OTHER.keys, AgentKeys(OURS.keys.log, OTHER.keys.roster)):
        with pytest.raises(Replaced, match="trusted is"):
            Trust(store).check_keys(changed)


def test_without_a_pinned_key_nothing_is_believed(store):
    """Neither rosters nor proofs."""
    nobody = Trust(store)
    nobody.check_keys(OURS.keys)
    accepted = Accepted(checkpoint="", proofs=())
    for ask in (
        lambda: nobody.read_roster(OURS.roster(1)),
        lambda: nobody.keep_roster(OURS.roster(1), roster(1)),
        lambda: nobody.take_proofs(accepted, [], NOON),
    ):
        with pytest.raises(Replaced, match="no key"):
            ask()
    assert (nobody.number, nobody.roster, nobody.checkpoint) == (-1, None, None)


# --- rosters ----------------------------------------------------------------------------------------------------------------


@pytest.mark.promise("Agent and keys: A roster is taken only from a pinned key, and only with a higher number")
def test_rosters_go_forward(store, trust):
    """The one that is held is no news, an older one is a registry that went back."""
    keep(trust, OURS.roster(5))
    assert trust.read_roster(OURS.roster(5)) is None
    with pytest.raises(Replaced, match="number 4, after 5"):
        trust.read_roster(OURS.roster(4))
    assert keep(trust, OURS.roster(6)).number == Trust(store).number == 6


def test_what_comes_again_is_read_once(trust, monkeypatch):
    """The agent says each minute what it said: nobody asks again who signed it. Once something else is in force, or somebody
    else is pinned, it is news again, or no good.
    """
    keep(trust, OURS.roster(5))
    same = OURS.roster(5)
    with monkeypatch.context() as reading:
        reading.setattr(roster_room, "verify_note", None)
        assert [trust.read_roster(same) for _ in range(3)] == [None] * 3
    keep(trust, OURS.roster(6))
    with pytest.raises(Replaced, match="number 5, after 6"):
        trust.read_roster(same)
    assert trust.read_roster(OURS.roster(6)) is None
    trust.pin(OTHER.keys)
    with pytest.raises(Replaced, match="does not hold"):
        trust.read_roster(OURS.roster(6))


def test_a_roster_that_another_key_signed_is_none(trust):
    """Nor one that was changed."""
    changed = OURS.roster(5)
    changed = msgspec.structs.replace(changed, note=changed.note.replace('"number":5', '"number":6'))
    for signed in (OTHER.roster(5), changed):
        with pytest.raises(Replaced, match="does not hold"):
            trust.read_roster(signed)


def test_a_new_agents_rosters_begin_anew(store, trust):
    """Its number says nothing about the former one's, whose last roster holds until then."""
    keep(trust, OURS.roster(9))
    trust.pin(OTHER.keys)
    for known in (trust, Trust(store)):
        assert (known.number, known.roster.number) == (-1, 9)
    assert keep(trust, OTHER.roster(2)).origin == "giochoi/other"
    assert Trust(store).number == trust.number == 2


def test_a_stored_roster_that_was_changed_is_not_in_force(store, trust):
    """Nobody can have signed it."""
    keep(trust, OURS.roster(1))
    store.put("roster", store.get("roster").replace(b'"home"', b'"HOME"'))
    assert (Trust(store).roster, Trust(store).number) == (None, -1)


# --- the log ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def book(tmp_path):
    """The agent's log, with five entries of a seat."""
    log = Log(tmp_path / "log.db", OURS.log)
    log.append(lines(5))
    yield log
    log.close()


def lines(count, first=1):
    return [b'{"boot":"b","kind":"x","seat":"pc","seq":%d}' % seq for seq in range(first, first + count)]


def proofs(log, *, trusted=0):
    found = tuple(
        Proof(seq=index + 1, index=index, hashes=tuple(log.inclusion_proofs((index,))[0])) for index in range(log.size)
    )  # fmt: skip
    consistency = tuple(log.consistency_proof(trusted)) if trusted else ()
    return Accepted(checkpoint=log.checkpoint, proofs=found, consistency=consistency)


def test_a_log_that_grows_is_believed(store, trust, book):
    """From when it was, also after a restart."""
    trust.take_proofs(proofs(book), list(enumerate(lines(5), 1)), NOON)
    book.append(lines(3, first=6))
    trust.take_proofs(proofs(book, trusted=5), list(enumerate(lines(3, first=6), 6)), NOON + 1)
    for known in (trust, Trust(store)):
        assert (known.checkpoint.size, known.checkpoint_wall) == (8, NOON + 1)


def test_a_head_that_is_only_shown_is_followed_in_memory(store, trust, book):
    """What continues the last one; what was another meanwhile changes nothing, and what does not continue it is no head."""
    trust.take_proofs(proofs(book), [], NOON)
    known = trust.checkpoint
    book.append(lines(3, first=6))
    said = HeadShown(checkpoint=book.checkpoint, consistency=tuple(book.consistency_proof(5)))
    with pytest.raises(Replaced, match="does not prove"):
        trust.follow(HeadShown(checkpoint=book.checkpoint), known, NOON + 1)
    trust.follow(said, known, NOON + 1)
    assert (trust.checkpoint.size, trust.checkpoint_wall, Trust(store).checkpoint.size) == (8, NOON + 1, 5)
    trust.follow(HeadShown(checkpoint="nonsense"), known, NOON + 2)
    assert trust.checkpoint_wall == NOON + 1


def test_an_entry_that_is_not_in_the_log_is_not_proved(store, trust, book):
    """One whose proof is missing, and one that is not the same."""
    whole = proofs(book)
    less = msgspec.structs.replace(whole, proofs=whole.proofs[1:])
    for accepted, entries in ((less, lines(5)), (whole, [*lines(4), *lines(1, first=6)])):
        with pytest.raises(Replaced, match="does not prove"):
            trust.take_proofs(accepted, list(enumerate(entries, 1)), NOON)
    for known in (trust, Trust(store)):
        assert (known.checkpoint, known.checkpoint_wall) == (None, 0)


def test_a_log_that_does_not_continue_the_last_one_is_not_believed(tmp_path, trust, book):
    """Signed by the right key, longer, and another one."""
    trust.take_proofs(proofs(book), [], NOON)
    other = Log(tmp_path / "other.db", OURS.log)
    other.append([*lines(4), b'{"seat":"pc","seq":5}', *lines(3, first=6)])
    with pytest.raises(Replaced, match="does not prove"):
        trust.take_proofs(proofs(other, trusted=5), [], NOON + 1)
    other.close()
    assert (trust.checkpoint.size, trust.checkpoint_wall) == (5, NOON)


def test_a_new_agents_log_is_another_one(store, trust, book):
    """What the former one had proved counts no longer."""
    trust.take_proofs(proofs(book), [], NOON)
    trust.pin(OTHER.keys)
    for known in (trust, Trust(store)):
        assert known.checkpoint is None
