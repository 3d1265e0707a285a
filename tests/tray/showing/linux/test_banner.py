"""Banners over a window that is full-screen: seen, and the game notices nothing."""

from __future__ import annotations

import pytest

from tests.system import SOAK, until

MANY = 100 if SOAK else 8
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def warning(number, left=300_000, **more):
    return {"number": number, "kind": "warning", "player": "an", "game": "luanti", "title": "Luanti", "left": left, **more}


def test_banners_take_neither_focus_nor_keys_nor_clicks(desk):
    """What is typed and clicked while they come and stand reaches the game, at the place where they stand too."""
    game, display = desk.game(), desk.display()
    for number in range(1, MANY + 1):
        assert display.ask("signal", warning(number, title=f"Luanti {number}")) == {"how": "banner"}
        letter = LETTERS[number % 26]
        desk.run("xdotool", "key", letter)
        assert game.line() == f"KEY {letter}"
    assert desk.banners() == [desk.highest()], "above the game"

    desk.run("xdotool", "mousemove", "640", "60", "click", "1")
    assert game.line() == "CLICK 640 60"
    assert game.lines() == []


def test_one_for_each_game_below_each_other_and_urgent_ones_on_top(desk):
    desk.game()
    display = desk.display()
    law = {"is": "text", "vi": "x", "en": "x"}
    display.ask("signal", {"number": 1, "kind": "notice", "player": "an", "rule": "r", "text": law})
    first, = desk.banners()
    before = desk.top(first)

    display.ask("signal", warning(2))

    second, = set(desk.banners()) - {first}
    assert desk.top(second) == before
    until(lambda: desk.top(first) > before)


def test_a_place_that_is_closed_covers_the_screen_until_it_opens(desk):
    """Also where nothing locks the session. It stays the same window while it is told again."""
    game, display = desk.game(), desk.display()
    display.ask("signal", {"number": 1, "kind": "closed", "until": 1_795_482_000_000})
    cover, = desk.banners()
    assert desk.corner(cover) == tuple(map(int, desk.run("xdotool", "getdisplaygeometry").split()))
    desk.run("xdotool", "mousemove", "640", "60", "click", "1")
    display.ask("signal", {"number": 2, "kind": "closed", "until": 1_795_482_000_000})
    assert (desk.banners(), game.lines()) == ([cover], [])

    display.ask("signal", {"number": 3, "kind": "opened"})

    until(lambda: not desk.banners())


def test_more_time_takes_the_banner_away(desk):
    desk.game()
    display = desk.display()
    display.ask("signal", {"number": 1, "kind": "due", "player": "an", "game": "luanti", "title": "Luanti", "left": 60_000})
    due, = desk.banners()

    display.ask("signal", {"number": 2, "kind": "granted", "player": "an", "left": 900_000})

    until(lambda: due not in desk.banners())


@pytest.mark.parametrize(("words", "left", "how"), [
    (["window"], 900_000, "notification"), (["window"], 300_000, "banner"), ([], 900_000, "banner"),
])  # fmt: skip
def test_an_early_warning_is_a_banner_only_over_a_full_screen(desk, words, left, how):
    desk.server()
    desk.game(*words)

    assert desk.display().ask("signal", warning(1, left)) == {"how": how}


def test_where_nobody_shows_notifications_it_is_a_banner(desk):
    desk.game("window")

    assert desk.display().ask("signal", warning(1, 900_000)) == {"how": "banner"}


def test_without_a_main_loop_a_process_draws_it_and_ends_with_it(desk):
    game, display = desk.game(), desk.display("alone")
    display.ask("signal", {"number": 1, "kind": "due", "player": "an", "game": "luanti", "title": "Luanti", "left": 60_000})
    until(desk.banners)

    display.ask("signal", {"number": 2, "kind": "granted", "player": "an", "game": "luanti", "left": 900_000})
    until(lambda: len(desk.banners()) == 1)
    display.end()

    until(lambda: not desk.banners())
    assert game.lines() == []


def test_on_wayland_none_is_claimed(desk):
    """No program may lie above others there: the notification is what is seen."""
    desk.server()
    display = desk.display(XDG_SESSION_TYPE="wayland")

    assert display.ask("signal", warning(1)) == {"how": "notification"}
    assert desk.banners() == []
