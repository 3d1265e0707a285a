"""A file that keeps its reader waiting delays its account's programs only, and not for ever."""

from __future__ import annotations

import secrets
import threading
import time

import pytest
import win32file
import win32pipe

from daemon.platforms.windows.watching import reader
from daemon.platforms.windows.watching.reader import HeldError, Reader
from tests.system import until


@pytest.fixture
def silent():
    """`silent()` reads from a pipe that nobody writes to: the call comes back only if it is cancelled."""
    kept = []

    def read():
        name = f"\\\\.\\pipe\\gc-{secrets.token_hex(8)}"
        kept.append(win32pipe.CreateNamedPipe(name, win32pipe.PIPE_ACCESS_DUPLEX, 0, 1, 4096, 4096, 0, None))
        end = win32file.CreateFile(name, win32file.GENERIC_READ, 0, None, win32file.OPEN_EXISTING, 0, None)
        return win32file.ReadFile(end, 1)

    yield read
    for one in kept:
        one.Close()


@pytest.fixture
def readers(monkeypatch):
    """A reader, and what it wants to do later."""
    monkeypatch.setattr(reader, "WAIT_S", 0.05)
    made, later = Reader(), []
    made.later = lambda delay, what, *args: later.append((delay, what, args))
    return made, later


@pytest.mark.promise("Windows (under Wine): A file that blocks its reader delays only its own account")
def test_another_account_is_read_meanwhile_and_what_is_held_is_cancelled(readers, silent):
    made, later = readers
    held, behind = made.ask("child", silent), made.ask("child", threading.current_thread)
    assert made.ask("friend", lambda: "read").result(0) == "read"
    assert not held.done()
    assert [delay for delay, _, _ in later] == [reader.DEADLINE_S] * 2
    _, give_up, args = later[0]
    give_up(*args)
    assert isinstance(held.exception(0), HeldError)
    until(lambda: behind.done() or give_up(*args))
    assert behind.result(0) is made._threads["child"]


def test_what_comes_in_time_is_waited_for(readers):
    made, later = readers
    assert made.ask("child", lambda: time.sleep(0.01) or "read").result(0) == "read"
    assert later == []


def test_what_is_given_up_is_not_begun_and_what_fails_says_so_where_it_is_asked_for(readers):
    made, later = readers
    go, begun = threading.Event(), []
    made.ask("child", go.wait)
    behind = made.ask("child", lambda: begun.append(1))
    _, give_up, args = later[1]
    give_up(*args)
    go.set()
    until(lambda: made.ask("child", lambda: "read").done())
    assert (begun, type(behind.exception(0))) == ([], HeldError)
    assert isinstance(made.ask("child", lambda: 1 / 0).exception(0), ZeroDivisionError)
