"""A process of ours as a Windows service: plain CPython speaks to the service control manager (SCM).

The main thread runs the program as anywhere else; the SCM's callbacks, which come in a thread of the dispatcher, only take
note. Our own programs have their dispatcher from before Python is loaded (installers/windows/launcher.c), and `attach` takes it
over; for python.exe it starts one. Sources: winsvc.h, and "Service Programs" of the Windows documentation.
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable
from ctypes import wintypes
from typing import Any, Final

from host.api import Told
from host.windows.clocks import standby
from host.windows.win32 import advapi32, checked, error, function, kernel32

STOPPED, START_PENDING, STOP_PENDING, RUNNING = 1, 2, 3, 4
SERVICE_SPECIFIC_ERROR: Final = 1066

# SERVICE_CONTROL_…
_STOP, _INTERROGATE, _SHUTDOWN, _POWER, _SESSION, _PRESHUTDOWN, _TIME = 0x1, 0x4, 0x5, 0xD, 0xE, 0xF, 0x10
_SUSPENDS = 0x4  # PBT_APMSUSPEND
_RESUMED = frozenset({0x6, 0x7, 0x12})  # PBT_APMRESUMECRITICAL, …SUSPEND, …AUTOMATIC
_CAME = frozenset({0x1, 0x3, 0x5, 0x8})  # WTS_CONSOLE_CONNECT, WTS_REMOTE_CONNECT, WTS_SESSION_LOGON, …UNLOCK
_ACCEPTED = 0x1 | 0x4 | 0x40 | 0x80 | 0x100 | 0x200  # STOP, SHUTDOWN, POWEREVENT, SESSIONCHANGE, PRESHUTDOWN, TIMECHANGE
_NOT_IMPLEMENTED = 120
_OWN_PROCESS = 0x10
_HINT_MS = 60_000  # that a start or an end may take, before the SCM calls it hung
_TELLS: Final[dict[int, Told]] = {
    _STOP: "stop", _SHUTDOWN: "stop", _PRESHUTDOWN: "stop", _SESSION: "session", _POWER: "resume", _TIME: "time",
}  # fmt: skip


class _Status(ctypes.Structure):
    """SERVICE_STATUS."""

    _fields_ = tuple(
        (name, wintypes.DWORD) for name in ("kind", "state", "accepted", "win32_code", "own_code", "checkpoint", "hint")
    )


_MAIN = ctypes.WINFUNCTYPE(None, wintypes.DWORD, ctypes.POINTER(wintypes.LPWSTR))
_HANDLER = ctypes.WINFUNCTYPE(wintypes.DWORD, wintypes.DWORD, wintypes.DWORD, ctypes.c_void_p, ctypes.c_void_p)


class _Entry(ctypes.Structure):
    """SERVICE_TABLE_ENTRYW."""

    _fields_ = (("name", wintypes.LPWSTR), ("main", _MAIN))


_dispatch = function(advapi32, "StartServiceCtrlDispatcherW", wintypes.BOOL, ctypes.POINTER(_Entry))
_register = function(
    advapi32, "RegisterServiceCtrlHandlerExW", wintypes.HANDLE, wintypes.LPCWSTR, _HANDLER, ctypes.c_void_p
)
_set_status = function(advapi32, "SetServiceStatus", wintypes.BOOL, wintypes.HANDLE, ctypes.POINTER(_Status))
_leave_console = function(kernel32, "FreeConsole", wintypes.BOOL)
_own_module = function(kernel32, "GetModuleHandleW", wintypes.HMODULE, wintypes.LPCWSTR)


def tells(control: int, event: int) -> Told | None:
    """What a control code says to the program; None: nothing. `event`: its dwEventType."""
    return None if control == _POWER and event not in _RESUMED else _TELLS.get(control)


class Attached:
    """One service in this process, from `attach` to `detach`. `say` shows a status to the SCM."""

    def __init__(self, say: Callable[[_Status], None]) -> None:
        self._say = say
        self._lock = threading.Lock()
        self._status = _Status(kind=_OWN_PROCESS, state=START_PENDING, checkpoint=1, hint=_HINT_MS)  # as the launcher showed it
        self._tell: list[Callable[[Told], None]] = []
        self._stopping = False

    def handle(self, control: int, event: int) -> int:
        """HandlerEx: in a thread of the dispatcher, and to return at once."""
        if (control, event) == (_POWER, _SUSPENDS):
            standby.stand_still()
        elif event in {_POWER: _RESUMED, _SESSION: _CAME}.get(control, ()):  # somebody is there, even if no resume was told
            standby.run_on()
        told = tells(control, event)
        if told == "stop":
            self.become(STOP_PENDING)
            self._stopping = True
        if told is not None:
            for tell in tuple(self._tell):
                tell(told)
        return 0 if control in _TELLS or control == _INTERROGATE else _NOT_IMPLEMENTED

    def listen(self, tell: Callable[[Told], None]) -> None:
        self._tell.append(tell)
        if self._stopping:
            tell("stop")

    def become(self, state: int, code: int = 0) -> None:
        """Show this state. Showing a pending one again tells of progress. After the stop began, RUNNING is not shown again."""
        with self._lock:
            status = self._status
            pending = state in {START_PENDING, STOP_PENDING}
            if status.state == STOPPED or (status.state == STOP_PENDING and state == RUNNING):
                return
            status.checkpoint = status.checkpoint + 1 if pending else 0
            status.state, status.hint = state, _HINT_MS if pending else 0
            status.accepted = _ACCEPTED if state == RUNNING else 0
            status.win32_code, status.own_code = (SERVICE_SPECIFIC_ERROR, code) if code else (0, 0)
            self._say(status)


class _Dispatcher:
    """The thread that belongs to the SCM, and the callbacks that it calls: kept alive as long as this object is."""

    def __init__(self, name: str) -> None:
        self.attached: Attached | None = None
        self._name = name
        self._failed: OSError | None = None
        self._known, self._over = threading.Event(), threading.Event()
        self._main = _MAIN(self._service_main)
        self._handler = _HANDLER(self._handle)
        self._thread = threading.Thread(target=self._run, name="service", daemon=True)

    def start(self) -> None:
        """Returns when the SCM knows us. OSError: it did not start this process."""
        launched = _launched(self._handler)
        if launched:
            self._take(launched)
            return
        self._thread.start()
        self._known.wait()
        if self._failed is not None:
            raise self._failed

    def end(self, code: int) -> None:
        if self.attached is not None:
            self.attached.become(STOPPED, code)
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(_HINT_MS / 1000)

    def _run(self) -> None:
        table = (_Entry * 2)(_Entry(self._name, self._main), _Entry(None, _MAIN()))
        if not _dispatch(table):
            self._failed = error("StartServiceCtrlDispatcher")
        self._known.set()

    def _service_main(self, _count: int, _words: object) -> None:
        """ServiceMain, in a thread that the dispatcher makes for it."""
        try:
            handle = checked(_register(self._name, self._handler, None), "RegisterServiceCtrlHandlerEx")
        except OSError as failed:
            self._failed = failed
        else:
            self._take(handle)
        self._known.set()
        self._over.wait()

    def _take(self, handle: int) -> None:
        self.attached = Attached(lambda status: _set_status(handle, ctypes.byref(status)))
        self.attached.become(START_PENDING)

    def _handle(self, control: int, event: int, _data: object, _context: object) -> int:
        return 0 if self.attached is None else self.attached.handle(control, event)


def _launched(handler: Any) -> int | None:
    """The status handle of the launcher, whose dispatcher calls `handler` from now on. None: no launcher, or no SCM."""
    try:
        take = function(ctypes.WinDLL("", handle=_own_module(None)), "giochoi_service", wintypes.HANDLE, _HANDLER)
    except AttributeError:
        return None
    handle: int | None = take(handler)
    return handle


_ours: list[_Dispatcher] = []  # one, once this process is attached


def _attached() -> Attached | None:
    return _ours[0].attached if _ours else None


def attached() -> bool:
    """Whether this process is a service."""
    return _attached() is not None


def attach(name: str) -> None:
    """Answer the SCM, which started this process as the service `name` and waits 30 s for it. OSError: it did not.

    A service keeps no console: Windows would end it with the session of whoever logs off (CTRL_LOGOFF_EVENT).
    """
    dispatcher = _Dispatcher(name)
    dispatcher.start()
    _ours.append(dispatcher)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in range(3):  # first, as handles that went with the console might come back as somebody else's
        os.dup2(nowhere, number)
    if nowhere > 2:
        os.close(nowhere)
    _leave_console()


def detach(code: int) -> None:
    """The last thing that the service says. Other than 0 is a failure, after which the SCM does as it was told at install."""
    for dispatcher in _ours:
        dispatcher.end(code)


def notify(state: str) -> None:
    """READY=1 and STOPPING=1 in the words of sd_notify; without a SCM nothing happens."""
    attached = _attached()
    if attached is None:
        return
    for word in state.splitlines():
        if word == "READY=1":
            attached.become(RUNNING)
        elif word == "STOPPING=1":
            attached.become(STOP_PENDING)


def watchdog_interval() -> float | None:
    """None: the SCM asks for no signs of life."""
    return None


def credential(_name: str) -> bytes | None:
    """None: keys are sealed by DPAPI here (host.windows.vault)."""
    return None


def kept(_name: str) -> bytes | None:
    return None


def let_go(_name: str) -> None:
    """Nothing is kept."""


def to_start(server: str) -> str:
    """The program itself."""
    return server


def listen(tell: Callable[[Told], None]) -> None:
    """What the SCM says from now on, told in its thread; an order to stop that came before is told at once."""
    attached = _attached()
    if attached is not None:
        attached.listen(tell)
