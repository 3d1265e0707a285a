"""The helper that reads processes: its rights, its deadline, and that nothing which it reads stops it."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import time
from pathlib import Path

import pytest

from daemon.platforms.api import ProgramStarted, Refusals, WatchTrouble
from daemon.platforms.linux import procfs
from daemon.platforms.linux.reading import reader as helper
from daemon.platforms.linux.reading.channel import receive
from daemon.platforms.linux.reading.client import Reader
from daemon.platforms.linux.reading.wants import Wants
from daemon.platforms.processes import BlindError
from daemon.platforms.tracker import HELD
from host.clock import SystemClock
from tests import fuse
from tests.daemon.platforms.linux.conftest import CATALOGUE, NAME

CAPABILITIES = 1 << 2 | 1 << 19  # CAP_DAC_READ_SEARCH and CAP_SYS_PTRACE
GAMES, NOBODY = 5, 65534
ALL = 0xFFFF_FFFF_FFFF_FFFF


class Asked:
    """What became of one question: `found` is the answer, `ms` how long it took."""

    def __init__(self, reader, pid, uid, *, strict=False):
        self.found, self.ms, self._began = None, 0, time.monotonic()
        reader.ask(pid, uid, self._told, strict=strict)

    def _told(self, found):
        self.found, self.ms = found, (time.monotonic() - self._began) * 1000


@pytest.fixture
def reader():
    found = Reader(SystemClock())
    found.troubles = []
    found.trouble = found.troubles.append
    assert found.start()
    yield found
    found.close()


def helpers():
    """Our child processes that read."""
    ours = [one.pid for one in procfs.processes().values() if one.parent == os.getpid()]
    return [pid for pid in ours if procfs.name(pid) == helper._NAME]


def of_status(pid, name):
    return re.search(rf"^{name}:[ \t]*(.*)$", Path(f"/proc/{pid}/status").read_text("utf-8"), re.MULTILINE)[1].split()


@pytest.mark.root
def test_helper_has_two_capabilities_and_limits(reader, run):
    """Its workers have what it has (engineer.md, 4.8)."""
    asked = Asked(reader, run("/bin/sleep", "60"), 0)
    reader.wait(5_000)
    assert asked.found.files[0].path.endswith("/sleep")
    pid = helpers()[0]
    workers = [one.pid for one in procfs.processes().values() if one.parent == pid]
    assert workers
    for one in (pid, *workers):
        assert {*of_status(one, "Uid"), *of_status(one, "Gid")} == {str(NOBODY)}
        assert of_status(one, "Groups") == []
        for name in ("CapPrm", "CapEff"):
            assert int(of_status(one, name)[0], 16) == CAPABILITIES
        assert {int(of_status(one, name)[0], 16) for name in ("CapInh", "CapAmb")} == {0}
        assert of_status(one, "NoNewPrivs") == ["1"]
        limits = Path(f"/proc/{one}/limits").read_text("utf-8")
        for name, most in (("address space", 1 << 30), ("core file size", 0), ("open files", 256)):
            assert re.search(rf"^Max {name} +{most} +{most} ", limits, re.MULTILINE)


@pytest.mark.root
def test_process_whose_file_hangs_is_late_and_delays_no_other_account(reader, started, open_folder):
    """Its FUSE server answers what executes it, and nobody who opens the file later."""
    folder = open_folder / "disk"
    folder.mkdir()
    with fuse.served(folder, GAMES, {"slow": Path("/bin/sleep").read_bytes()}, "allow_other") as disk:
        slow = started(folder / "slow", "60", user=GAMES)
        other = started("/bin/sleep", "60")
        disk.hold(fuse.OPEN, fuse.READ)
        held, asked = Asked(reader, slow.pid, GAMES, strict=True), Asked(reader, other.pid, 0)
        reader.wait(helper.DEADLINE_MS * 3)
        assert asked.ms < 200
        assert not asked.found.unread
        assert helper.DEADLINE_MS * 0.9 < held.ms < helper.DEADLINE_MS * 2
        assert (held.found.unread, held.found.files[0].path) == (True, f"{folder}/slow")
        again = Asked(reader, other.pid, GAMES)  # a question about the same account has another worker by now
        reader.wait(helper.DEADLINE_MS)
        assert not again.found.unread
        slow.kill()


@pytest.mark.root
@pytest.mark.parametrize("gate", [False, True])
def test_killed_helper_is_reported_and_restarted(watching, until, launcher, gate_folder, open_folder, gate):
    """Also under a gate, which is taken down for that moment."""
    seen, kind = [], "gate" if gate else "events"

    def is_known(pid):
        return any(isinstance(one, ProgramStarted) and one.program.pid == pid for one in seen)

    async def body():
        async with watching(seen, (str(gate_folder),) if gate else ()) as watcher:
            watcher.refuse(Refusals(CATALOGUE, {}))
            assert watcher.kind == kind
            first = helpers()[0]
            os.kill(first, signal.SIGKILL)
            await until(lambda: [one.over for one in seen if isinstance(one, WatchTrouble) and one.id == HELD] == [False])
            await until(lambda: helpers() not in ([], [first]) and watcher.kind == kind)
            script = open_folder / NAME
            script.write_text("sleep 60\n")
            done = await launcher.aside("start", args=["/bin/sh", str(script)])
            await until(lambda: is_known(done["pid"]))

    asyncio.run(body())


def hostile_elf():
    """It runs, and what its headers say of sections and notes is out of all bounds."""
    content = bytearray(Path("/bin/sleep").read_bytes())
    content[40:48] = (ALL - 7).to_bytes(8, "little")  # where section headers are
    content[58:64] = b"\xff" * 6  # size and number of section headers, and which one has their names
    headers, size, count = (int.from_bytes(content[at : at + length], "little") for at, length in ((32, 8), (54, 2), (56, 2)))
    for at in range(headers, headers + size * count, size):
        if content[at : at + 4] == b"\4\0\0\0":  # PT_NOTE
            content[at + 8 : at + 16] = (1 << 62).to_bytes(8, "little")  # where it is
            content[at + 32 : at + 40] = (ALL >> 1).to_bytes(8, "little")  # how long it is
    return bytes(content)


def hostile_zip():
    """A shell script that ends like an archive of 65,535 files in a directory of 4 GiB."""
    end = b"PK\5\6" + bytes(4) + b"\xff" * 4 + b"\xff" * 4 + b"\xfe\xff\xff\xff" + bytes(2)
    return b"sleep 60\nexit\n" + b"PK\1\2" + b"\xff" * 500 + end


@pytest.mark.parametrize(("made", "before"), [(hostile_elf, ()), (hostile_zip, ("/bin/sh",))])
def test_hostile_file_gives_an_answer(reader, started, tmp_path, made, before):
    path = tmp_path / "hostile"
    path.write_bytes(made())
    path.chmod(0o755)
    reader.want(Wants(frozenset((path.stat().st_size,)), frozenset((1, 2, 3))))
    process = started(*before, path, *(() if before else ("60",)))
    asked = Asked(reader, process.pid, os.geteuid(), strict=True)
    reader.wait(5_000)
    assert any(file.path == str(path) and file.sha256 for file in asked.found.files)
    assert asked.found.foreign
    assert reader.troubles == []


def raises(error):
    def read(*_, **__):
        raise error

    return read


@pytest.mark.parametrize(("error", "told"), [(BlindError("no descriptors"), ""), (ValueError("odd"), "ValueError: odd")])
def test_worker_that_cannot_see_answers_that_it_is_late(error, told):
    """A want of descriptors is no error of ours, anything else is."""
    (line, worker), (answers, daemon) = (socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(2))
    reading = type("Reading", (), {"read": staticmethod(raises(error))})
    with line, worker, answers, daemon:
        line.send(b'{"n": 3, "pid": 1, "strict": false}')
        line.shutdown(socket.SHUT_WR)
        helper._work(worker, answers, reading)
        assert receive(daemon) == {"n": 3, "late": True, "error": told}
        assert line.recv(8) == b"."  # the next one may come


def test_late_answer_is_an_unread_program(reader, started):
    process = started("/bin/sleep", "60")
    asked = Asked(reader, process.pid, os.geteuid())
    reader._hear({"n": reader._number, "late": True, "error": "ValueError: odd"})
    assert (asked.found.unread, asked.found.foreign) == (True, asked.found.files)
    assert reader.troubles == [f"pid {process.pid}: ValueError: odd"]
