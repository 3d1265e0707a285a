"""host.stopping: signals and the service manager reach a server in its own loop, and nobody after it."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import threading

import pytest

from host import choose, stopping
from host.stopping import told_to_stop

LONG = 10


class Said:
    """A service manager that a test speaks for."""

    def __init__(self):
        self.tell = []

    def listen(self, tell):
        self.tell.append(tell)


@pytest.fixture
def manager(monkeypatch):
    made = Said()
    monkeypatch.setattr(stopping, "service", lambda: made)
    return made


@pytest.mark.parametrize("number", [getattr(signal, name) for name in stopping.SIGNALS if hasattr(signal, name)])
def test_a_signal_stops_a_loop_that_only_waits(number):
    """Not at its next timer: at once."""

    async def serve():
        stop = asyncio.Event()
        with told_to_stop(stop.set):
            asyncio.get_running_loop().call_later(0.05, signal.raise_signal, number)
            await asyncio.wait_for(stop.wait(), LONG)
        return stop.is_set()

    assert asyncio.run(serve())


def test_handlers_are_put_back(monkeypatch):
    """Also one that was nobody's, and that a signal was ignored."""
    heard = []
    before = signal.signal(signal.SIGTERM, lambda *_: heard.append("before"))
    ignored = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:

        async def serve():
            with told_to_stop(lambda: None):
                assert signal.getsignal(signal.SIGINT) is not signal.SIG_IGN

        asyncio.run(serve())
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        signal.raise_signal(signal.SIGTERM)
        assert heard == ["before"]
    finally:
        signal.signal(signal.SIGTERM, before)
        signal.signal(signal.SIGINT, ignored)


def test_the_manager_speaks_in_another_thread(manager):
    """What it says is heard in the loop's own: an order to stop, and that the PC is not as it was."""
    heard, ours = [], threading.get_ident()

    async def serve():
        stop = asyncio.Event()

        def changed():
            heard.append(threading.get_ident() == ours)

        with told_to_stop(stop.set, changed):
            (tell,) = manager.tell
            for told in ("session", "resume", "time", "stop"):
                await asyncio.to_thread(tell, told)
            await asyncio.wait_for(stop.wait(), LONG)

    asyncio.run(serve())
    assert heard == [True, True, True]


def test_who_does_not_ask_is_not_told_of_changes(manager):
    """The agent only wants to know when to stop."""

    async def serve():
        stop = asyncio.Event()
        with told_to_stop(stop.set):
            manager.tell[0]("session")
            await asyncio.sleep(0)
            assert not stop.is_set()

    asyncio.run(serve())


def test_nobody_is_called_after_the_end(manager):
    """Neither in a loop that goes on, nor in one that is closed."""
    calls = []

    async def serve():
        with told_to_stop(lambda: calls.append("stop"), lambda: calls.append("changed")):
            manager.tell[0]("time")  # on its way when the server ends
        manager.tell[0]("stop")
        await asyncio.sleep(0)

    asyncio.run(serve())
    manager.tell[0]("stop")
    assert calls == []


def test_a_loop_in_another_thread_has_no_signals_but_the_manager(manager):
    """Signals belong to the main thread; a server elsewhere starts all the same."""
    done = []

    async def serve():
        stop = asyncio.Event()
        with told_to_stop(stop.set):
            manager.tell[0]("stop")
            await asyncio.wait_for(stop.wait(), LONG)
        done.append(True)

    before = signal.getsignal(signal.SIGTERM)
    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    thread.join(LONG)
    assert (done, signal.getsignal(signal.SIGTERM)) == ([True], before)


def test_here_nothing_comes_from_a_manager():
    """On Linux systemd sends signals: listening is allowed, and silent while nobody sets the clock."""
    if os.name != "posix":
        pytest.skip("Windows has a manager that speaks")
    heard = []

    async def serve():
        choose.service().listen(heard.append)
        await asyncio.sleep(0.05)

    asyncio.run(serve())
    assert heard == []


@pytest.mark.skipif(os.name != "posix", reason="Windows has a manager that says so")
def test_a_clock_that_was_set_is_told_at_once(monkeypatch):
    """As the kernel does: reading the timer fails with ECANCELED, once. Nobody sets this PC's clock for a test."""
    from host.linux import service

    reader, writer = os.pipe()
    os.write(writer, b"12345678")

    def read(timer):
        os.read(timer, 8)
        raise OSError(errno.ECANCELED, "canceled")

    monkeypatch.setattr(service, "_until_set", lambda: reader)
    monkeypatch.setattr(service, "_taken", read)
    heard = []

    async def serve():
        changed = asyncio.Event()
        with told_to_stop(lambda: None, lambda: (heard.append("changed"), changed.set())):
            await asyncio.wait_for(changed.wait(), LONG)

    asyncio.run(serve())
    os.close(writer)
    assert heard == ["changed"]
