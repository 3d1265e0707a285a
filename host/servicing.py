"""Install, start, stop, remove and query our Windows services: `giochoi-daemon service …`, `giochoi-agent service …`.

One line for each, and the exit codes of the contract. Where the system has its own tools for it (systemd), that is the line.
"""

from __future__ import annotations

import argparse
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, Protocol

from host import choose
from host.api import Manager, ManagerError, Name, Standing, UnsupportedError
from host.clock import SystemClock
from host.homes import Home, HomeError, chosen_home, language, prepare, server_home
from host.servicelog import NAME, ServiceLog, last_line, size
from i18n.catalogue import Catalogue, reader
from i18n.message import Arg, Message, as_message, msg, plain, said_by
from i18n.streams import speak_utf8

VERBS = ("install", "start", "stop", "remove", "status", "run")

_STEP_S, _STEPS = 0.1, 900
_STATES = {
    "absent": msg("not installed"),
    "stopped": msg("stopped"),
    "starting": msg("starting"),
    "running": msg("running"),
    "stopping": msg("stopping"),
}


class Say(Protocol):
    """Prints one line of a program, in words; with the `code` of a failure on stderr. Returns the code."""

    def __call__(self, said: Arg, code: int = 0) -> int: ...


Serve = Callable[[str | None, Say], int]
"""Runs a server on the home that was named, until it is told to stop, and says itself why it cannot. Its exit code."""


class _BadUsage(Exception):
    """The command line is not one of ours."""


class Parser(argparse.ArgumentParser):
    """Says nothing itself: argparse knows one language."""

    def error(self, message: str) -> NoReturn:
        raise _BadUsage


def parser() -> Parser:
    """The command line of a server: in the foreground, or one of VERBS."""
    made = Parser(add_help=False, allow_abbrev=False)
    made.add_argument("--home")
    made.set_defaults(verb=None)
    service = made.add_subparsers().add_parser("service", add_help=False, allow_abbrev=False)
    service.add_argument("verb", choices=VERBS)
    service.add_argument("--home", default=argparse.SUPPRESS)
    return made


def main(name: Name, about: Message, serve: Serve, argv: Sequence[str] | None) -> int:
    """What was asked for; the exit code. `about`: what --help says of the program."""
    speak_utf8()
    typed = sys.argv[1:] if argv is None else list(argv)
    if {"-h", "--help"} & set(typed):
        sys.stdout.write(f"{_words(None)(_help(name, about))}\n")
        return 0
    try:
        asked = parser().parse_args(typed)
    except _BadUsage:
        say = _voice(name, None)
        return say(msg("not understood: {words}; see giochoi-{name} --help", words=" ".join(typed), name=name), 2)
    say = _voice(name, asked.home)
    if asked.verb is None:
        return serve(asked.home, say)
    try:
        manager = choose.manager()
        if asked.verb == "run":
            return _run(manager, name, asked.home, serve, say)
        code, line = ServiceCommands(manager, name, threading.Event().wait).act(asked.verb, asked.home)
    except UnsupportedError:
        code, line = 1, msg("services are systemd's here: systemctl … giochoi-{name}", name=name)
    except (ManagerError, HomeError) as error:
        code, line = getattr(error, "code", 1), as_message(error)
    return say(line, code)


def _help(name: Name, about: Message) -> Message:
    return msg(
        """giochoi-{name} [--home DIR] [service VERB]

{about}

  --home DIR    where its state lies
  service VERB  as a service of Windows: install, start, stop, remove or status""",
        name=name, about=about,
    )  # fmt: skip


def _voice(name: Name, given: str | None) -> Say:
    def say(said: Arg, code: int = 0) -> int:
        print(f"giochoi-{name}: {_words(given)(said)}", file=sys.stderr if code else sys.stdout, flush=True)
        return code

    return say


def _words(given: str | None) -> Catalogue:
    """In the language of whoever started us or, before the system's, of the home that was named."""
    return Catalogue(reader(setting=language(chosen_home(given))))


def _run(manager: Manager, name: Name, given: str | None, serve: Serve, say: Say) -> int:
    """The service itself: whatever happens, the manager hears how it ended."""
    manager.attach(name)
    code = 1
    try:
        code = _serve(manager, name, given, serve, say)
    finally:
        manager.detach(code)
    return code


def _serve(manager: Manager, name: Name, given: str | None, serve: Serve, say: Say) -> int:
    try:
        room = _room(server_home(given), name)
        prepare(room, 0o700)
        log = ServiceLog(room / NAME, SystemClock().wall)
    except (HomeError, OSError) as error:  # in a folder that is not to be trusted nothing is opened
        manager.report(name, _words(given)(said_by(error)))
        return 1
    with log, redirect_stdout(log), redirect_stderr(log):
        try:
            return serve(given, say)
        except Exception:  # noqa: BLE001 - it ends here whatever it was, and a service has nobody else to tell
            traceback.print_exc()
            return 1


def _room(home: Home, name: Name) -> Path:
    return home.root / name


@contextmanager
def handing_over(former: Name, to: Name) -> Iterator[None]:
    """As of api.Units, also where there is a manager. OSError."""
    try:
        manager = choose.manager()
    except UnsupportedError:
        with choose.units().handing_over(former, to):
            yield
        return
    try:
        root = manager.home("daemon")
        if root is None:
            yield
            return
        with _handed_over(manager, former, to, str(root)):
            yield
    except ManagerError as error:
        raise OSError(str(error)) from error


@contextmanager
def _handed_over(manager: Manager, former: Name, to: Name, root: str) -> Iterator[None]:
    """ManagerError, OSError."""

    def act(verb: str, name: Name) -> None:
        code, line = ServiceCommands(manager, name, threading.Event().wait).act(verb, root)
        if code:
            raise OSError(f"giochoi-{name}: {plain(line)}")

    before = manager.standing(to)
    for name in (former, to):
        if manager.standing(name).state != "absent":
            act("stop", name)
    act("install", to)  # which also makes its folder
    try:
        yield
    except BaseException:
        with suppress(OSError, ManagerError):
            act("start", former if before.state == "absent" else to)
        raise
    act("remove", former)
    act("start", to)
    act("stop", "daemon")
    act("start", "daemon")


@dataclass(frozen=True, slots=True)
class ServiceCommands:
    """Manages one service. Each verb gives an exit code and a line. `pause` waits for so many seconds."""

    manager: Manager
    name: Name
    pause: Callable[[float], object]

    def act(self, verb: str, given: str | None) -> tuple[int, Message]:
        """ManagerError, HomeError."""
        return {
            "install": lambda: self.install(given), "start": self.start, "stop": self.stop, "remove": self.remove,
            "status": self.status,
        }[verb]()  # fmt: skip

    def install(self, given: str | None) -> tuple[int, Message]:
        before = self.manager.standing(self.name)
        self.manager.check(self.name)
        home = server_home(given or str(choose.files().system_root()))
        self.manager.install(self.name, home, _words(given))
        root = str(home.root)
        if before.state == "absent":
            return 0, msg("installed; it starts with the PC: {root}", root=root)
        return 0, msg("updated; in force from its next start: {root}", root=root)

    def start(self) -> tuple[int, Message]:
        root = self.manager.home(self.name)
        if root is None:
            return self._absent()
        log = _room(Home(root, "given"), self.name) / NAME
        printed = size(log)
        self.manager.start(self.name)
        now = self._wait("starting")
        if now.state == "running":
            return 0, _runs(now)
        why = last_line(log, printed)
        if now.state == "starting" and why is None:
            return 1, msg("it is still not ready: {log}", log=str(log))
        if why is None:
            return 1, msg("it did not start: code {code}; {log}", code=str(now.code), log=str(log))
        return 1, msg("it did not start: {why}", why=why.removeprefix(f"giochoi-{self.name}: "))

    def stop(self) -> tuple[int, Message]:
        if self._wait("starting").state == "absent":
            return self._absent()
        self.manager.stop(self.name)
        now = self._wait("running", "stopping")
        return int(now.state != "stopped"), _STATES[now.state]

    def remove(self) -> tuple[int, Message]:
        root = self.manager.home(self.name)
        if root is None:
            return 0, _STATES["absent"]
        code, line = self.stop()
        if code:
            return code, line
        self.manager.remove(self.name)
        if self._wait("stopped").state != "absent":
            return 1, msg("it is removed once the windows that show services are closed")
        return 0, msg("removed; its data stays in {root}", root=str(root))

    def status(self) -> tuple[int, Message]:
        now = self.manager.standing(self.name)
        if now.state == "running":
            return 0, _runs(now)
        if now.state == "stopped" and now.code:
            return 1, msg("stopped (code {code})", code=str(now.code))
        return 1, _STATES[now.state]

    def _absent(self) -> tuple[int, Message]:
        return 1, msg("not installed: giochoi-{name} service install", name=self.name)

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


def _runs(now: Standing) -> Message:
    return msg("running (pid {pid})", pid=str(now.pid))
