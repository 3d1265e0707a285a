"""Our program as a service: it has answered the service control manager before Python is loaded, and Python takes over."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from installers.windows import programs

# In the place of python313.dll: loads, as on a slow PC, until the file "go" is there, then does as host/windows/service.py.
PYTHON = r"""
#include <windows.h>
static HANDLE over;
static DWORD WINAPI control(DWORD code, DWORD event, void *data, void *context) {
    if (code == SERVICE_CONTROL_STOP) SetEvent(over);
    return NO_ERROR;
}
__declspec(dllexport) int Py_Main(int count, WCHAR **words) {
    typedef SERVICE_STATUS_HANDLE WINAPI (*Take)(LPHANDLER_FUNCTION_EX);
    static SERVICE_STATUS status = {SERVICE_WIN32_OWN_PROCESS, SERVICE_RUNNING, SERVICE_ACCEPT_STOP};
    Take take = (Take)(void *)GetProcAddress(GetModuleHandleW(NULL), "giochoi_service");
    SERVICE_STATUS_HANDLE handle;
    over = CreateEventW(NULL, TRUE, FALSE, NULL);
    while (GetFileAttributesW(words[count - 1]) == INVALID_FILE_ATTRIBUTES) Sleep(20);
    handle = take(control);
    if (!handle) return 7;
    SetServiceStatus(handle, &status);
    WaitForSingleObject(over, INFINITE);
    status.dwCurrentState = SERVICE_STOPPED, status.dwControlsAccepted = 0;
    SetServiceStatus(handle, &status);
    return 0;
}
"""
# Runs on Windows: the states that the manager shows, and the exit code of the program where no manager started it.
LIFE = r"""
import subprocess, sys, time, win32service as s
name, program, go = sys.argv[1:]
line = f'"{program}" -I -m daemon service run --home X "{go}"'
manager = s.OpenSCManager(None, None, 3)
service = s.CreateService(manager, name, name, 0xF01FF, 0x10, 3, 1, line, None, False, None, None, None)
def state(wanted):
    for _ in range(500):
        if (now := s.QueryServiceStatus(service))[1] == wanted:
            break
        time.sleep(0.02)
    print(*now[1:3], *now[5:])
try:
    s.StartService(service, None)
    state(2)
    open(go, "w").close()
    state(4)
    s.ControlService(service, 1)
    state(1)
finally:
    s.DeleteService(service)
print(subprocess.run(line, stdin=subprocess.PIPE).returncode)
"""


@pytest.fixture
def folder(lab):
    """With the program, and what stands in for Python; in /tmp, which the lab has."""
    tmp_path = Path(tempfile.mkdtemp(prefix="gc-", dir="/tmp"))
    (tmp_path / "python").mkdir()
    (tmp_path / "python.c").write_text(PYTHON)
    dll = str(tmp_path / "python/python313.dll")
    subprocess.run([lab, "cc", "-shared", "-O1", str(tmp_path / "python.c"), "-ladvapi32", "-o", dll], check=True)
    daemon = next(one for one in programs.PROGRAMS if one.room == "daemon")
    programs.build(tmp_path, "python313.dll", "0.0.1", [str(lab), "linux"], [daemon])
    (tmp_path / "life.py").write_text(LIFE)
    yield tmp_path
    shutil.rmtree(tmp_path, ignore_errors=True)


def there(path: Path) -> str:
    return "Z:" + str(path).replace("/", "\\")


@pytest.mark.timeout(300)
def test_the_manager_is_answered_before_python_is_loaded(folder, windows):
    """START_PENDING with 60 s to go, RUNNING once Python has taken over, STOPPED when it is told to; alone it is no service."""
    program, name = folder / "giochoi-daemon.exe", f"giochoi-test-{os.getpid()}"
    said = windows("python", there(folder / "life.py"), name, there(program), there(folder / "go"))
    starting, running, stopped, alone = said.splitlines()
    assert (starting, running, stopped, alone) == ("2 0 1 60000", "4 1 0 0", "1 0 0 0", "7")
