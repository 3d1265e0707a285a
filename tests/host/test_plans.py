"""host.windows.plans: what is decided about our services before Windows is asked for anything."""

from __future__ import annotations

from pathlib import PureWindowsPath
from xml.etree import ElementTree as ET

import pytest

from host.windows.plans import PLANS, TRUSTED_INSTALLER, command, home_in, path_and_above, room, strangers, update_task

ADMINS, SYSTEM, USERS = "S-1-5-32-544", "S-1-5-18", "S-1-5-32-545"
AN, MOTHER = "S-1-5-21-1-2-3-1001", "S-1-5-21-1-2-3-1002"


@pytest.mark.parametrize("home", [r"C:\ProgramData\GioChoi", r"D:\Giờ Chơi\nhà", "E:\\", "C:\\a b\\"])
def test_the_home_is_found_again_in_the_command(home):
    """Whatever it holds; the interpreter is quoted, isolated, and runs the program by its name."""
    line = command(r"C:\Program Files\Python313\python.exe", "agent", home)
    assert line.startswith('"C:\\Program Files\\Python313\\python.exe" -I -m agent service run --home ')
    assert home_in(line).rstrip("\\") == home.rstrip("\\")


def test_somebody_elses_service_has_no_home():
    """A line that we did not make."""
    assert home_in(r"C:\windows\system32\svchost.exe -k netsvcs") is None


@pytest.mark.parametrize(
    ("owner", "writers", "found"),
    [
        (SYSTEM, {SYSTEM, ADMINS}, set()),
        (TRUSTED_INSTALLER, {TRUSTED_INSTALLER, SYSTEM, ADMINS}, set()),
        (MOTHER, {MOTHER, SYSTEM}, set()),  # she may have every right at any time
        (ADMINS, {ADMINS, USERS}, {USERS}),
        (AN, {ADMINS}, {AN}),  # an owner may give himself every right
        (ADMINS, {ADMINS, "S-1-5-11"}, {"S-1-5-11"}),  # what a folder right below C: inherits
        (ADMINS, {"S-1-5-80-1-2-3-4-5"}, {"S-1-5-80-1-2-3-4-5"}),  # another service is no administrator
    ],
)
def test_who_may_change_what_a_service_runs(owner, writers, found):
    """Everybody but the system, its installer and administrators is a stranger."""
    assert strangers(owner, writers, {MOTHER}.__contains__) == found


def test_all_folders_above_are_looked_at():
    """Who may rename a folder above may put another one in its place; the drive itself lets everybody make folders."""
    found = path_and_above(PureWindowsPath(r"C:\Program Files\Python313\python.exe"))
    assert list(map(str, found)) == [
        r"C:\Program Files\Python313\python.exe",
        r"C:\Program Files\Python313",
        r"C:\Program Files",
    ]


def test_a_room_of_a_service_account():
    """Nothing inherited; the key and the card are for everybody to read, the rest for nobody."""
    hidden, shown = room("S-1-5-80-1", shown=False), room("S-1-5-80-1", shown=True)
    assert hidden.startswith(f"O:{ADMINS}D:P(")
    assert [entry.rpartition(";")[2] for entry in hidden.split("(")[1:]] == [f"{SYSTEM})", f"{ADMINS})", "S-1-5-80-1)"]
    assert shown == hidden + "(A;OICI;0x1200a9;;;S-1-5-32-545)"


@pytest.mark.promise("Windows (under Wine): Only the daemon is the system, and the agent has a folder of its own")
def test_only_the_daemon_is_the_system():
    """The agent has an account of its own, named as Windows names it after the service, and no privilege worth the name."""
    assert (PLANS["daemon"].account, PLANS["daemon"].own_account) == ("LocalSystem", False)
    agent = PLANS["agent"]
    assert (agent.account, agent.own_account) == (f"NT SERVICE\\{agent.service}", True)
    assert agent.privileges == ("SeChangeNotifyPrivilege",)
    assert not {"SeLoadDriverPrivilege", "SeTakeOwnershipPrivilege", "SeRestorePrivilege"} & set(PLANS["daemon"].privileges)


def test_the_task_that_installs_newer_versions():
    """The system's, isolated from whoever is logged in, also on battery; whatever stands in the paths."""
    told = update_task(r"C:\Program Files\Giờ & Chơi\python.exe", r"C:\Program Data\Giờ <Chơi>")
    task = ET.fromstring(told.partition("?>")[2])
    at = {one.tag.rpartition("}")[2]: one.text for one in task.iter()}

    assert at["UserId"] == "S-1-5-18"
    assert at["Command"] == r"C:\Program Files\Giờ & Chơi\python.exe"
    assert at["Arguments"] == r'-I -m cli --home "C:\Program Data\Giờ <Chơi>" update --install'
    assert (at["Interval"], at["StartWhenAvailable"], at["DisallowStartIfOnBatteries"]) == ("PT1H", "true", "false")
