"""A desktop of a test's own: a screen, a bus, a window manager, and a panel that shows icons."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.system import until

NEEDS = ("Xvfb", "dbus-run-session", "dbus-send", "openbox", "xdotool")
WATCHER = "org.kde.StatusNotifierWatcher"
ICON = (12, 16)  # where the first icon of the panel is
_PANEL = """<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array"><value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="length" type="uint" value="100"/>
      <property name="size" type="uint" value="32"/>
      <property name="plugin-ids" type="array"><value type="int" value="1"/></property>
    </property>
  </property>
  <property name="plugins" type="empty"><property name="plugin-1" type="string" value="systray"/></property>
</channel>
"""


class Desk:
    """`env` is what a program needs to be started here. It ends with `close`, and everything that runs in it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="desk-"))
        file = self.folder / "xfce4/xfconf/xfce-perchannel-xml/xfce4-panel.xml"
        file.parent.mkdir(parents=True)
        file.write_text(_PANEL)
        names = ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR")
        place = dict.fromkeys(names, str(self.folder))
        left_out = {"WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "XDG_SESSION_ID"}
        self.env = {key: text for key, text in os.environ.items() if key not in left_out} | place
        self.env |= {"NO_AT_BRIDGE": "1", "PYTHONUNBUFFERED": "1"}
        self._programs: list[subprocess.Popen[Any]] = []
        self.screen = self.env["DISPLAY"] = self._screen()
        self._bus = self.start("dbus-run-session", "--", "sh", "-c", "echo $DBUS_SESSION_BUS_ADDRESS; read end", piped=True)
        assert self._bus.stdout is not None
        self.env["DBUS_SESSION_BUS_ADDRESS"] = self._bus.stdout.readline().strip()
        self.start("openbox")
        self._panel: subprocess.Popen[Any] | None = None

    def start(self, *command: str, piped: bool = False, env: dict[str, str] | None = None) -> subprocess.Popen[Any]:
        pipe = subprocess.PIPE if piped else subprocess.DEVNULL
        err = subprocess.STDOUT if piped and command[0] != "dbus-run-session" else subprocess.DEVNULL
        program = subprocess.Popen(
            command, env=env or self.env, stdin=pipe, stdout=pipe, stderr=err, text=True, start_new_session=True
        )
        self._programs.append(program)
        return program

    def open_panel(self) -> None:
        """A new one; what is left of the last ends first: nobody restarts a tray that crashed twice within a minute."""
        if self._panel is not None and self._panel.poll() is None:
            self._kill(self._panel)
        self._panel = self.start("xfce4-panel", "--disable-wm-check")
        until(self.has_tray)

    def kill_panel(self) -> None:
        assert self._panel is not None
        self._kill(self._panel)
        until(lambda: not self.has_tray())

    @staticmethod
    def _kill(program: subprocess.Popen[Any]) -> None:
        os.killpg(program.pid, signal.SIGKILL)
        program.wait()

    def has_tray(self) -> bool:
        """Whether somebody shows icons."""
        if "true" not in self._asked("org.freedesktop.DBus", "/", "org.freedesktop.DBus.NameHasOwner", f"string:{WATCHER}"):
            return False
        return "true" in self._of_watcher("IsStatusNotifierHostRegistered")

    def icons(self) -> list[tuple[str, str]]:
        """Bus name and path of each icon that the panel knows."""
        return re.findall(r'string "(:[\d.]+|[\w.]+)(/[^"]+)"', self._of_watcher("RegisteredStatusNotifierItems"))

    def told(self, name: str, which: int = 0) -> str:
        """What an icon says of itself: IconName, Title."""
        icons = self.icons()
        if len(icons) <= which:
            return ""
        said = self._property(*icons[which], "org.kde.StatusNotifierItem", name)
        return (re.findall(r'string "([^"]*)"', said) or [""])[0]

    def rows(self) -> list[str]:
        """The texts of the first icon's menu, without lines between them, as the panel gets them."""
        for owner, path in self.icons()[:1]:
            menu = re.findall(r'object path "([^"]+)"', self._property(owner, path, "org.kde.StatusNotifierItem", "Menu"))
            words = ("com.canonical.dbusmenu.GetLayout", "int32:0", "int32:-1", "array:string:label")
            said = self._asked(owner, menu[0], *words) if menu else ""
            return re.findall(r'string "label"\s+variant\s+string "([^"]+)"', said)[1:]  # the first is the menu's own
        return []

    def menu(self) -> str | None:
        """The window of the menu that is open, if one is."""
        for window in self.tool("search", "--onlyvisible", "--name", "^(wrapper-2.0|xfce4-panel)$").split():
            if self.height(window) > 60:
                return window
        return None

    def height(self, window: str) -> int:
        found = re.search(r"HEIGHT=(\d+)", self.tool("getwindowgeometry", "--shell", window))
        return 0 if found is None else int(found[1])

    def open_menu(self) -> str:
        """A click on the icon, again where the panel had not drawn it yet; the window that opened."""
        while True:
            self.tool("mousemove", *map(str, ICON), "click", "1")
            with suppress(AssertionError):
                return str(until(self.menu, 3))
            self.tool("key", "Escape")

    def tool(self, *words: str) -> str:
        """What xdotool says."""
        return subprocess.run(["xdotool", *words], env=self.env, capture_output=True, text=True, check=False).stdout

    def picture(self, file: Path, *options: str) -> None:
        subprocess.run(["import", "-window", "root", *options, str(file)], env=self.env, check=True, capture_output=True)

    def close(self) -> None:
        for program in reversed(self._programs):
            for number in (signal.SIGTERM, signal.SIGKILL):
                if program.poll() is None:
                    os.killpg(program.pid, number)
                    _ends(program)
            for stream in (program.stdin, program.stdout):
                if stream is not None:
                    stream.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _screen(self) -> str:
        """A display with a number that nobody has."""
        reader, writer = os.pipe()
        command = ("Xvfb", "-displayfd", str(writer), "-screen", "0", "900x600x24", "-nolisten", "tcp")
        quiet = subprocess.DEVNULL
        screen = subprocess.Popen(command, pass_fds=[writer], stdout=quiet, stderr=quiet, start_new_session=True)
        self._programs.append(screen)
        os.close(writer)
        with os.fdopen(reader, encoding="ascii") as number:
            return f":{number.readline().strip()}"

    def _of_watcher(self, name: str) -> str:
        return self._property(WATCHER, "/StatusNotifierWatcher", WATCHER, name)

    def _property(self, owner: str, path: str, kind: str, name: str) -> str:
        return self._asked(owner, path, "org.freedesktop.DBus.Properties.Get", f"string:{kind}", f"string:{name}")

    def _asked(self, owner: str, path: str, *words: str) -> str:
        command = ["dbus-send", "--session", "--print-reply", "--reply-timeout=2000", f"--dest={owner}", path, *words]
        return subprocess.run(command, env=self.env, capture_output=True, text=True, check=False).stdout


def _ends(program: subprocess.Popen[Any]) -> None:
    with suppress(subprocess.TimeoutExpired):
        program.wait(5)


def needed(need: Callable[..., str], *more: str) -> None:
    """Skips the test where something of it is not installed."""
    for program in (*NEEDS, *more):
        need(program)
