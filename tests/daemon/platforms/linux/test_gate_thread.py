"""A gate for whose thread there is no room now, or that breaks: nothing of it stays, and it can be tried again."""

from __future__ import annotations

import errno
import os
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from daemon.platforms.linux import calls, spawning
from daemon.platforms.linux.gate.execgate import ExecGate
from host.clock import SystemClock


@pytest.fixture
def no_room(monkeypatch):
    """As at the limit of tasks, while it holds anything."""
    start, held = threading.Thread.start, [True]

    def refuse(thread):
        if held and thread.name == "exec-gate":
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse)
    monkeypatch.setattr(calls, "fanotify_open", lambda: os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK))  # nobody ever asks
    return held


def held_open() -> int:
    """Descriptors of the kinds that a gate holds."""
    links = []
    for path in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            links.append(str(path.readlink()))
    return sum("eventfd" in link or "pidfd" in link or "pipe" in link for link in links)


def test_a_gate_whose_thread_cannot_start_leaves_nothing_behind(no_room):
    """No descriptor, no watchdog, and programs may be started; a later one opens."""
    before = held_open()
    gate = ExecGate(SystemClock(), print)
    with pytest.raises(OSError, match=os.strerror(errno.EAGAIN)) as told:
        gate.open()
    assert told.value.errno == errno.EAGAIN
    assert (gate.watchdog, spawning.permitted()) == (None, True)
    assert held_open() <= before
    no_room.clear()
    later = ExecGate(SystemClock(), print)
    later.open()
    try:
        assert (later.watchdog is None, spawning.permitted()) == (False, False)
    finally:
        later.close()
    assert spawning.permitted()


def test_one_that_breaks_leaves_no_file_open(no_room, monkeypatch):
    """Each time that it breaks it has questions that it did not come to; they are no questions any more."""

    def broken(*_args, **_more):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    def asked(handle):
        os.eventfd_read(handle)
        return [calls.Question(file, os.getpid()) for file in files]

    no_room.clear()
    files = [os.open("/proc/self/exe", os.O_RDONLY | os.O_CLOEXEC) for _ in range(3)]
    monkeypatch.setattr(calls, "fanotify_read", asked)
    monkeypatch.setattr(calls, "fanotify_answer", broken)
    monkeypatch.setattr(calls, "fanotify_open", lambda: os.eventfd(1, os.EFD_CLOEXEC | os.EFD_NONBLOCK))
    told = threading.Event()
    gate = ExecGate(SystemClock(), lambda _: told.set())
    gate.open()
    try:
        assert told.wait(30)
    finally:
        gate.close()
    for file in files:
        with pytest.raises(OSError, match=os.strerror(errno.EBADF)):
            os.fstat(file)
