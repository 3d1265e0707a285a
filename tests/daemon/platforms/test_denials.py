"""Denials from switching on to lifting, over a disk in memory: what the ledger says is never less than what is denied."""

from __future__ import annotations

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon import config, doctor
from daemon.config import DenyConfig
from daemon.errors import DaemonError
from daemon.platforms.before import BeforeState
from daemon.platforms.windows import denyledger, lift
from daemon.platforms.windows.aces import denied, with_denial
from daemon.platforms.windows.denial import LONGEST_MS, Denial, stale
from daemon.platforms.windows.denials import Denials, Means
from tests.daemon.platforms.disks import SYSTEM, FakeDisk, PowerCut, allowed, descriptor
from tests.daemon.world import roster

HOUR = 3_600_000
SIDS = {"an": "S-1-5-21-1-2-3-1001", "bình": "S-1-5-21-1-2-3-1002"}
AN, BINH = SIDS.values()
GAME = r"D:\Trò chơi\Bắn súng\game.exe"
OTHER = r"C:\Games\other.exe"


class Task:
    """denials.Task."""

    def __init__(self):
        self.there, self.broken = False, None

    def register(self):
        if self.broken:
            raise OSError(self.broken)
        self.there = True

    def remove(self):
        self.there = False


class Pc:
    """One PC with denials switched on, an account `an` and a game; the daemon's folder is real."""

    def __init__(self, folder, clock):
        self.folder, self.clock, self.disk, self.task, self.told = folder, clock, FakeDisk(), Task(), []
        self.node = self.disk.make(GAME)

    def start(self, *, enabled=True, spare=()):
        means = Means(self.disk, self.task, SIDS.get, (r"C:\Giờ Chơi",))
        made = Denials(self.folder, DenyConfig(enabled, tuple(spare)), self.clock, means)
        made.start(self.told.append)
        return made

    def with_game(self):
        made = self.start()
        made.seen("shooter", GAME)
        return made

    def ledger(self):
        path = self.folder / denyledger.NAME
        return json.loads(path.read_text("utf-8"))["held"] if path.exists() else []

    def denied(self, node=None, sid=AN):
        return denied((node or self.node).acl, sid)


@pytest.fixture
def pc(tmp_path, clock):
    folder = tmp_path / "daemon"
    folder.mkdir(0o700)
    return Pc(folder, clock)


def refuse(denials, *games, account="an", left=None):
    denials.follow({account: frozenset(games)}, {(account, game): left or HOUR for game in games})


def test_a_spent_game_is_denied_to_that_account_alone_and_lifted_when_time_is_given(pc):
    """The ledger has account, file and expiry; afterwards every byte of the list that anybody sees is as it was."""
    before = pc.node.acl
    denials = pc.with_game()

    refuse(denials, "shooter", left=HOUR)

    assert (pc.denied(), pc.denied(sid=BINH)) == (True, False)
    [held] = pc.ledger()
    assert (held["path"], held["sid"], held["mask"], held["file"]) == (GAME, AN, 0x20, pc.node.file)
    assert held["expires"] == pc.clock.wall() + HOUR
    assert denials.state() == BeforeState("on", files=1)

    refuse(denials)

    assert (pc.node.acl, pc.ledger(), denials.state().files) == (before, [], 0)


def test_off_is_nothing_at_all(pc):
    """No task, no ledger, no denial; it is off unless it is switched on."""
    denials = pc.start(enabled=DenyConfig().enabled)
    denials.seen("shooter", GAME)
    refuse(denials, "shooter")
    denials.stop()

    assert (pc.node.sets, pc.task.there, list(pc.folder.iterdir())) == (0, False, [])
    assert denials.state() == BeforeState("off")


def test_switching_off_leaves_nothing_behind(pc):
    """What a killed daemon left is lifted by the next one, though it may deny nothing any more."""
    refuse(pc.with_game(), "shooter")

    denials = pc.start(enabled=False)

    assert (pc.denied(), pc.task.there, list(pc.folder.iterdir()), denials.state().standing) == (False, False, [], "off")


def test_games_that_are_excepted_or_not_known_by_content_are_left_alone(pc):
    denials = pc.start(spare=["shooter"])
    denials.seen("shooter", GAME)
    refuse(denials, "shooter", "never-seen")
    assert (pc.node.sets, denials.state().files) == (0, 0)


def test_a_game_that_is_excepted_later_is_left_alone(pc):
    """Though its executable is still known."""
    refuse(pc.with_game(), "shooter")
    refuse(pc.start(spare=["shooter"]), "shooter")
    assert not pc.denied()


def test_nobody_else_is_denied_anything(pc):
    """An account without a SID of its own, an administrator or a group: `standard` knows none of them."""
    denials = pc.with_game()
    refuse(denials, "shooter", account="quản trị")
    assert pc.node.sets == 0


def test_what_was_seen_is_known_after_a_restart(pc):
    denials = pc.with_game()
    refuse(denials, "shooter")
    denials.stop()
    assert not pc.denied()

    refuse(pc.start(), "shooter")

    assert pc.denied()


def test_many_executables_of_a_game_are_not_all_kept(pc):
    """The newest ones are; other games lose nothing by it."""
    denials = pc.start()
    denials.seen("chess", OTHER)
    nodes = []
    for number in range(20):
        nodes.append(pc.disk.make(rf"C:\Games\{number}\game.exe"))
        denials.seen("shooter", rf"C:\Games\{number}\game.exe")
    pc.disk.make(OTHER)
    refuse(denials, "shooter", "chess")
    assert [pc.denied(node) for node in nodes] == [False] * 4 + [True] * 16
    assert len(pc.ledger()) == 17


def test_two_paths_of_one_file_are_one_denial(pc):
    denials = pc.with_game()
    denials.seen("shooter", GAME.upper())
    refuse(denials, "shooter")
    assert (len(pc.ledger()), pc.node.sets) == (1, 1)


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"links": 2}, "hard links"),
        ({"plain": False}, "behind a link"),
        ({"real": r"C:\Windows\notepad.exe"}, "behind a link"),
        ({"guarded": False}, "no NTFS"),
        ({"locked": True}, "Access is denied"),
        ({"keeps": False}, "does not keep"),
        ({"acl": descriptor(control=0x8000)}, "access list"),
        ({"acl": with_denial(descriptor(), AN)}, "somebody else"),
    ],
)
def test_a_file_that_cannot_be_denied_is_left_as_it_is_and_named(pc, how, why):
    node = pc.disk.make(OTHER, **how)
    before = node.acl
    denials = pc.start()
    denials.seen("chess", OTHER)

    refuse(denials, "chess")

    assert (node.acl, pc.ledger()) == (before, [])
    [line] = denials.state().left_out
    assert OTHER in line
    assert why in line


def test_nothing_is_denied_where_the_task_at_boot_cannot_be_made(pc):
    """It says so once, as an Issue and to the doctor; the next start tries again."""
    pc.task.broken = "schtasks.exe /Create: Access is denied."
    denials = pc.with_game()
    refuse(denials, "shooter")

    assert (pc.node.sets, [(one.id, one.over) for one in pc.told]) == (0, [("deny-task", False)])
    assert denials.state() == BeforeState("impossible", why=pc.task.broken)

    pc.task.broken = None
    assert pc.start().state().standing == "on"
    assert pc.told[-1].over


def test_stopping_lifts_everything(pc):
    before = pc.node.acl
    denials = pc.with_game()
    refuse(denials, "shooter")
    denials.stop()
    assert (pc.node.acl[20:], pc.ledger()) == (before[20:], [])


def test_a_repair_lifts_everything_until_the_next_start(pc):
    denials = pc.with_game()
    refuse(denials, "shooter")
    denials.lift_all()
    refuse(denials, "shooter")
    assert (pc.denied(), denials.state()) == (False, BeforeState("rests"))
    refuse(pc.start(), "shooter")
    assert pc.denied()


# --- what others do meanwhile ----------------------------------------------------------------------------------------------


def test_an_update_that_replaced_the_file_is_denied_again_and_the_new_file_has_one_ace(pc):
    """Within half a minute, though nothing else changed."""
    denials = pc.with_game()
    refuse(denials, "shooter")
    pc.disk.remove(GAME)
    new = pc.disk.make(GAME)

    for _ in range(2):
        pc.clock.run(30_000)
        refuse(denials, "shooter")

    assert (pc.denied(new), new.sets) == (True, 1)
    assert [one["file"] for one in pc.ledger()] == [new.file]


def test_a_denial_that_somebody_removed_is_set_again(pc):
    denials = pc.with_game()
    refuse(denials, "shooter")
    pc.node.acl = descriptor(allowed(SYSTEM))
    refuse(denials, "shooter")
    assert not pc.denied()  # it is looked after every half minute, not all the time
    pc.clock.run(30_000)
    refuse(denials, "shooter")
    assert pc.denied()


def test_another_file_in_its_place_is_not_touched_and_the_moved_one_is_lifted(pc):
    """A player moves the game away and puts something else there; moved back later, it would be denied for ever."""
    before = pc.node.acl
    refuse(pc.with_game(), "shooter")
    pc.disk.move(GAME, r"D:\khác\g.exe")
    new = pc.disk.make(GAME)
    untouched = new.acl

    lift.undo(pc.folder, pc.disk, lambda _: True)

    assert (new.acl, new.sets, pc.ledger()) == (untouched, 0, [])
    assert pc.node.acl[20:] == before[20:]


def test_a_drive_that_is_away_keeps_its_line_until_it_is_back(pc):
    denials = pc.with_game()
    refuse(denials, "shooter")
    pc.disk.away.add("D:")
    denials.stop()
    assert len(pc.ledger()) == 1
    assert "not ready" in denials.state().left_out[0]

    pc.disk.away.clear()
    pc.start()
    assert (pc.denied(), pc.ledger()) == (False, [])


def test_an_ace_somebody_else_lifted_is_no_trouble(pc):
    refuse(pc.with_game(), "shooter")
    pc.node.acl = descriptor(allowed(SYSTEM))
    done = lift.undo(pc.folder, pc.disk, lambda _: True)
    assert [how for _, how in done.done] == ["not there"]
    pc.disk.remove(GAME)


def test_the_ledger_in_use_is_waited_for_by_the_next_round(pc):
    denials = pc.with_game()
    with denyledger.locked(pc.folder):
        refuse(denials, "shooter")
    assert pc.node.sets == 0
    refuse(denials, "shooter")
    assert pc.denied()


def test_a_ledger_that_cannot_be_written_denies_nothing(pc, monkeypatch):
    """The line comes first: on a full disk no file is touched."""
    denials = pc.with_game()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(denyledger, "write_atomic", full)
    refuse(denials, "shooter")
    assert pc.node.sets == 0
    assert "No space left" in denials.state().left_out[0]


# --- crashes ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lifting", [False, True])
@pytest.mark.parametrize("sets", [0, 1, 2])
def test_a_power_cut_at_any_moment_leaves_nothing_that_the_ledger_does_not_know(pc, sets, lifting):
    """Between line and ACE, between ACE and line: the task at boot, with no daemon, brings every list back."""
    paths = [GAME, r"C:\Games\1.exe", r"C:\Games\2.exe"]
    nodes = [pc.node, *map(pc.disk.make, paths[1:])]
    before = [node.acl[20:] for node in nodes]
    denials = pc.start()
    for path in paths:
        denials.seen("shooter", path)
    if lifting:
        refuse(denials, "shooter")
    pc.disk.sets_left = sets

    with pytest.raises(PowerCut):
        refuse(denials, *(() if lifting else ("shooter",)))

    pc.disk.sets_left = None
    assert sum(map(pc.denied, nodes)) == (3 - sets if lifting else sets)
    assert {node.file for node in nodes} == {one["file"] for one in pc.ledger()}
    pc.clock.reboot()
    done = lift.undo(pc.folder, pc.disk, lambda one: stale(one, pc.clock.wall(), pc.clock.boot()))
    assert not done.stuck
    assert ([node.acl[20:] for node in nodes], pc.ledger()) == (before, [])


def test_a_dead_daemon_leaves_no_denial_longer_than_a_day(pc):
    """However far the next change is: with a look once an hour, what is over then is lifted."""
    denials = pc.with_game()
    denials.follow({"an": frozenset({"shooter"})}, {})
    clock = pc.clock
    hours = 0
    while pc.denied():
        clock.run(HOUR)
        hours += 1
        lift.undo(pc.folder, pc.disk, lambda one: stale(one, clock.wall(), clock.boot()))
    assert hours == LONGEST_MS // HOUR == 23


# --- a damaged ledger --------------------------------------------------------------------------------------------------------


@given(cut=st.integers(0, 2_000), garbage=st.binary(max_size=20))
def test_a_ledger_of_any_bytes_can_be_read(cut, garbage, tmp_path_factory):
    """Nothing it says makes anything but its own denials, and every whole line of it is found."""
    folder = tmp_path_factory.mktemp("gc")
    lines = tuple(Denial(GAME, 1, f"{number:032x}", AN, 0x20, 5, 4, "b") for number in range(3))
    denyledger.write(folder, denyledger.Ledger(task=True, held=lines))
    whole = (folder / denyledger.NAME).read_bytes()
    (folder / denyledger.NAME).write_bytes(whole[:cut] + garbage)

    found, aside = denyledger.read(folder)

    kept = whole[:cut].count(b'"boot":"b"}')
    assert found.held[:kept] == lines[:kept]
    assert all(one in lines for one in found.held)
    assert aside is None or aside.read_bytes() == whole[:cut] + garbage
    assert denyledger.read(folder) == (found, None)


def test_a_damaged_ledger_is_told_once_kept_aside_and_what_it_holds_is_lifted(pc):
    refuse(pc.with_game(), "shooter")
    path = pc.folder / denyledger.NAME
    path.write_bytes(path.read_bytes()[:-2] + b"?")

    denials = pc.start()

    assert not pc.denied()
    assert [one.id for one in pc.told if one.id != "deny-task"] == ["deny-ledger"]
    assert (pc.folder / "denials.damaged-1.json").exists()
    refuse(denials, "shooter")
    assert not pc.denied()  # which executables games have is learned anew


@pytest.mark.parametrize("change", [{"mask": 0x1F01FF}, {"sid": "S-1-5-32-544"}, {"sid": "x"}, {"file": "../.."}, {"more": 1}])
def test_a_line_that_is_none_of_ours_lifts_nothing(pc, change):
    refuse(pc.with_game(), "shooter")
    path = pc.folder / denyledger.NAME
    ledger = json.loads(path.read_text("utf-8"))
    ledger["held"][0] |= change
    path.write_text(json.dumps(ledger), "utf-8")
    sets = pc.node.sets
    assert lift.undo(pc.folder, pc.disk, lambda _: True).done == ()
    assert pc.node.sets == sets


# --- the program -------------------------------------------------------------------------------------------------------------


def test_lift_says_one_line_for_each(pc, capsys):
    """Vietnamese first; a home without anything denied says nothing."""
    home = pc.folder.parent
    refuse(pc.with_game(), "shooter")

    assert lift.main(["--home", str(home), "--expired"], pc.disk) == 0  # of another boot, as this machine's own is asked
    assert capsys.readouterr().out == f"đã gỡ chặn / lifted: {GAME} ({AN})\n"
    assert not pc.denied()
    assert lift.main(["--home", str(home)], pc.disk) == 0
    assert lift.main(["--home", str(home / "không có")], pc.disk) == 0
    assert capsys.readouterr() == ("", "")


# --- configuration and doctor ------------------------------------------------------------------------------------------------


def test_what_the_configuration_says(tmp_path):
    """Off unless switched on; the gate is another matter."""
    assert config.load(tmp_path).deny == DenyConfig(enabled=False, except_=())
    (tmp_path / "config.toml").write_text('[deny]\nenabled = true\nexcept = ["valorant", "lol"]\n', "utf-8")
    found = config.load(tmp_path)
    assert (found.deny, found.gate_mounts) == (DenyConfig(enabled=True, except_=("valorant", "lol")), None)


@pytest.mark.parametrize("line", ["enabeld = true", "enabled = 1", 'except = "x"', "except_ = []"])
def test_a_mistake_in_the_configuration_is_named(tmp_path, line):
    (tmp_path / "config.toml").write_text(f"[deny]\n{line}\n", "utf-8")
    with pytest.raises(DaemonError, match=r"config\.toml"):
        config.load(tmp_path)


class Stands:
    """platforms.before.BeforeStart, as far as the doctor asks."""

    def __init__(self, state):
        self.state, self.lifted = lambda: state, 0

    def lift_all(self):
        self.lifted += 1


@pytest.mark.parametrize(
    ("state", "ok", "text"),
    [
        (BeforeState("off"), True, "not switched on"),
        (BeforeState("on", files=3), True, "denied now: 3"),
        (BeforeState("rests"), True, "when the daemon starts next"),
        (BeforeState("impossible", why="no task {x}"), False, "here: no task {x}"),
    ],
)
def test_the_doctor_has_a_line_for_each_state(state, ok, text):
    [line] = doctor._deny(Stands(state), everybody=True)
    assert (line.id, line.ok) == ("deny", ok)
    assert text in line.text


def test_the_doctor_tells_guardians_which_files_are_left_out():
    """A player would learn from it what can be started."""
    stands = Stands(BeforeState("on", left_out=(f"{GAME}: vì {{}}",)))
    assert [(one.id, one.ok) for one in doctor._deny(stands, everybody=True)] == [("deny", True), ("deny-file", False)]
    assert GAME in doctor._deny(stands, everybody=True)[1].text
    assert len(doctor._deny(stands, everybody=False)) == 1


def test_a_repair_by_a_guardian_lifts(world):
    """Before anything else, which may fail."""
    stands = Stands(BeforeState("on"))
    world.start(roster())
    asyncio.run(doctor.repair(world.built.seat, world.built.parts, None, None, stands))
    assert stands.lifted == 1
