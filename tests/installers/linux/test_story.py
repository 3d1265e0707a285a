"""The package on a Debian that boots: installed, set up, upgraded while a child plays, killed, rebooted, removed, purged."""

from __future__ import annotations

import json
import shutil
import subprocess
import time

import pytest

from tests import native
from tests.installers.linux.seat import CHILD, GAME, REFUSED, UID, UNITS, Seat, counter
from tests.installers.machine import archive, booted
from tests.system import SOAK, until

pytestmark = [
    pytest.mark.root,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not native.HERE, reason="the package, and a game made from nothing, are for x86-64"),
]
SOAK_ONLY = pytest.mark.skipif(not SOAK, reason="soak only: minutes of installing")
KEPT = ("/var/lib/giochoi", "/etc/giochoi")
BEFORE = "0.0.1"
LIMIT_S = 4


@pytest.fixture(scope="session")
def before(built, tmp_path_factory):
    """The package of a version before. It is packed anew, as to build one takes longer."""
    folder = tmp_path_factory.mktemp("before")
    root, out = folder / "root", folder / f"giochoi_{BEFORE}_amd64.deb"
    subprocess.run(["dpkg-deb", "--raw-extract", built, root], check=True)
    own = built.name.split("_")[1]
    for file in (root / "DEBIAN/control", root / "usr/lib/giochoi/common/host/__init__.py"):
        text = file.read_text("utf-8")
        assert own in text
        file.write_text(text.replace(own, BEFORE, 1), "utf-8")
    command = ["dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", root, out]
    subprocess.run(command, check=True, capture_output=True)
    shutil.rmtree(root)
    return out


@pytest.mark.parametrize("suite", ["trixie", pytest.param("bookworm", marks=SOAK_ONLY)])
def test_story(suite, built, before, need, tmp_path):
    """From the first install to the purge, nothing that was recorded is lost, and no limit forgotten."""
    need("systemd-nspawn")
    with booted(archive(suite), tmp_path) as machine:
        seat = Seat(machine)
        installed(seat, before)
        set_up(seat)
        more_is_mounted(seat)
        timed(seat, upgraded_while_a_child_plays(seat, built))
        sees_who_is_logged_on(seat)
        only_what_is_installed(seat)
        ended_by_its_limit_although_the_daemon_was_killed(seat)
        refused(seat)
        rebooted(seat)
        removed(seat)
        installed_again(seat, built)
        if SOAK:
            moved_to_another_pc(seat, built)
        purged(seat)


@SOAK_ONLY
@pytest.mark.timeout(1500)
def test_an_upgrade_of_debian_leaves_it_running(built, need, tmp_path):
    """It goes on with the Python that is there then, and nobody installs anything anew."""
    need("systemd-nspawn")
    with booted(archive("bookworm"), tmp_path, 1200, to="trixie") as machine:
        seat = Seat(machine)
        seat.install(built)
        until(seat.active)
        set_up(seat)
        play = seat.play()
        until(lambda: (found := seat.game()) and found["running"])
        assert play.leave() == 0
        before, used_s = seat.entries(), seat.game()["used_s"]
        seat.run("apt-get", "dist-upgrade", "--yes", "-qq", "--no-download", timeout=900)
        assert "trixie" in seat.run("cat", "/etc/os-release")
        for _ in range(2):
            until(seat.active)
            until(lambda: seat.json("status")["daemon"]["watch"] == "gate")
            assert seat.entries()[: len(before)] == before
            assert seat.game()["used_s"] == used_s
            assert "python3.13" in seat.run("readlink", f"/proc/{seat.pid('giochoi-daemon')}/exe")
            seat.machine.reboot()
        seat.verified()


@SOAK_ONLY
def test_two_machines_of_one_image_have_two_keys(built, need, tmp_path):
    """While the image is made nothing starts, and it holds no key; each machine makes its own at its first start,
    and when it joins an agent.
    """
    need("systemd-nspawn")
    image, cards, keys = tmp_path / "image.tar", [], []
    with booted(archive("trixie"), tmp_path) as machine:
        seat = Seat(machine)
        said = seat.install(built, GIOCHOI_IMAGE="1")
        assert "image" in said
        assert seat.machine.try_run("systemctl", "is-active", *UNITS).stdout.split() == ["inactive"] * len(UNITS)
        assert seat.run("find", "/var/lib/giochoi", "/etc/credstore.encrypted", "-type", "f") == ""
        assert not machine.path("/var/lib/systemd/credential.secret").exists()
        command = ["tar", "--directory", machine.path("/"), "--one-file-system", "--create", "--file", image, "."]
        subprocess.run(command, check=True)
    for _ in range(2):
        with booted(image, tmp_path) as machine:
            until(lambda: machine.try_run("systemctl", "is-active", *UNITS).stdout.split() == ["active"] * len(UNITS))
            cards.append(machine.json("log", "card")["fingerprint"])
            machine.json("seat", "enrol", counter(machine), "--yes")
            keys.append(json.loads(machine.read("/var/lib/giochoi/uplink/membership.json"))["key"])
    assert cards[0] != cards[1]
    assert keys[0] != keys[1]


def installed(seat, package):
    said = seat.install(package)
    assert "sudo giochoi setup" in said.strip().splitlines()[-1]
    until(seat.active)
    until(lambda: {one["id"] for one in seat.json("status")["daemon"]["issues"]} <= {"watch-events"})  # which no container has
    daemon = seat.json("status")["daemon"]
    assert (daemon["version"], daemon["watch"]) == (BEFORE, "gate")
    assert seat.run("systemctl", "is-enabled", *UNITS).split() == ["enabled"] * len(UNITS)


def set_up(seat):
    shown = seat.answer(CHILD, "An", "24/11/2014", "law", "1", "n", "none", "y")
    assert "An is set up (id an)" in shown
    seat.run("giochoi", "game", "add", GAME.name, "--exe", str(GAME), "--label", "VN00")


def more_is_mounted(seat):
    """Before the daemon that is upgraded to starts, which then sees it as its unit has it."""
    for folder, options in (("/srv/roots", "mode=755"), ("/srv/anybodys", "mode=755,nosuid")):
        seat.run("mkdir", folder)
        seat.run("mount", "-t", "tmpfs", "-o", options, "more", folder)
        seat.run("cp", "/bin/true", f"{folder}/program")


def upgraded_while_a_child_plays(seat, package):
    """The play goes on and is one. That no gate was there for a while is logged; `make bench ARGS=package` says how long."""
    play = seat.play()
    until(lambda: (found := seat.game()) and found["running"])
    before = seat.entries()
    seat.install(package)
    until(seat.active)
    assert seat.json("status")["daemon"]["version"] != BEFORE
    assert seat.game()["running"]
    after = seat.entries()
    assert after[: len(before)] == before
    assert len([one for one in after if one["kind"] == "play.started"]) == 1
    stopped, started = (one for one in after[len(before) :] if one["kind"] in {"seat.stop", "seat.start"})
    assert stopped["wall"] <= started["wall"]
    return play


def timed(seat, play):
    """To the second, though another daemon saw its beginning."""
    played_s = time.monotonic() - play.begun
    assert seat.game()["used_s"] >= played_s - 1
    assert play.leave() == 0


def sees_who_is_logged_on(seat):
    """By systemd's own library, which the unit lets it ask; what runs for somebody who is not there is no session of theirs."""
    look = "from daemon.platforms.linux.logged_on import logged_on; print(*(one.account for one in logged_on()))"
    for more, there in ((), []), (("--setenv=XDG_SEAT=seat0",), [CHILD]):
        seat.log_on(*more)
        assert seat.as_daemon(look).split() == there
        seat.run("systemctl", "stop", "session")
        until(lambda: seat.as_daemon(look).split() == [])


def only_what_is_installed(seat):
    """Wherever root mounted it, though for the daemon's unit all is nosuid; not where anybody may have mounted it."""
    seat.run("giochoi", "player", "set", CHILD, "--unknown", "refused")
    run = ("runuser", "-u", CHILD, "--", "sh", "-c", 'exec "$0"')
    until(lambda: seat.machine.try_run(*run, "/srv/anybodys/program").returncode == REFUSED)
    seat.run(*run, "/srv/roots/program")
    seat.run("giochoi", "player", "set", CHILD, "--unknown", "listed")
    until(lambda: seat.machine.try_run(*run, "/srv/anybodys/program").returncode == 0)
    seat.run("umount", "/srv/roots", "/srv/anybodys")


def ended_by_its_limit_although_the_daemon_was_killed(seat):
    used_s = until(lambda: not (found := seat.game())["running"] and found)["used_s"]
    seat.run("giochoi", "limit", CHILD, f"{(used_s + LIMIT_S) / 60:.3f}", "--game", GAME.name)
    play = seat.play()
    until(lambda: seat.game()["running"])
    before = seat.pid("giochoi-daemon")
    seat.run("systemctl", "kill", "--kill-whom=main", "--signal=KILL", "giochoi-daemon")
    until(lambda: seat.pid("giochoi-daemon") not in {0, before} and seat.active())
    assert play.over() != 0


def refused(seat):
    """Before its first instruction, wherever it lies."""
    for game in (GAME, *map(seat.copied, ("/tmp", f"/home/{CHILD}", "/dev/shm"))):
        play = seat.play(game)
        ended = play.over()
        assert (ended, play.ran()) == (REFUSED, False), (game, ended)
    assert seat.entries("launch.refused")[-1]["how"] == "gate"


def rebooted(seat):
    before, used_s = seat.entries(), seat.game()["used_s"]
    seat.machine.reboot()
    until(seat.active)
    assert seat.game()["used_s"] == used_s
    assert seat.entries()[: len(before)] == before
    assert seat.play().over() == REFUSED
    seat.verified()
    assert seat.loud() == ""


def removed(seat):
    """Programs and services go, what was recorded stays."""
    kept = seat.run("find", *KEPT)
    seat.run("apt-get", "remove", "--yes", "-qq", "giochoi")
    assert set(seat.run("find", *KEPT).split()) <= set(kept.split())
    assert seat.machine.path("/var/lib/giochoi/agent/log.db").exists()
    assert not seat.machine.path("/usr/lib/giochoi").exists()
    assert seat.run("systemctl", "is-system-running").strip() == "running"
    assert seat.play().leave() == 0  # nothing here limits it any more


def installed_again(seat, package):
    """It says that it is back, and has what it had. Whoever is logged on by then gets the icon."""
    seat.log_on("--setenv=XDG_SEAT=seat0", "--setenv=XDG_SESSION_TYPE=x11")
    assert "it is back" in seat.install(package).strip().splitlines()[-1]
    until(lambda: "giochoi-tray" in seat.machine.journal(f"_UID={UID}"))
    seat.run("systemctl", "stop", "session")
    until(seat.active)
    until(lambda: seat.json("status")["agent"]["reachable"])
    assert "an" in {one["id"] for one in seat.json("player", "list")["players"]}


def moved_to_another_pc(seat, package):
    """Whose package has made keys of its own, which systemd keeps: what was in the backup takes their place, keys and all."""
    card, used_s, before = seat.json("log", "card"), seat.game()["used_s"], seat.entries()
    assert "sign this log" in " ".join(seat.run("giochoi", "backup", "/root/home.zip").split())
    purged(seat)
    seat.install(package)
    until(seat.active)
    assert seat.json("log", "card")["key"] != card["key"]
    seat.run("systemctl", "stop", *UNITS)
    seat.run("giochoi", "restore", "/root/home.zip", "--yes")
    seat.run("systemctl", "start", *UNITS)
    until(seat.active)
    assert seat.json("log", "card")["key"] == card["key"]
    assert seat.game()["used_s"] == used_s
    assert seat.entries()[: len(before)] == before
    assert seat.entries("restored")
    assert seat.play().over() == REFUSED
    assert seat.machine.read("/var/lib/giochoi/agent/log.key") == "systemd\n"  # sealed by this PC's key
    seat.run("rm", "/root/home.zip")
    seat.verified()


def purged(seat):
    seat.run("apt-get", "purge", "--yes", "-qq", "giochoi")
    for path in (*KEPT, "/run/giochoi"):
        assert not seat.machine.path(path).exists(), path
    assert seat.run("find", "/etc", "/usr", "/var", "-name", "*giochoi*", "-not", "-path", "/var/log/*").split() == []
    assert seat.run("systemctl", "is-system-running").strip() == "running"
