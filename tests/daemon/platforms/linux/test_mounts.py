"""Which filesystems the gate covers."""

from __future__ import annotations

import errno
import os
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from daemon.platforms.linux import mounts
from daemon.platforms.linux.gate.covered import Changes, Covered, described
from daemon.platforms.linux.reading.client import Reader
from daemon.platforms.linux.watcher import LinuxWatcher
from daemon.platforms.linux.watching.tracker import Tracker
from host.clock import SystemClock
from i18n.catalogue import Catalogue
from tests.contracts.programs import mounted

TABLE = r"""22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime shared:1 master:2 - ext4 /dev/vda rw,discard
28 27 254:0 /srv /srv rw - ext4 /dev/vda rw
29 27 0:25 / /tmp rw,nosuid,noexec - tmpfs tmpfs rw
30 27 0:26 / /home/an/Tr\303\262\040ch\134oi rw - tmpfs tmpfs rw
31 27 0:27 / /home/an/.mount rw - fuse.squashfuse x rw,user_id=1000
32 27 8:1 / /windows rw - fuseblk /dev/sda1 rw
33 27 0:28 / /school rw - nfs4 server:/ rw
34 27 0:29 / /sys/fs/cgroup rw - cgroup2 none rw
35 27 8:2 / /media/an/A%sB rw - ext4 /dev/sdb rw
36 31 8:3 / /home/an/.mount/below rw - ext4 /dev/sdc rw
37 27 8:4 / /home/an/.mounted rw - ext4 /dev/sdd rw
38 27 0:30 / /dev rw,nosuid - devtmpfs devtmpfs rw
39 27 0:31 / /run/credentials/x.service ro,noexec - tmpfs tmpfs rw
40 27 0:25 / /shared rw,nosuid - tmpfs tmpfs rw
41 27 0:32 / /run rw,noexec - tmpfs tmpfs rw
broken line
""".replace(r"\303\262", "ò").replace("%s", "\r\x1c\x85\u2028")
MOUNTS = tuple(mounts.parsed(TABLE.encode()))


def test_local_filesystems_that_may_hold_programs():
    """Each local filesystem with the mounts that lead there; none from which nothing is executed, none that another process
    answers for, or would on the way there. A name decides nothing: whoever mounts may choose it.
    """
    found = {(os.major(device), os.minor(device)): [one.path for one in places]
             for device, places in mounts.holding_programs(MOUNTS).items()}  # fmt: skip
    assert found == {
        (254, 0): ["/", "/srv"],
        (0, 25): ["/shared"],
        (0, 26): ["/home/an/Trò ch\\oi"],
        (8, 2): ["/media/an/A\r\x1c\x85\u2028B"],
        (8, 4): ["/home/an/.mounted"],
        (0, 30): ["/dev"],
    }


def test_how_each_is_watched_is_described():
    """Once each, without what is the kernel's or only an administrator's."""
    asked = frozenset(os.makedev(*number) for number in ((254, 0), (0, 26)))
    found = described(MOUNTS, asked)
    assert [(one.path, one.kind, one.watched) for one in found if not one.path.startswith("/media")] == [
        ("/", "ext4", "asked"),
        ("/shared", "tmpfs", "ended"),
        ("/home/an/Trò ch\\oi", "tmpfs", "asked"),
        ("/home/an/.mount", "fuse.squashfuse", "ended"),
        ("/windows", "fuseblk", "ended"),
        ("/school", "nfs4", "ended"),
        ("/home/an/.mount/below", "ext4", "ended"),
        ("/home/an/.mounted", "ext4", "ended"),
        ("/run", "tmpfs", "never"),
    ]


@pytest.fixture
def games_watcher():
    reader = Reader(SystemClock())
    watcher = LinuxWatcher(Tracker(reader, SystemClock()), reader, SystemClock(), ("/games",))
    watcher.told = []
    watcher._tell_soon = watcher.told.append
    return watcher


def test_a_disk_that_cannot_be_covered_is_told_in_the_readers_words(games_watcher):
    """Which one, and why."""

    class Gate:
        def watch(self, path):
            raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    games_watcher._gate = Gate()
    games_watcher._cover()
    (trouble,) = games_watcher.told
    assert Catalogue("vi")(trouble.text).endswith(" (/games: không được phép làm việc này)")


def test_what_started_before_a_disk_was_covered_is_looked_for(games_watcher, monkeypatch):
    """Once for each new one: between mounting and asking something may start."""
    looks, devices = [], [{1}, {1, 2}, {1, 2}, {2}, {2, 3}]
    monkeypatch.setattr(games_watcher._tracker, "look", lambda _: looks.append(len(devices)))
    monkeypatch.setattr(Covered, "_some", lambda *_: devices.pop(0))
    games_watcher._gate = SimpleNamespace(watch=None)
    games_watcher._cover()  # when the gate is set up everything is read anyway
    while devices:
        games_watcher._mounts_changed(SimpleNamespace(seen=lambda: None))
    assert looks == [3, 0]


@pytest.mark.root
def test_what_is_mounted_over_it_meanwhile_is_not_covered(gate_folder, only_mounts_below):
    """An account's own FUSE, mounted over its own folder at the right moment, would have the gate wait for that account."""
    only_mounts_below(gate_folder)
    mine, seen = gate_folder.stat().st_dev, []

    def watch(path):
        with mounted(gate_folder):
            seen.append((Path(path).stat().st_dev, gate_folder.stat().st_dev))

    assert Covered(None).renew(watch) == (True, [])
    ((covered, over),) = seen
    assert covered == mine != over
    with mounted(gate_folder):
        found = Covered(None)
        assert found.renew(lambda _: None) == (True, [])
        assert found.devices == {over}  # the other one is not to be reached


@pytest.mark.root
def test_what_is_gone_by_now_is_no_trouble(gate_folder, monkeypatch):
    """A stick that was pulled out is nothing to tell of."""
    before = mounts.holding_programs()
    device = gate_folder.stat().st_dev
    assert device in before
    monkeypatch.setattr(mounts, "holding_programs", lambda: {device: (before[device][0]._replace(path=f"{gate_folder}/gone"),)})
    assert Covered(None).renew(pytest.fail) == (False, [])


@pytest.mark.root
def test_a_remount_is_a_change(gate_folder):
    """Of a disk from which nothing could start until now."""
    device = gate_folder.stat().st_dev
    changes = Changes()
    try:
        for option, there in (("noexec", False), ("exec", True)):
            changes.seen()
            subprocess.run(["mount", "-o", f"remount,{option}", gate_folder], check=True)
            assert changes._poll.poll(10)
            assert (device in mounts.holding_programs()) == there
    finally:
        changes.close()
