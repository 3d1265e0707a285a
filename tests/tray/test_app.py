"""The tray without any screen: what reaches the icon, the daemon, the dialogs, and what stands where there is no icon."""

from __future__ import annotations

import sys
import threading
from typing import Any

import pytest
from msgspec.structs import replace

from daemon.api.asking import GuardianLeave, RequestApprove
from daemon.api.messages import GrantAdd
from host.clock import SystemClock
from i18n.message import msg, plain
from tests.scripted_daemon import game, player, status
from tests.system import until
from tray.app import Tray
from tray.context import Context
from tray.menus import Ask, Dialog, Leave
from tray.opening import Opener, proof_of
from tray.own import picture
from tray.seen import Proof

# In place of a dialog: says what it was started with, takes the token from stdin, and proves something if it is the PIN's.
DIALOG = """
import sys
open(sys.argv[1], "a").write(repr([sys.argv[2:], sys.stdin.readline()]) + "\\n")
if "pin" in sys.argv: print('{"token": "secret", "name": "M\\\\u1eb9", "until": 99999999999999}')
"""


class Face:
    """What an icon would show."""

    def __init__(self) -> None:
        self.views: list[Any] = []
        self._ended = threading.Event()

    def show(self, view: Any) -> None:
        self.views.append(view)

    def run(self) -> None:
        self._ended.wait()

    def stop(self) -> None:
        self._ended.set()


class Shower:
    """What would show signals."""

    def __init__(self) -> None:
        self.stands: list[Any] = []
        self.known: list[Any] = []
        self.shown: list[Any] = []
        self.closed = False

    def know(self, **who: Any) -> None:
        self.known.append(who)

    def show(self, signal: Any) -> str:
        self.shown.append(signal)
        return "banner"

    def resident(self, text: Any, sign: str) -> bool:
        assert picture(sign).exists()
        self.stands.append(text)
        return True

    def close(self) -> None:
        self.closed = True


class Running:
    def __init__(self, home: Any, folder: Any) -> None:
        self.face, self.shower = Face(), Shower()
        self.log = folder / "dialogs"
        program = (sys.executable, "-c", DIALOG, str(self.log))
        self.program = folder / "program.py"
        self.program.touch()
        opener = Opener(lambda: ["--lang", "en"], program)
        self.tray = Tray(Context(str(home), "en"), SystemClock(), opener, self.program.exists)
        self.first = self.tray.first()
        self._thread = threading.Thread(target=self.tray.run, args=(self.face, self.shower))
        self._thread.start()

    def opened(self) -> list[Any]:
        return self.log.read_text("utf-8").splitlines() if self.log.exists() else []

    def over(self) -> bool:
        return not self._thread.is_alive()

    def end(self) -> None:
        self.face.stop()
        self._thread.join(20)
        assert not self._thread.is_alive()
        until(lambda: not any(thread.name == "link" for thread in threading.enumerate()))


@pytest.fixture
def running(daemon, home_folder, tmp_path):
    daemon.status = status(player("an", game(left_s=1_830.0), left_s=None))
    found = Running(home_folder, tmp_path)
    yield found
    found.end()


def test_the_icon_is_changed_only_when_it_shows_something_else(daemon, running):
    """Not for each news of the daemon."""
    until(lambda: running.face.views and running.face.views[-1].characters == "30")
    before, looked = len(running.face.views), daemon.looked
    for _ in range(5):
        daemon.tell("started")
        until(lambda looked=looked: daemon.looked > looked)
        looked = daemon.looked

    assert running.first.state == "disconnected"
    assert len(running.face.views) == before


def test_where_nobody_shows_icons_the_same_stands_elsewhere(daemon, running):
    """Not before that is known, and no longer than it is so."""
    until(lambda: running.shower.known)
    assert running.shower.stands == []
    running.tray.tray(there=False)
    until(lambda: running.shower.stands)
    assert plain(running.shower.stands[-1]) == "An: 1800 s left today"
    assert running.shower.known[-1] == {"guardian": False, "player": "an", "tray": False, "hotline": ""}

    running.tray.tray(there=True)
    until(lambda: running.shower.stands[-1] is None)


def test_a_player_is_told_once_what_limits_hold(daemon, home_folder, tmp_path):
    """At the first start after they were set, and again when they are others; no guardian is told of their own."""
    def told():
        running = Running(home_folder, tmp_path)
        until(lambda: running.shower.known)
        running.end()
        return [plain(one.text) for one in running.shower.shown if one.kind == "limits"]

    daemon.rules = (msg("75 minutes a day"),)
    daemon.me = replace(daemon.me, guardian=True)
    assert told() == []
    daemon.me = replace(daemon.me, guardian=False)
    assert (told(), told()) == (["75 minutes a day"], [])
    daemon.rules = (*daemon.rules, msg("a"), msg("b"), msg("c"))
    assert told() == ["75 minutes a day; a; b; and 1 more"]


def test_a_click_asks_or_opens(daemon, running):
    """A dialog is told home, language and words; its token goes by another way than its words."""
    running.tray.act(Ask(GrantAdd(player="an", ms=900_000)))
    until(lambda: daemon.asked == [GrantAdd(player="an", ms=900_000)])
    running.tray.act(Dialog("why", ("an", "luanti")))

    until(running.opened)
    assert running.opened() == [
        repr([["--lang", "en", "--dialog", "why", "an", "luanti", "--token-stdin"], "\n"])
    ]  # fmt: skip


def test_what_a_pin_proved_is_kept_in_memory_alone(daemon, running):
    """It goes with what is asked, and to the dialogs; until it is given up."""
    running.tray.act(Dialog("pin"))
    until(lambda: running.tray.link.token == "secret")
    running.tray.act(Ask(RequestApprove(id="r1")))
    until(lambda: daemon.asked == [RequestApprove(id="r1", token="secret")])
    running.tray.act(Dialog("until", ("an",)))
    until(lambda: len(running.opened()) == 2)
    assert running.opened()[1].endswith(r"'secret\n']")

    running.tray.act(Leave())
    until(lambda: running.tray.link.token == "")
    assert daemon.asked[-1] == GuardianLeave(token="secret")


@pytest.mark.promise("PINs and codes: A proof ends when the guardian leaves")
def test_a_proof_ends_with_the_tray(daemon, running):
    running.tray.act(Dialog("pin"))
    until(lambda: running.tray.link.token == "secret")
    running.end()

    assert daemon.asked == [GuardianLeave(token="secret")]


def test_it_ends_with_all_that_it_shows(daemon, running):
    until(lambda: running.face.views)
    running.end()

    assert running.shower.closed


def test_it_goes_with_its_program(daemon, running):
    """Once nobody answers any more: an upgrade, which takes neither away for good, leaves it."""
    until(lambda: running.face.views)
    daemon.shut()
    until(lambda: running.face.views[-1].state == "disconnected")
    daemon.open()
    until(lambda: running.face.views[-1].state == "playing")
    running.program.unlink()
    daemon.tell()
    until(lambda: daemon.looked > 2)
    assert not running.over()

    daemon.shut()
    until(running.over)


@pytest.mark.parametrize("said", [b"", b"nothing", b"{}", b'{"token": 1}', b"\xff", b"[]"])
def test_what_is_no_proof_proves_nothing(said):
    assert proof_of(said) is None


def test_a_proof():
    assert proof_of(b'{"token": "t", "name": "M", "until": 5}\n') == Proof("t", "M", 5)
