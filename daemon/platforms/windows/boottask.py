"""The task of Windows' scheduler that lifts denials when no daemon does: at each start of the PC, and hourly what is over.

It is made by schtasks.exe from a file of ours, while denials are switched on, and runs `lift` as the system.
"""

from __future__ import annotations

import ctypes
import hashlib
import ntpath
import subprocess
import sys
from ctypes import wintypes
from pathlib import Path
from xml.sax.saxutils import escape

from host.files import write_atomic
from host.system import files
from host.windows.win32 import checked, function, kernel32

_PATIENCE = 20.0  # seconds
_LONGEST = 32_768
_XML = """<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Giờ Chơi: gỡ chặn tệp trò chơi khi hết hạn / lifts denials of games that are over</Description>
  </RegistrationInfo>
  <Triggers>
    <BootTrigger>
      <Enabled>true</Enabled>
    </BootTrigger>
    <TimeTrigger>
      <Repetition>
        <Interval>PT1H</Interval>
        <StopAtDurationEnd>false</StopAtDurationEnd>
      </Repetition>
      <StartBoundary>2020-01-01T00:07:00</StartBoundary>
      <Enabled>true</Enabled>
    </TimeTrigger>
  </Triggers>
  <Principals>
    <Principal id="System">
      <UserId>S-1-5-18</UserId>
      <RunLevel>HighestAvailable</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT10M</ExecutionTimeLimit>
    <Enabled>true</Enabled>
  </Settings>
  <Actions Context="System">
    <Exec>
      <Command>{command}</Command>
      <Arguments>{arguments}</Arguments>
    </Exec>
  </Actions>
</Task>
"""

_system_folder = function(kernel32, "GetSystemDirectoryW", wintypes.UINT, wintypes.LPWSTR, wintypes.UINT)


class BootTask:
    """denials.Task: the one task of the home at `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def name(self) -> str:
        """The system's home has the plain name. In the scheduler's top folder: one of our own would stay behind empty."""
        if self._root == files().system_root():
            return r"\GioChoi-LiftDenials"
        home = ntpath.normcase(ntpath.normpath(self._root)).encode("utf-8", "surrogatepass")
        return rf"\GioChoi-LiftDenials-{hashlib.sha256(home).hexdigest()[:16]}"

    def register(self) -> None:
        """The task is there when this returns, in place of one of that name. OSError, in one line."""
        path = self._root / "daemon" / "denials-task.xml"
        write_atomic(path, self.xml().encode("utf-16"))
        try:
            _run("/Create", "/TN", self.name, "/XML", str(path), "/F")
        finally:
            path.unlink(missing_ok=True)

    def remove(self) -> None:
        """The task is not there when this returns. OSError, in one line."""
        try:
            _run("/Delete", "/TN", self.name, "/F")
        except OSError:
            if self.there():
                raise

    def there(self) -> bool:
        """Whether the scheduler has it: each of its tasks is a file of this folder."""
        return Path(_system_folder_path(), "Tasks", self.name.removeprefix("\\")).exists()

    def xml(self) -> str:
        """What is registered: this Python, and the home by its path."""
        arguments = ["-I", "-m", "daemon.platforms.windows.lift", "--home", str(self._root), "--expired"]
        return _XML.format(command=escape(sys.executable), arguments=escape(subprocess.list2cmdline(arguments)))


def _run(*arguments: str) -> None:
    done = _done(*arguments)
    if done.returncode != 0:
        text = " ".join(f"{done.stderr} {done.stdout}".split())
        raise OSError(f"schtasks.exe {arguments[0]}: {text or done.returncode}")


def _done(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [ntpath.join(_system_folder_path(), "schtasks.exe"), *arguments]
    try:
        return subprocess.run(
            command, check=False, capture_output=True, encoding="oem", errors="replace", stdin=subprocess.DEVNULL,
            timeout=_PATIENCE, creationflags=subprocess.CREATE_NO_WINDOW,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise OSError(f"schtasks.exe {arguments[0]}: không trả lời / no answer in {_PATIENCE:g} s") from None


def _system_folder_path() -> str:
    """Asked of the system and not of the environment."""
    found = ctypes.create_unicode_buffer(_LONGEST)
    checked(_system_folder(found, len(found)), "GetSystemDirectory")
    return found.value
