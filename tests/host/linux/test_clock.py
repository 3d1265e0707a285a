"""Clocks on Linux: each says what the kernel says."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from agent import __main__ as agent
from daemon import __main__ as daemon
from host.clock import SystemClock
from host.linux import clocks


def test_readings_are_the_kernels() -> None:
    """Wall, monotonic and boot time lie between two readings of the kernel's own; the boot id is the kernel's."""
    clock = SystemClock()
    for read, truth in (
        (clock.wall, time.CLOCK_REALTIME),
        (clock.mono, time.CLOCK_MONOTONIC),
        (clock.elapsed, time.CLOCK_BOOTTIME),
    ):
        before = time.clock_gettime_ns(truth) // 1_000_000
        assert before <= read() <= time.clock_gettime_ns(truth) // 1_000_000
    assert clock.boot() == Path("/proc/sys/kernel/random/boot_id").read_text().strip()


@pytest.fixture
def hidden(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As to a service with ProcSubset=pid."""
    monkeypatch.setattr(clocks, "_BOOT", tmp_path / "boot_id")


@pytest.mark.usefixtures("hidden")
def test_a_boot_that_is_hidden_is_told_by_the_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    """As systemd writes it (%b), without dashes, it is the same one."""
    monkeypatch.setenv("GIOCHOI_BOOT", "7aa6a480cd87472fb7c413cc337da046")
    assert SystemClock().boot() == "7aa6a480-cd87-472f-b7c4-13cc337da046"


@pytest.mark.usefixtures("hidden")
@pytest.mark.parametrize("told", ["", "%b"])
@pytest.mark.parametrize("server", [agent, daemon])
def test_a_boot_that_nobody_tells_is_one_line(server, told, monkeypatch, tmp_path, capsys) -> None:
    """Not a traceback: what is hidden, and what the unit has to say."""
    monkeypatch.setenv("GIOCHOI_BOOT", told)
    assert server.main(["--home", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "boot_id is hidden: the service's unit has to say Environment=GIOCHOI_BOOT=%b" in said


@pytest.mark.parametrize(("adjtime", "hours"), [(None, 0), ("0.0 0 0\n0\nUTC\n", 0), ("0.0 0 0\n0\nLOCAL\n", 7)])
def test_the_clock_that_runs_while_the_pc_is_off(adjtime, hours, monkeypatch, tmp_path) -> None:
    """In local time, as beside Windows, where /etc/adjtime says so."""
    monkeypatch.setattr(clocks, "_RTC", tmp_path / "since_epoch")
    monkeypatch.setattr(clocks, "_ADJTIME", tmp_path / "adjtime")
    monkeypatch.setenv("TZ", "Asia/Ho_Chi_Minh")
    time.tzset()
    try:
        (tmp_path / "since_epoch").write_text("1795482000\n")
        if adjtime is not None:
            (tmp_path / "adjtime").write_text(adjtime)
        assert clocks.hardware() == (1_795_482_000 - hours * 3600) * 1000
        (tmp_path / "since_epoch").write_text("?")
        assert clocks.hardware() is None
        (tmp_path / "since_epoch").unlink()
        assert clocks.hardware() == 0
    finally:
        monkeypatch.undo()
        time.tzset()
