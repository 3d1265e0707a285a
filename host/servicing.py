"""`giochoi-daemon service …` and `giochoi-agent service …`: into the system's list of services, started, stopped, out again.

One line for each, and the exit codes of the contract. Where the system has its own tools for it (systemd), that is the line.
"""

from __future__ import annotations

import argparse
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import NoReturn

from host import choose
from host.api import Manager, ManagerError, Name, Standing, UnsupportedError
from host.clock import SystemClock
from host.homes import Home, HomeError, prepare, server_home
from host.servicelog import NAME, ServiceLog, last_line, size

VERBS = ("install", "start", "stop", "remove", "status", "run")

_STEP_S, _STEPS = 0.1, 900
_STATES = {
    "absent": "chưa cài / not installed",
    "stopped": "đã dừng / stopped",
    "starting": "đang khởi động / starting",
    "running": "đang chạy / running",
    "stopping": "đang dừng / stopping",
}


class Parser(argparse.ArgumentParser):
    """One line for a mistake, exit code 2."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; xem / see: {self.prog} --help\n")


def parser(name: Name, description: str) -> Parser:
    """The command line of a server: in the foreground, or one of VERBS."""
    made = Parser(prog=f"giochoi-{name}", description=description, allow_abbrev=False)
    made.add_argument("--home", metavar="DIR", help="thư mục trạng thái / where its state lies")
    made.set_defaults(verb=None)
    about = "dịch vụ của Windows / as a service of Windows"
    service = made.add_subparsers(metavar="service").add_parser("service", help=about, description=about, allow_abbrev=False)
    service.add_argument("verb", choices=VERBS, help="`run` là của hệ thống / `run` is the system's to say")
    service.add_argument("--home", metavar="DIR", default=argparse.SUPPRESS, help="như trên / the same")
    return made


def main(name: Name, about: str, serve: Callable[[str | None], int], argv: Sequence[str] | None) -> int:
    """What was asked for; the exit code. `serve` runs the server on the home that was named, until it is told to stop, and says
    itself why it cannot. `about`: what --help says of it.
    """
    _speak_utf8()
    arguments = parser(name, about).parse_args(argv)
    verb = arguments.verb
    if verb is None:
        return serve(arguments.home)
    try:
        manager = choose.manager()
        if verb == "run":
            return _run(manager, name, arguments.home, serve)
        code, line = Desk(manager, name, threading.Event().wait).act(verb, arguments.home)
    except UnsupportedError:
        code, line = 1, (
            f"ở đây dịch vụ do systemd quản lý: systemctl … giochoi-{name} / "
            f"services are systemd's here: systemctl … giochoi-{name}"
        )
    except (ManagerError, HomeError) as error:
        code, line = getattr(error, "code", 1), str(error)
    print(f"giochoi-{name}: {line}", file=sys.stderr if code else sys.stdout)
    return code


def _speak_utf8() -> None:
    """Vietnamese must not depend on the locale of whoever reads a pipe; a terminal keeps its own encoding."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")


def _run(manager: Manager, name: Name, given: str | None, serve: Callable[[str | None], int]) -> int:
    """The service itself: whatever happens, the manager hears how it ended."""
    manager.attach(name)
    code = 1
    try:
        code = _serve(manager, name, given, serve)
    finally:
        manager.detach(code)
    return code


def _serve(manager: Manager, name: Name, given: str | None, serve: Callable[[str | None], int]) -> int:
    try:
        room = _room(server_home(given), name)
        prepare(room, 0o700)
        log = ServiceLog(room / NAME, SystemClock().wall)
    except (HomeError, OSError) as error:  # in a folder that is not to be trusted nothing is opened
        manager.report(name, str(error))
        return 1
    with log, redirect_stdout(log), redirect_stderr(log):
        try:
            return serve(given)
        except Exception:  # noqa: BLE001 - it ends here whatever it was, and a service has nobody else to tell
            traceback.print_exc()
            return 1


def _room(home: Home, name: Name) -> Path:
    return home.daemon if name == "daemon" else home.agent


@dataclass(frozen=True, slots=True)
class Desk:
    """Where one service is managed. Each verb gives an exit code and a line. `pause` waits for so many seconds."""

    manager: Manager
    name: Name
    pause: Callable[[float], object]

    def act(self, verb: str, given: str | None) -> tuple[int, str]:
        """ManagerError, HomeError."""
        match verb:
            case "install":
                return self.install(given)
            case "start":
                return self.start()
            case "stop":
                return self.stop()
            case "remove":
                return self.remove()
            case _:
                return self.status()

    def install(self, given: str | None) -> tuple[int, str]:
        before = self.manager.standing(self.name)
        root = self.manager.install(self.name, given)
        if before.state == "absent":
            return 0, f"đã cài, khởi động cùng máy / installed, starts with the PC: {root}"
        return 0, f"đã cập nhật, có hiệu lực từ lần khởi động sau / updated, in force from its next start: {root}"

    def start(self) -> tuple[int, str]:
        root = self.manager.home(self.name)
        if root is None:
            return self._absent()
        log = _room(Home(root, "given"), self.name) / NAME
        printed = size(log)
        self.manager.start(self.name)
        now = self._wait("starting")
        if now.state == "running":
            return 0, f"{_STATES['running']} (pid {now.pid})"
        if now.state == "starting" and last_line(log, printed) is None:
            return 1, f"vẫn chưa sẵn sàng / still not ready: {log}"
        why = last_line(log, printed) or f"mã / code {now.code}; {log}"
        return 1, f"không chạy được / it did not start: {why.removeprefix(f'giochoi-{self.name}: ')}"

    def stop(self) -> tuple[int, str]:
        if self._wait("starting").state == "absent":
            return self._absent()
        self.manager.stop(self.name)
        now = self._wait("running", "stopping")
        return int(now.state != "stopped"), _STATES[now.state]

    def remove(self) -> tuple[int, str]:
        root = self.manager.home(self.name)
        if root is None:
            return 0, _STATES["absent"]
        code, line = self.stop()
        if code:
            return code, line
        self.manager.remove(self.name)
        if self._wait("stopped").state != "absent":
            return 1, "sẽ mất khi các cửa sổ dịch vụ đóng lại / it goes when windows that show services are closed"
        return 0, f"đã gỡ; dữ liệu còn ở / removed; its data stays in: {root}"

    def status(self) -> tuple[int, str]:
        now = self.manager.standing(self.name)
        if now.state == "running":
            return 0, f"{_STATES['running']} (pid {now.pid})"
        ended = f" (mã / code {now.code})" if now.state == "stopped" and now.code else ""
        return 1, _STATES[now.state] + ended

    def _absent(self) -> tuple[int, str]:
        return 1, f"{_STATES['absent']}: giochoi-{self.name} service install"

    def _wait(self, *states: str) -> Standing:
        """How it is once it is in none of these states, or another process took over: it was started again after it failed."""
        now = first = self.manager.standing(self.name)
        for _ in range(_STEPS):
            if now.state not in states or (first.pid and now.pid not in {0, first.pid}):
                break
            self.pause(_STEP_S)
            now = self.manager.standing(self.name)
            first = first if first.pid else now
        return now
