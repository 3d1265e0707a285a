"""The helper that reads processes: with few rights, never waited for, and replaced when it ends."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from daemon.platforms.api import WatchTrouble
from daemon.platforms.linux import procfs
from daemon.platforms.linux.reading.client import Reader
from daemon.platforms.linux.reading.reader import DEADLINE_MS
from daemon.platforms.troubles import HELD
from host.clock import SystemClock
from tests.contracts.programs import copy_with_own_build
from tests.system import PATIENCE, until

pytestmark = pytest.mark.root
DAC_READ_SEARCH, SYS_PTRACE = 2, 19
UID, OTHER_UID = 54_031, 54_032  # numbers of no account, and of no other test


@pytest.fixture
def reader():
    made = Reader(SystemClock())
    made.start()
    assert made.line
    yield made
    made.close()


@pytest.fixture
def asleep():
    """`asleep(uid)`: the pid of a process of this user's."""
    every = []

    def start(uid):
        every.append(subprocess.Popen(["/bin/sleep", "60"], user=uid, group=uid, cwd="/"))
        return every[-1].pid

    yield start
    for one in every:
        one.kill()
        one.wait()


def asked(reader, *pids_and_uids):
    """By pid: what was read, and after how many seconds."""
    found, began = {}, time.monotonic()
    for pid, uid in pids_and_uids:
        reader.ask(pid, uid, lambda read, pid=pid: found.setdefault(pid, (read, time.monotonic() - began)), strict=True)
    reader.wait(int(PATIENCE * 1000))
    return found


def children(pid):
    return [int(child) for child in procfs.text(f"/proc/{pid}/task/{pid}/children").split()]


def test_it_has_few_rights(reader):
    lines = Path(f"/proc/{reader.process.pid}/status").read_text().splitlines()
    status = dict(line.split(":\t") for line in lines if ":\t" in line)
    rights = 1 << DAC_READ_SEARCH | 1 << SYS_PTRACE
    assert status["Uid"].split() == ["65534"] * 4
    assert [int(status[name], 16) for name in ("CapEff", "CapPrm", "CapInh", "CapAmb")] == [rights, rights, 0, 0]
    assert status["NoNewPrivs"] == "1"


def test_a_reading_that_hangs_is_late_and_holds_up_no_other_account(reader, asleep):
    mine, theirs = asleep(UID), asleep(OTHER_UID)
    assert not asked(reader, (mine, UID))[mine][0].unread
    (worker,) = children(reader.process.pid)
    os.kill(worker, signal.SIGSTOP)
    found = asked(reader, (mine, UID), (theirs, OTHER_UID))
    (read, took), (other, took_other) = found[mine], found[theirs]
    assert (read.unread, other.unread) == (True, False)
    assert took >= DEADLINE_MS / 1000
    assert took_other < 0.3
    assert not asked(reader, (mine, UID))[mine][0].unread


def test_what_is_over_is_no_process(reader, gone):
    pid = gone()
    assert asked(reader, (pid, UID))[pid][0] is None


@pytest.mark.parametrize("gate", [False, True])
def test_a_reader_that_is_killed_is_started_again(watching, gate_folder, gate):
    seen = []

    def told():
        return [one for one in seen if isinstance(one, WatchTrouble) and one.id == HELD]

    async def body():
        async with watching(seen, (str(gate_folder),) if gate else ()) as watcher:
            first = watcher._reader.process.pid
            os.kill(first, signal.SIGKILL)
            async with asyncio.timeout(PATIENCE):
                while not (told() and watcher._reader.line is not None):
                    await asyncio.sleep(0.01)
            assert watcher._reader.process.pid != first
            assert watcher.kind == ("gate" if gate else "events")
            assert asked(watcher._reader, (os.getpid(), 0))[os.getpid()][0].pid == os.getpid()

    asyncio.run(body())


@pytest.mark.parametrize("content", [
    b"\x7fELF\2\1\1" + b"\xff" * 4096, b"\x7fELF\1\2" + bytes(60), b"PK\3\4" + b"\xff" * 4096,
    b"PK\5\6" + b"\xff" * 18, b"MZ" + b"\xff" * 4096, b"",
], ids=["ELF", "empty ELF", "ZIP", "end of a ZIP", "PE", "nothing"])  # fmt: skip
def test_a_hostile_file_has_an_answer(reader, tmp_path, started, content):
    node, hostile = tmp_path / "node", tmp_path / "game"
    copy_with_own_build("/bin/dash", node)
    hostile.write_bytes(content)
    pid = started(node, "-c", "read line", hostile).pid
    until(lambda: procfs.cmdline(pid, 1))
    read, took = asked(reader, (pid, 0))[pid]
    assert (str(hostile) in read.args, read.unread) == (True, False)
    assert took < DEADLINE_MS / 1000
