"""Who is asked what was meant; the questions themselves are tested on a terminal (linux/test_asking.py)."""

from __future__ import annotations

from argparse import Namespace

import pytest

from cli.context import Context
from cli.given import asking
from host.wire import ApiError, Near
from i18n.message import msg


def meant(args, near):
    return asking.meant(ApiError("not-found", msg("nobody"), near), args, Context(lang="en"))


def test_only_what_was_named_is_replaced(monkeypatch):
    """By its kind: a guardian and a player may be called the same. Nothing else is asked about."""
    monkeypatch.setattr(asking, "terminal", lambda: True)
    monkeypatch.setattr(asking, "_asked", lambda *_: True)
    args = Namespace(player="Me", guardian="Me", reason="Me")
    assert meant(args, Near("guardian", "Me", "me"))
    assert args == Namespace(player="Me", guardian="me", reason="Me")
    monkeypatch.setattr(asking, "_asked", lambda *_: pytest.fail("asked"))
    for near in (None, Near("game", "Me", "x"), Near("player", "Mẹ", "x"), Near("kind of a newer version", "Me", "x")):
        assert not meant(args, near)


def test_without_a_terminal_nobody_is_asked():
    """pytest's own stdin is none."""
    assert not meant(Namespace(player="Me"), Near("player", "Me", "me"))
