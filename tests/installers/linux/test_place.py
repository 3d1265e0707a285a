"""The package on the PCs of one place: the counter's agent is called by other PCs, a seat follows an agent on another one."""

from __future__ import annotations

import time

import pytest

from tests import native
from tests.installers.linux import seat as seats
from tests.installers.linux.seat import CHILD, ELSEWHERE, Seat, counter
from tests.installers.machine import archive, booted
from tests.system import until

pytestmark = [
    pytest.mark.root,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not native.HERE, reason="the package is for x86-64"),
]
AGENT, DAEMON, UPLINK = (f"giochoi-{name}.service" for name in ("agent", "daemon", "uplink"))
CALL = "import socket; socket.create_connection(('127.0.0.1', 7381), 5).close()"


def test_a_place(built, need, tmp_path):
    """An agent has a network for as long as it serves; a PC that joins is a seat until it is purged."""
    need("systemd-nspawn")
    with booted(archive("trixie"), tmp_path) as machine:
        seat = Seat(machine)
        seat.install(built)
        until(seat.active)
        locks_when_it_closes(seat)
        answers_other_pcs(seat)
        joins(seat)
        follows(seat)
        rebooted(seat, built)
        purged(seat)


def elsewhere(seat, *words):
    return seats.elsewhere(seat.machine, *words)


def states(seat, *units):
    return seat.machine.try_run("systemctl", "is-active", *units).stdout.split()


def shut_in(seat):
    return seat.run("systemctl", "show", "--property=PrivateNetwork", "--value", AGENT).strip() == "yes"


def called(seat):
    return seat.machine.try_run("/usr/bin/python3", "-c", CALL).returncode == 0


def locks_when_it_closes(seat):
    """Whoever is logged on; their screen's own locker hears of it from systemd-logind."""
    seat.log_on("--setenv=XDG_SEAT=seat0")
    match = "--match=member='Lock',interface='org.freedesktop.login1.Session'"
    heard = ("busctl", "--system", "monitor", "--json=short", match)
    seat.run("systemd-run", "--quiet", "--unit=locker", "--property=StandardOutput=file:/root/heard", *heard)
    until(lambda: seat.machine.path("/root/heard").exists())
    time.sleep(1)
    assert "Lock" not in seat.machine.read("/root/heard")
    seat.json("place", "set", "game-point")
    seat.machine.try_run("giochoi", "place", "close")  # at night it is closed
    until(lambda: '"member":"Lock"' in seat.machine.read("/root/heard"))
    seat.json("place", "open")
    seat.json("place", "set", "home")
    seat.run("systemctl", "stop", "locker", "session")


def answers_other_pcs(seat):
    """Also after a restart; whoever is no administrator brings no network."""
    assert shut_in(seat)
    seat.run("runuser", "-u", CHILD, "--", "giochoi", "place", "serve", "127.0.0.1", code=1)
    assert shut_in(seat)
    seat.json("place", "serve", "127.0.0.1")
    assert not shut_in(seat)
    made = seat.json("seat", "invite")["string"]
    joined = elsewhere(seat, "seat", "enrol", made)
    assert joined["seat"] in {one["id"] for one in seat.json("seat", "list")["seats"]}
    seat.run("systemctl", "restart", AGENT)
    assert called(seat)
    seat.json("place", "serve", "off")
    assert shut_in(seat)
    assert not called(seat)
    until(seat.active)
    seat.run("rm", "-r", ELSEWHERE)


def joins(seat):
    """What its own agent kept is put aside; the daemon takes up the other one as another seat."""
    made = counter(seat.machine)
    seat.run("giochoi", "seat", "enrol", made, code=2)  # it has a log of its own: nobody is there to ask
    assert states(seat, AGENT, UPLINK) == ["active", "inactive"]
    joined = seat.json("seat", "enrol", made, "--yes")
    assert states(seat, AGENT, UPLINK, DAEMON) == ["inactive", "active", "active"]
    enabled = seat.machine.try_run("systemctl", "is-enabled", AGENT, UPLINK).stdout.split()
    assert enabled == ["disabled", "enabled"]
    assert seat.machine.path(f"{joined['aside']}/agent.db").exists()
    owners = seat.run("stat", "--format=%U %a", *(f"/var/lib/giochoi/{name}" for name in (
        "uplink", "uplink/membership.json", "public/agent.keys", "public/agent.seat", "before",
    )))  # fmt: skip
    assert owners.splitlines() == ["giochoi 700", "giochoi 600", *["giochoi 644"] * 2, "root 700"]


def follows(seat):
    """The same seat that joined, under the limits that are set there; nobody here may change them."""
    elsewhere(seat, "player", "add", "An", "--born", "2014-11-24", "--account", CHILD)
    (joined,) = until(lambda: (found := elsewhere(seat, "seat", "list")["seats"]) and found[0]["reporting"] and found)
    assert joined["id"] in seat.machine.read("/var/lib/giochoi/public/agent.seat")
    until(lambda: [one["id"] for one in seat.json("status")["players"]] == ["an"])
    issues = {one["id"] for one in seat.json("status")["daemon"]["issues"]}
    assert not issues & {"log-replaced", "agent-away", "agent-refuses"}, issues
    seat.run("giochoi", "player", "remove", "an", "--yes", code=1)
    assert seat.loud() == ""


def rebooted(seat, package):
    """It is a seat still, also after an upgrade."""
    seat.machine.reboot()
    counter(seat.machine)
    for _ in range(2):
        until(lambda: elsewhere(seat, "seat", "list")["seats"][0]["reporting"])
        assert states(seat, AGENT, UPLINK, DAEMON) == ["inactive", "active", "active"]
        seat.install(package)


def purged(seat):
    seat.run("apt-get", "purge", "--yes", "-qq", "giochoi")
    assert seat.run("find", "/etc", "/usr", "/var", "-name", "*giochoi*", "-not", "-path", "/var/log/*").split() == []
