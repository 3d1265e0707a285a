"""What everybody else's programs lose by a daemon that watches: starts of a static program of root's that does nothing.

Two thousand of them with a daemon, two thousand without, by turns, as nothing else on a PC is as quiet as a ratio asks for. And
two thousand with the least that a daemon can do: a mark for the gate, and process events that are queued and never read.
"""

from __future__ import annotations

import os
import platform
import statistics
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from measure import NotHere, Row, quick
from world import World, world

from daemon.platforms.linux import calls
from tests.contracts.programs import Launcher

TURNS, STARTS, AT_A_TIME = (5, 400, 100) if quick else (7, 2_000, 200)
BOUND = 1.03
_CODE = bytes.fromhex("31ffb8e70000000f05")  # exit_group(0)
_AT = 0x400000

Took = dict[str, float]


def main() -> Iterator[Row]:
    if platform.machine() != "x86_64":
        raise NotHere("needs x86_64")
    launcher = Launcher()  # its own process: the daemon's must not be the parent of what it sees
    try:
        with world(gate=True) as (made, daemon):
            program = made.game.with_name("nothing")
            program.write_bytes(_nothing())
            program.chmod(0o755)
            _starts(launcher, program)
            turns = [_turn(launcher, program, made, daemon)]
            while len(turns) < TURNS:
                turns.append(_turn(launcher, program, made, made.serve("daemon")))
    finally:
        launcher.close()
    for name, which in (("a start of root's", "us"), ("… of a processor, itself", "cpu_us")):
        on, off, least = ([turn[state][which] for turn in turns] for state in range(3))
        yield Row(f"{name}, without a daemon", off, "µs")
        yield Row("… with one", on, "µs")
        yield Row("… times one without", [one / other for one, other in zip(on, off, strict=True)], "", BOUND)
        yield Row("… with the least, times one without", [one / other for one, other in zip(least, off, strict=True)], "")
    yield Row("daemon: of a processor for each", [turn[3] for turn in turns], "µs")


def _turn(launcher: Launcher, program: Path, made: World, daemon: subprocess.Popen[bytes]) -> tuple[Took, Took, Took, float]:
    """A start with the daemon, without and with the least, and what the daemon spent on one (µs). The daemon is over then."""
    time.sleep(2)  # what its own start costs
    before = _cpu_us(daemon.pid)
    on = _starts(launcher, program)
    spent = (_cpu_us(daemon.pid) - before) / STARTS
    made.end(daemon)
    off = _starts(launcher, program)
    with _least(program):
        return on, off, _starts(launcher, program), spent


@contextmanager
def _least(program: Path) -> Iterator[None]:
    """The gate is asked for nothing, as it need not be for this program."""
    handle = calls.fanotify_open()
    try:
        calls.fanotify_ignore(handle, str(program))
        calls.fanotify_watch(handle, str(program))
        yield
    finally:
        os.close(handle)


def _starts(launcher: Launcher, program: Path) -> Took:
    times = [launcher("rate", args=[str(program)], count=AT_A_TIME) for _ in range(STARTS // AT_A_TIME)]
    return {kind: statistics.median(time[kind] for time in times) for kind in ("us", "cpu_us")}


def _cpu_us(pid: int) -> float:
    return sum(int(file.read_text("ascii").split()[0]) for file in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e3


def _nothing() -> bytes:
    """A static program, with the least that an ELF has."""
    size = 64 + 56 + len(_CODE)
    head = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 2, 62, 1, _AT + 120, 64, 0, 0, 64, 56, 1, 64, 0, 0)
    return head + struct.pack("<IIQQQQQQ", 1, 5, 0, _AT, _AT, size, size, 4096) + _CODE
