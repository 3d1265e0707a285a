"""`policy ask`: facts as JSON in, a decision as JSON out."""

import copy
import json

import pytest

from i18n.catalogue import Catalogue
from i18n.message import plain
from rules.ask import FactsError, ask

FACTS = {
    "now": "2026-11-24T21:30:00+07:00", "place": "home", "born": "2014-05-01", "guardian": True,
    "game": {"id": "x", "publisher": "p", "label": "VN00"},
    "played": [{"game": "x", "publisher": "p", "from": "2026-11-24T19:00:00+07:00", "seconds": 3000}],
    "grants": [{"by": "guardian", "minutes": 15, "game": None, "given": "2026-11-24T20:00:00+07:00"}],
    "approved": [],
}
GONE = object()


@pytest.fixture
def answer(shipped):
    """The answer under vn-147 to the contract's facts, with some of them said otherwise: path to value."""

    def make(packs=("vn-147",), **other):
        facts = copy.deepcopy(FACTS)
        for path, value in other.items():
            *way, last = [int(part) if part.isdecimal() else part for part in path.split("__")]
            place = facts
            for part in way:
                place = place[part]
            if value is GONE:
                del place[last]
            else:
                place[last] = value
        return Catalogue("vi").document(ask([shipped(one) for one in packs], json.dumps(facts).encode()))

    return make


def test_the_contracts_example(answer):
    """What the contract shows, with its dots filled in, for somebody who reads Vietnamese."""
    assert answer() == {
        "verdict": "allow", "until": "2026-11-24T21:55:00+07:00", "left_s": 1500.0,
        "warn_at": ["2026-11-24T21:40:00+07:00", "2026-11-24T21:50:00+07:00", "2026-11-24T21:54:00+07:00"],
        "notices": [{"at": "2026-11-24T21:40:00+07:00", "rule": "vn-147.notice",
                     "text": "Chơi quá 180 phút một ngày sẽ ảnh hưởng xấu đến sức khỏe"}],
        "reason": {"rule": "vn-147.daily-game", "cite": "NĐ 147/2024, Đ.39 k.1 đ.e (G1); Đ.48 k.1 đ.e (G2–G4)",
                   "text": "Người dưới 18 tuổi chơi mỗi trò chơi không quá 60 phút trong một ngày"},
    }


def test_nothing_in_sight(answer):
    said = answer(born="1980-01-01", played=GONE, grants=GONE, approved=GONE)

    assert tuple(said[key] for key in ("verdict", "until", "left_s", "warn_at", "reason")) == ("allow", None, None, [], None)


def test_a_refusal_has_nothing_left_and_no_warnings(answer):
    said = answer(game__label="VN18", born="2009-05-01")

    assert (
        said["verdict"], said["until"], said["left_s"], said["warn_at"], said["notices"], said["reason"]["rule"]
    ) == ("refuse", "2027-05-01T00:00:00+07:00", 0.0, [], [], "vn-147.label")


def test_an_approval_answers_ask(answer):
    assert answer(game__label=None)["verdict"] == "ask"
    assert answer(game__label=None, approved=["x"])["verdict"] == "allow"


def test_times_have_the_offset_of_now(answer):
    """The rule's day stays Hanoi's."""
    assert answer(now="2026-11-24T14:30:00Z")["until"] == "2026-11-24T14:55:00+00:00"
    assert answer(now="2026-11-24T09:30:00-05:00")["until"] == "2026-11-24T09:55:00-05:00"


@pytest.mark.promise("End of play: Play is counted in milliseconds and never rounded up")
def test_milliseconds_are_never_rounded_up(answer):
    said = answer(played__0__seconds=3000.1239, now="2026-11-24T21:30:00.5009+07:00")

    assert (said["left_s"], said["until"]) == (1499.877, "2026-11-24T21:55:00.377+07:00")


def test_of_a_year_of_birth_alone_the_younger_age_counts(answer):
    """Born some time in 2008: eighteen on 31 December 2026, not before."""
    assert answer(born="2008", game__label="VN18") == answer(born="2008-12-31", game__label="VN18")
    assert answer(born="2008", game__label="VN18")["until"] == "2026-12-31T00:00:00+07:00"


def test_a_label_of_another_system_is_no_law_here(answer):
    """The house goes by it, under its own name; by the law such a game has no label, so a child asks first."""
    said = {label: answer(game__label=label) for label in ("PEGI 16", "OARS sex-themes=mild", "PEGI 12", "VN16", "VN12")}
    found = {label: (one["verdict"], one["reason"]["rule"], "NĐ" in one["reason"]["cite"]) for label, one in said.items()}

    assert found == {
        "PEGI 16": ("refuse", "vn-147.other-label", False), "OARS sex-themes=mild": ("refuse", "vn-147.other-label", False),
        "PEGI 12": ("ask", "vn-147.ask-first", False), "VN16": ("refuse", "vn-147.label", True),
        "VN12": ("allow", "vn-147.daily-game", True),
    }  # fmt: skip
    assert plain(said["PEGI 16"]["reason"]["text"]) == "trò dán nhãn 16+ (PEGI), người chơi 12 tuổi"
    unknown = answer(game__label="VN16", born=None)["reason"]["text"]
    assert plain(unknown) == "trò dán nhãn VN16, chưa rõ tuổi người chơi"


@pytest.mark.parametrize(("label", "place", "verdict"), [
    ("PEGI 16", "home", "allow"), ("VN16", "home", "allow"), (None, "home", "allow"),
    ("PEGI 16", "game-point", "allow"), ("VN16", "game-point", "refuse"), (None, "game-point", "allow"),
])
def test_a_game_that_was_let_through(answer, label, place, verdict):
    """At home a guardian relaxes every label; at a game point nobody but the player's guardian relaxes the law's."""
    assert answer(game__label=label, place=place, approved=["x"])["verdict"] == verdict


@pytest.mark.parametrize(("path", "value"), [
    ("now", "2026-11-24T21:30:00"), ("now", 1), ("now", "soon"), ("now", "9999-12-31T23:59:59+07:00"), ("now", GONE),
    ("place", "school"), ("place", None), ("born", "2026-11-25"), ("born", "2014-02-30"), ("born", "2014-5-1"), ("born", 2014),
    ("born", "2027"), ("born", GONE), ("guardian", "yes"), ("guardian", GONE), ("game", "x"), ("game__id", ""),
    ("game__id", None), ("game__label", "PEGI 8"), ("game__sure", 1), ("played__0__label", "x"),
    ("game__label", GONE), ("game__extra", 1), ("extra", 1), ("played__0__seconds", -1), ("played__0__seconds", "3000"),
    ("played__0__seconds", 9001), ("played__0__seconds", 1e300), ("played__0__from", "2026-11-24T19:00:00"),
    ("played__0__extra", 1), ("played__0__publisher", 3), ("played", {}), ("grants__0__by", "child"),
    ("grants__0__minutes", -1), ("grants__0__given", "20:00"), ("grants", None), ("approved", "x"), ("approved__0", 1),
])
def test_a_bad_field_is_named_in_one_line(answer, path, value):
    """The path of the field, then why."""
    usual = {"approved": ["y"]} if path == "approved__0" else {}
    expected = "".join(f"[{part}]" if part.isdecimal() else f".{part}" for part in path.split("__")).removeprefix(".")

    with pytest.raises(FactsError) as caught:
        answer(**usual, **{path: value})
    assert (expected, f"{expected}: {plain(caught.value.why)}") == (caught.value.path, str(caught.value))
    assert "\n" not in str(caught.value)


def test_a_play_that_ends_now_is_well(answer):
    assert answer(played__0__seconds=9000)["verdict"] == "refuse"


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff", b'{"now":"\xff"}', b"[" * 100_000, b'{"a":' * 100_000])
def test_what_is_no_json_object_is_refused(shipped, data):
    with pytest.raises(FactsError):
        ask([shipped("vn-147")], data)


def test_absurd_lengths_are_only_long(answer):
    """A grant longer than time suspends what it may and breaks nothing."""
    assert answer(packs=("vn-147", "vn-game-point"), grants__0__minutes=1e300)["verdict"] == "allow"


@pytest.mark.parametrize("until", ["2026-11-24T22:00:00+07:00", None])
def test_a_pause_may_be_told(shipped, until):
    """It refuses until its end; without one until it is taken back."""
    paused = {} if until is None else {"until": until}
    asked = {"now": "2026-11-24T21:30:00+07:00", "place": "home", "born": "2014-05-01", "guardian": True,
             "game": {"id": "x", "publisher": "p", "label": "VN00"}, "paused": paused}  # fmt: skip
    answer = ask([shipped("vn-147")], json.dumps(asked))
    assert (answer["verdict"], answer["until"], answer["reason"]["rule"]) == ("refuse", until, "pause")
