"""Clocks on Windows: interrupt time without and with sleep, and no promise about the wall clock."""

from __future__ import annotations

import ctypes

from host.windows import clocks

TICK = 20  # milliseconds between two steps of the system's coarse clock, at most


def ticks() -> int:
    count = ctypes.WinDLL("kernel32").GetTickCount64
    count.restype = ctypes.c_ulonglong
    return int(count())


def test_elapsed_is_the_time_since_boot_with_sleep() -> None:
    """It lies where GetTickCount64 lies."""
    before = ticks()
    assert before - TICK <= clocks.elapsed() <= ticks() + TICK


def test_elapsed_is_finer_than_ticks_where_it_can_be() -> None:
    """Without QueryInterruptTime (before Windows 10) GetTickCount64 stands in."""
    read = clocks._with_sleep()
    assert abs(read() - ticks()) <= TICK


def test_without_interrupt_time_ticks_stand_in(monkeypatch) -> None:
    real = clocks.function

    def old(dll, name, *types):
        if name == "QueryInterruptTime":
            raise AttributeError(name)
        return real(dll, name, *types)

    monkeypatch.setattr(clocks, "function", old)
    assert abs(clocks._with_sleep()() - ticks()) <= TICK


def test_nothing_passes_between_suspend_and_resume() -> None:
    """However often each is told; nor does the clock ever go back."""
    now = [100]
    clock = clocks.Standby(lambda: now[0])
    seen = []
    for step in (clock.stand_still, clock.stand_still, clock.run_on, clock.run_on, clock.stand_still, clock.run_on):
        now[0] += 10
        seen.append(clock.mono())
        step()
        seen.append(clock.mono())
    assert seen == [110, 110, 110, 110, 110, 110, 120, 120, 130, 130, 130, 130]
    now[0] += 10
    assert clock.mono() == 140


def test_boot_does_not_change_while_we_run() -> None:
    """Asked again and again, with processes coming and going."""
    assert len({clocks.boot() for _ in range(20)}) == 1


def test_nothing_is_known_of_the_clock_that_runs_while_the_pc_is_off() -> None:
    assert clocks.hardware() is None


def test_an_odd_zone_is_told_by_its_distance_from_utc(monkeypatch) -> None:
    """Who may set the zone, may write any name of it into the registry."""

    def odd(found):
        found._obj.key, found._obj.bias = "a\ud800", -420

    monkeypatch.setattr(clocks, "_zone", odd)
    assert clocks.zone() == "UTC+420 min"
