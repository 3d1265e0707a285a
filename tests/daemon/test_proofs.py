"""A guardian's PIN at somebody else's account, for some minutes; and whoever guesses."""

from __future__ import annotations

import asyncio
import logging

import msgspec
import pytest

from daemon.api import asking
from daemon.api import messages as m
from daemon.store import Store
from host.transport import Caller
from host.wire import ApiError
from tests.daemon.proving import (
    AUNT,
    DAD,
    MUM,
    SECRET,
    begun,
    digits,
    guess,
    house,
    me,
    minutes_locked,
    prove,
    refused,
    use,
)
from tests.daemon.test_api import CHILD, FRIEND, PARENT, ROOT, ask
from tests.daemon.test_disk import FullDisk
from tests.daemon.world import HOUR, MINUTE, NOON


@pytest.fixture
def home(world):
    return begun(world)


def give(world, token, caller=CHILD):
    return ask(world, "grant.add", m.GrantAdd(player="an", ms=10 * MINUTE, token=token), caller)


def test_a_guardian_gives_time_at_the_childs_account(home):
    """By PIN; the grant and the log say who, and how."""
    proved = prove(home, "4711")
    assert (proved.id, proved.name, proved.until) == ("me", "Mẹ", NOON + asking.PROOF_MS)
    id_ = give(home, proved.token).id
    (event,) = ask(home, "grant.list", m.GrantsGet()).grants
    assert (event.who, event.how, event.guardian, event.by) == ("Mẹ", "pin", "me", "guardian")
    ask(home, "grant.extend", m.GrantExtend(player="an", until=13 * HOUR, token=proved.token), CHILD)
    ask(home, "grant.revoke", m.GrantRevoke(id=id_, token=proved.token), CHILD)
    told = [bytes(row[0]).decode() for row in home.daemon.store.db.execute("SELECT payload FROM journal WHERE payload NOTNULL")]
    assert sum('"how":"pin"' in one and '"who":"Mẹ"' in one for one in told) == 3
    assert home.journal("pin.failed") == []


def test_a_pause_says_who_and_how(home):
    """As time does: kept, and beside its entry and that of its end."""
    token = prove(home, "4711").token
    ask(home, "pause", asking.Pause(player="an", token=token), CHILD)
    (kept,) = home.daemon._overrides.pauses
    assert (kept.who, kept.how, kept.guardian) == ("Mẹ", "pin", "me")
    ask(home, "resume", asking.Resume(player="an", token=token), CHILD)
    ask(home, "pause", asking.Pause(player="an"), ROOT)
    rows = home.daemon.store.db.execute("SELECT payload FROM journal WHERE payload NOTNULL ORDER BY seq").fetchall()
    beside = [msgspec.json.decode(row[0]) for row in rows]
    assert [(one["who"], one.get("how")) for one in beside] == [("Mẹ", "pin"), ("Mẹ", "pin"), ("root", None)]


@pytest.mark.promise("PINs and codes: A proof is for one account, for ten minutes, and opens only what it is for")
def test_a_proof_is_the_accounts_that_made_it_and_ends(home):
    """Not another account's, not after some minutes, not after a restart; a new PIN or a removal ends it at once."""
    token = prove(home, "4711").token
    refused(give, home, token, FRIEND)
    give(home, token)
    home.clock.run(asking.PROOF_MS - 1)
    give(home, token)
    home.clock.step(-HOUR)
    home.clock.run(1)
    refused(give, home, token)
    for number, guardians in enumerate([(DAD,), (msgspec.structs.replace(MUM, pin="hash of 2222"),)]):
        home.adopt(house(2 + 2 * number))
        token = prove(home, "4711").token
        home.adopt(house(3 + 2 * number, guardians))
        refused(give, home, token)
    home.adopt(house(9))
    token = prove(home, "4711").token
    home.stop()
    home.start()
    refused(give, home, token)


@pytest.mark.promise("PINs and codes: A proof ends when the guardian leaves")
def test_whoever_leaves_leaves_no_proof_behind(home):
    """Their own alone: of the same account and guardian another goes on, and nobody ends somebody else's."""
    token, other = prove(home, "4711").token, prove(home, "4711").token
    for caller in (FRIEND, CHILD):
        give(home, token)
        assert ask(home, "guardian.leave", asking.GuardianLeave(token=token), caller) == m.Ok()
    refused(give, home, token)
    give(home, other)
    assert ask(home, "guardian.leave", asking.GuardianLeave(token=token), CHILD) == m.Ok()


@pytest.mark.promise("PINs and codes: A proof is for one account, for ten minutes, and opens only what it is for")
def test_a_proof_opens_nothing_else(home):
    """It gives time: who may see and mend everything stays as it was."""
    prove(home, "4711")
    assert home.daemon.roles(CHILD) == {"any"}
    refused(ask, home, "doctor", m.DoctorGet(repair=True), CHILD)


@pytest.mark.promise("PINs and codes: Five wrong PINs lock the account, and each more doubles the wait")
def test_five_wrong_ones_lock_and_each_more_doubles_it(home):
    """One minute, two, four, up to a day; nothing is checked meanwhile, not even the right one."""
    guess(home, 4)
    assert minutes_locked(home) == 0
    for length in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1440, 1440):
        guess(home, 1)
        assert minutes_locked(home) == length
        asked = home.platform.pins.asked
        assert "may try again" in refused(prove, home, "4711")
        assert "may try again" in refused(use, home, digits(wall=home.clock.wall()))
        assert home.platform.pins.asked == asked
    lines = home.journal("pin.failed")
    assert [(one.how, one.tries) for one in lines] == [("pin", n + 1) for n in range(17)]
    assert [one.locked is None for one in lines] == [True] * 4 + [False] * 13


def test_when_it_may_be_tried_again_is_told(home):
    """Not a minute too early, as seconds are not shown."""
    home.clock.run(1)
    guess(home, 5)
    assert "T05:02:00" in refused(prove, home, "4711")


@pytest.mark.promise("PINs and codes: Neither a restart nor a clock step gives more guesses")
def test_ten_wrong_ones_with_a_restart_and_a_clock_step_between(home):
    """Whatever is stopped, killed, rebooted or set: the count goes on, and the lock is no shorter."""
    guess(home, 3)
    home.kill()
    home.start()
    guess(home, 5)
    assert minutes_locked(home) == 8
    home.clock.step(24 * HOUR)
    home.beat()
    assert minutes_locked(home) == 8
    refused(prove, home, "4711")
    home.clock.step(-48 * HOUR)
    home.clock.run(3 * MINUTE)
    assert minutes_locked(home) == 5
    home.stop()
    home.start()
    assert minutes_locked(home) == 5
    home.stop()
    home.clock.reboot(off_ms=HOUR)
    home.clock.step(72 * HOUR)
    home.start()
    assert minutes_locked(home) == 5
    home.kill()
    home.clock.reboot()
    home.start()
    assert minutes_locked(home) == 5
    guess(home, 2)
    assert [one.tries for one in home.journal("pin.failed")] == list(range(1, 11))
    assert minutes_locked(home) == 32


def test_a_guardians_own_account_is_never_locked(home):
    """However often a child, or they, are wrong: they are told so, and it is written down."""
    guess(home, 6)
    for _ in range(7):
        assert refused(prove, home, "1111", caller=PARENT) == "the PIN is wrong"
    assert me(home, PARENT).locked is None
    prove(home, "4711", caller=PARENT)
    give(home, "", PARENT)
    assert minutes_locked(home, FRIEND) == 0
    prove(home, "4711", caller=FRIEND)
    assert len(home.journal("pin.failed")) == 13


@pytest.mark.promise("PINs and codes: Account numbers of containers, and accounts beyond the most, share one count")
def test_accounts_that_nobody_has_are_one(home):
    """A child may have thousands of numbers for containers, each of which would have five tries."""
    for number in range(5):
        refused(prove, home, "1111", caller=Caller(100_000 + number, 1, str(100_000 + number), admin=False))
    other = Caller(165_000, 1, "165000", admin=False)
    assert minutes_locked(home, other) == 1
    refused(prove, home, "4711", caller=other)
    assert minutes_locked(home) == 0


def test_a_pin_that_was_known_forgives_its_own_guesses_alone(home):
    """Who learned one guardian's PIN, or has a code, gets no more guesses at another's."""
    guess(home, 4)
    prove(home, "0815", "Bố")
    use(home, digits())
    guess(home, 1)
    assert minutes_locked(home) == 1
    home.clock.run(MINUTE)
    prove(home, "4711")
    guess(home, 4)
    assert minutes_locked(home) == 0


def test_a_new_pin_ends_the_lock_of_the_old_one(home):
    """Guesses at what is over are worth nothing; those at another's stay."""
    guess(home, 7)
    home.adopt(house(2, (msgspec.structs.replace(MUM, pin="hash of 2222"), DAD)))
    assert minutes_locked(home) == 0
    prove(home, "2222")


@pytest.mark.parametrize("name", ["proof-tries", "code-steps"])
def test_counts_that_cannot_be_read_are_dropped(home, name):
    """The daemon comes up, and tells a guardian."""
    home.stop()
    store = Store(home.home.daemon)
    store.put(name, b'{"5001":')
    store.close()
    home.start()
    assert "store-broken" in [one.id for one in home.daemon.health.open()]
    prove(home, "4711")
    use(home, digits())


def test_two_at_once_are_two(home):
    """No haste gets past the fifth, and one is checked at a time."""

    async def race():
        tries = (
            home.daemon.routes["guardian.prove"].handler(CHILD, asking.Prove(guardian="me", pin=f"{n:04}")) for n in range(40)
        )
        return await asyncio.gather(*tries, return_exceptions=True)

    told = [str(one) for one in asyncio.run(race())]
    assert (home.platform.pins.asked, home.platform.pins.together) == (5, 1)
    assert sum("wrong;" in one for one in told) == 5
    assert minutes_locked(home) == 1


@pytest.mark.promise("PINs and codes: An attempt is counted before it is checked")
def test_what_cannot_be_counted_is_not_looked_at(home):
    """A disk that is full gives no free tries."""
    home.daemon.store.db = disk = FullDisk(home.daemon.store.db)
    with pytest.raises(ApiError) as caught:
        prove(home, "4711")
    assert (caught.value.code, home.platform.pins.asked) == ("unavailable", 0)
    disk.full = False
    prove(home, "4711")


def test_a_check_that_fails_is_no_wrong_one(home):
    """It is said, and neither counted nor taken for right."""
    home.platform.pins.trouble = True
    for _ in range(6):
        with pytest.raises(ApiError) as caught:
            prove(home, "4711")
        assert caught.value.code == "unavailable"
    home.platform.pins.trouble = False
    guess(home, 4)
    prove(home, "4711")


@pytest.mark.parametrize("guardian", ["Cô", "co"])
def test_who_has_no_pin_proves_nothing(home, guardian):
    assert refused(prove, home, "", guardian) == "Cô has no PIN"
    assert home.platform.pins.asked == 0


def test_who_is_limited_proves_nothing(home):
    """A guardian in the account of a limited player has no rights, whatever an older agent let through."""
    home.platform.canonical = str.casefold
    home.adopt(house(2, (msgspec.structs.replace(MUM, account="AN"), DAD)))
    assert me(home).proving == ("Bố",)
    with pytest.raises(ApiError, match="no guardian"):
        prove(home, "4711")
    with pytest.raises(ApiError, match="wrong"):
        use(home, digits())


def test_me_says_who_the_account_is(home):
    """What a tray's menu depends on; no secret of anybody."""
    assert me(home) == asking.Me(account="an", guardian=False, player="an", proving=("Mẹ", "Bố"), codes=True)
    assert me(home, ROOT) == asking.Me(account="root", guardian=True, player=None, proving=("Mẹ", "Bố"), codes=True)
    assert (me(home, FRIEND).player, me(home, FRIEND).codes) == ("guest", False)
    home.adopt(house(2, place="game-point"))
    assert (me(home).proving, me(home).codes) == (("Mẹ", "Bố"), False)
    customer = Caller(FRIEND.uid, 1, FRIEND.account, admin=True)  # whom a café has at an administrator's account
    assert (me(home, customer).guardian, me(home, ROOT).guardian) == (False, True)
    home.adopt(msgspec.structs.replace(house(3, (AUNT,)), hotline="0296 111"))
    assert me(home) == asking.Me(account="an", guardian=False, player="an", hotline="0296 111")


def test_me_answers_without_a_roster(world):
    world.start()
    assert me(world) == asking.Me(account="an", guardian=False, player=None)


@pytest.mark.promise("PINs and codes: A PIN is stored as a hash, and is in no list, log or answer")
def test_no_pin_is_written_anywhere(home, caplog):
    """Neither the PIN nor hash or secret is in the journal, in what is asked or told, or in what the daemon logs."""
    caplog.set_level(logging.DEBUG)
    home.adopt(house(2, (msgspec.structs.replace(MUM, pin="hash of con mèo đen"),)))  # digits may be part of any other hash
    guess(home, 1, pin="con chó vàng")
    token = prove(home, "con mèo đen").token
    give(home, token)
    refused(use, home, "000000")
    answers = [ask(home, op, request) for op, request in (
        ("status", m.StatusGet()), ("me", asking.MeGet()), ("doctor", m.DoctorGet()), ("grant.list", m.GrantsGet()),
    )]  # fmt: skip
    rows = home.daemon.store.db.execute("SELECT entry, payload FROM journal").fetchall()
    told = repr([answers, rows, home.daemon.in_force.people.roster.guardians]) + caplog.text
    for secret in ("con chó", "con mèo", "hash of", SECRET, token):
        assert secret not in told
