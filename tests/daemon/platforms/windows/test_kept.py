"""A program whose file another account keeps from being read: that account is named, and the program is not ended for it."""

from __future__ import annotations

import asyncio
import os
import sys

import pytest

from daemon.platforms.api import WatchTrouble
from daemon.platforms.tracker import UNREADABLE
from daemon.platforms.windows.watching import holders, processes, tracker
from host.windows import tokens
from host.windows.win32 import error, open_file
from tests.daemon.platforms.windows.stand import SHORT, Lookout, is_unread, own, run
from tests.system import until

ANOTHER = "S-1-5-21-1-2-3-1000"
KEEP = (
    "import sys, time, pathlib, win32file\n"
    "held = win32file.CreateFile(sys.argv[1], 0x80000000, 0, None, 3, 0, None)\n"
    "pathlib.Path(sys.argv[2]).touch(); time.sleep(20)\n"
)


@pytest.fixture
def kept(here, monkeypatch):
    """A running program and, of whom nobody else can open its file, the pid; Wine does not say who that is, so we do."""
    own(here / "bai-tap.exe", "trochoi-console.exe")
    program = run(here / "bai-tap.exe", *SHORT)
    holder = run(sys.executable, "-c", KEEP, here / "bai-tap.exe", here / "ready")
    until((here / "ready").exists)
    monkeypatch.setattr(holders, "using", lambda _: (4, os.getpid(), program.pid, holder.pid, 1 << 20))
    monkeypatch.setattr(tracker, "_PAUSE_S", 0.1)
    return program, holder


def whose(monkeypatch, accounts):
    """As if these pids' processes were these accounts'."""
    user = processes.user
    monkeypatch.setattr(processes, "user", lambda one: accounts.get(processes._pid(one.value)) or user(one))


def _other():
    return run(sys.executable, "-c", "import time; time.sleep(20)")


def told(here, program):
    """What was told of it once it was looked at often enough."""

    async def main():
        async with Lookout(here, ()) as lookout:
            def over():
                return program.pid in lookout.tracker._known and not lookout.tracker._hiding

            async with asyncio.timeout(20):
                while not any(getattr(one, "id", "") == UNREADABLE for one in lookout.seen) or not over():
                    await asyncio.sleep(0.02)
            return lookout.seen

    seen = asyncio.run(main())
    texts = [str(one.text) for one in seen if isinstance(one, WatchTrouble) and one.id == UNREADABLE]
    return texts, any(is_unread(one) and one.program.pid == program.pid for one in seen)


def test_it_is_named_and_nothing_is_ended(here, kept, monkeypatch):
    program, holder = kept
    whose(monkeypatch, {holder.pid: ANOTHER})
    (text,), unread = told(here, program)
    assert ANOTHER in text
    assert not unread


def test_who_keeps_his_own_from_us_is_held_to_it(here, kept):
    """Whoever else has the file open, as whoever looks at every file."""
    (text,), unread = told(here, kept[0])
    assert "keeps it" not in text
    assert unread


@pytest.mark.parametrize(("using", "found"), [
    ("holder", ANOTHER), ("holder own", None), ("", None), ("system us program gone", None), ("own", None),
])  # fmt: skip
def test_only_another_account_counts(kept, here, monkeypatch, using, found):
    """Not System, which has files open for other PCs; nor ourselves, nor the program, whose file it is."""
    program, holder = kept
    pids = {"holder": holder.pid, "own": _other().pid, "system": 4, "us": os.getpid(), "program": program.pid, "gone": 1 << 20}
    whose(monkeypatch, {holder.pid: ANOTHER, pids["own"]: tokens.own_sid(), 4: ANOTHER})
    monkeypatch.setattr(holders, "using", lambda _: tuple(pids[name] for name in using.split()))
    assert holders.another(str(here / "bai-tap.exe"), tokens.own_sid(), program.pid) == found


@pytest.mark.parametrize(("code", "asked"), [(32, True), (33, True), (300, True), (802, True), (5, False), (2, False)])
def test_who_has_a_file_that_is_closed_to_us_keeps_nobody_from_it(here, monkeypatch, code, asked):
    def refused(_):
        raise error("", code)

    (here / "x").touch()
    monkeypatch.setattr(holders, "open_shared", refused)
    other = _other()
    monkeypatch.setattr(holders, "using", lambda _: (other.pid,))
    whose(monkeypatch, {other.pid: ANOTHER})
    assert (holders.another(str(here / "x"), tokens.own_sid(), 0) == ANOTHER) is asked


def test_asking_who_has_a_file_open_needs_no_right_to_read_it(here):
    """Wine says of nobody that he has it."""
    (here / "x").touch()
    with open_file(str(here / "x"), 0x8000_0000, 0, share=0), holders.open_to_use(str(here / "x")) as handle:
        assert holders.using(handle) == () or os.getpid() in holders.using(handle)
