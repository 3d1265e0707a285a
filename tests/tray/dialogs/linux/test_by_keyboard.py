"""Dialogs on a screen, used by keys alone, against a daemon that listens: what was typed is what it is asked."""

from __future__ import annotations

import json
import sys
from contextlib import closing

import pytest
from msgspec.structs import replace
from Xlib.display import Display

from daemon.api.asking import Answer, CodeUse, Off, Prove, RequestAdd, RequestApprove, RequestDeny, Requests, RequestsGet
from daemon.api.messages import GrantAdd, GrantExtend
from daemon.api.status import StatusGet
from tests.system import until
from tests.tray.dialogs import fake_setup
from tests.tray.dialogs.fake_daemon import ASKED, MINUTE, NOON, STATUS, ZONE


def test_ask_is_one_choice_and_enter(show, daemon):
    """An arrow chooses 30 minutes, Enter sends from there, and Enter closes the answer."""
    dialog = show("ask")
    dialog.keys("Right", "Return")
    until(lambda: daemon.of(RequestAdd))
    dialog.says("Asked.")
    dialog.keys("Return")

    assert dialog.closed() == (0, "")
    assert daemon.of(RequestAdd) == [RequestAdd(ms=30 * MINUTE, game=None)]


def test_ask_for_a_game_with_minutes_of_ones_own_and_a_reason(show, daemon):
    """Tab goes from field to field; typing minutes chooses them; Ctrl+Enter begins a line, Enter sends."""
    dialog = show("ask", "--game", "luanti")
    dialog.keys("Tab")
    dialog.type("25")
    dialog.keys("Tab", "Tab")
    dialog.type("homework")
    dialog.keys("ctrl+Return")
    dialog.type("is done")
    dialog.keys("Return")
    until(lambda: daemon.of(RequestAdd))

    assert daemon.of(RequestAdd) == [RequestAdd(ms=25 * MINUTE, game="luanti", reason="homework\nis done")]


def test_what_is_left_is_renewed_and_what_was_typed_stays(show, daemon):
    """As time runs while somebody thinks about a reason."""
    dialog = show("ask", "--game", "luanti")
    dialog.says("Left now: 9 min")
    dialog.keys("alt+r")
    dialog.type("please")
    (an, *others) = STATUS.players
    daemon.answers[StatusGet] = replace(STATUS, players=(replace(an, left_s=301.0), *others))
    dialog.says("Left now: 5 min")
    dialog.keys("Return")
    until(lambda: daemon.of(RequestAdd))

    assert daemon.of(RequestAdd) == [RequestAdd(ms=15 * MINUTE, game="luanti", reason="please")]


def test_what_was_asked_stands_there_until_it_is_answered(show, daemon, desk):
    """And a task bar calls the window by the program's name."""
    dialog = show("ask", "--game", "luanti")
    with closing(Display(desk.environment["DISPLAY"])) as screen:
        called = screen.create_resource_object("window", int(dialog.window)).get_wm_class()
    assert {one.lower() for one in called} == {"giochoi-tray"}
    dialog.keys("Return")
    dialog.says("Asked.")
    answer = Answer(approved=True, who="Mẹ", at=NOON, ms=15 * MINUTE)
    daemon.answers[RequestsGet] = Requests(requests=(replace(ASKED, id="r8", answer=answer),), zone=ZONE)
    assert dialog.closed() == (0, "")


def test_a_letter_with_alt_leads_to_its_field(show, daemon):
    """Each label says by an underlined letter how to get there."""
    dialog = show("ask")
    dialog.keys("alt+r")
    dialog.type("please")
    dialog.keys("alt+s")
    until(lambda: daemon.of(RequestAdd))

    assert daemon.of(RequestAdd) == [RequestAdd(reason="please")]


def test_what_cannot_be_read_is_said_and_stays(show, daemon):
    dialog = show("ask")
    dialog.keys("Tab")
    dialog.type("soon")
    dialog.keys("Return")
    dialog.says("type a number")
    dialog.keys("ctrl+a")
    dialog.type("5")
    dialog.keys("Return")
    until(lambda: daemon.of(RequestAdd))

    assert daemon.of(RequestAdd) == [RequestAdd(ms=5 * MINUTE)]


def test_a_wrong_pin_stays_and_the_right_one_is_printed(show, daemon):
    """The daemon's own words say how many tries are left; the entry is empty again."""
    dialog = show("pin")
    dialog.type("1111")
    dialog.keys("Return")
    dialog.says("4 tries left")
    dialog.type("2468")
    dialog.keys("Return")
    code, out = dialog.closed()

    assert (code, json.loads(out)["token"], json.loads(out)["name"]) == (0, "t0ken", "Mẹ Hoa")
    assert [one.pin for one in daemon.of(Prove)] == ["1111", "2468"]


def test_a_lock_out_says_until_when(show, daemon):
    daemon.wrong = 4
    dialog = show("pin")
    dialog.type("1111")
    dialog.keys("Return")
    dialog.says("until 1 Jan 2100")
    dialog.keys("Escape")

    assert dialog.closed() == (1, "")


def test_why_is_read_and_closed(show):
    """The decision with its rule's citation; Escape closes it."""
    dialog = show("why", "an", "luanti", lang="vi")
    dialog.says("Nguyễn Minh An, Luanti: hiện không được chơi")
    dialog.says("NĐ 147/2024, Đ.39 k.1 đ.e (G1); Đ.48 k.1 đ.e (G2–G4)")
    dialog.keys("Escape")

    assert dialog.closed() == (0, "")


@pytest.mark.parametrize(("words", "typed", "asked"), [
    (("code",), "123456", CodeUse(player="an", digits="123456")),
    (("until", "an"), "20:30", GrantExtend(player="an", until=(20 * 60 + 30) * MINUTE)),
    (("approve", "r7"), None, RequestApprove(id="r7", ms=30 * MINUTE)),
])  # fmt: skip
def test_the_others_ask_what_was_typed(show, daemon, words, typed, asked):
    """A code by telephone, a time of today, an answer to a request: each says afterwards what follows."""
    dialog = show(*words)
    if typed:
        dialog.type(typed)
    dialog.keys("Return")
    dialog.says("may play until")

    assert daemon.of(type(asked)) == [asked]


def test_no_is_a_button_too(show, daemon):
    dialog = show("approve", "r7")
    dialog.keys("alt+n")
    until(lambda: daemon.of(RequestDeny))
    dialog.says("Answered")

    assert daemon.of(RequestDeny) == [RequestDeny(id="r7")]


def test_a_daemon_that_goes_away_costs_nothing_typed(show, daemon):
    """The window says so, what was typed stays, and it ends with 3 if it is closed then."""
    dialog = show("until", "an")
    dialog.type("21:15")
    daemon.stop_serving()
    dialog.keys("Return")
    dialog.says("does not answer")
    assert any(one["text"] == "21:15" for one in dialog.spoken())
    daemon.serve()
    dialog.keys("Return")
    dialog.says("may play until")

    assert daemon.of(GrantExtend)[0].until == (21 * 60 + 15) * MINUTE


def test_a_daemon_that_is_not_there_can_be_asked_again(show, daemon):
    daemon.stop_serving()
    dialog = show("why", "an")
    dialog.says("does not answer")
    daemon.serve()
    dialog.keys("Return")
    dialog.says("may not be played now")


def test_closed_where_nobody_answers(show, daemon):
    daemon.stop_serving()
    dialog = show("why", "an")
    dialog.says("does not answer")
    dialog.keys("Escape")

    assert dialog.closed() == (3, "")


def test_a_slow_daemon_is_waited_for_in_the_window(show, daemon):
    """One moment, and then the dialog, in the same window."""
    daemon.held.clear()
    dialog = show("why", "an")
    dialog.says("One moment")
    daemon.held.set()
    dialog.says("may not be played now")


def test_the_guardians_token_comes_by_stdin(show, daemon):
    dialog = show("until", "an", "--token-stdin", feed="t0ken\n")
    dialog.type("21")
    dialog.keys("Return")
    until(lambda: daemon.of(GrantExtend))

    assert daemon.of(GrantExtend)[0].token == "t0ken"


def test_limits_are_lifted_only_with_a_reason(show, daemon):
    """Enter without one says so, and leads nowhere else."""
    dialog = show("off")
    dialog.keys("Return")
    dialog.says("Say why")
    assert daemon.of(Off) == []
    dialog.keys("alt+r")
    dialog.type("birthday")
    dialog.keys("Return")
    dialog.says("Nothing is limited until")
    dialog.keys("Return")

    assert dialog.closed() == (0, "")
    assert daemon.of(Off) == [Off(ms=60 * MINUTE, reason="birthday")]


def test_games_are_ticked_one_by_one_and_many_at_once(show):
    """The first game has the focus; the Space key ticks, and presses what ticks many; Enter goes on."""
    dialog = show("setup", sys.executable, fake_setup.__file__)
    dialog.keys("Return")
    dialog.says("at least one")
    dialog.keys("shift+Tab", "shift+Tab", "space", *("Tab",) * 4, "space", "Return")
    dialog.says("ticked: luanti sums teeworlds")
    dialog.keys("Return")
    assert dialog.closed() == (0, "")


def test_a_card_gives_time_and_shows_the_week(show, daemon):
    dialog = show("players")
    dialog.does("press", "+15 min")
    until(lambda: daemon.of(GrantAdd))
    dialog.says("✓ Nguyễn Minh An")
    dialog.does("press", "The week…")
    dialog.says("in the last 7 days")
    dialog.keys("Escape")

    assert dialog.closed() == (0, "")
