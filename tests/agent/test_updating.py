"""The agent looks for newer versions: by a process, once a day, and says what became of it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from agent.api.seat import UpdateFetch, UpdateGet, Updates
from agent.config import UpdatesConfig, load
from agent.errors import StartError
from agent.updating import Updating
from host.publisher import Source
from host.updates.versions import DAY_MS, HOUR_MS
from installers.releasing import updates as publisher
from tests.system import PATIENCE

NOW = datetime.now(UTC)


class Web(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        self.server.asked.append(self.path)


@pytest.fixture
def place(tmp_path):
    """A web server of a publisher who released 9.0.1."""
    folder, setup = tmp_path / "place", tmp_path / "setup.exe"
    setup.write_bytes(b"MZ 9.0.1")
    publisher.begin(folder, [tmp_path / "keys"], NOW)
    publisher.add(folder, "9.0.1", setup, [tmp_path / "keys"], NOW)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Web, directory=str(folder))) as server:
        server.asked = []
        server.source = Source(f"http://127.0.0.1:{server.server_port}", (folder / "metadata/1.root.json").read_text())
        server.folder, server.keys = folder, [tmp_path / "keys"]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join(PATIENCE)


@pytest.fixture
def updating(place, home, clock):
    home.agent.mkdir(parents=True)
    return Updating(home, clock, place.source, "0.1.0")


def test_what_is_newer_is_fetched(place, updating, home, clock):
    asyncio.run(updating.look())

    assert updating.show() == Updates(
        version="0.1.0", source=place.source.url, looked=clock.wall(), newer="9.0.1", problem=None
    )  # fmt: skip
    assert (home.agent / "updates/targets/setup.exe").read_bytes() == b"MZ 9.0.1"


def test_nobody_else_can_hold_what_was_fetched(updating, home):
    """On Windows a file that somebody has open cannot be replaced: a child would keep the PC at an old version."""
    asyncio.run(updating.look())

    assert (home.agent / "updates").stat().st_mode & 0o077 == 0


def test_what_is_no_newer_is_not_fetched(place, updating, home):
    updating.ours = "9.0.1"
    asyncio.run(updating.look())

    assert updating.show().newer is None
    assert not (home.agent / "updates/targets/setup.exe").exists()


def test_once_a_day_also_over_restarts(place, updating, home, clock):
    """A PC that is on for an hour a day looks, too: what counts is kept."""
    asyncio.run(updating.look_if_due())
    place.asked.clear()
    clock.run(DAY_MS - 1)
    again = Updating(home, clock, place.source, "0.1.0")
    asyncio.run(again.look_if_due())
    assert (again.show().newer, place.asked) == ("9.0.1", [])

    clock.run(1)
    asyncio.run(again.look_if_due())
    assert place.asked != []


def test_a_failure_is_said_and_tried_again_in_an_hour(place, updating, clock):
    """What was found before stays known."""
    asyncio.run(updating.look())
    before = updating.show()
    (place.folder / "metadata/timestamp.json").write_bytes(b"{}")
    clock.run(DAY_MS)
    asyncio.run(updating.look_if_due())
    place.asked.clear()
    asyncio.run(updating.look_if_due())

    assert place.asked == []
    assert (updating.show().newer, updating.show().looked) == ("9.0.1", before.looked)
    assert "not what the publisher signed" in str(updating.show().problem)

    publisher.renew(place.folder, place.keys, NOW)
    clock.run(HOUR_MS)
    asyncio.run(updating.look_if_due())
    assert updating.show().problem is None


def test_nobody_answers(updating, place):
    updating.source = Source("http://127.0.0.1:9", place.source.root)
    asyncio.run(updating.look())

    assert "it cannot be fetched" in str(updating.show().problem)


def test_two_who_ask_at_once_look_once(place, updating):
    async def both():
        await asyncio.gather(updating.look(), updating.look())

    asyncio.run(both())
    assert place.asked.count("/metadata/timestamp.json") == 1


def test_an_agent_that_is_told_to_stop_waits_for_nobody(place, updating, home):
    """A place that does not answer ends with the agent, and so does the process that asks it."""

    async def body():
        heard, hold = asyncio.Event(), asyncio.Event()

        async def silent(reader, writer):
            heard.set()
            await hold.wait()
            writer.close()

        async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            updating.source = Source(f"http://127.0.0.1:{port}", place.source.root)
            task = asyncio.create_task(updating.look())
            async with asyncio.timeout(PATIENCE):
                await heard.wait()
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
            hold.set()

    asyncio.run(body())
    assert updating.show().problem is None


def test_an_agent_without_a_place_looks_nowhere(desk):
    """As on Debian, and in each build that no publisher made."""
    assert desk.ask("update.fetch", UpdateFetch()) == desk.ask("update.show", UpdateGet())
    assert desk.ask("update.show", UpdateGet()).source is None


def test_it_can_be_turned_off_and_sent_elsewhere(tmp_path):
    """To another copy, never to other keys."""
    ours = Source("https://one.example", "keys")
    assert UpdatesConfig().of(ours) == ours
    assert UpdatesConfig().of(None) is None
    (tmp_path / "config.toml").write_text("[updates]\nfetch = false\n")
    assert load(tmp_path).updates.of(ours) is None
    (tmp_path / "config.toml").write_text('[updates]\nfrom = "https://two.example"\n')
    assert load(tmp_path).updates.of(ours) == Source("https://two.example", "keys")
    (tmp_path / "config.toml").write_text('[updates]\nroot = "mine"\n')
    with pytest.raises(StartError, match="root"):
        load(tmp_path)


def test_a_damaged_memory_is_begun_anew(place, updating, home, clock):
    asyncio.run(updating.look())
    (home.agent / "updates.json").write_bytes(b"\0" * 40)

    assert Updating(home, clock, place.source, "0.1.0").show().looked is None


@pytest.mark.promise("Newer versions: What speaks to the network is loaded by no server")
def test_no_server_of_ours_loads_what_speaks_to_the_network():
    """The agent needs none of it to start, and on Debian has none of it."""
    probe = "import sys, agent.__main__, cli.update; print(sorted({'tuf', 'urllib3', 'securesystemslib'} & {*sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", probe], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
