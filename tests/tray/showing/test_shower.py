"""What a `Shower` says was seen, from what its means say."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from daemon.api.messages import Signal
from i18n.catalogue import Catalogue
from i18n.message import msg
from tray.showing import shower as module
from tray.showing.api import Card, settled
from tray.showing.notice import Action, Notice
from tray.showing.pace import MOST, SAME_MS, WINDOW_MS, Pace
from tray.showing.shower import Doing, Means, Shower, press
from tray.showing.texts import clean, escaped


class Display:
    def __init__(self, came):
        self.came, self.cards, self.dropped = came, [], []

    def show(self, card):
        self.cards.append(card)
        if isinstance(self.came, Exception):
            raise self.came
        return Future() if self.came is None else settled(came=self.came)

    def ring(self):
        return self.show("ring")

    def drop(self, begins):
        self.dropped.append(begins)

    def close(self):
        self.dropped.append("all")


def made(notes=True, banner=True, bell=True, screen="desktop"):
    means = Means(Display(notes), Display(banner), Display(bell), lambda: screen)
    return Shower(means, lambda: Catalogue("en"), lambda: 0), means


def warning(left=300_000, number=1, **more):
    return Signal(number=number, kind="warning", player="an", game="luanti", left=left, **more)


@pytest.mark.promise("End of play: A warning that no display confirmed is logged as not shown")
@pytest.mark.parametrize(("left", "notes", "banner", "bell", "screen", "how"), [
    (300_000, True, True, True, "desktop", "banner"),
    (300_000, True, False, True, "desktop", "notification"),
    (300_000, False, False, True, "desktop", "sound"),
    (300_000, False, False, False, "desktop", None),
    (900_000, True, True, True, "desktop", "notification"),
    (900_000, False, True, True, "desktop", "banner"),
    (900_000, False, False, True, "desktop", None),
    (900_000, True, True, True, "full", "banner"),
    (900_000, True, True, True, "exclusive", "sound"),
    (60_000, True, True, True, "exclusive", "sound"),
    (60_000, True, True, False, "exclusive", None),
    (60_000, None, None, False, "desktop", None),
    (60_000, None, True, False, "desktop", "banner"),
])  # fmt: skip
def test_it_says_what_could_be_seen_or_heard(monkeypatch, left, notes, banner, bell, screen, how):
    monkeypatch.setattr(module, "PATIENCE_S", 0.01)

    assert made(notes, banner, bell, screen)[0].show(warning(left)) == how


def test_in_exclusive_mode_no_banner_is_drawn_and_the_notification_is_for_later():
    one, means = made(screen="exclusive")
    one.show(warning())

    assert (len(means.notifications.cards), means.banner.cards, means.bell.cards) == (1, [], ["ring"])


def test_there_is_a_sound_in_the_last_minute_only():
    one, means = made()
    one.show(warning(300_000))
    assert means.bell.cards == []

    one.show(warning(60_000))
    assert means.bell.cards == ["ring"]


@pytest.mark.parametrize(("banner", "how", "notes", "banners"), [(True, "banner", 0, 1), (False, "notification", 1, 1)])
def test_the_laws_notice_is_not_said_twice(banner, how, notes, banners):
    one, means = made(banner=banner)

    assert one.show(Signal(number=1, kind="notice", player="an", rule="r", text=msg("x"))) == how
    assert (len(means.notifications.cards), len(means.banner.cards)) == (notes, banners)


@pytest.mark.parametrize(("fields", "ms"), [
    ({"lasts": 12_000}, 12_000), ({"lasts": 1_000}, 8_000), ({"lasts": 60_000}, 20_000), ({"urgency": "critical"}, 12_000),
    ({"urgency": "critical", "saving": 80_000}, 80_000),
])  # fmt: skip
def test_what_is_urgent_is_drawn_as_long_as_the_rest(fields, ms):
    """Nobody has to close a banner, as they would a notification that has no end."""
    assert Card("key", "title", **fields).drawn == ms


def test_whatever_fails_it_goes_on():
    one, _ = made(banner=RuntimeError("no"))

    assert one.show(warning()) is None
    assert made(notes=RuntimeError("no"))[0].resident("x") is False


@pytest.mark.parametrize(("signal", "asked"), [(Signal(number=1, kind="started", player="an"), 0), (warning(), 1)])
def test_what_is_in_front_is_asked_only_for_what_is_shown(signal, asked):
    """The question costs more than the rest of what is seen of a change."""
    count = []
    means = Means(Display(True), Display(True), Display(True), lambda: count.append(1) or "desktop")

    Shower(means, lambda: Catalogue("en"), lambda: 0).show(signal)

    assert len(count) == asked


def test_nothing_of_a_childs_time_reaches_a_guardian():
    one, means = made()
    one.know(guardian=True, player=None, tray=True)

    assert one.show(warning()) is None
    assert means.notifications.cards == []


def test_more_time_and_the_end_of_an_issue_take_things_away():
    one, means = made()
    one.show(Signal(number=1, kind="granted", player="an", left=60_000))
    one.know(guardian=True, player=None, tray=True)
    one.show(Signal(number=2, kind="issue", rule="x", how="cleared"))

    assert means.notifications.dropped == means.banner.dropped == ["time:an:", "issue:x"]


def test_whoever_has_ended_is_not_told_to_save():
    """Neither by a banner in whose place none comes, nor where so much is shown that this is not."""
    one, means = made()
    play = {"player": "an", "game": "luanti", "title": "Luanti"}
    one.show(Signal(number=1, kind="due", left=90_000, **play))
    assert means.banner.cards[-1].key.startswith("time:an:luanti:")
    one.show(Signal(number=2, kind="ended", left=1_000, **play))
    assert (means.banner.dropped, means.notifications.dropped) == (["time:an:luanti:"], [])
    assert (means.notifications.cards[-1].key, means.notifications.cards[-1].title) == ("time:an:luanti:", "Luanti is over")

    for number in range(MOST):
        one.show(Signal(number=number, kind="granted", player="bo", game=f"g{number}", left=60_000))
    shown = len(means.notifications.cards)
    one.show(Signal(number=3, kind="ended", left=2_000, **play))
    assert len(means.notifications.cards) == shown
    assert means.banner.dropped[-1] == means.notifications.dropped[-1] == "time:an:luanti:"


def test_a_standing_one_is_said_once_and_offers_what_its_reader_may():
    one, means = made()
    assert [one.resident(text) for text in (msg("a"), msg("a"), None, None)] == [True, True, False, False]
    assert [[action.kind for action, _ in card.actions] for card in means.notifications.cards] == [["ask", "menu"]]
    assert means.notifications.dropped == ["standing"]

    one.know(guardian=True, player=None, tray=False)
    one.resident(msg("b"))
    assert [action.kind for action, _ in means.notifications.cards[-1].actions] == ["menu"]


def test_what_could_not_stand_is_tried_again():
    one, means = made(notes=False)
    assert one.resident(msg("a")) is False

    means.notifications.came = True
    assert one.resident(msg("a")) is True


def test_closing_takes_all_away():
    one, means = made()
    one.close()

    assert means.notifications.dropped == means.banner.dropped == ["all"]


@pytest.mark.parametrize(("action", "did"), [
    (Action("ask", msg("x"), ("--game", "luanti")), ("dialog", "ask", ("--game", "luanti"))),
    (Action("approve", msg("x"), ("r7",)), ("send", "request.approve", "r7")),
    (Action("deny", msg("x"), ("r7",)), ("send", "request.deny", "r7")),
    (Action("menu", msg("x")), ("menu",)),
])  # fmt: skip
def test_what_buttons_do(action, did):
    done = []
    press(action, Doing(
        lambda name, words: done.append(("dialog", name, words)), lambda request: done.append(("send", request.op, request.id)),
        lambda: done.append(("menu",)),
    ))  # fmt: skip

    assert done == [did]


def notice(number=0, urgency="normal"):
    return Notice(f"k{number}", "x", urgency=urgency)


def test_a_storm_is_shown_in_part_and_what_is_urgent_in_any_case():
    pace = Pace()
    assert [pace.worth(notice(number), number) for number in range(MOST + 2)] == [True] * MOST + [False] * 2
    assert pace.worth(notice(99, "critical"), 0)
    assert pace.worth(notice(100), WINDOW_MS + MOST)


def test_the_very_same_is_not_shown_twice_at_once():
    pace = Pace()
    assert pace.worth(notice(urgency="critical"), 0)
    assert not pace.worth(notice(urgency="critical"), SAME_MS - 1)
    assert pace.worth(notice(urgency="critical"), SAME_MS)


@pytest.mark.parametrize(("text", "kept"), [
    ("Còn 5 phút", "Còn 5 phút"), ("a\nb\t c", "a b c"), ("a\x1b[1m\u202eb", "a[1mb"), ("👨\u200d👩", "👨\u200d👩"),
    ("x" * 500, "x" * 399 + "…"), ("", ""),
])  # fmt: skip
def test_text_of_somebody_is_one_harmless_line(text, kept):
    assert clean(text) == kept


def test_markup_is_text():
    assert escaped('<a> & "b"') == '&lt;a&gt; &amp; "b"'
