"""A disk that the child has in hand, as udisks(8) mounts an image or a stick for whoever asks: changed as the file that it is,
or on another PC, its files are others under the same stamps and owners.
"""

from __future__ import annotations

import fcntl
import secrets
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.bypasses.case import shell
from tests.system import until

LOOP_CTL_REMOVE = 0x4C81  # linux/loop.h
# What is not said of a file in an image is made the same in all.
SAME = ("ctime 20200101000000", "mtime 20200101000000", "ctime_extra 0", "mtime_extra 0")


def image(path, program, owner):
    """With this program, whose stamps are as in any other."""
    root = path.with_suffix(".root")
    root.mkdir()
    (root / "x").write_bytes(program)
    (root / "x").chmod(0o755)
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-d", root, path, "8M"], check=True, capture_output=True)
    commands = "".join(f"set_inode_field x {field}\n" for field in (*SAME, f"uid {owner}"))
    subprocess.run(["debugfs", "-w", "-f", "-", path], input=commands.encode(), check=True, capture_output=True)
    return path


@pytest.fixture
def device():
    """A loop device of a number that nobody else takes: the kernel gives the lowest that is free."""
    made = f"/dev/loop{1_000 + secrets.randbelow(100_000)}"
    yield made
    with Path("/dev/loop-control").open("rb") as control:
        fcntl.ioctl(control, LOOP_CTL_REMOVE, int(made.removeprefix("/dev/loop")))


@contextmanager
def handed(path, folder, device):
    """Mounted there meanwhile, and gone when nobody uses it any more."""
    subprocess.run(["losetup", device, path], check=True)
    try:
        subprocess.run(["mount", "-o", "nosuid,nodev", device, folder], check=True)
        try:
            yield (folder / "x").stat()
        finally:
            until(lambda: not subprocess.run(["umount", folder], check=False).returncode)
    finally:
        subprocess.run(["losetup", "--detach", device], check=True)
        until(lambda: not Path("/sys/block", Path(device).name, "loop").exists())


@pytest.mark.parametrize("owner", ["root", "the child"])
def test_a_game_in_the_place_of_what_was_there(case, need, ring, device, owner):
    need("mke2fs", "debugfs")
    here = case(0)
    folder = ring.folder / here.id
    disk, other = folder / "disk", folder / "other"
    disk.mkdir(parents=True)
    folder.chmod(0o755)
    shell(other)
    uid = 0 if owner == "root" else ring.child.pw_uid
    before, after = (image(folder / name, one.read_bytes(), uid) for name, one in (("a", other), ("b", here.game)))
    play = f'exec "{disk}/x" "$PLAY"'
    with handed(before, disk, device) as was:
        run = here.start(play)
        until(here.ran.exists)
        time.sleep(0.3)  # by now it is known, also what it has loaded
        run.finish()
    with handed(after, disk, device) as now:
        for field in ("st_dev", "st_ino", "st_size", "st_mtime_ns", "st_ctime_ns", "st_uid"):
            assert getattr(was, field) == getattr(now, field)
        here.ended(play)
