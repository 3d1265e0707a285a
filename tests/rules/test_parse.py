"""Packs from text: what they become."""

import hashlib
import re
from datetime import date
from pathlib import Path

import msgspec
import pytest

from rules.decide import decide
from rules.parse import parse_pack, read_pack
from rules.policy import (
    AskFirst,
    Break,
    Budget,
    NeedsGuardian,
    Notice,
    Pack,
    Rating,
    Save,
    Span,
    Text,
    Uncounted,
    Window,
    combine,
)
from tests.rules.pack_texts import BUDGET, COMMON, GROUP, HEAD, HOLIDAYS, HOURS, SUMMER, WINDOW

HOUR = 3_600_000
SPEC = Path(__file__).parents[2] / "docs" / "spec" / "packs.md"

@pytest.fixture
def decide_at(facts):
    """The verdict of a pack alone."""
    return lambda pack: decide(combine([pack]), facts()).verdict


@pytest.fixture
def example():
    """The pack that docs/spec/packs.md shows."""
    return re.search(r"```toml\n(.*?)```", SPEC.read_text("utf-8"), re.DOTALL)[1]


class TestWhatAPackBecomes:
    def test_the_example_of_the_specification(self, example):
        pack = parse_pack(example, "example")

        assert ("school-week", Text("Tuần học", "School week"), date(2026, 9, 1), date(2027, 6, 1)) == (
            pack.id, pack.title, pack.effective_from, pack.effective_to
        )
        assert (pack.warn_ms, pack.grace_ms) == ((600_000, 120_000), 30_000)
        assert pack.params == {"evening": "17:00-20:30", "strict": False}
        assert hashlib.sha256(example.encode()).hexdigest() == pack.sha256
        assert [one.id for one in pack.budgets] == ["school-week.weekday"]
        assert (
            pack.windows[0].text.vi, pack.windows[0].spans
        ) == ("Chỉ chơi trong giờ 17:00-20:30", (Span(17 * HOUR, 20 * HOUR + HOUR // 2),))

    def test_values_put_into_it(self, example):
        pack = parse_pack(example, "example", {"strict": "true", "evening": "18:00-19:00"})

        assert [one.id for one in pack.budgets] == ["school-week.weekday", "school-week.weekend"]
        assert pack.windows[0].spans == (Span(18 * HOUR, 19 * HOUR),)
        assert pack.params == {"evening": "18:00-19:00", "strict": True}

    def test_every_kind_and_field(self):
        extra = ('status = "verified"\nrelax = ["guardian", "staff"]\nages = { from = 6, to = 16 }\n'
                 'places = ["home"]\ngames = ["luanti"]\n')
        kinds = {"budget": 'per = "game"\nminutes = 1.5\ndays = ["sat"]', "window": 'spans = ["22:00-02:00", "00:00-24:00"]',
                 "break": "after_minutes = 45\nrest_minutes = 0.5", "rating": "", "guardian": "", "ask": 'which = "all"',
                 "notice": "every_minutes = 30", "uncounted": "", "save": "seconds = 90.5"}
        tables = "".join(f'[[{kind}]]\nid = "{kind}"\n{COMMON}{extra}{own}\n' for kind, own in kinds.items())
        pack = parse_pack(HEAD + tables, "t")
        common = {"cite": "c", "text": Text("v", "e"), "authority": "house", "addressee": "household", "status": "verified",
                  "relax": ("guardian", "staff"), "from_age": 6, "to_age": 16, "places": ("home",), "games": ("luanti",)}

        assert (Budget(id="t.budget", **common, ms=90_000, per="game", days=("sat",)),) == pack.budgets
        assert (Window(id="t.window", **common, spans=(Span(22 * HOUR, 2 * HOUR), Span(0, 24 * HOUR))),) == pack.windows
        assert (Rating(id="t.rating", **common),) == pack.ratings
        assert (AskFirst(id="t.ask", **common, which="all"),) == pack.asks
        assert (Notice(id="t.notice", **common, every_ms=1_800_000),) == pack.notices
        assert (Break(id="t.break", **common, after_ms=45 * 60_000, rest_ms=30_000),) == pack.breaks
        assert (NeedsGuardian(id="t.guardian", **common),) == pack.guardians
        assert (Uncounted(id="t.uncounted", **common),) == pack.uncounted
        assert (Save(id="t.save", **common, ms=90_500),) == pack.saves

    @pytest.mark.parametrize(("fields", "expected"), [
        ('period = "week"\nminutes = 10080', {"period": "week", "ms": 10_080 * 60_000}),
        ('period = "month"\nminutes = 44640', {"period": "month", "ms": 44_640 * 60_000}),
        ('period = "session"\nminutes = 90\npause_minutes = 15', {"period": "session", "ms": 90 * 60_000, "pause_ms": 900_000}),
        ("minutes = 60\nadvisory = true", {"ms": 60 * 60_000, "advisory": True}),
        ("minutes = 60\nlabels = { from = 16 }", {"ms": 60 * 60_000, "from_label": 16}),
        ("minutes = 60\nlabels = { from = 0, to = 12 }", {"ms": 60 * 60_000, "from_label": 0, "to_label": 12}),
    ])
    def test_what_a_budget_may_say(self, fields, expected):
        [budget] = parse_pack(HEAD + BUDGET.replace("minutes = 60", fields), "t").budgets

        assert {name: getattr(budget, name) for name in expected} == expected

    def test_spans_with_days_of_their_own(self):
        """A window's days are for the spans that have none."""
        spans = 'spans = ["17:00-20:00", { span = "08:00-11:00", days = ["sat", "sun"] }]\ndays = ["mon"]'
        [window] = parse_pack(HEAD + WINDOW.replace('spans = ["$hours"]', spans), "t").windows

        assert window.spans == (Span(17 * HOUR, 20 * HOUR, ("mon",)), Span(8 * HOUR, 11 * HOUR, ("sat", "sun")))

    def test_a_group_is_a_name_for_games(self):
        [budget] = parse_pack(HEAD + GROUP + BUDGET + 'group = "online"\n', "t").budgets

        assert (budget.group, budget.games) == ("online", ("ddnet", "luanti"))

    def test_holidays(self):
        """Dates alone, as text and in ranges, each once and in order."""
        pack = parse_pack(HEAD + HOLIDAYS + BUDGET + 'days = ["holiday", "workday"]\n', "t")

        assert pack.holidays == (date(2026, 1, 1), *(date(2026, 2, day) for day in (16, 17, 18)), date(2026, 9, 2))
        assert (pack.workdays, pack.known_to) == ((date(2026, 2, 28),), date(2027, 1, 1))
        assert pack.budgets[0].days == ("holiday", "workday")

    @pytest.mark.parametrize(("given", "number"), [("", 5), ("2026-06-01..2026-08-31", 5 + 92), ("2026-06-01, 2026-09-02", 6)])
    def test_holidays_of_ones_own(self, given, number):
        """A parameter of dates stands for all that it lists."""
        text = HEAD + SUMMER + HOLIDAYS.replace('"2026-09-02"', '"2026-09-02", "$summer"') + BUDGET

        assert len(parse_pack(text, "t", {"summer": given}).holidays) == number
        assert parse_pack(text, "t").params == {"summer": "2026-07-01..2026-07-02,2026-07-04"}

    def test_dates_alone_are_the_list(self):
        text = HEAD + SUMMER + '[holidays]\nsource = "s"\nstatus = "unverified"\noff = "$summer"\n' + BUDGET

        assert parse_pack(text, "t").holidays == tuple(date(2026, 7, day) for day in (1, 2, 4))

    def test_what_explains_a_pack_to_people(self):
        """Beside the rules: declarations, the names of groups, where holidays are from."""
        text = HEAD + HOURS + GROUP + HOLIDAYS + BUDGET + 'group = "online"\n' + WINDOW
        read = read_pack(text, "t", {"hours": "09:00-10:00"})

        assert [(one.name, one.text, one.within) for one in read.params] == [("hours", Text("v", "e"), "08:00-22:00")]
        assert (read.groups, read.holidays) == ({"online": Text("Trực tuyến", "Online")}, (Text("s", "s"), "unverified"))
        assert read.pack.budgets[0].group == "online"

    def test_what_is_less_than_a_millisecond_is_cut(self):
        assert parse_pack(HEAD + BUDGET.replace("60", "0.33333"), "t").budgets[0].ms == 19_999

    def test_texts_are_composed(self):
        """The log takes only NFC."""
        assert parse_pack(HEAD.replace("Thử", "Thu\u031b\u0309") + BUDGET, "t").title.vi == "Thử"

    def test_a_mark_of_windows_in_front_means_nothing(self):
        """The hash is that of the text as given."""
        marked, plain = (parse_pack(mark + HEAD + BUDGET, "t") for mark in ("\ufeff", ""))

        assert (marked.rules, marked.title) == (plain.rules, plain.title)
        assert marked.sha256 == hashlib.sha256(f"\ufeff{HEAD}{BUDGET}".encode()).hexdigest()

    @pytest.mark.parametrize("first", [date(1900, 1, 1), date(9000, 12, 31)])
    def test_the_first_and_the_last_date(self, first, decide_at):
        """Decisions can be made with them."""
        text = HEAD + f"effective = {{ from = {first} }}\n" + HOLIDAYS.replace("2026-01-01", f"{first}") + BUDGET

        assert decide_at(parse_pack(text, "t")) == "allow"

    def test_it_travels_to_the_daemon_without_pydantic(self):
        text = HEAD + HOURS + GROUP + HOLIDAYS + BUDGET + 'group = "online"\n' + WINDOW
        pack = parse_pack(text, "t", {"hours": "09:00-10:00"})

        assert pack == msgspec.json.decode(msgspec.json.encode(pack), type=Pack)
