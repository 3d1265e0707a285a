"""Denials on Windows: real files, real ids, the real scheduler.

Wine makes a file's access list up from its Unix mode and keeps no other, so that there the two calls that read and set a list
are stood in for (`kept`), once it was seen what they are called with. Where the system keeps lists nothing is stood in for.
"""

from __future__ import annotations

import ctypes
import json
import ntpath
import os
import shutil
import subprocess
import sys
from ctypes import wintypes
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from daemon.config import DenyConfig
from daemon.platforms.windows import acl, deny, denyledger, lift
from daemon.platforms.windows.aces import denied, with_denial, without_denial
from daemon.platforms.windows.boottask import BootTask
from daemon.platforms.windows.denial import Denial
from daemon.platforms.windows.denials import Denials, Means
from daemon.platforms.windows.denyfile import RefusedError, inspect, put, take
from host.windows import security
from host.windows.win32 import Handle, advapi32, checked, function, kernel32

HOUR = 3_600_000
AN = "S-1-5-21-1-2-3-1001"
DACL = 4
NOT_READY = 21

_event = function(kernel32, "CreateEventW", wintypes.HANDLE, wintypes.LPVOID, wintypes.BOOL, wintypes.BOOL, wintypes.LPCWSTR)
_text = function(
    advapi32, "ConvertSecurityDescriptorToStringSecurityDescriptorW", wintypes.BOOL,
    wintypes.LPVOID, wintypes.DWORD, wintypes.DWORD, ctypes.POINTER(wintypes.LPWSTR), wintypes.LPVOID,
)  # fmt: skip


def sddl(descriptor):
    """As text. AR asks for AI to be kept; Wine keeps it too."""
    found = wintypes.LPWSTR()
    checked(_text(descriptor, 1, DACL, ctypes.byref(found), None))
    return found.value.replace("D:AR", "D:", 1)


def and_ours(text):
    """With our ACE in the first place; WP is how SDDL writes 0x20."""
    return text.replace("(", f"(D;;WP;;;{AN})(", 1)


@pytest.fixture
def disk():
    return acl.WindowsDisk()


@pytest.fixture
def game(tmp_path):
    """A program of its own, in a folder with Vietnamese letters and spaces."""
    path = tmp_path / "Trò chơi của Bình" / "Bắn súng.exe"
    path.parent.mkdir()
    shutil.copy(Path(acl.windows_folder(), "system32", "where.exe"), path)
    return path


@pytest.fixture
def keeps(game, disk):
    """Whether this system keeps the list that a file is given."""
    with disk.open(str(game)) as found:
        old = found.descriptor()
        found.set_descriptor(with_denial(old, AN))
        kept = denied(found.descriptor(), AN)
        found.set_descriptor(old)
    return kept


@pytest.fixture
def kept(keeps, monkeypatch):
    """Lists by the file's id, if the system keeps none itself."""
    if keeps:
        return
    lists, read = {}, acl.dacl_of

    def key(handle):
        found = acl._Id()
        checked(acl._information(handle, acl._ID_INFO, ctypes.byref(found), ctypes.sizeof(found)))
        return found.volume, bytes(found.file)

    monkeypatch.setattr(acl, "dacl_of", lambda handle: lists.get(key(handle)) or read(handle))
    monkeypatch.setattr(acl, "set_dacl", lambda handle, made: lists.update({key(handle): made}))


class Task:
    """denials.Task, without the scheduler."""

    def register(self):
        pass

    def remove(self):
        pass


@pytest.fixture
def start(tmp_path, disk, clock):
    """`start()`: denials switched on, for the account `an`, with real files."""
    folder = tmp_path / "home" / "daemon"
    folder.mkdir(parents=True)

    def begin(task=None, told=None):
        means = Means(disk, task or Task(), {"an": AN}.get, (acl.windows_folder(),))
        made = Denials(folder, DenyConfig(enabled=True), clock, means)
        made.start((lambda _: None) if told is None else told.append)
        return made

    begin.folder = folder
    return begin


def list_of(disk, path):
    with disk.open(str(path)) as found:
        return found.descriptor()


# --- lists -----------------------------------------------------------------------------------------------------------------


def test_the_system_takes_our_ace_and_gives_back_the_list_as_it_was():
    """By the same two calls, on an object whose list every system keeps: first place, exact mask, no flags; then gone."""
    text = f"D:AI(A;;0x1f0003;;;SY)(A;;0x1f0003;;;BA)(A;ID;0x100000;;;WD)(D;ID;0x20;;;{AN})(A;;0x1f0003;;;{security.own_sid()})"
    wanted = security.Attributes(text)
    with Handle(checked(_event(wanted.pointer, False, False, None))) as event:
        before = acl.dacl_of(event.value)

        acl.set_dacl(event.value, with_denial(before, AN))

        between = acl.dacl_of(event.value)
        assert sddl(between) == and_ours(sddl(before))
        assert denied(between, AN)
        acl.set_dacl(event.value, without_denial(between, AN))
        after = acl.dacl_of(event.value)
        assert sddl(after) == sddl(before)
        assert after[4:] == before[4:]


def test_what_a_file_is_given_is_exact_and_what_is_not_kept_is_said(game, disk, keeps, monkeypatch):
    """Up to the call where the system keeps nothing: then the file is left with the list that it had."""
    given, set_ = [], acl.set_dacl

    def setting(handle, descriptor):
        given.append(sddl(descriptor))
        set_(handle, descriptor)

    monkeypatch.setattr(acl, "set_dacl", setting)
    before = sddl(list_of(disk, game))
    volume, file = inspect(disk, str(game), AN)
    denial = Denial(str(game), volume, file, AN, 0x20, 2, 1, "b")

    if keeps:
        put(disk, denial)
        assert sddl(list_of(disk, game)) == and_ours(before)
        assert take(disk, denial) == "lifted"
    else:
        with pytest.raises(RefusedError, match="does not keep"):
            put(disk, denial)

    assert given[0] == and_ours(before)
    assert given[1:] == [before]
    assert sddl(list_of(disk, game)) == before


def test_windows_refuses_the_start_and_nothing_else(game, disk, keeps):
    """The file can be read and renamed; running is what is refused. For our own account, which is another one's stand-in."""
    if not keeps:
        pytest.skip("this system keeps no access lists of files")
    volume, file = inspect(disk, str(game), security.own_sid())
    denial = Denial(str(game), volume, file, security.own_sid(), 0x20, 2, 1, "b")
    put(disk, denial)
    try:
        with pytest.raises(PermissionError):
            subprocess.run([str(game), "/?"], check=False, capture_output=True)
        assert game.read_bytes()[:2] == b"MZ"
        game.rename(game.with_name("khác.exe"))
    finally:
        assert take(disk, denial) == "lifted"
    assert subprocess.run([str(game.with_name("khác.exe")), "/?"], check=False, capture_output=True).returncode in {0, 1, 2}


# --- files -----------------------------------------------------------------------------------------------------------------


def test_a_file_is_known_by_its_id_wherever_it_is_moved(game, disk):
    volume, file = inspect(disk, str(game), AN)
    moved = game.with_name("đã đổi tên.exe")
    game.rename(moved)
    game.write_bytes(b"MZ another one")

    assert inspect(disk, str(moved), AN) == (volume, file)
    assert inspect(disk, str(game), AN) != (volume, file)
    with disk.find(str(game), volume, file) as found:
        assert ntpath.normcase(found.path) == ntpath.normcase(str(moved))
    with pytest.raises(OSError, match=rf"WinError {NOT_READY}\]"):
        disk.find(str(game), volume + 1, file)


def test_a_file_that_is_gone_is_gone(game, disk):
    """By path and by id: an id that never was one, as Wine's are used again by whatever is made next."""
    volume, _ = inspect(disk, str(game), AN)
    denial = Denial(str(game), volume, "ffffffffffffff7f" + "00" * 8, AN, 0x20, 2, 1, "b")
    assert take(disk, denial) == "gone"
    game.unlink()
    assert take(disk, denial) == "gone"
    with pytest.raises(FileNotFoundError):
        disk.open(str(game.parent / "không có" / "x.exe"))


def test_names_and_links_are_seen(game, disk, tmp_path):
    os.link(game, tmp_path / "tên khác.exe")
    with disk.open(str(game)) as found:
        assert (found.links, found.plain, found.guarded) == (2, True, True)
    with disk.open(str(game.parent)) as found:
        assert not found.plain


def test_a_game_that_runs_can_be_denied(game, disk, kept):
    """Its list can be changed while it is in use; it runs on."""
    shutil.copy(sys.executable, game)
    shutil.copytree(Path(sys.executable).parent, game.parent, dirs_exist_ok=True, ignore=shutil.ignore_patterns("[!pv]*"))
    home = {**os.environ, "PYTHONHOME": sys.prefix}
    with subprocess.Popen([str(game), "-c", "input()"], stdin=subprocess.PIPE, env=home) as ran:
        volume, file = inspect(disk, str(game), AN)
        put(disk, Denial(str(game), volume, file, AN, 0x20, 2, 1, "b"))
        assert denied(list_of(disk, game), AN)
        assert ran.poll() is None
        ran.communicate(b"\n")
    assert ran.returncode == 0


# --- the whole of it -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("kept")
def test_denied_while_time_is_spent_and_as_it_was_afterwards(game, disk, start):
    """Real file, real ledger, Vietnamese path; only the owner of the account is named."""
    before = sddl(list_of(disk, game))
    denials = start()
    denials.seen("shooter", str(game))

    denials.follow({"an": frozenset({"shooter"})}, {("an", "shooter"): HOUR})

    assert sddl(list_of(disk, game)) == and_ours(before)
    assert [one.path for one in denials.held()] == [str(game)]
    denials.follow({}, {})
    assert sddl(list_of(disk, game)) == before
    assert denials.held() == ()


@pytest.mark.usefixtures("kept")
def test_a_replaced_file_is_not_touched_by_lifting(game, disk, start):
    """The ledger's file was moved away: it is lifted where it is now, what is in its place keeps its list."""
    before = sddl(list_of(disk, game))
    denials = start()
    denials.seen("shooter", str(game))
    denials.follow({"an": frozenset({"shooter"})}, {("an", "shooter"): HOUR})
    moved = game.with_name("cất đi.exe")
    game.rename(moved)
    game.write_bytes(b"MZ another one")
    with disk.open(str(game)) as found:
        found.set_descriptor(with_denial(found.descriptor(), AN))  # an administrator's own

    denials.stop()

    assert sddl(list_of(disk, moved)) == before
    assert denied(list_of(disk, game), AN)


def test_the_doctor_is_told_what_this_system_does_not_keep(game, start, keeps):
    denials = start()
    denials.seen("shooter", str(game))
    denials.follow({"an": frozenset({"shooter"})}, {("an", "shooter"): HOUR})
    state = denials.state()
    try:
        assert state.files == (1 if keeps else 0)
        assert ["does not keep" in line for line in state.left_out] == ([] if keeps else [True])
    finally:
        denials.stop()
    assert not (start.folder / denyledger.NAME).exists() or denials.held() == ()


def test_lift_is_a_program_that_needs_no_daemon(game, disk, start, keeps):
    """As the task at boot runs it: one line, Vietnamese first, for what a killed daemon left."""
    volume, file = inspect(disk, str(game), AN)
    line = Denial(str(game), volume, file, AN, 0x20, 2, 1, "an earlier boot")
    denyledger.write(start.folder, denyledger.Ledger(task=True, known=(("shooter", str(game)),), held=(line,)))
    before = sddl(list_of(disk, game))
    if keeps:
        put(disk, line)
    command = [sys.executable, "-I", "-m", "daemon.platforms.windows.lift", "--home", str(start.folder.parent), "--expired"]

    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8", stdin=subprocess.DEVNULL, timeout=60)

    said = "đã gỡ chặn / lifted" if keeps else "đã không còn chặn / was not denied any more"
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, f"{said}: {game} ({AN})", "")
    assert sddl(list_of(disk, game)) == before
    ledger = json.loads((start.folder / denyledger.NAME).read_text("utf-8"))
    assert (ledger["held"], ledger["known"]) == ([], [["shooter", str(game)]])


def test_uninstalling_leaves_nothing(game, disk, start, capsys):
    """Neither a line in the ledger, nor the ledger and its lock, nor the task."""
    home = start.folder.parent
    task = BootTask(home)
    start(task).stop()
    volume, file = inspect(disk, str(game), AN)
    line = Denial(str(game), volume, file, AN, 0x20, 2, 1, "b")
    denyledger.write(start.folder, denyledger.Ledger(task=True, held=(line,)))
    assert task.there()

    assert lift.main(["--home", str(home), "--uninstall"]) == 0

    assert (task.there(), list(start.folder.iterdir())) == (False, [])
    assert str(game) in capsys.readouterr().out
    assert lift.main(["--home", str(home), "--uninstall"]) == 0


def test_lift_in_a_home_without_a_ledger_says_nothing(tmp_path, capsys):
    assert lift.main(["--home", str(tmp_path)]) == 0
    assert capsys.readouterr() == ("", "")


# --- the task at boot --------------------------------------------------------------------------------------------------------


@pytest.fixture
def task(tmp_path):
    home = tmp_path / "nhà & 'quán' 100%"
    (home / "daemon").mkdir(parents=True)
    made = BootTask(home)
    yield made
    made.remove()
    assert not made.there()


def test_the_task_is_registered_replaced_and_removed(task):
    """By the real schtasks.exe. Nothing of it stays behind: no file of ours, no folder in the scheduler."""
    assert not task.there()
    for _ in range(2):
        task.register()
        assert task.there()
    assert list((task._root / "daemon").iterdir()) == []
    task.remove()
    assert not task.there()
    task.remove()


def test_what_the_task_runs(task):
    """As the system, at each start and once an hour, this Python on this home: as the command line says, to the letter."""
    space = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
    tree = ET.fromstring(task.xml().encode("utf-16"))
    command = tree.findtext("t:Actions/t:Exec/t:Command", None, space)
    arguments = tree.findtext("t:Actions/t:Exec/t:Arguments", None, space)

    assert tree.findtext("t:Principals/t:Principal/t:UserId", None, space) == "S-1-5-18"
    assert [one.tag.partition("}")[2] for one in tree.find("t:Triggers", space)] == ["BootTrigger", "TimeTrigger"]
    split = function(ctypes.WinDLL("shell32"), "CommandLineToArgvW", ctypes.POINTER(wintypes.LPWSTR),
                     wintypes.LPCWSTR, ctypes.POINTER(ctypes.c_int))  # fmt: skip
    count = ctypes.c_int()
    found = split(f'"{command}" {arguments}', ctypes.byref(count))
    assert found[: count.value] == [
        sys.executable, "-I", "-m", "daemon.platforms.windows.lift", "--home", str(task._root), "--expired",
    ]  # fmt: skip


def test_a_task_that_the_scheduler_refuses_is_one_clear_line_and_nothing_is_denied(task, start, game, disk, monkeypatch):
    monkeypatch.setattr(task, "xml", lambda: "<Task>", raising=False)
    with pytest.raises(OSError, match=r"schtasks\.exe /Create: "):
        task.register()
    told = []

    denials = start(task, told)
    denials.seen("shooter", str(game))
    denials.follow({"an": frozenset({"shooter"})}, {})

    assert denials.state().standing == "impossible"
    assert [one.id for one in told] == ["deny-task"]
    assert not denied(list_of(disk, game), AN)


def test_nothing_of_windows_or_ours_is_ever_denied(start, clock, monkeypatch):
    """As it is put together for the daemon: known games elsewhere are remembered, programs of the system and ours are not."""
    monkeypatch.setattr(deny.BootTask, "register", lambda _: None)
    root = start.folder.parent
    denials = deny.build(root, DenyConfig(enabled=True), clock)
    denials.start(lambda _: None)
    for path in (r"C:\Games\game.exe", rf"{acl.windows_folder()}\winemine.exe", rf"{sys.prefix}\game.exe", rf"{root}\game.exe"):
        denials.seen("shooter", path)
    denials.follow({}, {})
    assert denyledger.read(start.folder)[0].known == (("shooter", r"C:\Games\game.exe"),)


def test_the_name_of_the_system_home_is_plain():
    """Other homes on the same PC have one of their own."""
    from host.system import files

    assert BootTask(files().system_root()).name == r"\GioChoi-LiftDenials"
    assert BootTask(Path("C:/a")).name == BootTask(Path("c:\\A")).name != BootTask(Path("C:/b")).name


# --- accounts ----------------------------------------------------------------------------------------------------------------


def test_only_accounts_of_persons_without_power_are_standard(monkeypatch):
    known = {"an": AN, "SYSTEM": "S-1-5-18", "Administrator": AN.replace("1001", "500")}
    monkeypatch.setattr(acl.users, "sid_of", known.get)
    monkeypatch.setattr(acl.users, "administrator", lambda _: False)
    assert [acl.standard(one) for one in ("an", "SYSTEM", "Administrator", "không có")] == [AN, None, None, None]
    monkeypatch.setattr(acl.users, "administrator", lambda _: True)
    assert acl.standard("an") is None
