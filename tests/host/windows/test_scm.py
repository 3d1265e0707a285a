"""The service control manager, where it is busy: what nothing here can be made to be."""

from __future__ import annotations

import pytest
import pywintypes
import win32api
import win32service

from host.api import ManagerError
from host.windows import scm

LOCKED, NO_ACCESS = 1055, 5


@pytest.fixture
def start(monkeypatch):
    """`start(*codes)`: how often it was tried until it was started, if it fails with these first."""
    monkeypatch.setattr(scm, "_service", lambda *_: object())
    monkeypatch.setattr(win32api, "Sleep", lambda _: None)
    tried = []

    def run(*codes):
        left = list(codes)

        def one(*_):
            tried.append(1)
            if left:
                raise pywintypes.error(left.pop(0), "StartService", "no")

        monkeypatch.setattr(win32service, "StartService", one)
        scm.start("daemon")
        return len(tried)

    run.tried = tried
    return run


def test_a_locked_manager_is_asked_again(start):
    """Another service is just being started."""
    assert start(LOCKED, LOCKED) == 3


def test_not_for_ever_and_not_for_another_reason(start):
    with pytest.raises(ManagerError):
        start(*[LOCKED] * 1_000)
    assert len(start.tried) < 1_000
    start.tried.clear()
    with pytest.raises(ManagerError):
        start(NO_ACCESS)
    assert len(start.tried) == 1
