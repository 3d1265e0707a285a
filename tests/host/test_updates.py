"""Newer versions: what a place, somebody between, or the agent's account can put there that is not believed."""

from __future__ import annotations

import json
import os
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tuf.api.exceptions import DownloadHTTPError
from tuf.api.metadata import Metadata
from tuf.ngclient import FetcherInterface

from host.homes import Home
from host.publisher import Source, shipped
from host.updates.install import install, run_setup
from host.updates.trusted import Place, UpdateError
from host.updates.versions import DAY_MS, HOUR_MS, due, newer
from installers.releasing import updates as publisher
from tests.system import SOAK, WINE, until

NOW = datetime.now(UTC)
SETUP = b"MZ the set-up of "


class Folder(FetcherInterface):
    """A web server without the network: what is asked for below `serve:`."""

    def __init__(self, folder):
        self.folder, self.asked = folder, []

    def _fetch(self, url):
        name = url.removeprefix("serve:/")
        self.asked.append(name)
        if not (self.folder / name).is_file():
            raise DownloadHTTPError(name, 404)
        return iter([(self.folder / name).read_bytes()])


class Publisher:
    """Somebody with all keys, who released 1.0.1, and whatever stands between them and us."""

    def __init__(self, folder, now=NOW):
        self.folder, self.keys, self.now = folder / "place", folder / "keys", now
        self.web = Folder(self.folder)
        publisher.begin(self.folder, [self.keys], now)
        self.root = (self.folder / "metadata/1.root.json").read_bytes()
        self.add("1.0.1")

    def add(self, version, keys=None):
        setup = self.folder.parent / "built.exe"
        setup.write_bytes(SETUP + version.encode())
        publisher.add(self.folder, version, setup, keys or [self.keys], self.now)

    def metadata(self, name):
        return self.folder / "metadata" / name

    def setup(self, version):
        (path,) = self.folder.glob(f"targets/windows/*.giochoi-setup-{version}.exe")
        return path


# What asks Windows for something: files, folders, links. In Wine each test takes a second.
OF_WINDOWS = {
    "test_the_system_starts_what_the_agent_fetched", "test_the_agents_account_cannot_have_anything_else_run",
    "test_a_newer_one_is_believed_after_it",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _in_wine(request):
    if WINE and not SOAK and request.node.originalname not in OF_WINDOWS:
        pytest.skip("says nothing of Windows")


@pytest.fixture
def made(tmp_path):
    return Publisher(tmp_path)


@pytest.fixture
def home(home_folder):
    home = Home(home_folder, "given")
    (home.agent / "updates").mkdir(parents=True)
    return home


def look(made, memory):
    """As the agent does it."""
    memory.mkdir(exist_ok=True)
    place = Place(memory, made.root, "serve:", made.web)
    newest = place.newest()
    return newest.version, place.fetch(newest).read_bytes()


def refused(made, memory):
    with pytest.raises(UpdateError) as told:
        look(made, memory)
    return str(told.value)


def test_what_was_published_is_believed_and_fetched_once(made, tmp_path):
    assert look(made, tmp_path / "memory") == ("1.0.1", SETUP + b"1.0.1")
    made.web.asked.clear()

    assert look(made, tmp_path / "memory") == ("1.0.1", SETUP + b"1.0.1")
    assert made.web.asked == ["metadata/2.root.json", "metadata/timestamp.json"]


def test_a_newer_one_is_believed_after_it(made, tmp_path):
    look(made, tmp_path / "memory")
    made.add("1.0.2")

    assert look(made, tmp_path / "memory") == ("1.0.2", SETUP + b"1.0.2")


@pytest.mark.promise("Newer versions: Nothing older, altered or mixed is run")
def test_rollback(made, tmp_path):
    """A copy of the place as it was is refused by whoever saw a newer one."""
    old = shutil.copytree(made.folder, tmp_path / "old")
    made.add("1.0.2")
    look(made, tmp_path / "memory")
    made.web.folder = old

    assert "older than what was seen there before" in refused(made, tmp_path / "memory")
    assert look(made, tmp_path / "somebody new")[0] == "1.0.1"


@pytest.mark.promise("Newer versions: A PC can be kept from newer versions for two weeks, with the online key for a year")
def test_freeze(tmp_path):
    """Whoever is kept from seeing anything newer for two weeks is told, and nothing is installed from then on."""
    for days, stale in ((13, False), (15, True)):
        made = Publisher(tmp_path / str(days), NOW - timedelta(days))
        if stale:
            assert "nobody has vouched for it lately" in refused(made, tmp_path / f"memory {days}")
        else:
            assert look(made, tmp_path / f"memory {days}")[0] == "1.0.1"


@pytest.mark.promise("Newer versions: A PC can be kept from newer versions for two weeks, with the online key for a year")
def test_the_key_online_alone_lasts_a_year(tmp_path):
    """Whoever has it can say for so long that nothing is newer; then those of files have to sign again."""
    for days, stale in ((364, False), (366, True)):
        made = Publisher(tmp_path / str(days), NOW - timedelta(days))
        publisher.renew(made.folder, [made.keys], NOW)
        if stale:
            assert "nobody has vouched for it lately" in refused(made, tmp_path / f"memory {days}")
        else:
            assert look(made, tmp_path / f"memory {days}")[0] == "1.0.1"


@pytest.mark.promise("Newer versions: Nothing older, altered or mixed is run")
def test_mixed(made, tmp_path):
    """The newest list with the files of another: each is signed, together they are no release."""
    before = made.metadata("2.targets.json").read_bytes()
    made.add("1.0.2")
    made.metadata("3.targets.json").write_bytes(before)

    assert "put together from two versions" in refused(made, tmp_path / "memory")


@pytest.mark.promise("Newer versions: Nothing older, altered or mixed is run")
@pytest.mark.parametrize("change", [
    lambda data: data[:-1] + b"!", lambda data: data + b"!", lambda data: data[:-1], lambda _: b"",
], ids=["changed", "longer", "shorter", "empty"])  # fmt: skip
def test_tampered(made, tmp_path, change):
    """A set-up that is not byte for byte what was signed; what came is not kept."""
    path = made.setup("1.0.1")
    path.write_bytes(change(path.read_bytes()))

    assert "not what the publisher signed" in refused(made, tmp_path / "memory")
    assert not (tmp_path / "memory/targets/setup.exe").exists()


@pytest.mark.parametrize("name", ["timestamp.json", "2.snapshot.json", "2.targets.json"])
def test_tampered_metadata(made, tmp_path, name):
    """What is signed says another version, length or time."""
    path = made.metadata(name)
    said = json.loads(path.read_text())
    said["signed"]["expires"] = "2099-01-01T00:00:00Z"
    path.write_text(json.dumps(said))

    assert "not what the publisher signed" in refused(made, tmp_path / "memory")


@pytest.mark.parametrize("name", ["timestamp.json", "2.snapshot.json", "2.targets.json"])
def test_no_metadata_at_all(made, tmp_path, name):
    for data in (b"", b"<html>log in to this network</html>", b"{}", b"\xff" * 20_000):
        made.metadata(name).write_bytes(data)

        assert "it is" in refused(made, tmp_path / "memory")


@pytest.mark.promise("Newer versions: Two keys have to sign which files a release has")
def test_one_of_two_keys_is_not_enough(made, tmp_path):
    """Whoever has one key of files and the one that is online, which is at hand on a server, gets nothing believed."""
    thief, keys = tmp_path / "thief", made.keys
    thief.mkdir()
    shutil.copy(keys / "files-1.pem", thief)
    made.add("6.6.6", [thief])
    shutil.copy(keys / "online.pem", thief)
    publisher.renew(made.folder, [thief], NOW)

    assert look(made, tmp_path / "memory")[0] == "1.0.1"

    signer = publisher._read_keys([thief])
    snapshot = Metadata.from_file(str(made.metadata("3.snapshot.json"))).signed
    snapshot.version, snapshot.meta["targets.json"].version = 9, 3
    timestamp = Metadata.from_file(str(made.metadata("timestamp.json"))).signed
    timestamp.version, timestamp.snapshot_meta.version = 9, 9
    publisher._write(made.folder, snapshot, signer)
    publisher._write(made.folder, timestamp, signer)

    assert "not what the publisher signed" in refused(made, tmp_path / "somebody new")


def test_two_people_with_a_key_each(made, tmp_path):
    """One adds, the other signs; only then it is the newest."""
    sticks = [tmp_path / name for name in ("first", "second", "server")]
    for stick, name in zip(sticks, ("files-1", "files-2", "online"), strict=True):
        stick.mkdir()
        shutil.copy(made.keys / f"{name}.pem", stick)
    made.add("1.0.2", [sticks[0], sticks[2]])
    assert look(made, tmp_path / "memory")[0] == "1.0.1"
    publisher.sign(made.folder, [sticks[1]], NOW)
    publisher.renew(made.folder, [sticks[2]], NOW)

    assert look(made, tmp_path / "memory")[0] == "1.0.2"


def test_a_key_that_was_stolen_holds_no_longer(made, tmp_path):
    """Whoever has the programs of before follows to the new keys; what the old ones sign then is not believed."""
    look(made, tmp_path / "memory")
    thief, stolen = shutil.copytree(made.folder, tmp_path / "thief"), shutil.copytree(made.keys, tmp_path / "stolen")
    for name in ("root-1", "files-1", "files-2", "online"):
        (made.keys / f"{name}.pem").unlink()
        publisher._make_key(made.keys / f"{name}.pem")
    shutil.copy(stolen / "root-1.pem", made.keys / "old-root-1.pem")
    publisher.rekey(made.folder, [made.keys], NOW)
    made.add("1.0.2")

    assert look(made, tmp_path / "memory")[0] == "1.0.2"
    assert look(made, tmp_path / "somebody new")[0] == "1.0.2"
    publisher.add(thief, "6.6.6", made.setup("1.0.1"), [stolen], NOW)
    for _ in range(9):  # whatever number it has
        publisher.renew(thief, [stolen], NOW)
    made.web.folder = thief
    assert "not what the publisher signed" in refused(made, tmp_path / "memory")


def test_a_place_refuses_a_version_that_is_no_newer(made):
    for version in ("1.0.1", "1.0.0", "0.9"):
        with pytest.raises(SystemExit, match="as new"):
            made.add(version)


class System:
    """The task of the system, on a home whose agent fetched what it found."""

    def __init__(self, made, home):
        self.made, self.home, self.started, self.now = made, home, [], 1_800_000_000_000

    def fetch(self):
        """The agent's part."""
        return look(self.made, self.home.agent / "updates")

    def run(self, ours="1.0.0", playing=None):
        source = Source("serve:", self.made.root.decode())
        return install(self.home, source, ours, self.now, lambda: playing, self.started.append)

    def refused(self, **given):
        with pytest.raises(UpdateError) as told:
            self.run(**given)
        assert self.started == []
        return str(told.value)


@pytest.fixture
def system(made, home):
    return System(made, home)


def test_the_system_starts_what_the_agent_fetched(system):
    """From a folder of its own, which is the same file; without any network."""
    system.fetch()
    system.made.web.asked.clear()

    assert system.run() == "1.0.1"
    assert [path.read_bytes() for path in system.started] == [SETUP + b"1.0.1"]
    assert system.started[0].is_relative_to(system.home.root / "updates")
    assert system.made.web.asked == []


@pytest.mark.parametrize("ours", ["1.0.1", "1.0.1.0", "1.1", "2"])
def test_what_is_no_newer_is_not_installed(system, ours):
    system.fetch()

    assert system.run(ours) is None
    assert system.started == []


def test_no_update_while_a_play_runs(system):
    system.fetch()

    assert system.refused(playing="An") == "An plays: version 1.0.1 waits until nobody does"
    assert system.run() == "1.0.1"


def test_a_version_that_did_not_stay_is_tried_once_a_day(system):
    """The set-up rolled back: the old version runs still. A clock that went back keeps nothing waiting for years."""
    system.fetch()
    for step in (0, DAY_MS, -10 * DAY_MS):
        system.now += step
        system.started.clear()
        assert system.run() == "1.0.1"
        system.started.clear()
        system.now += DAY_MS - 1
        assert "tried in the last day" in system.refused()
        system.now -= DAY_MS - 1


def test_nothing_was_fetched_yet(system):
    assert "it cannot be fetched" in system.refused()


@pytest.mark.promise("Newer versions: The agent's account cannot have anything else run")
def test_the_agents_account_cannot_have_anything_else_run(system):
    """It may write where it fetches to: another file, an older state, a link, a pipe, another list."""
    system.fetch()
    there = system.home.agent / "updates"
    old = shutil.copytree(there, system.home.root / "old", symlinks=True)
    setup = there / "targets/setup.exe"

    setup.write_bytes(SETUP + b"1.0.2")
    assert "not what the publisher signed" in system.refused()
    setup.unlink()
    assert "it cannot be fetched" in system.refused()
    system.made.add("1.0.2")
    system.fetch()
    assert system.run() == "1.0.2"
    system.started.clear()
    shutil.rmtree(there)
    shutil.copytree(old, there, symlinks=True)
    system.now += DAY_MS
    assert "older than what was seen there before" in system.refused()


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes of Linux")
def test_no_link_is_followed_and_no_pipe_is_waited_for(system, tmp_path):
    system.fetch()
    setup = system.home.agent / "updates/targets/setup.exe"
    setup.rename(tmp_path / "elsewhere.exe")
    setup.symlink_to(tmp_path / "elsewhere.exe")
    assert "it cannot be fetched" in system.refused()
    setup.unlink()
    os.mkfifo(setup, 0o644)
    assert "it cannot be fetched" in system.refused()


def test_what_is_started_runs_on_when_we_have_ended(tmp_path):
    """The set-up gets its /S, a folder that is not ours to hold open, and one to unpack in that is nobody else's."""
    if sys.platform == "win32":
        pytest.skip("a script stands for the set-up")
    setup = tmp_path / "setup.exe"
    setup.write_text('#!/bin/sh\necho "$@" "$TEMP" "$TMP" >said.new; mv said.new said\n')
    setup.chmod(0o700)
    with run_setup(setup):
        until((tmp_path / "said").exists)

    option, *places = (tmp_path / "said").read_text().split()
    assert (option, places) == ("/S", [str(tmp_path / "unpacked")] * 2)
    assert (tmp_path / "unpacked").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(("found", "ours", "says"), [
    ("1.0.1", "1.0.0", True), ("1.0.10", "1.0.9", True), ("1.1", "1.0.9", True), ("1.0", "1.0.0", False), ("0.9", "1.0", False),
    ("1.0.0.1", "1.0", True),
])  # fmt: skip
def test_versions(found, ours, says):
    assert newer(found, ours) is says


@pytest.mark.parametrize("text", ["", "1.0.1rc1", "v1", "1..0", "-1", "1.0 ", "1" * 7, "1.2.3.4.5.6.7", "١.٢"])
def test_what_is_no_version(text):
    with pytest.raises(ValueError, match=r".*"):
        newer(text, "1.0.0")


def test_when_it_is_looked_for():
    """Once a day, an hour after a failure, and at once after a clock that was wrong was set right."""
    now = 100 * DAY_MS
    assert due(now, 0, 0)
    assert not due(now, now - DAY_MS + 1, now - DAY_MS + 1)
    assert due(now, now - DAY_MS, now - DAY_MS)
    assert not due(now, now - HOUR_MS + 1, now - 9 * DAY_MS)
    assert due(now, now - HOUR_MS, now - 9 * DAY_MS)
    assert due(now, now + 1, now + 1)


def test_a_build_without_a_publisher_names_no_place(tmp_path, made):
    """What is put in by a build is what is read."""
    (tmp_path / "rooms/host/updates").mkdir(parents=True)
    publisher.embed(tmp_path / "rooms", "https://updates.example", made.metadata("1.root.json"))

    assert shipped() is None
    assert shipped(tmp_path / "rooms/host/publisher.json") == Source("https://updates.example", made.root.decode())
    with pytest.raises(SystemExit, match="no root"):
        publisher.embed(tmp_path / "rooms", "https://updates.example", Path(__file__))
