"""The service control manager (api.Manager): our services entered, started, stopped, taken out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import win32api
import win32event
import win32evtlog
import win32service

from host.api import ManagerError, Name, Standing
from host.publisher import shipped
from host.windows import installing, service, update_task
from host.windows.plans import PLANS, PRESHUTDOWN_MS, RESET_S, RESTARTS_MS, Plan, command, home_in
from host.windows.service import SERVICE_SPECIFIC_ERROR
from host.windows.win32 import ACCESS_DENIED, AsOSError, Unless
from i18n.message import Arg, msg, said_by

if TYPE_CHECKING:
    from _win32typing import PySC_HANDLE

    from host.folders import Folders

# winerror.h
_INVALID_LEVEL, _LOCKED, _ALREADY_RUNS, _ABSENT, _ENDS_ALREADY, _NOT_ACTIVE = 124, 1055, 1056, 1060, 1061, 1062
_NO_SCM, _BEING_REMOVED, _EXISTS, _NEVER_STARTED = 1063, 1072, 1073, 1077

_ENTERING = win32service.SC_MANAGER_CONNECT | win32service.SC_MANAGER_CREATE_SERVICE
_EVENT = 1  # of a line in the system's event log
_DELETE, _SYNCHRONIZE, _GONE_MS = 0x1_0000, 0x10_0000, 10_000
_TRIES, _PAUSE_MS = 150, 200
_STATES = {1: "stopped", 2: "starting", 3: "stopping", 4: "running", 5: "running", 6: "running", 7: "running"}


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
    with suppress(OSError), AsOSError():
        source = win32evtlog.RegisterEventSource(None, PLANS[name].service)
        win32evtlog.ReportEvent(source, win32evtlog.EVENTLOG_ERROR_TYPE, 0, _EVENT, None, (text,), None)
        win32evtlog.DeregisterEventSource(source)


def check(name: Name) -> None:
    installing.check(installing.interpreter(), name)
    with _errors():
        manager(_ENTERING)


def install(name: Name, home: Folders, words: Callable[[Arg], str]) -> None:
    with _errors():
        ours = manager(_ENTERING)
        installing.rooms(name, home)
        enter(ours, PLANS[name], command(str(installing.interpreter()), name, str(home.root)), words)
    if name == "agent" and shipped() and not update_task.enter(str(installing.interpreter()), str(home.root)):
        report(name, words(msg("newer versions are not installed by themselves: Windows' scheduler did not take the task")))


def enter(manager: PySC_HANDLE, plan: Plan, line: str, words: Callable[[Arg], str] = str) -> None:
    """Make the service, or change what is there into it. OSError."""
    # START: whoever has services restarted must be allowed to start them.
    rights = win32service.SERVICE_CHANGE_CONFIG | win32service.SERVICE_START
    display, password = words(plan.display), None if plan.own_account else ""
    kind = (win32service.SERVICE_WIN32_OWN_PROCESS, win32service.SERVICE_AUTO_START, win32service.SERVICE_ERROR_NORMAL)
    how = (*kind, line, None, False, (), plan.account, password)
    handle = None
    with Unless(_EXISTS):
        handle = win32service.CreateService(manager, plan.service, display, rights, *how)
    with AsOSError(plan.service):
        if handle is None:
            handle = win32service.OpenService(manager, plan.service, rights)
            win32service.ChangeServiceConfig(handle, *how, display)
    _settings(handle, plan, words(plan.description))


def _settings(handle: PySC_HANDLE, plan: Plan, description: str) -> None:
    actions = [(win32service.SC_ACTION_RESTART, delay) for delay in RESTARTS_MS]
    settings: dict[int, Any] = {
        win32service.SERVICE_CONFIG_DESCRIPTION: description,
        win32service.SERVICE_CONFIG_DELAYED_AUTO_START_INFO: False,
        win32service.SERVICE_CONFIG_FAILURE_ACTIONS: {
            "ResetPeriod": RESET_S, "RebootMsg": None, "Command": None, "Actions": actions
        },
        win32service.SERVICE_CONFIG_FAILURE_ACTIONS_FLAG: True,  # also after an exit code other than 0
        win32service.SERVICE_CONFIG_SERVICE_SID_INFO: win32service.SERVICE_SID_TYPE_UNRESTRICTED,
        win32service.SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO: plan.privileges,
        win32service.SERVICE_CONFIG_PRESHUTDOWN_INFO: PRESHUTDOWN_MS,
    }  # fmt: skip
    for level, value in settings.items():
        # One that the system does not know (Wine: most of these) is left out: the service has more rights then, not fewer.
        with Unless(_INVALID_LEVEL):
            win32service.ChangeServiceConfig2(handle, level, value)


def home(name: Name) -> Path | None:
    with _errors():
        handle = _service(name, win32service.SERVICE_QUERY_CONFIG)
        if handle is None:
            return None
        root = home_in(win32service.QueryServiceConfig(handle)[3])
    if root is None:
        raise ManagerError(msg("{service} was not installed by Giờ Chơi", service=PLANS[name].service), code=2)
    return Path(root)


def line(name: Name) -> str | None:
    """What the service runs; None: there is no such service."""
    with _errors():
        handle = _service(name, win32service.SERVICE_QUERY_CONFIG)
        return None if handle is None else str(win32service.QueryServiceConfig(handle)[3])


def run_by(name: Name, line: str) -> None:
    """Have the service, if it is there, run this from its next start on."""
    same = win32service.SERVICE_NO_CHANGE
    with _errors():
        handle = _service(name, win32service.SERVICE_CHANGE_CONFIG)
        if handle is not None:
            win32service.ChangeServiceConfig(handle, same, same, same, line, None, False, None, None, None, None)


def standing(name: Name) -> Standing:
    with _errors():
        handle = _service(name, win32service.SERVICE_QUERY_STATUS)
        return Standing("absent") if handle is None else _standing(handle)


def _standing(handle: PySC_HANDLE) -> Standing:
    found = cast("dict[str, int]", win32service.QueryServiceStatusEx(handle))
    code = found["Win32ExitCode"]
    code = {SERVICE_SPECIFIC_ERROR: found["ServiceSpecificExitCode"], _NEVER_STARTED: 0}.get(code, code)
    return Standing(_STATES[found["CurrentState"]], found["ProcessId"], code)  # type: ignore[arg-type] # the table's words


def start(name: Name) -> None:
    """While another service is being started, the manager may be locked: tried again until that is over."""
    with _errors():
        handle = _service(name, win32service.SERVICE_START)
        if handle is None:
            return
        for left in range(_TRIES, 0, -1):
            try:
                with Unless(_ALREADY_RUNS):
                    win32service.StartService(handle, None)
                return
            except OSError as failed:
                if failed.winerror != _LOCKED or left == 1:
                    raise
            win32api.Sleep(_PAUSE_MS)


def stop(name: Name) -> None:
    """Returns when its process is gone as well, or does not go."""
    with _errors():
        handle = _service(name, win32service.SERVICE_STOP | win32service.SERVICE_QUERY_STATUS)
        if handle is None:
            return
        process = None
        with suppress(OSError), AsOSError():
            process = win32api.OpenProcess(_SYNCHRONIZE, False, _standing(handle).pid)
        with Unless(_NOT_ACTIVE, _ENDS_ALREADY):
            win32service.ControlService(handle, win32service.SERVICE_CONTROL_STOP)
        if process is not None:
            win32event.WaitForSingleObject(process, _GONE_MS)


def remove(name: Name) -> None:
    with _errors():
        handle = _service(name, _DELETE)
        if handle is not None:
            with Unless(_BEING_REMOVED):
                win32service.DeleteService(handle)
    if name == "agent" and shipped():
        update_task.remove()


def manager(rights: int) -> PySC_HANDLE:
    """The service control manager, opened with these rights. OSError."""
    with AsOSError():
        return win32service.OpenSCManager(None, None, rights)


def _service(name: Name, rights: int) -> PySC_HANDLE | None:
    """None: there is no such service. OSError."""
    with Unless(_ABSENT):
        return win32service.OpenService(manager(win32service.SC_MANAGER_CONNECT), PLANS[name].service, rights)
    return None


@contextmanager
def _errors() -> Iterator[None]:
    try:
        with AsOSError():
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
