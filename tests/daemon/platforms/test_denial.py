"""What is to be denied, as laws; and the one ACE in a list of others, as bytes."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.platforms.windows.aces import DescriptorError, denied, sid_bytes, with_denial, without_denial
from daemon.platforms.windows.denial import LONGEST_MS, Denial, executable, key, ordinary, plan, stale
from tests.daemon.platforms.disks import SYSTEM, USERS, allowed, descriptor

NOW = 1_795_482_000_000
AN, BINH = "S-1-5-21-1-2-3-1001", "S-1-5-21-1-2-3-1002"
ADMINISTRATOR, ADMINS, LOCAL_SYSTEM = "S-1-5-21-1-2-3-500", "S-1-5-32-544", "S-1-5-18"
GAME = r"D:\Trò chơi\Bắn súng\game.exe"
SIDS = (AN, BINH, ADMINISTRATOR, ADMINS, LOCAL_SYSTEM, "S-1-1-0")
PATHS = (GAME, GAME.upper(), r"C:\Games\a.exe", r"C:\games\A.EXE", r"C:\Windows\notepad.exe", r"C:\Games\python.exe",
         r"C:\Games\..\x.exe", r"\\server\share\x.exe")  # fmt: skip

moments = st.integers(-LONGEST_MS * 2, LONGEST_MS * 2).map(lambda off: NOW + off)
paths, sids = st.sampled_from(PATHS[:4] * 3 + PATHS[4:]), st.sampled_from((AN,) * 8 + SIDS)  # mostly what meets
wanted_ = st.dictionaries(st.tuples(paths, sids), moments, max_size=8)
held_ = st.lists(
    st.builds(
        Denial, path=paths, volume=st.just(1), file=st.sampled_from(["a" * 32, "b" * 32]),
        sid=sids, mask=st.just(0x20), expires=moments, set_at=moments, boot=st.sampled_from(["now", "now", "before"]),
    ),
    max_size=8,
)  # fmt: skip


@given(wanted=wanted_, held=held_, standard=st.frozensets(sids))
def test_the_laws_of_a_plan(wanted, held, standard):
    """Whatever is wanted and held: nothing over is kept, only what is held is lifted, nobody but ordinary accounts is denied
    anything, no file is denied twice to one account, and everything that was held is either kept or lifted.
    """
    done = plan(wanted, held, NOW, boot="now", standard=standard)

    stays = [(key(one.path, one.sid), one) for one in (*done.keep, *done.add)]
    assert len({at for at, _ in stays}) == len(stays)
    assert all(NOW < one.expires <= NOW + LONGEST_MS for _, one in stays)
    assert all(one.sid in standard & {AN, BINH} for _, one in stays)
    assert all(executable(one.path) for _, one in stays)
    assert {at for at, _ in stays} <= {key(*one) for one in wanted}
    assert all(one.expires <= until + 1_000 for at, one in stays for other, until in wanted.items()
               if key(*other) == at and until > NOW)
    assert all(one in held for one in done.lift)
    assert sorted(map(_who, (*done.keep, *done.lift))) == sorted(map(_who, held))
    assert not any(stale(one, NOW, "now") for one in done.keep)


@given(wanted=wanted_, held=held_)
def test_a_plan_that_was_followed_leaves_nothing_to_do(wanted, held):
    """The next round finds everything as it should be."""
    first = plan(wanted, held, NOW, boot="now", standard={AN, BINH})
    made = [Denial(one.path, 1, "c" * 32, one.sid, 0x20, one.expires, NOW, "now") for one in first.add]

    again = plan(wanted, [*first.keep, *made], NOW, boot="now", standard={AN, BINH})

    assert (again.add, again.lift) == ((), ())
    assert again.keep == (*first.keep, *made)


def _who(one):
    return one.path, one.sid, one.file, one.boot


def test_everything_wanted_is_denied_for_a_day_at_most():
    """And exactly until the decision changes, if that comes first."""
    done = plan({(GAME, AN): NOW + 5_000, (GAME, BINH): NOW + 10 * LONGEST_MS}, [], NOW, boot="b", standard={AN, BINH})
    assert {one.sid: one.expires - NOW for one in done.add} == {AN: 5_000, BINH: LONGEST_MS}


def test_one_file_in_two_spellings_is_one_denial_until_the_first_change():
    wanted = {(GAME, AN): NOW + 5_000, (GAME.upper(), AN): NOW + 3_000, (GAME.lower(), AN): NOW + 4_000}
    [one] = plan(wanted, [], NOW, boot="b", standard={AN}).add
    assert one.expires == NOW + 3_000


def test_two_lines_about_one_path_become_one():
    """A ledger that somebody copied lines in: the second is lifted, as what it is about may be another file."""
    first = Denial(GAME, 1, "a" * 32, AN, 0x20, NOW + 5_000, NOW - 5, "b")
    second = msgspec.structs.replace(first, path=GAME.upper(), file="b" * 32)
    done = plan({(GAME, AN): NOW + 5_000}, [first, second], NOW, boot="b", standard={AN})
    assert (done.add, done.keep, done.lift) == ((), (first,), (second,))


@pytest.mark.parametrize(
    ("change", "until"),
    [(0, 0), (-500, 0), (300_000, 0), (-60_000, -60_000), (700_000, 700_000)],
)
def test_an_expiry_is_written_anew_when_it_matters(change, until):
    """A ledger that is written each second for a millisecond's sake would wear out the disk."""
    held = Denial(GAME, 1, "a" * 32, AN, 0x20, NOW + 3_600_000, NOW - 5, "b")
    done = plan({(GAME, AN): held.expires + change}, [held], NOW, boot="b", standard={AN})
    assert [one.expires - held.expires for one in done.keep] == [until]


@pytest.mark.parametrize(
    ("change", "over"),
    [
        ({}, False), ({"expires": NOW}, True), ({"boot": "earlier"}, True), ({"set_at": NOW + 1}, True),
        ({"expires": NOW + LONGEST_MS + 1}, True),
    ],
)  # fmt: skip
def test_what_is_over(change, over):
    """Past its expiry, of an earlier boot, or set by a clock that was ahead."""
    held = Denial(GAME, 1, "a" * 32, AN, 0x20, NOW + 10, NOW, "b")
    assert stale(msgspec.structs.replace(held, **change), NOW, "b") is over


@pytest.mark.parametrize(
    "path",
    [
        r"C:\Windows\system32\game.exe", r"c:\WINDOWS\game.exe", r"D:\Windows\game.exe", r"C:\Python313\python.exe",
        r"C:\x\pythonw3.13.exe", r"C:\x\unins000.exe", r"C:\x\RobloxPlayerLauncher.exe", r"C:\x\UnityCrashHandler64.exe",
        r"C:\Program Files\Java\bin\javaw.exe", r"C:\Steam\steam.exe", r"C:\x\EasyAntiCheat.exe",
        r"C:\x\chrome.exe", r"C:\x\game.dll", r"C:\x\game.bat", r"game.exe", r"\\server\share\game.exe", r"\\?\C:\x\game.exe",
        "C:/x/game.exe", r"C:\x\..\game.exe", r"C:\x\game.txt:game.exe",
        "C:\\x\\ga\0me.exe", "C:\\x\\\ud83d.exe",
        r"C:\Giờ Chơi\nested\game.exe", r"\\.\pipe\game.exe", "",
    ],
)  # fmt: skip
def test_programs_that_nothing_is_ever_denied_of(path):
    """The system's, interpreters, launchers, anti-cheat, browsers, our own; and what is no plain path of a drive."""
    assert not executable(path, [r"C:\giờ chơi"])


@pytest.mark.parametrize(
    "path",
    [
        GAME, r"C:\Riot Games\League of Legends\Game\League of Legends.exe", r"E:\WindowsGame\g.EXE",
        r"C:\x\CrashBandicoot.exe", r"C:\x\Instruments.exe", r"C:\x\RobloxPlayerBeta.exe",
    ],
)  # fmt: skip
def test_programs_that_may_be_denied(path):
    assert executable(path, [r"C:\Giờ Chơi", r"C:\Riot Games\League"])


def test_who_is_an_ordinary_account():
    """Accounts that people were given, of this PC, a domain or Entra; no well-known one, no group of the system."""
    assert all(map(ordinary, (AN, "S-1-12-1-1-2-3-4")))
    others = ("S-1-1-0", "S-1-5-21-1-2-3-513", "S-1-5-80-1-2-3-4-5", "S-1-5-21-1-2-3", "", "an")
    assert not any(map(ordinary, (ADMINISTRATOR, ADMINS, LOCAL_SYSTEM, *others)))


def test_a_line_of_the_ledger_that_could_not_be_ours():
    """Nothing is lifted by it."""
    good = Denial(GAME, 1, "a" * 32, AN, 0x20, NOW, NOW, "b")
    assert good.whole
    for change in ({"mask": 0x21}, {"sid": ADMINS}, {"path": "game.exe"}, {"file": "zz"}, {"volume": -1}, {"volume": 1 << 64}):
        assert not msgspec.structs.replace(good, **change).whole


# --- one ACE in a list of others -----------------------------------------------------------------------------------------

ace = st.builds(
    allowed, st.sampled_from([SYSTEM, USERS, sid_bytes(AN)]), flags=st.integers(0, 255), mask=st.integers(0, 2**32 - 1)
)


@given(aces=st.lists(ace, max_size=6), slack=st.integers(0, 12), protected=st.booleans())
def test_denying_and_lifting_leaves_every_byte_as_it_was(aces, slack, protected):
    """The list between is ours and then theirs, in their order; but for the bit that asks to keep the inheritance."""
    before = descriptor(*aces, control=0x9404 if protected else 0x8404, slack=slack)

    between = with_denial(before, AN)

    ours = bytes.fromhex("01002400 20000000".replace(" ", "")) + sid_bytes(AN)
    assert between[20 + 8 :] == ours + before[20 + 8 :]
    assert int.from_bytes(between[24:26], "little") == len(aces) + 1
    assert denied(between, AN)
    assert not denied(between, BINH)
    assert not denied(before, AN)
    assert with_denial(between, AN) is between
    after = without_denial(between, AN)
    assert after[:2] + after[4:] == before[:2] + before[4:]
    assert after[2:4] == (int.from_bytes(before[2:4], "little") | 0x0100).to_bytes(2, "little")
    assert without_denial(before, AN) is before


@pytest.mark.parametrize(
    "theirs",
    [
        b"\x01\x10\x24\x00\x20\x00\x00\x00",  # inherited
        b"\x01\x03\x24\x00\x20\x00\x00\x00",  # to be inherited
        b"\x01\x00\x24\x00\x20\x00\x10\x00",  # denies SYNCHRONIZE as well, as icacls does
        b"\x01\x00\x24\x00\x21\x00\x00\x00",
        b"\x00\x00\x24\x00\x20\x00\x00\x00",  # allows
    ],
)
def test_an_ace_that_is_not_exactly_ours_stays(theirs):
    other = theirs + sid_bytes(AN)
    before = descriptor(other, allowed(SYSTEM))
    assert without_denial(before, AN) is before
    assert other in without_denial(with_denial(before, AN), AN)


def test_two_of_ours_are_both_lifted():
    """Somebody may have copied a list that had one."""
    both = descriptor(*[b"\x01\x00\x24\x00\x20\x00\x00\x00" + sid_bytes(AN)] * 2, allowed(SYSTEM))
    assert without_denial(both, AN)[20:] == descriptor(allowed(SYSTEM))[20:]


@pytest.mark.parametrize(
    "broken",
    [
        b"", bytes(20), descriptor(control=0x8000), descriptor(allowed(SYSTEM))[:-1], descriptor(allowed(SYSTEM))[:22],
        descriptor(allowed(SYSTEM))[:24] + b"\xff\xff" + descriptor(allowed(SYSTEM))[26:],
    ],
)  # fmt: skip
def test_a_descriptor_without_a_sound_list_is_refused(broken):
    """A file without a list is open to all: giving it one would change more than we may."""
    for function in (denied, with_denial, without_denial):
        with pytest.raises(DescriptorError):
            function(broken, AN)


def test_a_list_that_is_full_is_refused():
    full = descriptor(*[allowed(SYSTEM)] * 3275)
    with pytest.raises(DescriptorError, match="no room"):
        with_denial(full, AN)


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=15), st.integers(0, 2**48 - 1))
def test_a_sid_as_bytes(parts, authority):
    """Its length says how many parts it has; the authority stands in front, most significant byte first."""
    made = sid_bytes(f"S-1-{authority}-" + "-".join(map(str, parts)))
    assert made[:2] == bytes((1, len(parts)))
    assert int.from_bytes(made[2:8], "big") == authority
    assert [int.from_bytes(made[at : at + 4], "little") for at in range(8, len(made), 4)] == parts


@pytest.mark.parametrize("text", ["", "S-1-5", "S-2-5-1", "S-1-5-4294967296", "S-1-281474976710656-1", "S-1-5-1 ", "S-1-5-١"])
def test_what_is_no_sid(text):
    with pytest.raises(DescriptorError):
        sid_bytes(text)
