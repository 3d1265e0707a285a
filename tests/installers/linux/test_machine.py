"""A machine to install on does no harm to the one it runs on: it shares no file system with it, and ends when its alarm rings."""

from __future__ import annotations

import pytest

from tests.installers.machine import Machine, archive, empty, shared
from tests.system import until

HOST = """\
22 1 0:21 / /proc rw - proc proc rw
29 1 254:0 / / rw,relatime - ext4 /dev/vda rw
31 1 0:23 / /dev/shm rw - tmpfs tmpfs rw
"""
OWN = """\
135 110 0:41 /root / rw,relatime shared:1 - tmpfs giochoi-lab rw
148 135 0:51 / /proc rw - proc proc rw
"""
# What nspawn shows of the host unless it is kept from it; a gate that asks for it asks for all of /dev/vda.
LEAK = "144 142 254:0 /run/systemd/nspawn/propagate/x /run/host/incoming ro,relatime master:9 - ext4 /dev/vda rw\n"


@pytest.mark.parametrize(("inside", "found"), [(OWN, []), (OWN + LEAK, ["/run/host/incoming"])])
def test_a_file_system_of_the_host_is_seen(inside, found):
    """Wherever a machine shows it, and what holds no programs aside."""
    assert shared(inside, HOST) == found


@pytest.mark.root
@pytest.mark.timeout(600)
def test_it_ends_when_its_alarm_rings(need, tmp_path):
    """Whatever runs in there, however it hangs, and nothing of it stays."""
    need("systemd-nspawn")
    folder = empty(tmp_path)
    machine = Machine(archive("trixie"), folder, alarm=3)
    until(machine.ended)
    machine.close()  # waits until nothing runs in its groups
    assert list(folder.iterdir()) == []
