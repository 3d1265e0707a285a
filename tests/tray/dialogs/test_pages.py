"""What each dialog asks the daemon, and how it ends, without any screen."""

from __future__ import annotations

import dataclasses
import json
import sys

import pytest
from msgspec.structs import replace

from daemon.api import asking as a
from daemon.api.messages import GrantAdd, GrantExtend, RulesGet, RulesInForce, UsageGet, WhyGet
from daemon.api.status import StatusGet
from host.homes import server_home
from host.rpc_client import ask as asked
from host.transport import Unreachable
from host.wire import ApiError
from i18n.catalogue import Catalogue
from i18n.message import msg
from tests.tray.dialogs import fake_setup
from tests.tray.dialogs.fake_daemon import ASKED, GRANTED, MINUTE, NOON, STATUS, WHY
from tray.dialogs import approve, ask, code, kept, message, off, pause, pin, played, players, rules, setup, until, why
from tray.dialogs.model import Show, Stay
from tray.dialogs.page import Session, Start, UsageError
from tray.dialogs.run import NAMES, run

WORDS = Catalogue("en")


@pytest.fixture
def page(daemon):
    """`page(ask, "--game", "x")`: what it opens with, and its session."""

    def opened(module, *words, token=""):
        start = Start(lambda request: asked(daemon.home.daemon_address, request), words, token, lambda: NOON)
        session = Session(module.TITLE, module.Page(start))
        return session.open(), session

    return opened


def said(following):
    return [WORDS(one) for one in following.dialog.says]


def test_ask_for_a_program(page, daemon):
    """By the content that was refused; minutes mean nothing to it."""
    opened, session = page(ask, "--program", "ab" * 32, "--title", "sums")
    assert "sums" in said(opened)[0]
    session.press("send", {"reason": " for school "})
    assert daemon.of(a.RequestAdd) == [a.RequestAdd(program="ab" * 32, reason="for school")]


def test_ask_for_a_game_that_waits_for_a_yes(page, daemon):
    """Nobody played it yet, so it is in no status; minutes mean nothing to it."""
    decision = dataclasses.replace(WHY.decision, verdict="ask")
    daemon.answers[WhyGet] = replace(WHY, game="xonotic", title="Xonotic", decision=decision)
    opened, session = page(ask, "--game", "xonotic")
    assert daemon.of(WhyGet) == [WhyGet(player="an", game="xonotic")]
    assert (said(opened), [one.name for one in opened.dialog.fields]) == (
        ["Ask a guardian to let you play Xonotic?"], ["reason"]
    )  # fmt: skip
    session.press("send", {"reason": " please "})
    assert daemon.of(a.RequestAdd) == [a.RequestAdd(game="xonotic", reason="please")]


def test_ask_for_time_of_a_game_that_nobody_played_yet(page, daemon):
    """It is meant, not all games."""
    daemon.answers[WhyGet] = replace(WHY, game="xonotic", title="Xonotic")
    opened, session = page(ask, "--game", "xonotic")
    field = next(one for one in opened.dialog.fields if one.name == "game")
    assert (field.value, [WORDS(one.label) for one in field.choices][:2]) == ("xonotic", ["all games", "Xonotic"])
    session.press("send", {"ms": "15", "game": field.value, "reason": ""})
    assert daemon.of(a.RequestAdd) == [a.RequestAdd(ms=15 * MINUTE, game="xonotic")]


def test_ask_offers_every_game_that_runs(page, daemon):
    """However many; of others no more than a few."""
    (an, *_) = STATUS.players
    games = tuple(replace(an.games[0], id=f"g{n}", title=f"G{n}", running=n < 8, allowed=n < 8) for n in range(12))
    daemon.answers[StatusGet] = replace(STATUS, players=(replace(an, games=games),))
    field = next(one for one in page(ask)[0].dialog.fields if one.name == "game")
    assert [one.value for one in field.choices] == ["all", *(f"g{n}" for n in range(8))]


def test_what_is_left_is_asked_for_again_while_the_window_is_open(page, daemon):
    """By all rules of what runs; where nobody answers, that is said in its place."""
    opened, session = page(ask)
    assert opened.dialog.renews
    assert said(opened)[1] == "Left now: 9 min"
    (an, *_), later = STATUS.players, []
    for left in (61.0, 59.0, 0.0, None):
        games = tuple(replace(game, left_s=left) for game in an.games)
        daemon.answers[StatusGet] = replace(STATUS, players=(replace(an, left_s=left, games=games),))
        later.append([WORDS(one) for one in session.again().dialog.says])
    assert [two for _, two in later] == [
        "Left now: 1 min", "Left now: less than a minute", "Nothing is left now.", "No limit is near now."
    ]  # fmt: skip
    assert {one for one, _ in later} == {said(opened)[0]}
    daemon.stop_serving()
    assert "does not answer" in WORDS(session.again().dialog.says[1])


def test_a_second_request_says_what_the_daemon_says(page, daemon):
    daemon.answers[a.RequestAdd] = ApiError("refused", msg("that was asked already"))
    _, session = page(ask)
    stays = session.press("send", {"ms": "15", "game": "all", "reason": ""})
    assert isinstance(stays, Stay)
    assert (WORDS(stays.note), stays.code) == ("That did not work: that was asked already", 1)


def test_an_account_that_nobody_plays_under(page, daemon):
    daemon.answers[a.MeGet] = a.Me(account="root", guardian=True, player=None)
    opened, _ = page(ask)
    assert (said(opened), opened.code) == (["That did not work: nobody plays under this account"], 1)


@pytest.mark.parametrize("wanted", ["Bố Tuấn", "nobody"])
def test_pin_of_the_one_that_was_meant(page, daemon, wanted):
    opened, session = page(pin, wanted)
    chosen = next(one for one in opened.dialog.fields if one.name == "who").value
    ends = session.press("prove", {"who": chosen, "pin": "2468"})
    assert (ends.code, json.loads(ends.output)) == (0, {"token": "t0ken", "name": chosen, "until": NOON})
    assert chosen == (wanted if wanted == "Bố Tuấn" else "Mẹ Hoa")


def test_pin_nobody_has_and_pin_that_is_locked(page, daemon):
    """Nothing can be typed then; the program ends with 1."""
    me = {"account": "an", "guardian": False, "player": "an"}
    for more in ({}, {"proving": ("Hoa",), "locked": NOON + 1}):
        daemon.answers[a.MeGet] = a.Me(**me, **more)
        opened, _ = page(pin)
        assert (opened.dialog.fields, opened.code) == ((), 1)
    daemon.answers[a.MeGet] = a.Me(**me, proving=("Hoa",), locked=NOON - 1)  # that is over
    assert page(pin)[0].dialog.fields


def test_code_with_nothing_asked_takes_minutes(page, daemon):
    daemon.answers[a.RequestsGet] = a.Requests(requests=(), zone="")
    opened, session = page(code)
    assert [one.name for one in opened.dialog.fields] == ["digits", "ms"]
    session.press("use", {"digits": "123 456", "ms": "30"})
    assert daemon.of(a.CodeUse) == [a.CodeUse(player="an", digits="123456", ms=30 * MINUTE)]


def test_a_code_answers_what_was_asked_last_of_what_gives_time(page, daemon):
    """Not a program, nor a game that a yes would let through for good."""
    last = replace(ASKED, id="r8", title="GNOME Chess", asked=NOON + 1)
    others = (
        replace(ASKED, id="r9", program="ab" * 32, title="sums", asked=NOON + 2),
        replace(ASKED, id="ra", lets=True, title="Teeworlds", asked=NOON + 3),
        replace(ASKED, id="rb", player="bo", asked=NOON + 4),
    )
    daemon.answers[a.RequestsGet] = a.Requests(requests=(last, ASKED, *others), zone="")
    opened, _ = page(code)
    assert [one for one in said(opened) if "asked for" in one] == ["It answers what you asked for: GNOME Chess, 30 min"]
    assert [one.name for one in opened.dialog.fields] == ["digits"]

    daemon.answers[a.RequestsGet] = a.Requests(requests=others, zone="")
    opened, _ = page(code)
    assert not [one for one in said(opened) if "asked for" in one]
    assert [one.name for one in opened.dialog.fields] == ["digits", "ms"]


def test_a_wrong_code_is_cleared(page, daemon):
    daemon.answers[a.CodeUse] = ApiError("refused", msg("not a code of now"))
    _, session = page(code, "an")
    assert session.press("use", {"digits": "000000"}) == Stay(msg("not a code of now"), 1, cleared="digits")


def test_a_request_that_is_answered_by_now(page, daemon):
    opened, _ = page(approve, "r1")
    assert (said(opened), opened.code) == (["That request is not open any more."], 1)


@pytest.mark.parametrize(("button", "values", "sent"), [
    ("approve", {"ms": "45", "reason": " ok "}, a.RequestApprove(id="r7", ms=45 * MINUTE, reason="ok", token="t")),
    ("deny", {"ms": "x", "reason": "supper"}, a.RequestDeny(id="r7", reason="supper", token="t")),
])  # fmt: skip
def test_answers_carry_the_token(page, daemon, button, values, sent):
    """No needs no minutes that can be read."""
    _, session = page(approve, "r7", token="t")
    session.press(button, values)
    assert daemon.of(type(sent)) == [sent]


def test_until_for_one_game(page, daemon):
    opened, session = page(until, "an", "--game", "luanti", token="t")
    assert "Luanti" in said(opened)[0]
    assert isinstance(session.press("extend", {"until": "soon", "reason": ""}), Stay)
    after = session.press("extend", {"until": "20h30", "reason": ""})
    assert daemon.of(GrantExtend) == [GrantExtend(player="an", until=1230 * MINUTE, game="luanti", token="t")]
    assert said(after) == ["Nguyễn Minh An: may play until 24 Nov 2026 12:39 (was 24 Nov 2026 12:09)"]


@pytest.mark.parametrize(("values", "note"), [
    ({"ms": "60", "reason": " \n"}, "Say why, such as: birthday."),
    ({"ms": "0", "reason": "x"}, "Minutes: type a number from 1 to 1,440."),
])  # fmt: skip
def test_off_wants_minutes_and_a_reason(page, daemon, values, note):
    _, session = page(off)
    assert WORDS(session.press("off", values).note) == note
    assert daemon.of(a.Off) == []


def test_off_says_until_when_and_how_it_ends(page, daemon):
    opened, session = page(off)
    assert [one.name for one in opened.dialog.fields] == ["ms", "reason"]
    after = session.press("off", {"ms": "90", "reason": "sinh nhật"})
    assert daemon.of(a.Off) == [a.Off(ms=90 * MINUTE, reason="sinh nhật")]
    assert said(after)[0] == "Nothing is limited until 24 Nov 2026 13:30."
    assert "Enforce again" in said(after)[1]


def test_what_still_binds_is_named(page, daemon):
    daemon.answers[GrantExtend] = replace(GRANTED, still=True)
    _, session = page(until, "an")
    assert "No longer than that because of" in said(session.press("extend", {"until": "22", "reason": ""}))[1]


def test_what_is_let_through_is_said(page, daemon):
    daemon.answers[a.RequestApprove] = replace(GRANTED, id=None, ms=None, let="sums")
    _, session = page(approve, "r7")
    assert said(session.press("approve", {"reason": ""})) == ["sums is let through for Nguyễn Minh An"]


def test_kept_asks_for_a_week(page, daemon):
    page(kept)
    assert [one.day for one in daemon.of(UsageGet)] == [None, *(f"2026-11-{day}" for day in range(23, 16, -1))]


def test_a_guardian_is_told_how_long_was_played_in_a_week(page, daemon):
    """The sum, a bar for each of seven days, today first, and one for each game."""
    opened, _ = page(played, "an")
    assert [one.day for one in daemon.of(UsageGet)] == [None, *(f"2026-11-{day}" for day in range(23, 17, -1))]
    assert said(opened) == ["Nguyễn Minh An played 7 hr 30 min in the last 7 days, today among them."]
    days, games = [[(WORDS(bar.label), bar.share, WORDS(bar.said)) for bar in card.bars] for card in opened.dialog.cards]
    assert (days[0], days[3], len(days)) == (("Today", 1.0, "1 hr 15 min"), ("Sat", 0.0, "–"), 7)
    assert games == [("Luanti", 1.0, "6 hr"), ("Teeworlds", 0.25, "1 hr 30 min")]


def test_each_who_plays_has_a_card(page, daemon):
    """What is left and what runs; one click gives time, which is said, and leads to a pause or the week and back to nothing."""
    opened, session = page(players, token="t0ken")
    (card,) = opened.dialog.cards
    assert [WORDS(one) for one in (card.head, *card.says)] == [
        "Nguyễn Minh An: 9 min left today", "Luanti: 30 min left (Under 18: at most 60 minutes a day of each game)"
    ]  # fmt: skip
    assert [(WORDS(bar.label), round(bar.share, 2), WORDS(bar.said)) for bar in card.bars] == [
        ("30 min played today", 0.77, "9 min to go")
    ]
    gives = session.press("give-15 an", {})
    assert daemon.of(GrantAdd) == [GrantAdd(player="an", ms=15 * MINUTE, token="t0ken")]
    assert said(gives)[0].startswith("✓ Nguyễn Minh An")
    assert said(session.press("pause an", {})) == said(page(pause, "an")[0])
    session.press("pause", {"ms": "30"})
    assert daemon.of(a.Pause)[0].player == "an"


def test_a_card_says_how_things_stand_by_now(page, daemon):
    """Paused, without a limit, nothing left; and where the daemon is gone, that."""
    _, session = page(players)
    (an,) = STATUS.players
    for later, head, last in (
        (replace(an, paused="", left_s=None, games=()), "Nguyễn Minh An: paused", "resume an"),
        (replace(an, allowed=False, left_s=0.0, games=()), "Nguyễn Minh An: may not play now", "pause an"),
    ):
        daemon.answers[StatusGet] = replace(STATUS, players=(later,))
        (card,) = session.again().dialog.cards
        assert (WORDS(card.head), card.buttons[-2].name) == (head, last)
    daemon.stop_serving()
    assert "does not answer" in said(session.again())[0]


def test_why_and_rules_of_whoever_plays_here(page, daemon):
    page(why)
    page(rules)
    assert daemon.of(WhyGet) == [WhyGet(player="an")]
    assert daemon.of(RulesGet) == [RulesGet(player="an")]
    daemon.answers[RulesGet] = RulesInForce(player="an", name="An", packs=())
    assert said(page(rules)[0]) == ["No rule limits An yet."]


@pytest.mark.parametrize(("module", "words"), [
    (until, ()), (approve, ()), (message, ()), (off, ("An",)), (ask, ("An",)), (ask, ("--what", "x")), (ask, ("--game",)),
    (why, ("a", "b", "c")), (played, ()), (played, ("a", "b")),
])  # fmt: skip
def test_words_that_mean_nothing(module, words):
    with pytest.raises(UsageError):
        module.Page(Start(None, words))


def test_an_unknown_dialog_and_missing_words_are_bad_usage(home_folder, capsys):
    """2, one line, nothing opened."""

    class Context:
        home = server_home(str(home_folder))
        language = "en"

    assert [run("nothing", (), Context(), None), run("until", (), Context(), None)] == [2, 2]
    assert capsys.readouterr().err == (
        f"giochoi-tray: no dialog nothing; there are: {', '.join(NAMES)}\ngiochoi-tray: until: which player?\n"
    )


def test_nobody_there_and_then_somebody(daemon, page):
    """It can be tried again from the same window."""
    daemon.stop_serving()
    opened, session = page(why, "an")
    assert ([one.name for one in opened.dialog.buttons], opened.code) == (["again", "close"], 3)
    daemon.serve()
    after = session.press("again", {})
    assert isinstance(after, Show)
    assert (after.code, after.dialog.title) == (0, why.TITLE)


def test_unreachable_is_what_it_is_called(daemon):
    daemon.stop_serving()
    with pytest.raises(Unreachable):
        asked(daemon.home.daemon_address, a.MeGet())


def test_setup_asks_page_by_page(page):
    """What was wrong with an answer is said, and the page stays; the last one can only be closed."""
    opened, session = page(setup, sys.executable, fake_setup.__file__)
    assert said(opened) == ["Which games?"]
    stays = session.press("next", {"games": ""})
    assert isinstance(stays, Stay)
    assert WORDS(stays.note) == "at least one"
    ends = session.press("next", {"games": "luanti sums"})
    assert (said(ends), [one.closes for one in ends.dialog.buttons]) == (["ticked: luanti sums"], [True])


def test_setup_says_why_it_cannot_begin(page):
    opened, _ = page(setup, sys.executable, fake_setup.__file__, "refuse")
    assert said(opened) == ["Set-up did not go on, and nothing was changed.", "giochoi: nobody answers"]
    opened, _ = page(setup, "/nothing/here")
    assert said(opened)[0] == "Set-up did not go on, and nothing was changed."


def test_a_pause_has_an_end_or_none(page, daemon):
    """For one player or for all; what follows is said."""
    part = a.PausedPart(id="an", name="An", paused=True)
    daemon.answers[a.Pause] = a.Paused(players=(part,), zone="Asia/Ho_Chi_Minh")
    _, session = page(pause, "an")
    ends = session.press("pause", {"ms": "60", "reason": ""})
    assert "An: paused until" in said(ends)[0]
    opened, session = page(pause)
    assert said(opened)[0] == "For how long shall nobody play?"
    session.press("pause", {"ms": "", "reason": "dinner"})
    assert daemon.of(a.Pause) == [a.Pause(player="an", until=NOON + 60 * MINUTE), a.Pause(reason="dinner")]


def test_from_the_week_it_goes_back_to_the_cards_and_there_are_more_than_a_screen_holds(page, daemon):
    (an,) = STATUS.players
    daemon.answers[StatusGet] = replace(STATUS, players=tuple(replace(an, id=f"p{n}", name=f"P{n}") for n in range(7)))
    opened, session = page(players)
    others = opened.dialog.buttons[-1]
    assert (len(opened.dialog.cards), WORDS(others.label)) == (5, "Others…")
    more = session.press(others.name, {})
    assert [WORDS(card.head).partition(":")[0] for card in more.dialog.cards] == ["P5", "P6"]
    assert len(session.press(more.dialog.buttons[-1].name, {}).dialog.cards) == 5
    week = session.press("played p0", {})
    assert week.dialog.cards[0].head == msg("By day")
    assert len(session.press(week.dialog.buttons[-1].name, {}).dialog.cards) == 5
