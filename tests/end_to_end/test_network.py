"""What can be reached from outside this PC."""

from __future__ import annotations

from contextlib import suppress

import psutil
import pytest

from tests.system import until


@pytest.mark.promise("Servers and rights: The servers listen to no network")
def test_the_servers_listen_to_no_network(house):
    """At work, with whatever they started: local sockets and pipes only, so that there is nothing for anybody else to reach."""
    house.start()
    until(lambda: house.json("status")["agent"]["reachable"])
    servers = [psutil.Process(server.pid) for server in house.servers.values()]
    everybody = [one for server in servers for one in (server, *server.children(recursive=True))]
    found = []
    for one in everybody:
        with suppress(psutil.NoSuchProcess):  # what they started may be over
            found += one.net_connections("inet")
    # On Windows a loop wakes itself by a line to itself, which is open to nobody else.
    assert [line for line in found if line.status in {psutil.CONN_LISTEN, psutil.CONN_NONE}] == []
