"""The id of a boot on Windows: the same until the kernel starts anew, whatever happens to the clock."""

from __future__ import annotations

import struct

import pytest

from host.windows.processlist import Listed, boot_id, listed

BASE = 0x7FF0_0000
SYSTEM = (4, 133_000_000_000_000_000, "System")
REGISTRY = (100, 132_999_999_950_000_000, "Registry")  # is created before System's time is noted
EXPLORER = (5000, 133_000_000_500_000_000, "explorer.exe")


def answer(*processes: tuple[int, int, str]) -> list[Listed]:
    """What SYSTEM_PROCESS_INFORMATION says of (pid, creation time, name), names behind it, written to BASE."""
    entries, names, size = b"", b"", 256
    for number, (pid, created, name) in enumerate(processes):
        text = name.encode("utf-16-le")
        where = BASE + size * len(processes) + len(names)
        following = size if number + 1 < len(processes) else 0
        head = struct.pack("<I28xq16xHHxxxxQiQQ", following, created, len(text), len(text) + 2, where, 8, pid, 0)[:72]
        entry = head + struct.pack("<i4xQQ", 8, pid, 0)
        entries += entry.ljust(size, b"\0")
        names += text + b"\0\0"
    return list(listed(memoryview(entries + names), BASE))


def test_the_same_boot_has_one_id() -> None:
    """Processes come and go; the id stays."""
    early = boot_id(7, answer((0, 0, ""), SYSTEM, REGISTRY))
    assert early == boot_id(7, answer((0, 0, ""), SYSTEM, REGISTRY, EXPLORER))


def test_a_clock_that_was_set_back_does_not_change_it() -> None:
    """A process created "before" System, because somebody set the clock, does not count, not even under a telling name."""
    before = boot_id(7, answer(SYSTEM, EXPLORER))
    assert before == boot_id(7, answer(SYSTEM, (8, 125_000_000_000_000_000, "services.exe")))


def test_a_restart_changes_it() -> None:
    """System starts at another time; where the clock has no battery and starts at the same one, the loader has counted on."""
    was = boot_id(7, answer(SYSTEM))
    assert was != boot_id(7, answer((4, SYSTEM[1] + 1, "System")))
    assert was != boot_id(8, answer(SYSTEM))


def test_without_system_the_first_services_exe_counts() -> None:
    """Wine's; a later program of that name does not."""
    first = (56, 133_000_000_000_000_000, "services.exe")
    assert boot_id(0, answer(first)) == boot_id(0, answer(first, (624, 133_000_000_900_000_000, "Services.exe")))
    assert boot_id(0, answer(first)) != boot_id(0, answer((56, 133_000_000_900_000_000, "services.exe")))


def test_without_either_there_is_no_id() -> None:
    """Better none than one that could change at any time."""
    with pytest.raises(OSError, match="neither"):
        boot_id(0, answer(EXPLORER))
