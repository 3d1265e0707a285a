"""Who is asked what was meant; the questions themselves are tested on a terminal (linux/test_asking.py)."""

from __future__ import annotations

from argparse import Namespace
from types import SimpleNamespace

import pytest

from cli import grant
from cli.context import Context
from cli.errors import CommandError
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


@pytest.mark.parametrize(("typed", "yes"), [
    ("y", True), ("Yes\n", True), ("có", True), ("co\u0301", True), (" Vâng ", True), ("ừ", True), ("đồng ý", True),
    ("", False), ("n", False), ("không", False), ("maybe", False),
])  # fmt: skip
def test_a_yes_is_one_in_either_language(typed, yes):
    assert asking.means_yes(typed) is yes


def test_without_a_terminal_nobody_is_asked():
    """pytest's own stdin is none."""
    assert not meant(Namespace(player="Me"), Near("player", "Me", "me"))


@pytest.mark.parametrize(("until", "asked"), [("04:35", False), ("04:36", True), ("24:00", True), ("01:10", False)])
def test_an_extension_of_more_than_three_hours_is_asked_about(monkeypatch, until, asked):
    """By the place's clock, 1:35 there; what is past already the daemon refuses. A no changes nothing."""
    status = SimpleNamespace(daemon=SimpleNamespace(since="2026-11-24T00:00:00+07:00"))
    monkeypatch.setattr(grant, "ask", lambda *_: status)
    monkeypatch.setattr(grant, "wall", lambda: 1_763_922_900_000)  # 2025-11-24 01:35 in Vietnam
    monkeypatch.setattr(asking, "terminal", lambda: True)
    questions = []
    monkeypatch.setattr(asking, "_asked", lambda question, _: questions.append(question))
    if asked:
        with pytest.raises(CommandError) as error:
            grant._far(grant.parse_time(until), Context(lang="en"))
        assert (error.value.code, str(error.value)) == (1, "nothing changed")
    else:
        grant._far(grant.parse_time(until), Context(lang="en"))
    assert bool(questions) is asked


def test_a_script_is_not_asked_about_an_extension(monkeypatch):
    """It would have to know of a new option."""
    sent = []
    monkeypatch.setattr(grant, "ask", lambda _, request: sent.append(request))
    monkeypatch.setattr(grant, "say", lambda *_: None)
    args = Namespace(player="An", until=86_400_000, game=None, reason="", guardian=None, pin_stdin=False)
    grant.extend(args, SimpleNamespace(home=SimpleNamespace(daemon_address="")))
    assert [one.until for one in sent] == [86_400_000]
