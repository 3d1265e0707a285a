"""Which filesystems the gate covers."""

from __future__ import annotations

import errno
import os

from daemon.platforms.linux.gate import mounts
from daemon.platforms.linux.watcher import LinuxWatcher
from daemon.platforms.linux.watching.tracker import LinuxTracker
from host.clock import SystemClock
from i18n.catalogue import Catalogue

TABLE = r"""22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime shared:1 master:2 - ext4 /dev/vda rw,discard
28 27 254:0 /srv /srv rw - ext4 /dev/vda rw
29 27 0:25 / /tmp rw,nosuid,noexec - tmpfs tmpfs rw
30 27 0:26 / /home/an/Tr\303\262\040ch\134oi rw - tmpfs tmpfs rw
31 27 0:27 / /home/an/.mount rw - fuse.squashfuse x rw,user_id=1000
32 27 8:1 / /windows rw - fuseblk /dev/sda1 rw
33 27 0:28 / /school rw - nfs4 server:/ rw
34 27 0:29 / /sys/fs/cgroup rw - cgroup2 none rw
broken line
""".replace(r"\303\262", "ò")


def test_local_filesystems_that_may_hold_programs(monkeypatch):
    """Each local filesystem once, where no other is mounted over it; none from which nothing is executed, none that another
    process answers for.
    """
    monkeypatch.setattr("daemon.platforms.linux.procfs.text", lambda _: TABLE)

    found = mounts.holding_programs(lambda number, _: number != 27)

    assert found == {os.makedev(254, 0): "/srv", os.makedev(0, 26): "/home/an/Trò ch\\oi"}


def test_a_disk_that_cannot_be_covered_is_told_in_the_readers_words(programs):
    """Which one, and why."""

    class Gate:
        def watch(self, path):
            raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    watcher, told = LinuxWatcher(LinuxTracker(programs, SystemClock()), SystemClock(), ("/games",)), []
    watcher._gate, watcher._tell_soon = Gate(), told.append
    watcher._cover()
    (trouble,) = told
    assert Catalogue("vi")(trouble.text).endswith(" (/games: không được phép làm việc này)")
