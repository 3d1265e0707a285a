"""A guardian's code by telephone at somebody else's account, once; and whoever guesses."""

from __future__ import annotations

import msgspec
import pytest

from daemon import proving as codes
from daemon.api import messages as m
from daemon.grants import Grants
from host.wire import ApiError
from tests.daemon.proving import AUNT, MUM, OTHER, begun, digits, guess, house, me, minutes_locked, refused, use
from tests.daemon.test_api import CHILD, FRIEND, ROOT, ask
from tests.daemon.test_disk import FullDisk
from tests.daemon.world import HOUR, MINUTE, NOON


@pytest.fixture
def home(world):
    return begun(world)


def test_a_code_gives_time(home):
    """A quarter of an hour, or what is asked for, up to the guardian's ceiling; the log and the grant say whose it was."""
    assert use(home, digits()).ms == 15 * MINUTE
    home.clock.run(MINUTE)
    assert use(home, digits(OTHER, home.clock.wall()), ms=90 * MINUTE).ms == 60 * MINUTE
    home.clock.run(MINUTE)
    spaced = digits(wall=home.clock.wall())
    assert use(home, f" {spaced[:3]} {spaced[3:]}", ms=90 * MINUTE).ms == 30 * MINUTE
    given = ask(home, "grant.list", m.GrantsGet()).grants
    proved = [("Mẹ", "code", "me"), ("Bố", "code", "bo"), ("Mẹ", "code", "me")]
    assert [(one.who, one.how, one.guardian) for one in given] == proved
    assert [one.ms // MINUTE for one in home.journal("code.used")] == [15, 60, 30]
    home.platform.run(1)
    assert home.platform.ended == []


@pytest.mark.parametrize("step", [-1, 0, 1])
def test_a_code_of_the_steps_beside_is_taken(home, step):
    use(home, digits(step=step))


@pytest.mark.parametrize("step", [-2, 2, -2880])
def test_a_code_of_another_time_is_wrong(home, step):
    assert "the code is wrong" in refused(use, home, digits(step=step))


@pytest.mark.promise("PINs and codes: A code works once, for minutes only")
def test_a_code_is_used_once(home):
    """From whichever account, also after a restart; the one before it is over then, too."""
    use(home, digits())
    for caller in (CHILD, FRIEND, ROOT):
        assert "used already" in refused(use, home, digits(), caller)
    home.kill()
    home.start()
    assert "used already" in refused(use, home, digits())
    assert "used already" in refused(use, home, digits(step=-1))
    use(home, digits(step=1))
    assert len(ask(home, "grant.list", m.GrantsGet()).grants) == 2
    assert home.journal("pin.failed") == []


@pytest.mark.promise("PINs and codes: No code works while the clock is in doubt")
def test_a_code_of_yesterday_does_not_come_back_with_the_clock(home):
    """Neither while the daemon runs, nor after a restart, nor after a boot with the clock set before it."""
    home.clock.run(24 * HOUR)
    home.stop()
    home.start()
    home.clock.step(-24 * HOUR)
    home.beat()
    assert "clock" in refused(use, home, digits())
    home.stop()
    home.start()
    assert "clock" in refused(use, home, digits())
    home.stop()
    home.clock.reboot(off_ms=0)
    home.start()
    for wall in (NOON, home.daemon.clock.read().wall):
        assert "clock" in refused(use, home, digits(wall=wall))
    assert ask(home, "grant.list", m.GrantsGet()).grants == ()
    ask(home, "doctor", m.DoctorGet(repair=True))
    use(home, digits(wall=home.clock.wall()))


def test_wrong_codes_and_wrong_pins_lock_together(home):
    guess(home, 3)
    for _ in range(2):
        refused(use, home, "000000")
    assert minutes_locked(home) == 1
    assert "may try again" in refused(use, home, digits())
    assert [one.how for one in home.journal("pin.failed")] == ["pin"] * 3 + ["code"] * 2
    home.clock.run(MINUTE)
    use(home, digits(wall=home.clock.wall()))
    assert me(home).locked is None


def test_codes_give_so_much_a_day(home):
    """Four times the ceiling; what was taken back does not count, nor does another day's."""
    for _ in range(4):
        use(home, digits(wall=home.clock.wall()), ms=30 * MINUTE)
        home.clock.run(MINUTE)
    assert "7200 s" in refused(use, home, digits(wall=home.clock.wall()))
    last = ask(home, "grant.list", m.GrantsGet()).grants[-1]
    ask(home, "grant.revoke", m.GrantRevoke(id=last.id))
    use(home, digits(wall=home.clock.wall()))
    home.clock.run(24 * HOUR)
    home.beat()
    use(home, digits(wall=home.clock.wall()), ms=30 * MINUTE)


def test_codes_are_for_children_of_the_house(home):
    """No guest, nobody unknown; nobody is told who there is; not at a game point."""
    for name in ("guest", "Bình"):
        with pytest.raises(ApiError) as caught:
            use(home, digits(), player=name)
        assert caught.value.code == "not-found"
        assert "An" not in str(caught.value)
    use(home, digits(), FRIEND)
    home.adopt(house(2, place="game-point"))
    assert "for homes" in refused(use, home, digits(OTHER))


@pytest.mark.parametrize("code", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦"])
def test_what_is_no_code_is_no_try(home, code):
    with pytest.raises(ApiError) as caught:
        use(home, code)
    assert caught.value.code == "bad-input"
    assert home.journal("pin.failed") == []


def test_without_codes_there_is_nothing_to_guess(home):
    home.adopt(house(2, (AUNT,)))
    assert "no guardian has codes" in refused(use, home, "000000")
    assert home.journal("pin.failed") == []


def test_a_new_secret_ends_the_old_codes(home):
    home.adopt(house(2, (msgspec.structs.replace(MUM, code="C" * 32),)))
    assert "wrong" in refused(use, home, digits())
    use(home, digits("C" * 32))


def test_a_code_that_cannot_be_written_gives_nothing(home):
    """And is good still once it can be."""
    home.daemon.store.db = disk = FullDisk(home.daemon.store.db)
    with pytest.raises(ApiError, match="nothing changed"):
        use(home, digits())
    disk.full = False
    assert Grants(home.daemon.store).all() == ()
    use(home, digits())


def test_codes_are_those_of_rfc_6238():
    """Appendix B: the secret 12345678901234567890, of whose eight digits six are shown."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    told = {59: "287082", 1_111_111_109: "081804", 1_234_567_890: "005924", 20_000_000_000: "353130"}
    assert {moment: codes.code(secret, moment // 30) for moment in told} == told
