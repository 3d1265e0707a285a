"""Clocks of Windows beside the wall clock (api.Clocks): interrupt time without and with sleep (realtimeapiset.h)."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from ctypes import wintypes

from host.windows.processlist import boot_id
from host.windows.snapshot import Snapshots
from host.windows.win32 import checked, function, kernel32
from host.windows.zones import called

_TICKS = 10_000  # of 100 ns, in a millisecond
_BOOT_COUNT = 0x7FFE_0000 + 0x2C4  # KUSER_SHARED_DATA, at the same address in every process; BootId

_counter = ctypes.POINTER(ctypes.c_ulonglong)
_unbiased = function(kernel32, "QueryUnbiasedInterruptTime", wintypes.BOOL, _counter)


def _with_sleep() -> Callable[[], int]:
    """QueryInterruptTime of Windows 10; before that GetTickCount64, which passes in sleep as well, in steps of 10 to 16 ms."""
    try:
        biased = function(ctypes.WinDLL("kernelbase"), "QueryInterruptTime", None, _counter)
    except AttributeError:
        ticks: Callable[[], int] = function(kernel32, "GetTickCount64", ctypes.c_ulonglong)
        return ticks

    def read() -> int:
        now = ctypes.c_ulonglong()
        biased(ctypes.byref(now))
        return now.value // _TICKS

    return read


elapsed = _with_sleep()


def _without_sleep() -> int:
    now = ctypes.c_ulonglong()
    checked(_unbiased(ctypes.byref(now)), "QueryUnbiasedInterruptTime")
    return now.value // _TICKS


class Standby:
    """The clock `read`, but still between notices of suspend and resume: in modern standby Windows' own may run on."""

    def __init__(self, read: Callable[[], int]) -> None:
        self._read = read
        self._state: tuple[int | None, int] = None, 0  # since when it stands, and for how long it did before; changed in whole

    def mono(self) -> int:
        stands, stood = self._state
        return (self._read() if stands is None else stands) - stood

    def stand_still(self) -> None:
        stands, stood = self._state
        if stands is None:
            self._state = self._read(), stood

    def run_on(self) -> None:
        stands, stood = self._state
        if stands is not None:
            self._state = None, stood + self._read() - stands


standby = Standby(_without_sleep)
mono = standby.mono


def boot() -> str:
    """Stable over sleep, fast startup and any step of the clock; another one after a restart (see host.windows.processlist)."""
    return boot_id(ctypes.c_uint32.from_address(_BOOT_COUNT).value, Snapshots().take())


class _Zone(ctypes.Structure):  # DYNAMIC_TIME_ZONE_INFORMATION
    _fields_ = (
        ("bias", wintypes.LONG), ("standard", wintypes.WCHAR * 32), ("standard_date", wintypes.WORD * 8),
        ("standard_bias", wintypes.LONG), ("daylight", wintypes.WCHAR * 32), ("daylight_date", wintypes.WORD * 8),
        ("daylight_bias", wintypes.LONG), ("key", wintypes.WCHAR * 128), ("no_daylight", wintypes.BOOLEAN),
    )  # fmt: skip


_zone = function(kernel32, "GetDynamicTimeZoneInformation", wintypes.DWORD, ctypes.POINTER(_Zone))


def zone() -> str:
    """The zone's name in the registry, such as "SE Asia Standard Time"; a standard user may choose another one."""
    found = _Zone()
    _zone(ctypes.byref(found))
    return called(found.key, found.bias)


def hardware() -> None:
    """Windows sets its clock by it at a boot, and tells nobody what it says."""
