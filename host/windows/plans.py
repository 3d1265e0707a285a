"""What our services are to the service control manager, and who may change their files. Nothing here calls Windows."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PureWindowsPath
from typing import Final
from xml.sax.saxutils import escape

from host.api import Name
from host.windows.sids import ADMINS, SYSTEM, USERS
from i18n.message import Arg, msg

TRUSTED_INSTALLER: Final = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"
LOCAL_SYSTEM: Final = "LocalSystem"
RESTARTS_MS: Final = (0, 5_000, 30_000)  # after the first failure of a day, the second, and every further one
RESET_S: Final = 86_400
PRESHUTDOWN_MS: Final = 60_000  # for a last line in the journal, however slow the disk is

_FULL, _LOOK = 0x1F01FF, 0x1200A9  # FILE_ALL_ACCESS; FILE_GENERIC_READ and FILE_GENERIC_EXECUTE
_HOME = " --home "


@dataclass(frozen=True, slots=True)
class Plan:
    """How a service is entered. `privileges`: all that its token keeps; `own_account`: its files are its own account's."""

    service: str
    display: Arg
    description: Arg
    account: str
    privileges: tuple[str, ...]

    @property
    def own_account(self) -> bool:
        return self.account != LOCAL_SYSTEM


PLANS: Final[dict[Name, Plan]] = {
    "daemon": Plan(
        "giochoi-daemon",
        msg("Giờ Chơi – limits on games"),
        msg("Keeps games on this PC inside their limits."),
        LOCAL_SYSTEM,
        (
            "SeChangeNotifyPrivilege",  # pass through folders on the way to a file
            "SeImpersonatePrivilege",  # who calls on the local API
            "SeDebugPrivilege",  # see and end a game whose player took that right from the system
            "SeBackupPrivilege",  # read a game whose player took that right from the system
            "SeTcbPrivilege",  # the token of the user in a session,
            "SeAssignPrimaryTokenPrivilege",  # to ask windows to close on that desktop
            "SeIncreaseQuotaPrivilege",  # with that user's rights and not with ours
        ),
    ),
    "agent": Plan(
        "giochoi-agent",
        msg("Giờ Chơi – registry and log"),
        msg("Keeps the registry of players and the signed log of a home or game point."),
        "NT SERVICE\\giochoi-agent",
        ("SeChangeNotifyPrivilege",),
    ),
    "uplink": Plan(
        "giochoi-uplink",
        msg("Giờ Chơi – line to the agent"),
        msg("Carries what this PC records to the agent on another PC, and brings its rules."),
        "NT SERVICE\\giochoi-uplink",
        ("SeChangeNotifyPrivilege",),
    ),
}


def command(python: str, name: Name, home: str) -> str:
    """What the SCM runs: the interpreter isolated from its user's settings and packages, our program, its home."""
    return f'"{python}" -I -m {name} service run{_HOME}{subprocess.list2cmdline([home])}'


def update_task(python: str, home: str) -> str:
    """The task that installs newer versions, as the scheduler of Windows reads it; its elements have this order."""
    arguments = subprocess.list2cmdline(["-I", "-m", "cli", "--home", home, "update", "--install"])
    return f"""<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <Triggers><TimeTrigger>
    <Repetition><Interval>PT1H</Interval></Repetition>
    <StartBoundary>2026-01-01T00:00:00</StartBoundary>
    <Enabled>true</Enabled>
    <RandomDelay>PT20M</RandomDelay>
  </TimeTrigger></Triggers>
  <Principals><Principal id="system"><UserId>S-1-5-18</UserId><RunLevel>HighestAvailable</RunLevel></Principal></Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT1H</ExecutionTimeLimit>
  </Settings>
  <Actions Context="system"><Exec>
    <Command>{escape(python)}</Command>
    <Arguments>{escape(arguments)}</Arguments>
  </Exec></Actions>
</Task>
"""


def home_in(line: str) -> str | None:
    """The home in a line that `command` made."""
    _, found, home = line.partition(_HOME)
    return home.strip('"') if found else None


def strangers(owner: str, writers: Iterable[str], administrator: Callable[[str], bool]) -> frozenset[str]:
    """Who may change a file that a service runs and is no administrator. An owner may give himself every right."""
    trusted = {SYSTEM, ADMINS, TRUSTED_INSTALLER}
    return frozenset(sid for sid in {owner, *writers} - trusted if not administrator(sid))


def room(sid: str, *, shown: bool) -> str:
    """The descriptor of a folder in which the service with this account works; `shown`: everybody here may read it."""
    entries = "".join(f"(A;OICI;{_FULL:#x};;;{one})" for one in (SYSTEM, ADMINS, sid))
    return f"O:{ADMINS}D:P{entries}" + (f"(A;OICI;{_LOOK:#x};;;{USERS})" if shown else "")


def path_and_above(path: PureWindowsPath) -> tuple[PureWindowsPath, ...]:
    """The path and all folders above it but the drive itself, in which Windows lets everybody make folders of his own."""
    return path, *(one for one in path.parents if one != one.parent)
