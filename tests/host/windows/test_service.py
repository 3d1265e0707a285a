"""A real service, by the real service control manager: entered, started, told, stopped, failed, taken out without a trace."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import winreg
from pathlib import Path

import pytest
import win32service

from host.api import ManagerError, Standing
from host.servicing import ServiceCommands
from host.windows import installing, plans, scm, service
from host.windows.clocks import Standby
from host.windows.descriptors import protect
from host.windows.plans import Plan
from host.windows.service import RUNNING, START_PENDING, STOP_PENDING, STOPPED, Attached
from host.windows.sids import EVERYONE, service_sid
from host.windows.win32 import READ_CONTROL, WRITE_DAC, open_itself

TREE = Path(__file__).parents[3]
KEY = "SYSTEM\\CurrentControlSet\\Services\\"


def everybody_writes_to(folder):
    folder.mkdir()
    with open_itself(folder, READ_CONTROL | WRITE_DAC) as handle:
        protect(handle.value, f"D:P(A;OICI;0x1f01ff;;;{EVERYONE})")


def plainly(answer):
    code, line = answer
    return code, str(line)


def pause(seconds):
    threading.Event().wait(seconds)


class Tried:
    """One service of serving.py in the place of our daemon's."""

    def __init__(self, folder, plan):
        self.plan, self.file = plan, folder / "told.txt"
        self.desk = ServiceCommands(scm, "daemon", pause)

    def enter(self):
        program = Path(__file__).with_name("serving.py")
        line = f'"{sys.executable}" -I "{program}" "{TREE}" {self.plan.service} "{self.file}" --home X'
        scm.enter(scm.manager(3), self.plan, line)

    def told(self):
        return self.file.read_text("utf-8").split() if self.file.exists() else []

    def registry(self, name):
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, KEY + self.plan.service) as key:
            return winreg.QueryValueEx(key, name)[0]

    def listed(self):
        try:
            winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, KEY + self.plan.service).Close()
        except FileNotFoundError:
            return False
        return True


@pytest.fixture
def tried(tmp_path, monkeypatch):
    """In no list yet; in none after the test either."""
    name = f"giochoi-test-{os.getpid()}"
    plan = Plan(name, "Thử / test", "Một lần thử / A test", "LocalSystem", ("SeChangeNotifyPrivilege",))
    monkeypatch.setitem(plans.PLANS, "daemon", plan)
    made = Tried(tmp_path, plan)
    yield made
    with contextlib.suppress(ManagerError):
        made.desk.remove()
    assert not made.listed()


def test_a_whole_life(tried):
    """Started it answers to the manager, stopped it ends by itself, removed its key is gone."""
    assert scm.standing("daemon") == Standing("absent")
    tried.enter()
    assert scm.standing("daemon") == Standing("stopped")
    code, line = tried.desk.start()
    assert (code, scm.standing("daemon").state) == (0, "running"), line
    assert tried.told() == ["ready"]
    assert tried.desk.start()[0] == 0  # it runs already
    assert plainly(tried.desk.stop()) == (0, "stopped")
    assert tried.told() == ["ready", "stop", "over"]
    assert scm.standing("daemon") == Standing("stopped")
    assert tried.desk.stop()[0] == 0
    assert tried.desk.remove()[0] == 0
    assert not tried.listed()
    assert scm.standing("daemon") == Standing("absent")


def test_how_it_is_entered(tried):
    """By itself with the PC, as LocalSystem, started again after a failure: at once, after 5 s, then every 30 s."""
    tried.enter()
    assert (tried.registry("Start"), tried.registry("Type"), tried.registry("ObjectName")) == (2, 0x10, "LocalSystem")
    assert tried.registry("ImagePath").startswith(f'"{sys.executable}" -I ')
    assert (tried.registry("DisplayName"), tried.registry("Description")) == ("Thử / test", "Một lần thử / A test")
    assert scm.home("daemon") == Path("X")


def test_recovery_is_what_windows_is_told(monkeypatch):
    """By SERVICE_CONFIG_…: Wine takes the second one and keeps it to itself, and knows none from the third one on."""
    told = {}
    monkeypatch.setattr(win32service, "ChangeServiceConfig2", lambda _, level, value: told.update({level: value}))
    scm._settings(0, plans.PLANS["agent"], "what it does")
    assert told[2] == {
        "ResetPeriod": 86_400, "RebootMsg": None, "Command": None, "Actions": [(1, 0), (1, 5_000), (1, 30_000)],
    }  # fmt: skip
    assert [told[level] for level in (1, 3, 4, 5, 6, 7)] == [
        "what it does", False, True, 1, ("SeChangeNotifyPrivilege",), 60_000,
    ]  # fmt: skip


def test_a_second_install_changes_what_is_there(tried, monkeypatch):
    """Another name and another command; still one service."""
    tried.enter()
    changed = Plan(tried.plan.service, "Khác / other", "Mới / new", "LocalSystem", ())
    monkeypatch.setitem(plans.PLANS, "daemon", changed)
    tried.plan = changed
    tried.enter()
    assert (tried.registry("DisplayName"), tried.registry("Description")) == ("Khác / other", "Mới / new")


def test_how_it_ended_is_a_failure_of_its_own(tried):
    """An exit code other than 0 reaches the manager, which then does what it was told to do after failures."""
    tried.enter()
    Path(f"{tried.file}.code").write_text("2")
    Path(f"{tried.file}.bad").write_text("")
    code, line = tried.desk.start()
    assert (code, "code 2" in str(line)) == (1, True), line
    assert scm.standing("daemon") == Standing("stopped", 0, 2)
    assert tried.told() == ["bad"]


def test_what_windows_did_not_start_is_no_service():
    """Somebody typed it: said at once, and the terminal is still there to say it on."""
    program = f"import sys; sys.path.insert(0, {str(TREE)!r}); from host.windows import scm; scm.attach('daemon')"
    done = subprocess.run([sys.executable, "-c", program], input=b"", capture_output=True, timeout=30, check=False)
    assert done.returncode == 1
    assert b"only Windows runs this" in done.stderr


# --- what the manager says, which Wine never does -------------------------------------------------------------------------


@pytest.fixture
def said():
    """An attached service and the states that it showed, with what it accepted in them."""
    shown = []
    attached = Attached(lambda status: shown.append((status.state, status.accepted, status.checkpoint, status.own_code)))
    return attached, shown


@pytest.mark.parametrize(
    ("control", "event", "told"),
    [
        (0x1, 0, ["stop"]),  # STOP
        (0x5, 0, ["stop"]),  # SHUTDOWN
        (0xF, 0, ["stop"]),  # PRESHUTDOWN
        (0xE, 0x5, ["session"]),  # SESSIONCHANGE: WTS_SESSION_LOGON
        (0xD, 0x12, ["resume"]),  # POWEREVENT: PBT_APMRESUMEAUTOMATIC
        (0xD, 0x7, ["resume"]),
        (0xD, 0x4, []),  # PBT_APMSUSPEND
        (0x10, 0, ["time"]),  # TIMECHANGE
        (0x4, 0, []),  # INTERROGATE
    ],
)
def test_what_a_control_tells(said, control, event, told):
    """Every one is answered with NO_ERROR, or Windows would not send it again."""
    attached, _ = said
    heard = []
    attached.listen(heard.append)
    assert attached.handle(control, event) == 0
    assert heard == told


@pytest.mark.parametrize("end", [(0xD, 0x12), (0xD, 0x7), (0xD, 0x6), (0xE, 0x5), (0xE, 0x8)])
def test_nothing_is_counted_from_suspend_to_resume(said, monkeypatch, end):
    """Or until somebody logs on or unlocks. A lock, a log-off or another clock, as they come on the way down, end it not."""
    now = [1_000]
    monkeypatch.setattr(service, "standby", Standby(lambda: now[0]))
    attached, _ = said
    moments = []
    for control in ((0xD, 0x4), (0xE, 0x7), (0xE, 0x6), (0x10, 0), (0xD, 0xA), end):
        assert attached.handle(*control) == 0
        now[0] += 50
        moments.append(service.standby.mono())
    assert moments == [1_000] * 5 + [1_050]


def test_an_unknown_control_is_refused(said):
    """PAUSE, say: ERROR_CALL_NOT_IMPLEMENTED."""
    attached, shown = said
    assert attached.handle(0x2, 0) == 120
    assert shown == []


def test_the_states_of_a_life(said):
    """Controls are taken while it runs; each sign of an end that goes on counts one further; nothing comes after the end."""
    attached, shown = said
    attached.become(START_PENDING)
    attached.become(RUNNING)
    attached.handle(0xF, 0)
    attached.become(STOP_PENDING)
    attached.become(RUNNING)  # ready came late: it was told to stop already
    attached.become(STOPPED, 3)
    attached.become(RUNNING)
    accepted = 0x1 | 0x4 | 0x40 | 0x80 | 0x100 | 0x200
    stopping = [(STOP_PENDING, 0, 1, 0), (STOP_PENDING, 0, 2, 0)]
    assert shown == [(START_PENDING, 0, 2, 0), (RUNNING, accepted, 0, 0), *stopping, (STOPPED, 0, 0, 3)]


def test_an_order_to_stop_is_not_missed(said):
    """It came before anybody listened."""
    attached, _ = said
    heard = []
    attached.handle(0x1, 0)
    attached.listen(heard.append)
    assert heard == ["stop"]


def test_without_a_manager_nothing_happens():
    """In the foreground all of it is allowed and silent."""
    service.notify("READY=1")
    service.listen(pytest.fail)
    service.detach(1)
    assert service.watchdog_interval() is None


# --- what may be run as the system ----------------------------------------------------------------------------------------


def test_a_virtual_environment_is_no_place_for_a_service(monkeypatch):
    """Its python.exe starts another one, which the manager does not know."""
    monkeypatch.setattr(sys, "prefix", "C:\\venv")
    with pytest.raises(ManagerError, match="virtual environment") as refused:
        installing.interpreter()
    assert refused.value.code == 2


def test_the_interpreter_of_this_lab_may_be_run():
    """It belongs to an administrator, and nobody else may write to it or to anything that it loads."""
    python = installing.interpreter()
    assert python.name.lower() == "python.exe"
    installing.check(python, "daemon")


@pytest.mark.promise("Windows (under Wine): A Python or a folder that others may change is not run")
def test_what_others_may_change_is_not_run(tmp_path):
    """A folder that everybody may write to, and so all below it."""
    open_to_all = tmp_path / "open"
    everybody_writes_to(open_to_all)
    inside = open_to_all / "python.exe"
    inside.write_bytes(b"MZ")
    with pytest.raises(ManagerError) as refused:
        installing.trusted([inside])
    assert (refused.value.code, str(open_to_all) in str(refused.value)) == (2, True)


def test_a_python_without_our_packages_is_said(tmp_path):
    """The service would not find what it is to run."""
    with pytest.raises(ManagerError, match="not installed") as refused:
        installing.check(tmp_path / "python.exe", "daemon")
    assert refused.value.code == 2


# --- the rooms ------------------------------------------------------------------------------------------------------------


@pytest.mark.promise("Windows (under Wine): Only the daemon is the system, and the agent has a folder of its own")
def test_the_agents_rooms_are_its_own(home_folder, monkeypatch):
    """Made once, checked and given again at the next install. What Wine keeps of an access list is less than what is set."""
    from host.homes import server_home

    given = []
    home = server_home(str(home_folder / "h"))
    monkeypatch.setattr(installing, "protect", lambda _, text: given.append(text))
    installing.rooms("agent", home)
    installing.rooms("agent", home)
    assert (home.agent.is_dir(), home.public.is_dir(), home.daemon.exists()) == (True, True, False)
    sid = service_sid("giochoi-agent")
    assert given == [plans.room(sid, shown=False), plans.room(sid, shown=True)] * 2


def test_a_room_that_somebody_prepared_is_refused(home_folder):
    """A folder that everybody may write to, or a file in its place."""
    from host.homes import server_home

    home = server_home(str(home_folder / "h"))
    everybody_writes_to(home.agent)
    with pytest.raises(ManagerError, match="may write to it"):
        installing.rooms("agent", home)
    home.agent.rmdir()
    home.agent.write_text("")
    with pytest.raises(ManagerError, match="not a real folder"):
        installing.rooms("agent", home)
