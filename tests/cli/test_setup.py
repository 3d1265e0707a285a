"""giochoi setup: which questions a parent is asked, and what answers mean (what comes of them: linux/test_setup.py)."""

from __future__ import annotations

import re
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from cli.setup import house
from cli.setup.house import as_administrator, made_ordinary
from cli.setup.interview import AnswerError, Asking, Child, Found, Interview, Known, Number, Preset
from cli.setup.questions import QUESTIONS
from cli.setup.saving import packs_of
from host.api import Person
from i18n.catalogue import Catalogue
from i18n.message import plain

WEEK = Preset("home-school-week", "School week", (
    Number("weekday_minutes", "Minutes on a school day", 60, 0, 1440),
    Number("weekend_minutes", "Minutes on a weekend day", 120, 0, 1440),
))  # fmt: skip
FREE = Preset("home-weekend", "Weekends", ())
AN, BINH, ADMIN = Person("an", "Trần An"), Person("binh"), Person("me", "Mẹ", administrator=True)
DAD = Person("dad", administrator=True)
LUANTI, TEE = Asking("luanti", "Luanti", "13+"), Asking("teeworlds", "Teeworlds", "no label")


def interview(*people, gates=True, games=(), taken=(), known=None):
    found = Found(date(2026, 11, 24), people, frozenset(taken), (WEEK, FREE), gates, lambda _: games,
                  pins=("Mẹ",), known=known or {}, made_ordinary=partial(made_ordinary, posix=True))  # fmt: skip
    return Interview(found, QUESTIONS)


def answered(talk, *answers):
    """The ids of what was asked, as the answers are given."""
    asked = []
    for text in answers:
        asked.append(talk.question().id)
        talk.take(text)
    return asked


def test_enter_is_enough_for_all_but_the_date_of_birth():
    """One child, the suggested rules: nine answers, one of them typed."""
    talk = interview(AN, games=(LUANTI,))
    assert answered(talk, "", "", "24/11/2014", "", "", "", "", "") == [
        "account", "name", "born", "pack", "of-pack:weekday_minutes", "of-pack:weekend_minutes", "unknown", "games",
    ]  # fmt: skip
    assert talk.question() is None
    assert talk.children() == (
        Child("an", "Trần An", "2014-11-24", "home-school-week", {"weekday_minutes": 60, "weekend_minutes": 120}, "listed", ()),
    )  # fmt: skip


@pytest.mark.parametrize(("typed", "born"), [
    ("24/11/2014", "2014-11-24"), ("3.4.2015", "2015-04-03"), ("3-4-2015", "2015-04-03"), ("2015-04-03", "2015-04-03"),
    (" 2013 ", "2013"),
])  # fmt: skip
def test_dates_as_people_write_them(typed, born):
    """Day first, as everywhere in Vietnam."""
    talk = interview(AN)
    answered(talk, "", "", typed)
    assert talk.children()[0].born == born


@pytest.mark.parametrize(("so_far", "typed"), [
    ((), "3"), ((), "nobody"), (("1", ""), "31/2/2015"), (("1", ""), "tomorrow"), (("1", ""), "1/1/2030"), (("1", ""), ""),
    (("1", "", "2015"), "9"), (("1", "", "2015", "1"), "-1"), (("1", "", "2015", "1"), "1441"),
    (("1", "", "2015", "1"), "an hour"),
    (("1", "", "2015", "1", "", ""), "perhaps"), (("1", "", "2015", "1", "", "", "1"), "3"),
])  # fmt: skip
def test_what_means_nothing_is_asked_again(so_far, typed):
    """And nothing is lost by it."""
    talk = interview(AN, BINH, games=(LUANTI,))
    answered(talk, *so_far)
    before = talk.question().id
    with pytest.raises(AnswerError):
        talk.take(typed)
    assert talk.question().id == before


@pytest.mark.parametrize(("typed", "why"), [
    ("29/2/2015", "'29/2/2015': February had no such day in that year"), ("31/4/2015", "that month has no such day"),
    ("4/13/2015", "no such month"), ("1/1/2030", "in the future"), ("tomorrow", "'tomorrow': no date of birth; such as"),
])  # fmt: skip
def test_a_date_of_birth_that_is_none_is_told_why(typed, why):
    talk = interview(AN)
    answered(talk, "", "")
    with pytest.raises(AnswerError) as caught:
        talk.take(typed)
    assert why in plain(caught.value.message)


def test_an_account_that_is_none_is_told_so():
    """Not only which numbers there are: whoever typed a name meant one."""
    with pytest.raises(AnswerError) as caught:
        interview(AN, BINH).take("ann")
    assert plain(caught.value.message) == "'ann': no account of this PC is called so: type its number"


def test_whoever_did_not_type_sudo_is_told_the_command():
    """Not that an administrator is needed: who is in its group is one. Windows has another way."""
    told = " ".join(Catalogue("vi")(as_administrator("giochoi setup", posix=True)).split())
    assert told == "Phải dùng sudo mới tìm được trò chơi trong tài khoản của con; hãy gõ: sudo giochoi setup"
    there = plain(as_administrator("giochoi setup", posix=False))
    assert "Run as administrator" in there
    assert "sudo" not in there


def test_an_account_that_nobody_lists_can_be_typed():
    """One of a domain, or where the system lists none; no other word is one."""
    found = Found(date(2026, 11, 24), (), frozenset(), (WEEK,), False, lambda _: (), {"home\\an": AN}.get)
    talk = Interview(found, QUESTIONS)
    for typed in ("", "1", "binh"):
        with pytest.raises(AnswerError):
            talk.take(typed)
    talk.take("home\\an")
    assert talk.children()[0].account == "an"


def test_a_child_without_an_account_gets_a_new_one():
    """Suggested where every account is an administrator's; called as the name asks for, as nobody else is."""
    found = Found(date(2026, 11, 24), (DAD, Person("gia-binh", administrator=True)), frozenset(), (FREE,), False, lambda _: (),
                  makes=True)  # fmt: skip
    talk = Interview(found, QUESTIONS)
    assert answered(talk, "", "Gia Bình", "mật khẩu") == ["account", "name", "password"]
    with pytest.raises(AnswerError, match="differ"):
        talk.take("mat khau")
    assert answered(talk, "mật khẩu", "2014", "1", "y", "+", "Gia-Binh") == [
        "again", "born", "pack", "more", "account", "name"
    ]  # fmt: skip
    child, other = talk.children()
    assert (child.account, child.password, other.account) == ("gia-binh2", "mật khẩu", "gia-binh3")
    assert "mật khẩu" not in repr(child)
    assert [one.word for one in interview(DAD).question().choices] == ["dad"]  # whoever may make none is offered none


VALUES = {"weekday_minutes": "45", "days_off": "2027-06-01"}
KNOWN = {"an": Known("an", "An", "2014-05-01", "home-school-week", VALUES, "counts")}


def test_a_child_that_is_set_up_can_be_changed():
    """Enter keeps what was; the name stays free for the child itself; a PIN can be had anew."""
    talk = interview(known=KNOWN, taken=("An",))
    assert answered(talk, "", "", "", "", "", "", "", "") == [
        "account", "name", "born", "pack", "of-pack:weekday_minutes", "of-pack:weekend_minutes", "unknown", "guardian",
    ]  # fmt: skip
    (an,) = talk.children()
    minutes = {"weekday_minutes": 45, "weekend_minutes": 120}
    assert an == Child("an", "An", "2014-05-01", "home-school-week", minutes, "counts", (), KNOWN["an"])
    assert [(one.id, one.params) for one in packs_of(an)] == [
        ("vn-147", ()), ("home-school-week", ("weekday_minutes=45", "days_off=2027-06-01", "weekend_minutes=120")),
    ]  # fmt: skip
    talk.back()
    talk.take("Mẹ")
    assert talk.guardian() == "Mẹ"


def test_values_go_with_their_pack():
    """Those of another one mean nothing to it."""
    talk = interview(known=KNOWN)
    answered(talk, "an", "", "", "2")
    assert [one.params for one in packs_of(talk.children()[0])] == [(), ()]


def test_rules_that_commands_put_together_are_not_asked_about():
    """They would be lost; how they are changed is said."""
    talk = interview(BINH, known={"an": Known("an", "An", None, "", None)})
    with pytest.raises(AnswerError) as caught:
        talk.take("2")
    assert "giochoi policy use An …" in plain(caught.value.message).replace("\u00a0", " ")
    talk.take("1")


def test_names_mean_one_person():
    """One who is registered already, or told of a moment ago, is not told of again."""
    talk = interview(AN, BINH, taken=("An",))
    answered(talk, "1")
    with pytest.raises(AnswerError):
        talk.take("an")
    answered(talk, "Ẩn", "2015", "2", "1", "y", "")
    with pytest.raises(AnswerError):
        talk.take("ẩn")
    assert answered(talk, "Bình", "2013", "2", "1") == ["name", "born", "pack", "unknown"]
    assert [child.name for child in talk.children()] == ["Ẩn", "Bình"]


def test_unknown_programs_are_listed_unless_another_answer_is_chosen():
    """Each answer is a sentence; a number or the setting's own word will do."""
    talk = interview(AN)
    answered(talk, "", "", "2015", "2")
    asked = talk.question()
    assert (asked.id, asked.default, [one.word for one in asked.choices]) == ("unknown", "1", ["listed", "counts", "refused"])
    for typed, meant in (("", "listed"), ("2", "counts"), ("refused", "refused")):
        talk.take(typed)
        assert talk.children()[0].unknown == meant
        talk.back()


def test_no_promise_that_nothing_keeps():
    """Without a gate, or for an administrator's account, it is not offered; and such an account is never the suggestion."""
    talk = interview(AN, gates=False)
    assert answered(talk, "", "", "2015", "2") == ["account", "name", "born", "pack"]
    assert talk.question() is None
    talk = interview(ADMIN, AN)
    assert talk.question().default == "2"
    answered(talk, "1", "y", "", "2015", "2")
    assert talk.question().id == "more"
    assert interview(ADMIN).question().default is None


def test_an_administrators_account_is_asked_about_again():
    """At once, with what would help; Enter is another account, a yes goes on."""
    talk = interview(ADMIN, DAD, AN)
    talk.take("1")
    assert (talk.question().id, talk.question().default) == ("administrator", "n")
    assert "no limit can hold in it" in plain(talk.question().text)
    assert "Better another account, or first: sudo deluser me sudo." in " ".join(plain(talk.question().text).split())
    assert answered(talk, "", "dad", "no", "1", "y", "") == [
        "administrator", "account", "administrator", "account", "administrator", "name",
    ]  # fmt: skip
    assert talk.children()[0].account == "me"


def test_the_only_administrator_is_not_told_to_be_none():
    """Nobody could administer the PC then. Of an account that nobody lists, as those of a domain, it is asked too."""
    talk = interview(ADMIN, AN)
    talk.take("me")
    assert "deluser" not in plain(talk.question().text)
    found = Found(date(2026, 11, 24), (AN,), frozenset(), (WEEK,), True, lambda _: (), {"home\\dad": DAD, "dad": DAD}.get)
    assert answered(Interview(found, QUESTIONS), "home\\dad", "n", "1", "An") == ["account", "administrator", "account", "name"]


def test_how_an_account_stops_being_an_administrators():
    """As the system does it."""
    assert plain(made_ordinary("me", posix=True)).split() == ["sudo", "deluser", "me", "sudo"]
    assert "standard user" in plain(made_ordinary("me", posix=False))


@pytest.mark.parametrize(("typed", "through"), [
    ("", ()), ("0", ()), ("none", ()), ("1", (LUANTI,)), ("2 1", (TEE, LUANTI)), ("1,2", (LUANTI, TEE)), ("all", (LUANTI, TEE)),
    ("teeworlds", (TEE,)),
])  # fmt: skip
def test_games_let_through(typed, through):
    """By number or id, several, all, or none."""
    talk = interview(AN, games=(LUANTI, TEE))
    answered(talk, "", "", "2015", "2", "1", typed)
    assert talk.children()[0].let_through == through


def test_one_step_back():
    """As often as one likes."""
    talk = interview(AN)
    talk.back()
    answered(talk, "", "Ann")
    talk.back()
    answered(talk, "An", "2015")
    talk.back()
    talk.back()
    talk.back()
    assert talk.question().id == "account"


def test_without_a_terminal(giochoi):
    """One line, which says what to do instead."""
    assert "needs a terminal" in giochoi.fails(2, "setup")


def test_one_word_for_a_child():
    """Whoever is asked is asked as a parent, from the first question to the last."""
    with (Path(house.__file__).parents[2] / "i18n" / "vi.po").open("rb") as file:
        said = [one for one in read_po(file) if one.id and any("cli/setup/" in path for path, _ in one.locations)]
    other = re.compile(r"\b(trẻ|bé|cháu)\b", re.IGNORECASE)
    assert len(said) > 40
    assert [one.string for one in said if other.search(str(one.string))] == []
