"""`giochoi update`: what is known of newer versions, and the system's part of it."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from agent.api.seat import Updates
from cli import update
from host import VERSION
from host.homes import Home
from host.publisher import Source
from host.transport import Unreachable
from host.updates.trusted import UpdateError
from i18n.message import Moment, msg, plain
from tests.scripted_daemon import game, player, status

NOWHERE = "nothing is looked for here: newer versions come with apt, or by opening a newer set-up"
KNOWN = Updates(version="1.0.0", source="https://updates.example", looked=0, newer=None, problem=None)


def test_a_build_without_a_publisher_says_how_newer_versions_come(servers, giochoi_in):
    servers.start("agent")
    giochoi = giochoi_in(servers.home)

    assert giochoi("update").stdout == f"Giờ Chơi {VERSION}\n{NOWHERE}\n"
    said = json.loads(giochoi("update", "--fetch", "--json").stdout)
    assert said == {"version": VERSION, "source": None, "looked": None, "newer": None, "problem": None}
    assert giochoi.fails(1, "update", "--install") == f"giochoi: {NOWHERE}\n"
    assert "giochoi-agent" in giochoi_in(servers.home / "none").fails(3, "update")


@pytest.mark.parametrize(("changes", "says"), [
    ({}, ["this is the newest version"]),
    ({"newer": "1.0.1"}, ["version 1.0.1 was found; it is installed within an hour in which nobody plays"]),
    ({"problem": msg("no way")}, ["looking for a newer version failed: no way"]),
    ({"looked": None}, []),
])  # fmt: skip
def test_what_is_known(changes, says):
    known = replace(KNOWN, **changes)
    last = "not yet looked at https://updates.example" if known.looked is None else plain(
        msg("looked at {url}: {when}", url="https://updates.example", when=Moment(0))
    )  # fmt: skip
    assert [plain(line) for line in update._lines(known)] == ["Giờ Chơi 1.0.0", *says, last]


@pytest.fixture
def windows(monkeypatch):
    """A build of a publisher, run by the system."""
    monkeypatch.setattr(update, "shipped", lambda: Source("https://updates.example", "keys"))
    monkeypatch.setattr(update.choose.files(), "privileged", lambda: True)


def test_only_the_system_installs(windows, monkeypatch, fails):
    monkeypatch.setattr(update.choose.files(), "privileged", lambda: False)

    assert fails(1, "update", "--install") == "giochoi: only the system and administrators install a newer version\n"


@pytest.mark.parametrize(("answer", "code", "says"), [
    ("1.0.1", 0, "version 1.0.1 is being installed\n"), (None, 0, "this is the newest version\n"),
    (UpdateError(msg("An plays: version {version} waits until nobody does", version="1.0.1")), 1,
     "giochoi: nothing is installed: An plays: version 1.0.1 waits until nobody does\n"),
    (PermissionError(13, "Permission denied"), 1, "giochoi: nothing is installed: Permission denied\n"),
])  # fmt: skip
def test_what_the_system_is_told(windows, monkeypatch, giochoi, answer, code, says):
    def installed(_home, source, ours, *_):
        assert (source.root, ours) == ("keys", VERSION)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr("host.updates.install.install", installed)
    done = giochoi("update", "--install")

    assert (done.returncode, done.stdout + done.stderr) == (code, says)


@pytest.mark.parametrize(("players", "says"), [
    ((player("an", game()), player("bo", game(running=False)), player("em", game(running=False), game())), "An, Em"),
    ((player("an", game(running=False)),), None), ((), None), (Unreachable(msg("away")), None),
])  # fmt: skip
def test_who_plays(monkeypatch, tmp_path, players, says):
    """By the daemon's word. Where there is no daemon nothing holds that could be interrupted, and one that cannot start is
    mended by an update.
    """

    def ask(address, _):
        assert address == home.daemon_address
        if isinstance(players, Exception):
            raise players
        return status(*players)

    home = Home(tmp_path, "given")
    monkeypatch.setattr(update, "ask", ask)
    who = update._playing(home)

    assert (who and plain(who)) == says
