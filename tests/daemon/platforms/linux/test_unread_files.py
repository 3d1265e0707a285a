"""A file that the kernel cannot open for the gate closes no gate."""

from __future__ import annotations

import errno
import os
from dataclasses import replace

import pytest

from daemon.platforms.linux import calls
from daemon.platforms.linux.gate import questions
from host.clock import SystemClock

pytestmark = pytest.mark.root


def asked_and_failed(*numbers):
    """`fanotify_read` of a kernel that says which files could not be opened, and of one that fails instead."""
    for number in numbers:
        yield [calls.Question(-number, 1)]
        yield OSError(number, os.strerror(number))


@pytest.mark.parametrize("number", [errno.ENOKEY, errno.EUCLEAN, errno.EIO, errno.EACCES])
def test_no_file_closes_the_gate(number, monkeypatch):
    """Whatever keeps a file from being opened: told once, and over when it has not come for a while."""
    answers = asked_and_failed(number)
    told = []

    def read(_):
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return answer

    monkeypatch.setattr(calls, "fanotify_read", read)
    found = questions.Questions(-1, -1, SystemClock(), told.append)
    assert [found.read(), found.read()] == [[], []]
    found.look_back()
    assert told == [questions.UNREAD]
    monkeypatch.setattr(questions, "_CALM_MS", -1)
    found.look_back()
    found.look_back()
    assert told == [questions.UNREAD, replace(questions.UNREAD, over=True)]
