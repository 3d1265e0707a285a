"""Whether a program lies where it was installed."""

from __future__ import annotations

import win32file

from daemon.platforms.windows import installed
from daemon.platforms.windows.control import WindowsControl
from daemon.platforms.windows.watching.snapshot import Snapshots
from host.windows import tokens
from tests.daemon.platforms.windows.stand import SHORT, own, run


def test_folders_are_asked_before_what_lies_in_them(here, monkeypatch):
    """Each is opened once."""
    monkeypatch.setattr(installed, "places", lambda: (str(here).casefold() + "\\",))
    monkeypatch.setattr(installed, "TRUSTED", installed.TRUSTED | {tokens.own_sid()})
    path = here / "choi.exe"
    own(path)
    process = run(path, *SHORT)
    this = Snapshots().take()[process.pid]
    asked = opens(monkeypatch)
    assert WindowsControl().installed(*this.identity)
    assert asked == [str(one).casefold() for one in (here, path)]


def opens(monkeypatch):
    """What is opened from now on."""
    asked, real = [], win32file.CreateFile

    def create(name, access, share, attributes, how, flags, template):
        asked.append(name.casefold())
        return real(name, access, share, attributes, how, flags, template)

    monkeypatch.setattr(win32file, "CreateFile", create)
    return asked


def test_below_a_folder_that_others_may_change_nothing_is_opened(monkeypatch):
    """It may lead to another machine."""
    monkeypatch.setattr(installed, "places", lambda: ("c:\\windows\\",))
    asked = []
    monkeypatch.setattr(installed, "only_administrators", lambda path: asked.append(path) or not path.endswith("Temp"))
    assert not installed.installed("C:\\Windows\\Temp\\x\\homework.exe")
    assert asked == ["C:\\Windows", "C:\\Windows\\Temp"]
