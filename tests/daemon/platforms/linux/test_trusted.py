"""What only an administrator can have put there: by owner, mode, every folder above, and the file system."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from daemon.platforms.linux.trusted import Mounts, Trusted
from tests import fuse
from tests.system import tick

CHILD = 54_321
TABLE = """900021 1 8:9001 / / rw,relatime - ext4 /dev/sda1 rw
900022 900021 0:90040 / /home/an/mnt rw,nosuid,nodev - fuse.sshfs an@there rw
900023 900021 0:90041 / /home/an/net rw - cifs //there/share rw
900024 900021 7:9000 / /media/an/disk rw,nosuid,nodev - ext4 /dev/loop0 rw
900025 900021 8:9002 / /opt ro shared:7 master:1 - squashfs /dev/sda2 ro
short line
"""


@pytest.fixture
def folder():
    """Root's alone all the way up, as where programs are installed."""
    if os.geteuid() != 0:
        pytest.skip("needs root: run the tests as root to see it")
    with tempfile.TemporaryDirectory(prefix="gc-", dir="/opt") as made:
        Path(made).chmod(0o755)
        yield Path(made)


def put(path: Path, mode=0o755) -> Path:
    path.write_text("#!/bin/sh\n", "utf-8")
    path.chmod(mode)
    return path


def trusted(path) -> bool:
    return Trusted().at(str(path))


@contextmanager
def tmpfs(at: Path, options: str):
    at.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"mode=755,{options}", "gc", at], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", at], check=True)


def test_which_file_systems_are_an_administrators(tmp_path):
    """By what the host's table says: a service that gave up new privileges sees all as nosuid."""
    ours, hosts = tmp_path / "ours", tmp_path / "hosts"
    hosts.write_text(TABLE)
    ours.write_text(TABLE.replace(" rw,relatime ", " ro,nosuid ").replace(" ro shared:7", " ro,nosuid shared:7"))
    for table in (hosts, ours):
        mounts = Mounts(str(table), str(hosts))
        mounts.look()
        fine = [mounts._devices[number] in mounts._fine for number in range(900021, 900026)]
        assert fine == [True, False, False, False, True]


# Process 1 mounts both; the one that asks sees all as a service does that gave up new privileges.
NOSUID = """
mount -t tmpfs -o mode=755 gc "$0/a"; mount -t tmpfs -o mode=755,nosuid gc "$0/b"
for one in a b; do cp /bin/true "$0/$one/program"; done
unshare --mount --propagation private sh -euc '
    for one in a b; do mount -o remount,bind,nosuid "$0/$one"; done
    exec "$@"' "$0" "$@"
"""
ASK = """
import sys
from daemon.platforms.linux.trusted import Trusted
for one in "ab":
    print(Trusted().at(f"{sys.argv[1]}/{one}/program"), Trusted().at(f"/proc/1/root{sys.argv[1]}/{one}/program"))
"""


def test_a_service_that_gave_up_new_privileges(folder):
    """What root mounted is root's for it, too; what anybody may have mounted is not."""
    for one in "ab":
        (folder / one).mkdir(mode=0o755)
    alone = ["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--mount-proc"]
    ask = [sys.executable, "-P", "-c", ASK, folder]
    done = subprocess.run([*alone, "sh", "-euc", NOSUID, folder, *ask], capture_output=True, check=False, text=True, timeout=60)
    assert (done.stdout.split(), done.stderr) == (["True", "True", "False", "False"], "")


def test_what_the_system_installed_is_trusted():
    assert trusted("/usr/bin/env")
    assert trusted("/proc/self/root/usr/bin/env")  # as another process's is looked at


def test_what_somebody_wrote_is_not(tmp_path):
    assert not trusted(put(tmp_path / "own"))
    assert not trusted(tmp_path / "nothing")
    assert not trusted("\0")
    assert not trusted("/proc/self/cmdline")


@pytest.mark.promise("Unknown programs: Whether a program is installed is judged by who can have put its file there")
def test_owner_mode_and_what_changes_them_count(folder):
    file = put(folder / "program")
    one = Trusted()
    assert one.at(str(file))
    for mode, fine in ((0o775, False), (0o755, True), (0o757, False), (0o700, True), (0o644, True)):
        tick()
        file.chmod(mode)
        assert one.at(str(file)) is fine, oct(mode)
    tick()
    os.chown(file, CHILD, CHILD)
    assert not one.at(str(file))


@pytest.mark.promise("Unknown programs: Whether a program is installed is judged by who can have put its file there")
@pytest.mark.parametrize("mode", [0o777, 0o775, 0o1777])
def test_every_folder_above_counts(folder, mode):
    """Also where nobody may take away what is another's (sticky)."""
    deep = folder / "a" / "b"
    deep.mkdir(parents=True)
    file = put(deep / "program")
    assert trusted(file)
    (folder / "a").chmod(mode)
    assert not trusted(file)


def test_a_folder_of_somebodys_counts(folder):
    (folder / "a").mkdir()
    file = put(folder / "a" / "program")
    os.chown(folder / "a", CHILD, CHILD)
    assert not trusted(file)


def test_nothing_below_a_folder_of_somebodys_is_touched(folder):
    """Who answers for a file system there could keep us waiting: it is not asked a single question."""
    theirs = folder / "a"
    (theirs / "disk").mkdir(parents=True)
    user = pwd.getpwnam("games")
    os.chown(theirs, user.pw_uid, user.pw_gid)
    with fuse.served(theirs / "disk", user.pw_uid, {}, "allow_other") as disk, put(folder / "program").open("rb") as held:
        disk.hold(fuse.LOOKUP, fuse.GETATTR, fuse.OPEN, fuse.STATFS)
        found = os.fstat(held.fileno())
        assert not Trusted().file(held.fileno(), found, str(theirs / "disk" / "program"))
        assert disk.held == set()


def test_by_whatever_name_it_is_called(folder, tmp_path):
    """A link does not make a file anybody's, nor one of root's out of a child's."""
    ours, own = put(folder / "program"), put(tmp_path / "own")
    (tmp_path / "link").symlink_to(ours)
    (folder / "link").symlink_to(own)
    assert trusted(tmp_path / "link")
    assert not trusted(folder / "link")


def test_what_an_update_replaced_runs_on(folder):
    """It lies nowhere any more, but is what it was; of anybody's file that is not said."""
    file = put(folder / "program")
    with file.open("rb") as held:
        file.unlink()
        assert trusted(f"/proc/self/fd/{held.fileno()}")
        os.fchown(held.fileno(), CHILD, CHILD)
        assert not trusted(f"/proc/self/fd/{held.fileno()}")


@pytest.mark.promise("Unknown programs: Whether a program is installed is judged by who can have put its file there")
def test_a_users_own_mount_says_what_it_likes_of_owners(folder):
    with tmpfs(folder / "a", "nosuid"):
        assert not trusted(put(folder / "a" / "program"))
    with tmpfs(folder / "a", "rw"):
        assert trusted(put(folder / "a" / "program"))


def test_what_is_mounted_over_a_folder_counts(folder):
    """The path leads to another file then."""
    (folder / "a").mkdir()
    file = put(folder / "a" / "program")
    with file.open("rb") as held, tmpfs(folder / "a", "rw"):
        put(folder / "a" / "program")
        assert not trusted(f"/proc/self/fd/{held.fileno()}")


def test_letters_and_pictures_that_services_keep_are_no_programs():
    """They are root's, and a user's words."""
    if os.geteuid() != 0:
        pytest.skip("needs root: run the tests as root to see it")
    with tempfile.TemporaryDirectory(prefix="gc-", dir="/var/lib") as made:
        Path(made).chmod(0o755)
        assert not trusted(put(Path(made) / "icon", 0o644))
        assert trusted(put(Path(made) / "program"))
