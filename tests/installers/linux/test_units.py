"""The units that systemd starts, and the scripts that dpkg runs."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from daemon.platforms.linux.ending.freezing import NOTE
from host.linux import units
from installers.linux import package

HERE = Path(__file__).resolve().parents[3] / "installers/linux"
UNITS = (
    "giochoi-agent.service", "giochoi-daemon.service", "giochoi-keys.service", "giochoi-witnesses.service",
    "giochoi-uplink.service",
)  # fmt: skip


def unit(name):
    text = (HERE / "root" / "usr/lib/systemd/system" / name).read_text("utf-8")
    return [tuple(line.split("=", 1)) for line in text.splitlines() if "=" in line and not line.startswith("#")]


def test_the_units_start_what_is_there():
    for name in UNITS:
        room = re.fullmatch(r"/usr/lib/giochoi/bin/python3 -I -m ([\w.]+)(?: .*)?", dict(unit(name))["ExecStart"])[1]
        if name != "giochoi-keys.service":
            assert (HERE.parents[1] / room / "__main__.py").exists()


def test_a_server_that_fails_is_started_for_ever():
    for name in (*UNITS[:2], UNITS[4]):
        assert {("StartLimitIntervalSec", "0"), ("Restart", "always"), ("Type", "notify")} <= set(unit(name))


def test_the_daemon_goes_first_among_sessions_too():
    """It has not the capability to say so of itself: the unit does, for it, each time that it starts."""
    daemon = dict(unit("giochoi-daemon.service"))

    assert (daemon["Nice"], "SYS_NICE" in daemon["CapabilityBoundingSet"]) == ("-10", False)
    assert daemon["ExecStartPost"] == '+-/bin/sh -c "echo -10 >/proc/$MAINPID/autogroup"'


@pytest.mark.promise("Servers and rights: The agent's unit has no capability, the daemon's no network and few folders to write")
def test_what_it_may_write_is_its_own_and_the_control_groups():
    """Capabilities: each one is listed, so that a new one is noticed."""
    daemon = dict(unit("giochoi-daemon.service"))

    assert daemon["CapabilityBoundingSet"].split() == [
        f"CAP_{name}"
        for name in ("SYS_ADMIN", "SYS_PTRACE", "DAC_READ_SEARCH", "KILL", "SETUID", "SETGID", "CHOWN", "FOWNER")
    ]
    assert (daemon["ProtectSystem"], daemon["ReadWritePaths"]) == ("strict", "-/sys/fs/cgroup")


def test_the_package_depends_on_what_loads_tags():
    depends = re.search(r"^Depends: (.+)$", (HERE / "control/control").read_text("utf-8"), re.MULTILINE)[1].split(", ")
    assert "libbpf1" in depends


@pytest.mark.promise("Failures: Slices that the daemon froze are thawed when it dies")
def test_what_stood_still_goes_on_when_the_daemon_is_gone(tmp_path):
    """Its unit thaws the slice that is noted, and forgets the note. Without a note it does nothing."""
    prefix, command = dict(unit("giochoi-daemon.service"))["ExecStopPost"].split("/bin/sh -c ", 1)
    note, folder = tmp_path / "frozen", tmp_path / "user-1000.slice"
    folder.mkdir()
    assert prefix == "+-"
    assert str(NOTE) in command
    note.write_text(f"{folder}\n")
    script = command.strip("'").replace(str(NOTE), str(note))

    subprocess.run(["sh", "-c", script], check=True)
    assert (folder / "cgroup.freeze").read_text("ascii") == "0\n"
    assert not note.exists()
    subprocess.run(["sh", "-c", script], check=False, stderr=subprocess.DEVNULL)
    assert not note.exists()


@pytest.mark.promise("Servers and rights: The agent's unit has no capability, the daemon's no network and few folders to write")
def test_the_agent_has_no_power_and_the_daemon_no_network():
    agent, daemon = (dict(unit(name)) for name in UNITS[:2])
    assert (agent["User"], agent["CapabilityBoundingSet"], agent["PrivateNetwork"]) == ("giochoi", "", "yes")
    assert (daemon["RestrictAddressFamilies"], daemon["IPAddressDeny"]) == ("AF_UNIX", "any")
    assert daemon["PrivateTmp"] == "no", "games that lie in /tmp would not be seen"


def test_the_line_to_an_agent_has_a_network_and_nothing_else(tmp_path, monkeypatch):
    """It answers in the agent's place, as its account, and never beside it; nothing that an agent keeps is open to it. The
    agent is given a network, by the same words, only while it serves other PCs.
    """
    agent, uplink = dict(unit(UNITS[0])), dict(unit(UNITS[4]))
    assert uplink["Conflicts"] == UNITS[0]
    for same in ("User", "RuntimeDirectory", "CapabilityBoundingSet", "ProtectSystem", "SystemCallFilter"):
        assert uplink[same] == agent[same]
    assert "-/var/lib/giochoi/agent" in uplink["InaccessiblePaths"].split()
    asked = []
    for name, value in {"_RUNS": tmp_path, "_OWN_UNITS": tmp_path, "UNITS": HERE / "root/usr/lib/systemd/system"}.items():
        monkeypatch.setattr(units, name, value)
    monkeypatch.setattr(units, "_systemctl", lambda *words: asked.append(words[0]))
    drop_in = tmp_path / f"{UNITS[0]}.d/network.conf"
    assert [units.reachable("agent", on=on) for on in (False, True, True)] == [False, True, False]
    assert f"RestrictAddressFamilies={uplink['RestrictAddressFamilies']}\n" in drop_in.read_text("utf-8")
    assert units.reachable("agent", on=False)
    assert (drop_in.exists(), asked) == (False, ["daemon-reload", "restart"] * 2)


@pytest.mark.parametrize(("enabled", "started"), [("agent", ["agent"]), ("uplink", ["uplink"])])
def test_a_handing_over_that_fails_leaves_what_was(enabled, started, tmp_path, monkeypatch):
    """The server that starts with the PC runs again."""
    asked = []

    def systemctl(verb, *names):
        asked.append((verb, *names))
        if verb == "is-enabled" and names != (f"giochoi-{enabled}.service",):
            raise OSError

    for name, value in {"_RUNS": tmp_path, "UNITS": HERE / "root/usr/lib/systemd/system", "_systemctl": systemctl}.items():
        monkeypatch.setattr(units, name, value)
    with pytest.raises(KeyError), units.handing_over("agent", "uplink"):
        raise KeyError
    assert [names for verb, *names in asked if verb == "start"] == [[f"giochoi-{one}.service"] for one in started]
    assert not {"enable", "disable", "restart"} & {verb for verb, *_ in asked}


def test_the_daemon_is_there_before_a_network_says_what_time_it_is():
    before = [one for name, value in unit("giochoi-daemon.service") if name == "Before" for one in value.split()]
    assert "NetworkManager.service" in before


def test_who_asks_the_witnesses_has_a_network_and_nothing_else_of_the_agents():
    asks, timer = dict(unit(UNITS[3])), dict(unit("giochoi-witnesses.timer"))
    assert (asks["User"], asks["CapabilityBoundingSet"], "PrivateNetwork" in asks) == ("giochoi-courier", "", False)
    assert f"u {asks['User']} - " in (HERE / "root/usr/lib/sysusers.d/giochoi.conf").read_text("utf-8")
    assert "-/var/lib/giochoi/agent" in asks["InaccessiblePaths"].split()
    assert asks["ExecStart"].endswith(" -m cli log witness ask")
    assert timer["WantedBy"] == "timers.target"


def test_what_the_daemon_calls_is_allowed_behind_what_takes_it_away():
    """The last word counts: systemd reads the lists in turn."""
    lists = [value for name, value in unit(UNITS[1]) if name == "SystemCallFilter"]
    assert lists[-1].split() == ["fanotify_init", "fanotify_mark", "bpf", "capset", "@chown", "@setuid"]
    assert "@privileged" in lists[-2]


@pytest.mark.root  # it makes a folder in /run, where systemd does not run
@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
@pytest.mark.parametrize(("name", "most"), [(UNITS[0], 5), (UNITS[1], 35), (UNITS[3], 20), (UNITS[4], 20)])
def test_a_unit_leaves_no_more_open_than_it_has_to(name, most):
    """In tenths, of the hundred that a service without any limits has."""
    look = ["systemd-analyze", "security", "--offline=yes", f"--threshold={most}", "--no-pager"]
    done = subprocess.run([*look, HERE / "root/usr/lib/systemd/system" / name], capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["postinst", "postrm", "prerm"])
def test_the_scripts_are_sh(name):
    script = HERE / "control" / name
    assert script.read_text("utf-8").startswith("#!/bin/sh\n")
    assert os.access(script, os.X_OK)
    subprocess.run(["sh", "-n", script], check=True)


@pytest.mark.parametrize(("given", "last"), [
    ({}, "nobody is limited yet. Set the limits with: sudo giochoi setup"),
    ({"LANG": "vi_VN.UTF-8"}, "chưa ai bị giới hạn. Đặt giới hạn bằng lệnh: sudo giochoi setup"),
    ({"LANG": "vi_VN.UTF-8", "GIOCHOI_LANG": "en"}, "nobody is limited yet. Set the limits with: sudo giochoi setup"),
])  # fmt: skip
def test_whoever_installs_reads_what_to_do_next_in_their_language(given, last, tmp_path):
    """As the programs choose it: GIOCHOI_LANG, else the locale."""
    text = (HERE / "control/postinst").read_text("utf-8").replace("/etc/giochoi", str(tmp_path))
    head, _, steps = text.partition('\ncase "$1" in')
    idle = "\naccount() { :; }; compile() { :; }; enable() { :; }; folders() { :; }; start() { :; }"
    script = f'{head}{idle}\ncase "$1" in{steps}'
    done = subprocess.run(
        ["sh", "-c", script, "postinst", "configure", ""], env={"PATH": os.environ["PATH"], **given}, capture_output=True,
        check=True, encoding="utf-8",
    )  # fmt: skip
    assert done.stdout == f"giochoi: {last}\n"


def test_an_upgrade_that_is_cut_off_runs_what_it_unpacked(tmp_path):
    """What was compiled of the version before counts for its files alone, whatever date and size the newer ones have."""
    system = Path("/usr/bin/python3")
    if not system.exists():
        pytest.skip("this system has no Python of its own")
    python, room = tmp_path / "bin/python3", tmp_path / "common/room.py"
    for file in (python, room):
        file.parent.mkdir()
    python.symlink_to(system)
    (tmp_path / "pyvenv.cfg").write_text("home = /usr/bin\n")
    asked = [python, "-I", "-c", f"import sys; sys.path.append({str(room.parent)!r}); import room"]
    text = (HERE / "control/postinst").read_text("utf-8").replace("/usr/lib/giochoi", str(tmp_path))
    for version in "12":
        room.write_text(f"print({version})\n")
        os.utime(room, (0, 0))
        if version == "1":
            subprocess.run(["sh", "-c", text[: text.index('\ncase "$1" in')] + "\ncompile\n"], check=True)
            assert list(room.parent.glob("__pycache__/*.pyc"))
        assert subprocess.run(asked, capture_output=True, check=True, text=True).stdout == f"{version}\n"


def test_a_package_that_is_not_whole_is_none(tmp_path, monkeypatch):
    """dpkg-deb writes for half a minute; what it left when it was cut off would be installed as far as it goes."""
    def cut_off(command, **_):
        Path(command[-1]).write_text("!<arch>")
        raise KeyboardInterrupt

    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    monkeypatch.setattr(package, "fill", lambda root, _: root.mkdir())
    monkeypatch.setattr(subprocess, "run", cut_off)
    with pytest.raises(KeyboardInterrupt):
        package.build(tmp_path)
    assert list(tmp_path.glob("*.deb")) == []


def test_the_door_runs_on_the_systems_own_python():
    """Nothing that has to be installed first is loaded before it goes on as .venv's."""
    door = HERE.parent / "build.py"
    loaded = [node for node in ast.parse(door.read_text("utf-8")).body if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {(node.module if isinstance(node, ast.ImportFrom) else node.names[0].name).split(".")[0] for node in loaded}
    assert names <= sys.stdlib_module_names
    assert subprocess.run([sys.executable, door, "rpm"], capture_output=True, check=False).returncode == 2
