"""Notifications over a bus of their own: to somebody who writes down what he is told, and to those of Xfce."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.system import until
from tray.own import picture

HERE = Path(__file__).parent
MENU = HERE.parents[3] / "installers/linux/root/usr/share/applications"
AN = {"player": "an", "game": "luanti", "title": "Luanti"}
EARLY = {"number": 1, "kind": "warning", **AN, "left": 900_000}
DUE = {"number": 5, "kind": "due", **AN, "left": 60_000}
ENDED = {"number": 2, "kind": "ended", **AN, "left": 60_000}
REFUSED = {"number": 3, "kind": "refused", **AN}
ASKED = {"number": 4, "kind": "asked", "player": "an", "who": "An", "request": "r7", "left": 900_000}


def test_a_notice_arrives_in_vietnamese_with_its_button(desk):
    desk.game("window")
    server, display = desk.server(), desk.display()

    assert display.ask("signal", EARLY) == {"how": "notification"}

    told = server.json()
    assert (told["app"], told["title"], told["body"]) == ("Giờ Chơi", "Còn 15 phút", "Luanti")
    assert (told["urgency"], told["actions"], told["replaces"]) == (1, ["0", "Xin thêm giờ"], 0)


def test_it_bears_our_icon_and_belongs_to_our_program(desk):
    """A file, as no theme need have a picture by some name; and what is in the menu of programs, by which desktops list it."""
    desk.game("window")
    server, display = desk.server(), desk.display()
    for signal, name in ((EARLY, "giochoi-playing-15"), (DUE, "giochoi-soon-1")):
        display.ask("signal", signal)
        told = server.json()
        assert told["icon"] == picture(name).as_uri()
        assert (MENU / f"{told['desktop']}.desktop").exists()


def test_the_next_one_takes_the_place_of_the_last(desk):
    desk.game("window")
    server, display = desk.server(), desk.display()
    display.ask("signal", EARLY)
    first = server.json()

    display.ask("signal", ENDED)

    assert server.json()["replaces"] == first["id"]


def test_more_time_takes_away_what_warned(desk):
    desk.game("window")
    server, display = desk.server(), desk.display()
    display.ask("signal", EARLY)
    first = server.json()

    display.ask("signal", {"number": 2, "kind": "granted", "player": "an", "left": 900_000})

    assert {"closed": first["id"]} in [server.json(), server.json()]


def test_a_pressed_button_opens_the_dialog(desk):
    desk.game("window")
    server, display = desk.server(), desk.display()
    display.ask("signal", REFUSED)

    server.say(f"press {server.json()['id']} 0")

    assert display.json() == {"dialog": ["ask", "--game", "luanti"]}


def test_a_guardian_answers_with_one_click(desk):
    desk.game("window")
    server, display = desk.server(), desk.display()
    display.ask("know", {"guardian": True, "player": None, "tray": True})
    display.ask("signal", ASKED)
    number = server.json()["id"]

    server.say(f"press {number} 0")
    assert display.json() == {"send": ["request.approve", "r7"]}

    server.say(f"press {number} 1")
    assert display.json() == {"send": ["request.deny", "r7"]}


def test_buttons_are_left_out_where_nobody_shows_them_and_markup_is_text(desk):
    desk.game("window")
    display = desk.display()
    plain = desk.server("body")
    display.ask("signal", {**REFUSED, "text": {"is": "text", "vi": "<b>a</b> & b", "en": ""}})
    told = plain.json()
    assert (told["actions"], told["body"]) == ([], "Lý do: <b>a</b> & b")
    plain.end()

    marked = desk.server("body", "body-markup", "actions")
    display.ask("signal", {**REFUSED, "game": "x", "text": {"is": "text", "vi": "<b>a</b> & b", "en": ""}})
    assert marked.json()["body"] == "Lý do: &lt;b&gt;a&lt;/b&gt; &amp; b"


def test_the_standing_one_is_quiet_and_replaced_in_place(desk):
    server, display = desk.server(), desk.display("alone")

    assert display.ask("resident", "Luanti: 20 phút") == {"resident": True}
    first = server.json()
    assert (first["urgency"], first["resident"], first["lasts"], first["title"]) == (0, True, 0, "Luanti: 20 phút")
    assert first["actions"] == ["0", "Xin thêm giờ", "1", "Bảng chọn"]

    display.ask("resident", "Luanti: 20 phút")
    display.ask("resident", "Luanti: 19 phút")
    assert server.json()["replaces"] == first["id"]

    server.say(f"press {first['id']} 1")
    assert display.json() == {"menu": True}

    assert display.ask("resident", None) == {"resident": False}
    assert server.json() == {"closed": first["id"]}


def test_a_standing_one_that_was_closed_by_hand_stays_closed_until_play_begins_anew(desk):
    server, display = desk.server(), desk.display("alone")
    display.ask("resident", "20")
    server.say(f"close {server.json()['id']} 2")

    until(lambda: display.ask("resident", "x") == {"resident": False} or display.ask("resident", "y") == {"resident": False})
    display.ask("resident", None)

    assert display.ask("resident", "30") == {"resident": True}
    assert until(lambda: (told := server.json()).get("title") == "30" and told)["replaces"] == 0


def test_a_standing_one_is_there_again_when_the_server_is(desk):
    server, display = desk.server(), desk.display("alone")
    display.ask("resident", "20")
    server.json()
    server.end()

    assert desk.server().json()["title"] == "20"


def test_what_stands_goes_with_the_tray(desk):
    server, display = desk.server(), desk.display("alone")
    display.ask("resident", "20")
    number = server.json()["id"]

    display.end()

    assert server.json() == {"closed": number}


def test_nobody_who_shows_anything_is_said_so(desk):
    """Without notifications and without a screen nothing is claimed."""
    display = desk.start(*desk.command("display.py", "alone"), GIOCHOI_LANG="vi", DISPLAY="", PATH="/nowhere")
    assert display.json() == "ready"

    assert display.ask("signal", EARLY) == {"how": None}
    assert display.ask("resident", "20") == {"resident": False}


def test_no_bus_is_no_server(desk):
    display = desk.start(
        *desk.command("display.py", "alone"), GIOCHOI_LANG="vi", DISPLAY="", PATH="/nowhere",
        DBUS_SESSION_BUS_ADDRESS="unix:path=/nowhere",
    )  # fmt: skip
    assert display.json() == "ready"

    assert display.ask("signal", EARLY) == {"how": None}


def test_xfce_shows_it_and_its_button_is_clicked(xfce):
    """Its button opens the dialog. Debian 13's lie behind a game that fills the screen, where a banner does not."""
    display = xfce.display()
    assert display.ask("signal", {**REFUSED, "game": "teeworlds"})["how"] is not None

    def clicked():
        for number in xfce.run("xdotool", "search", "--onlyvisible", "--class", "xfce4-notifyd").split():
            right, bottom = xfce.corner(number)
            xfce.run("xdotool", "mousemove", str(right - 60), str(bottom - 32), "click", "1")
        return [line for line in display.lines() if "dialog" in line]

    assert json.loads(until(clicked)[0]) == {"dialog": ["ask", "--game", "teeworlds"]}


def test_xfces_notification_leaves_a_game_its_keyboard(xfce):
    """And a banner is what somebody sees then."""
    game, display = xfce.game(), xfce.display()
    assert display.ask("signal", {**REFUSED, "game": "teeworlds"})["how"] == "banner", "a game is in front"
    until(lambda: xfce.run("xdotool", "search", "--onlyvisible", "--class", "xfce4-notifyd"))
    assert [line for line in game.lines() if line.startswith("LOST")] == []


# A bus of its own that is gone (or, for `disabled:`, none) when the notifications are closed.
WITHOUT_BUS = """
import os, subprocess, sys, threading
from tray.showing.api import Card
from tray.showing.linux.notifications import Notifications

bus = None
if sys.argv[1] != "disabled:":
    command = ["dbus-daemon", "--nofork", "--print-address", sys.argv[1]]
    bus = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    with bus.stdout as said:
        os.environ["DBUS_SESSION_BUS_ADDRESS"] = said.readline().strip()
notes = Notifications(print)
assert notes.show(Card("key", "title")).result(60) is False
if bus:
    bus.kill()
    bus.wait()
notes.close()
print([one.name for one in threading.enumerate()])
"""


def without_bus(desk, bus):
    env = desk.env | {"PYTHONPATH": str(HERE.parents[3]), "DBUS_SESSION_BUS_ADDRESS": "disabled:"}
    command = [sys.executable, "-c", WITHOUT_BUS, bus]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def test_a_bus_that_went_first_keeps_nothing_from_ending(desk):
    """As when somebody logs out."""
    done = without_bus(desk, f"--config-file={HERE / 'bus.conf'}")

    assert (done.stdout, done.stderr) == ("['MainThread']\n", "")


def test_that_there_is_no_bus_is_one_line(desk):
    done = without_bus(desk, "disabled:")

    assert done.stdout == "['MainThread']\n"
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == [
        "no session bus, so neither an icon nor notifications"
    ]  # fmt: skip
