"""The shipped packs: what each says at moments where its law or its family would have a word."""

import re
from datetime import date
from pathlib import Path

import msgspec
import pytest

from rules.decide import decide
from rules.facts import Played
from rules.packs.params import said
from rules.packs.shipped import shipped_packs
from rules.parse import PolicyError, parse_pack, read_pack
from rules.policy import Pack, combine

NEEDED = {"vn-agent-without-games": {"hours": "06:00-23:00"}, "kr-selective": {"hours": "16:00-21:00", "minutes": "60"}}
HOME = ("home-school-week", "home-balanced", "home-weekend")
MINUTE = 60_000


@pytest.fixture(params=list(shipped_packs()))
def pack(request):
    """Each of them, with the values that it asks for."""
    return parse_pack(shipped_packs()[request.param], request.param, NEEDED.get(request.param, {}))


@pytest.fixture
def says(shipped, facts, moment):
    """The verdict and the rule of one pack at a moment of its country, after minutes of play that ended three hours before."""

    def say(name, now, offset="+07:00", params=None, played=0, **other):
        here = moment(now, offset)
        plays = (Played("x", "p", here - (180 + played) * MINUTE, played * MINUTE),) if played else ()
        pack = shipped(name, **{**NEEDED.get(name, {}), **(params or {})})
        decision = decide(combine([pack]), facts(here, played=plays, **other))
        return decision.verdict, decision.reason and decision.reason.rule.partition(".")[2]

    return say


class TestEveryPack:
    def test_it_is_called_as_its_file_and_travels(self, pack):
        assert pack.id in shipped_packs()
        assert pack == msgspec.json.decode(msgspec.json.encode(pack), type=Pack)

    def test_its_values_make_it_again(self, pack):
        """What the log keeps of parameters is enough to read the same pack from its text."""
        given = {name: said(value) for name, value in pack.params.items()}

        assert parse_pack(shipped_packs()[pack.id], pack.id, given) == pack

    def test_each_rule_has_a_citation_and_speaks_both_languages(self, pack):
        for rule in pack.rules:
            assert rule.cite
            assert rule.text.vi != rule.text.en

    def test_what_is_law_names_its_source_and_never_a_household_of_ours(self, pack):
        """A house pack is of no jurisdiction."""
        laws = [rule for rule in pack.rules if rule.authority == "law"]

        assert (pack.jurisdiction == "house") == (not laws)
        assert min(len(pack.source.vi), len(pack.source.en)) > 20
        assert pack.source.vi != pack.source.en

    def test_nobody_can_relax_what_a_point_owes(self, pack):
        assert all(rule.relax == () for rule in pack.rules if rule.addressee == "point")

    def test_a_pack_is_no_more_verified_than_its_rules(self, pack):
        if pack.status == "verified":
            assert {rule.status for rule in pack.rules} == {"verified"}

    def test_every_day_has_its_budget(self, pack):
        """Where budgets of a day name days, together they name all: no day is without limit because its name was forgotten."""
        if pack.id == "th-shops":  # its three hours do not hold on public holidays
            return
        named = {day for rule in pack.budgets if rule.period == "day" for day in rule.days}
        every = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"} | ({"holiday"} if pack.holidays else set())

        assert not named or named == every | ({"workday"} if pack.workdays else set())


class TestVietnam:
    def test_the_contract_names_these_budgets(self, shipped):
        assert [rule.id for rule in shipped("vn-147").budgets] == ["vn-147.daily-game", "vn-147.daily-publisher"]
        assert [rule.id for rule in shipped("vn-147", over_all="true").budgets] == ["vn-147.daily-game", "vn-147.daily-all"]

    def test_a_guardian_under_16(self, shipped):
        """And none where there is no guardian at hand."""
        [rule] = shipped("vn-147").guardians

        assert (rule.to_age, rule.addressee, rule.relax) == (16, "enterprise", ("guardian",))
        assert shipped("vn-147", guardian="false").guardians == ()

    def test_hours_of_an_agent_are_the_provinces(self, shipped):
        [rule] = shipped("vn-agent-without-games", hours="06:00-23:00").windows

        assert (rule.places, rule.spans[0].end, rule.addressee) == (("agent-without-games",), 23 * 3_600_000, "point")

    def test_the_old_decree_ended_when_the_new_one_began(self, shipped):
        assert shipped("vn-72").effective_to == shipped("vn-147").effective_from == date(2024, 12, 25)


class TestChina:
    @pytest.mark.parametrize(("now", "expected"), [
        ("2026-11-20 20:30", "allow"), ("2026-11-20 19:59", "refuse"), ("2026-11-20 21:00", "refuse"),  # a Friday
        ("2026-11-23 20:30", "refuse"),  # a Monday
        ("2026-10-05 20:30", "allow"),  # a Monday of the national holidays
        ("2026-10-10 20:30", "refuse"),  # a Saturday that is worked for them
        ("2021-08-31 12:00", "allow"),  # not in force yet
    ])
    def test_2021(self, says, now, expected):
        assert says("cn-2021", now, "+08:00")[0] == expected

    @pytest.mark.parametrize(("now", "played", "expected"), [
        ("2021-05-13 20:00", 89, ("allow", "daily")), ("2021-05-13 20:00", 90, ("refuse", "daily")),
        ("2021-05-13 22:00", 0, ("refuse", "hours")),
        ("2021-05-03 20:00", 90, ("allow", "holiday")), ("2021-05-03 20:00", 180, ("refuse", "holiday")),
        ("2021-05-08 20:00", 90, ("refuse", "daily")),  # a Saturday that is worked
        ("2021-09-01 20:00", 600, ("allow", None)),  # replaced
    ])
    def test_2019(self, says, now, played, expected):
        assert says("cn-2019", now, "+08:00", played=played) == expected


class TestElsewhere:
    @pytest.mark.parametrize(("name", "now", "offset", "expected"), [
        ("kr-shutdown", "2021-12-31 03:00", "+09:00", ("refuse", "night")),
        ("kr-shutdown", "2022-01-01 03:00", "+09:00", ("allow", None)),
        ("kr-selective", "2026-11-24 21:00", "+09:00", ("refuse", "hours")),
    ])
    def test_korea(self, says, name, now, offset, expected):
        assert says(name, now, offset) == expected

    @pytest.mark.parametrize(("born", "now", "params", "expected"), [
        (date(2014, 1, 1), "2026-11-25 13:59", {}, ("refuse", "under-15")),
        (date(2014, 1, 1), "2026-11-25 14:00", {}, ("allow", "three-hours")),
        (date(2014, 1, 1), "2026-11-25 20:00", {}, ("refuse", "under-15")),
        (date(2010, 1, 1), "2026-11-25 20:00", {}, ("allow", "under-18")),
        (date(2014, 1, 1), "2026-11-25 13:59", {"school_break": "true"}, ("allow", "three-hours")),
        (date(2014, 1, 1), "2026-10-13 13:59", {}, ("allow", "under-15")),  # a public holiday: no three hours
    ])
    def test_thailand(self, says, born, now, params, expected):
        assert says("th-shops", now, params=params, born=born, place="game-point") == expected

    def test_kagawa_refuses_nothing(self, says):
        assert says("jp-kagawa", "2026-11-24 23:30", "+09:00", played=300) == ("allow", None)
        assert all(rule.advisory for rule in parse_pack(shipped_packs()["jp-kagawa"], "jp-kagawa").budgets)


class TestHome:
    @pytest.mark.parametrize(("name", "now", "played", "expected"), [
        ("home-school-week", "2026-11-25 19:00", 20, ("allow", "weekday")),
        ("home-school-week", "2026-11-25 19:00", 60, ("refuse", "weekday")),
        ("home-school-week", "2026-11-25 16:00", 0, ("refuse", "hours")),
        ("home-school-week", "2026-11-28 16:00", 45, ("allow", "rest")),
        ("home-school-week", "2026-09-02 10:00", 0, ("allow", "rest")),  # National Day, a Wednesday
        ("home-balanced", "2026-11-25 21:30", 0, ("refuse", "bedtime")),
        ("home-balanced", "2026-11-27 21:30", 0, ("allow", "bedtime")),
        ("home-weekend", "2026-11-25 19:00", 0, ("refuse", "weekday")),
        ("home-weekend", "2026-11-28 19:00", 0, ("allow", "rest")),
    ])
    def test_an_evening(self, says, name, now, played, expected):
        assert says(name, now, played=played, label=0) == expected

    @pytest.mark.parametrize("name", HOME)
    def test_a_summer_of_ones_own(self, says, name):
        """A Wednesday in July, in the morning."""
        summer = {"days_off": "2026-06-01..2026-08-31"}

        assert says(name, "2026-07-15 10:00", params=summer)[0] == "allow"
        assert says("home-weekend", "2026-07-15 10:00")[0] == "refuse"

    def test_a_day_off_that_no_calendar_has_is_told_so(self):
        with pytest.raises(PolicyError, match=r"2026-08-32': the calendar has no such day"):
            parse_pack(shipped_packs()["home-weekend"], "home-weekend", {"days_off": "2026-06-01..2026-08-32"})

    @pytest.mark.parametrize("name", HOME)
    @pytest.mark.parametrize(("label", "expected"), [(12, "allow"), (16, "ask"), (18, "ask"), (None, "ask")])
    def test_what_is_asked_first(self, says, name, label, expected):
        assert says(name, "2026-11-28 10:00", label=label)[0] == expected

    @pytest.mark.parametrize("name", HOME)
    @pytest.mark.parametrize(("label", "rule"), [(None, "unrated"), (16, "with-16-label"), (18, "with-16-label")])
    def test_a_child_is_told_why_to_ask(self, says, name, label, rule):
        """A game without a label is not called one of 16+."""
        assert says(name, "2026-11-28 10:00", label=label) == ("ask", rule)

    @pytest.mark.parametrize(("params", "played", "rule", "text"), [
        ({}, 0, "weekday", "Ngày học không chơi"),
        ({"weekday_minutes": "20"}, 20, "weekday-minutes", "Ngày học chơi tối đa 20 phút"),
    ])
    def test_school_days_of_a_family_that_plays_at_weekends(self, says, shipped, params, played, rule, text):
        assert says("home-weekend", "2026-11-25 19:00", params=params, played=played, label=0) == ("refuse", rule)
        assert text in {one.text.vi for one in shipped("home-weekend", **params).budgets}

    @pytest.mark.parametrize("name", HOME)
    def test_a_learning_program_is_not_play(self, says, name):
        """Its games are in the catalogue, and it runs on when the day's minutes are used."""
        assert says(name, "2026-11-25 19:00", played=300, game="gcompris")[0] == "allow"

    @pytest.mark.parametrize("name", HOME)
    def test_a_suggestion_says_that_it_is_one(self, shipped, name):
        pack = shipped(name)

        assert all(rule.authority == "house" and rule.relax == ("guardian",) for rule in pack.rules)
        assert re.search("không phải quy định của pháp luật", pack.source.vi)
        assert re.search("not a rule of law", pack.source.en)


class TestDocument:
    def test_every_pack_and_parameter_is_in_docs_packs(self):
        """One page says what is shipped, and what of it is not verified."""
        page = (Path(__file__).parents[2] / "docs" / "packs.md").read_text("utf-8")

        for name, text in shipped_packs().items():
            read = read_pack(text, name, draft=True)
            assert f"| `{name}` |" in page
            assert [one.name for one in read.params if f"`{one.name}`" not in page] == []
