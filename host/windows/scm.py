"""The service control manager (api.Manager): our services entered, started, stopped, taken out. Source: winsvc.h."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes import wintypes
from pathlib import Path
from typing import TYPE_CHECKING, Any

from host.api import ManagerError, Name, Standing
from host.windows import installing, service
from host.windows.plans import PLANS, PRESHUTDOWN_MS, RESET_S, RESTARTS_MS, Plan, command, home_in, multi
from host.windows.service import SERVICE_SPECIFIC_ERROR
from host.windows.win32 import ACCESS_DENIED, INSUFFICIENT_BUFFER, Handle, advapi32, checked, error, function, kernel32
from i18n.message import Arg, msg, said_by

if TYPE_CHECKING:
    from host.homes import Home

# winerror.h
_INVALID_LEVEL, _ALREADY_RUNS, _ABSENT, _ENDS_ALREADY, _NOT_ACTIVE = 124, 1056, 1060, 1061, 1062
_NO_SCM, _BEING_REMOVED, _EXISTS, _NEVER_STARTED = 1063, 1072, 1073, 1077
# Access rights, types and start of services
_CONNECT, _CREATE = 0x1, 0x2
_QUERY_CONFIG, _CHANGE_CONFIG, _QUERY_STATUS, _START, _STOP, _DELETE = 0x1, 0x2, 0x4, 0x10, 0x20, 0x10000
_OWN_PROCESS, _AUTO_START, _ERROR_NORMAL, _CONTROL_STOP, _RESTART = 0x10, 2, 1, 1, 1
_ERROR_TYPE, _EVENT = 1, 1  # of a line in the system's event log
# ChangeServiceConfig2: SERVICE_CONFIG_…
_DESCRIPTION, _FAILURE, _DELAYED, _ON_NON_CRASH, _SID, _PRIVILEGES, _PRESHUTDOWN = 1, 2, 3, 4, 5, 6, 7
_SID_UNRESTRICTED = 1
_ENDS = frozenset({_NOT_ACTIVE, _ENDS_ALREADY})
_SYNCHRONIZE, _GONE_MS = 0x0010_0000, 10_000
_STATES = {1: "stopped", 2: "starting", 3: "stopping", 4: "running", 5: "running", 6: "running", 7: "running"}


class _Process(ctypes.Structure):
    """SERVICE_STATUS_PROCESS."""

    _fields_ = tuple(
        (name, wintypes.DWORD)
        for name in ("kind", "state", "accepted", "win32_code", "own_code", "checkpoint", "hint", "pid", "flags")
    )


class _Action(ctypes.Structure):
    """SC_ACTION."""

    _fields_ = (("kind", ctypes.c_int), ("delay", wintypes.DWORD))


class _Failure(ctypes.Structure):
    """SERVICE_FAILURE_ACTIONSW."""

    _fields_ = (
        ("reset", wintypes.DWORD), ("message", wintypes.LPWSTR), ("command", wintypes.LPWSTR), ("count", wintypes.DWORD),
        ("actions", ctypes.POINTER(_Action)),
    )  # fmt: skip


class _Config(ctypes.Structure):
    """QUERY_SERVICE_CONFIGW."""

    _fields_ = (
        ("kind", wintypes.DWORD), ("start", wintypes.DWORD), ("error", wintypes.DWORD), ("command", wintypes.LPWSTR),
        ("group", wintypes.LPWSTR), ("tag", wintypes.DWORD), ("dependencies", wintypes.LPWSTR), ("account", wintypes.LPWSTR),
        ("display", wintypes.LPWSTR),
    )  # fmt: skip


_P, _H, _T, _N = ctypes.c_void_p, wintypes.HANDLE, wintypes.LPCWSTR, wintypes.DWORD
_open_manager = function(advapi32, "OpenSCManagerW", _H, _T, _T, _N)
_open_service = function(advapi32, "OpenServiceW", _H, _H, _T, _N)
_close = function(advapi32, "CloseServiceHandle", wintypes.BOOL, _H)
_create = function(advapi32, "CreateServiceW", _H, _H, _T, _T, _N, _N, _N, _N, _T, _T, _P, _T, _T, _T)
_change = function(advapi32, "ChangeServiceConfigW", wintypes.BOOL, _H, _N, _N, _N, _T, _T, _P, _T, _T, _T, _T)
_change2 = function(advapi32, "ChangeServiceConfig2W", wintypes.BOOL, _H, _N, _P)
_query = function(advapi32, "QueryServiceStatusEx", wintypes.BOOL, _H, ctypes.c_int, _P, _N, _P)
_query_config = function(advapi32, "QueryServiceConfigW", wintypes.BOOL, _H, _P, _N, ctypes.POINTER(_N))
_start_service = function(advapi32, "StartServiceW", wintypes.BOOL, _H, _N, _P)
_control = function(advapi32, "ControlService", wintypes.BOOL, _H, _N, _P)
_delete = function(advapi32, "DeleteService", wintypes.BOOL, _H)
_open_process = function(kernel32, "OpenProcess", _H, _N, wintypes.BOOL, _N)
_wait = function(kernel32, "WaitForSingleObject", _N, _H, _N)
_event_source = function(advapi32, "RegisterEventSourceW", _H, _T, _T)
_event = function(
    advapi32, "ReportEventW", wintypes.BOOL, _H, wintypes.WORD, wintypes.WORD, _N, _P, wintypes.WORD, _N, ctypes.POINTER(_T), _P
)
_event_close = function(advapi32, "DeregisterEventSource", wintypes.BOOL, _H)


def attach(name: Name) -> None:
    try:
        service.attach(PLANS[name].service)
    except OSError as failed:
        if failed.winerror != _NO_SCM:
            raise _error(failed) from failed
        raise ManagerError(msg("only Windows runs this; use: giochoi-{name} service start", name=name)) from failed


def detach(code: int) -> None:
    service.detach(code)


def report(name: Name, text: str) -> None:
    source = _event_source(None, PLANS[name].service)
    if source:
        _event(source, _ERROR_TYPE, 0, _EVENT, None, 1, 0, (_T * 1)(text), None)
        _event_close(source)


def check(name: Name) -> None:
    installing.check(installing.interpreter(), name)
    with _errors(), _manager(_CONNECT | _CREATE):
        pass


def install(name: Name, home: Home, words: Callable[[Arg], str]) -> None:
    with _errors(), _manager(_CONNECT | _CREATE) as manager:
        installing.rooms(name, home)
        enter(manager, PLANS[name], command(str(installing.interpreter()), name, str(home.root)), words)


def enter(manager: int, plan: Plan, line: str, words: Callable[[Arg], str] = str) -> None:
    """Make the service, or change what is there into it. OSError."""
    rights = _CHANGE_CONFIG | _START  # START: whoever has services restarted must be allowed to start them
    password = None if plan.own_account else ""
    kind = (_OWN_PROCESS, _AUTO_START, _ERROR_NORMAL)
    display = words(plan.display)
    made = _create(manager, plan.service, display, rights, *kind, line, None, None, "", plan.account, password)
    if not made and ctypes.get_last_error() != _EXISTS:
        raise error(plan.service)
    with _held(made or checked(_open_service(manager, plan.service, rights), plan.service)) as handle:
        if not made:
            checked(_change(handle, *kind, line, None, None, "", plan.account, password, display), plan.service)
        _settings(handle, plan, words(plan.description))


def _settings(handle: int, plan: Plan, description: str) -> None:
    actions = (_Action * len(RESTARTS_MS))(*(_Action(_RESTART, delay) for delay in RESTARTS_MS))
    _set(handle, _DESCRIPTION, wintypes.LPWSTR(description))
    _set(handle, _DELAYED, wintypes.BOOL(False))
    _set(handle, _FAILURE, _Failure(RESET_S, None, None, len(actions), actions))
    _set(handle, _ON_NON_CRASH, wintypes.BOOL(True))
    _set(handle, _SID, _N(_SID_UNRESTRICTED))
    privileges = ctypes.create_unicode_buffer(multi(plan.privileges))
    _set(handle, _PRIVILEGES, _P(ctypes.addressof(privileges)))
    _set(handle, _PRESHUTDOWN, _N(PRESHUTDOWN_MS))


def _set(handle: int, level: int, value: Any) -> None:
    """One that the system does not know (Wine: most of these) is left out: the service has more rights then, not fewer."""
    if not _change2(handle, level, ctypes.byref(value)) and ctypes.get_last_error() != _INVALID_LEVEL:
        raise error(f"ChangeServiceConfig2({level})")


def home(name: Name) -> Path | None:
    with _errors(), _service(name, _QUERY_CONFIG) as handle:
        if handle is None:
            return None
        needed = _N()
        if not _query_config(handle, None, 0, ctypes.byref(needed)) and ctypes.get_last_error() != INSUFFICIENT_BUFFER:
            raise error("QueryServiceConfig")
        found = ctypes.create_string_buffer(needed.value)
        checked(_query_config(handle, found, len(found), ctypes.byref(needed)), "QueryServiceConfig")
        root = home_in(_Config.from_buffer(found).command or "")
        if root is None:
            raise ManagerError(msg("{service} was not installed by Giờ Chơi", service=PLANS[name].service), code=2)
        return Path(root)


def standing(name: Name) -> Standing:
    with _errors(), _service(name, _QUERY_STATUS) as handle:
        return Standing("absent") if handle is None else _standing(handle)


def _standing(handle: int) -> Standing:
    found = _Process()
    needed = _N()
    checked(_query(handle, 0, ctypes.byref(found), ctypes.sizeof(found), ctypes.byref(needed)), "QueryServiceStatusEx")
    code = {SERVICE_SPECIFIC_ERROR: found.own_code, _NEVER_STARTED: 0}.get(found.win32_code, found.win32_code)
    return Standing(_STATES[found.state], found.pid, code)  # type: ignore[arg-type] # the table's words


def start(name: Name) -> None:
    with _errors(), _service(name, _START) as handle:
        if handle is not None and not _start_service(handle, 0, None) and ctypes.get_last_error() != _ALREADY_RUNS:
            raise error(PLANS[name].service)


def stop(name: Name) -> None:
    """Returns when its process is gone as well, or does not go."""
    with _errors(), _service(name, _STOP | _QUERY_STATUS) as handle:
        if handle is None:
            return
        process = _open_process(_SYNCHRONIZE, False, _standing(handle).pid)
        with Handle(process or 0):
            if not _control(handle, _CONTROL_STOP, ctypes.byref(_Process())) and ctypes.get_last_error() not in _ENDS:
                raise error(PLANS[name].service)
            if process:
                _wait(process, _GONE_MS)


def remove(name: Name) -> None:
    with _errors(), _service(name, _DELETE) as handle:
        if handle is not None and not _delete(handle) and ctypes.get_last_error() != _BEING_REMOVED:
            raise error(PLANS[name].service)


@contextmanager
def _manager(rights: int) -> Iterator[int]:
    with _held(checked(_open_manager(None, None, rights), "OpenSCManager")) as handle:
        yield handle


@contextmanager
def _service(name: Name, rights: int) -> Iterator[int | None]:
    """None: there is no such service. OSError."""
    with _manager(_CONNECT) as manager:
        found = _open_service(manager, PLANS[name].service, rights)
        if not found and ctypes.get_last_error() != _ABSENT:
            raise error(PLANS[name].service)
        if found:
            with _held(found) as handle:
                yield handle
        else:
            yield None


@contextmanager
def _held(handle: int) -> Iterator[int]:
    try:
        yield handle
    finally:
        _close(handle)


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except OSError as failed:
        raise _error(failed) from failed


def _error(failed: OSError) -> ManagerError:
    """One line for whoever asked."""
    if failed.winerror == ACCESS_DENIED:
        return ManagerError(msg("this needs an administrator's rights (Run as administrator)"))
    if failed.winerror == _BEING_REMOVED:
        return ManagerError(msg("it is being removed: close the windows that show services"))
    return ManagerError(msg("Windows says: {why} ({code})", why=said_by(failed), code=str(failed.winerror)))
