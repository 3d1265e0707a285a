"""Packs from text: what they become, and that every mistake has its line, path, reason and remedy."""

import contextlib
import hashlib
import re
from datetime import date
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from i18n.message import plain
from rules.decide import decide
from rules.parse import PolicyError, parse_pack, read_pack
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

HOUR = 3_600_000
SPEC = Path(__file__).parents[2] / "docs" / "spec" / "packs.md"

HEAD = """id = "t"
jurisdiction = "house"
zone = "Asia/Ho_Chi_Minh"
source = "x"
status = "verified"
title = { vi = "Thử", en = "Test" }
"""
COMMON = """cite = "c"
authority = "house"
addressee = "household"
text = { vi = "v", en = "e" }
"""
BUDGET = f'[[budget]]\nid = "b"\n{COMMON}per = "all"\nminutes = 60\n'
HOURS = '[param.hours]\ntype = "hours"\nwithin = "08:00-22:00"\ntext = { vi = "v", en = "e" }\n'
GROUP = '[group.online]\ntext = { vi = "Trực tuyến", en = "Online" }\ngames = ["ddnet", "luanti"]\n'
HOLIDAYS = """[holidays]
source = "s"
status = "unverified"
off = ["2026-02-16..2026-02-18", 2026-01-01, "2026-09-02", "2026-02-17"]
work = ["2026-02-28"]
known_to = 2027-01-01
"""
SUMMER = """[param.summer]
type = "dates"
default = ["2026-07-01..2026-07-02", 2026-07-04]
text = { vi = "Nghỉ hè", en = "Summer" }
"""
WINDOW = f'[[window]]\nid = "w"\n{COMMON}spans = ["$hours"]\n'


def mistakes(text, **params):
    """What is wrong: path and reason of each."""
    with pytest.raises(PolicyError) as caught:
        parse_pack(text, "f.toml", params)
    lines = [plain(line) for line in caught.value.lines]
    assert all(line.startswith("f.toml: ") and "\n" not in line for line in lines)
    assert str(caught.value) == lines[0]
    return [(path, plain(why), line) for path, why, line in caught.value.mistakes]


def paths(text, **params):
    return [path for path, _, _ in mistakes(text, **params)]


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


class TestMistakes:
    @pytest.mark.parametrize(("old", "new", "path"), [
        ('id = "t"\n', "", "id"), ('id = "t"', 'id = "T t"', "id"), ('id = "t"', 'id = "house"', "id"),
        ('id = "t"', "id = 3", "id"),
        *(("Asia/Ho_Chi_Minh", zone, "zone") for zone in (
            "Asia/Hanoi", "localtime", "Factory", "posixrules", "posix/Asia/Tokyo", "right/Asia/Tokyo", "Asia", "",
        )),
        *(("2026-01-01", f"{day}", "effective.from") for day in ("0001-01-01", "1899-12-31", "9001-01-01", "9999-12-31")),
        ('"verified"', '"maybe"', "status"), (', en = "Test"', "", "title.en"),
        ("Test", "", "title.en"), ('source = "x"', 'source = "x"\nsauce = 1', "sauce"), ("60", "-1", "budget[0].minutes"),
        ("60", "1441", "budget[0].minutes"), ("60", '"60"', "budget[0].minutes"), ("60", "true", "budget[0].minutes"),
        ("60", "nan", "budget[0].minutes"), ('"all"', '"week"', "budget[0].per"),
        ('"house"\nadd', '"me"\nadd', "budget[0].authority"),
        ("60", '60\ndays = ["Monday"]', "budget[0].days[0]"), ("60", "60\ndays = []", "budget[0].days"),
        ("60", "60\nages = [0, 18]", "budget[0].ages"), ("60", "60\nages = { from = 18, to = 18 }", "budget[0].ages"),
        ("60", '60\nrelax = ["child"]', "budget[0].relax[0]"), ("60", '60\nplaces = ["bar"]', "budget[0].places[0]"),
        ("60", '60\nwhen = "$x"', "budget[0].when"), ("60", "60\nwhen = true", "budget[0].when"),
        ("60", '"$x"', "budget[0].minutes"), ("title =", "warn_minutes = []\ntitle =", "warn_minutes"),
        ("title =", "grace_seconds = nan\ntitle =", "grace_seconds"),
        ("= 2026-01-01", "= 2027-01-01, to = 2026-01-01", "effective"), ("2026-01-01", '"2027-01-01"', "effective.from"),
        ("[[budget]]", "[budget]", "budget"),
        ("[[budget]]", "[[budgets]]", "budgets"), ('id = "t"', 'id = "t"\nparam = 1', "param"),
    ])
    def test_each_has_the_path_of_its_field(self, old, new, path):
        assert path in paths((HEAD + "effective = { from = 2026-01-01 }\n" + BUDGET).replace(old, new, 1))

    @pytest.mark.parametrize("text", [
        "  ", "\\u200b", "a\\nb", "a\\u0000", "\\u001b[31m", "a\\u0085b", "a\\u2028b", "\\u202eb", "\\u2067b",
    ])
    @pytest.mark.parametrize(("old", "path"), [
        ('source = "x"', "source"), ('cite = "c"', "budget[0].cite"), ('en = "Test"', "title.en"),
        ('vi = "v"', "budget[0].text.vi"), ('jurisdiction = "house"', "jurisdiction"),
    ])
    def test_a_text_that_is_not_what_it_looks_like(self, old, path, text):
        """A line of a terminal or a certificate would say something else."""
        key = old.partition("=")[0]

        assert [path] == paths((HEAD + BUDGET).replace(old, f'{key}= "{text}"', 1))

    @pytest.mark.parametrize(("field", "path"), [
        ('period = "year"', "period"), ("pause_minutes = 5", "pause_minutes"), ('days = ["holiday"]', "days[0]"),
        ('period = "session"', "pause_minutes"), ('period = "session"\npause_minutes = 0', "pause_minutes"),
        ('advisory = "yes"', "advisory"), ("labels = { from = 16, to = 16 }", "labels"), ('labels = ["VN16"]', "labels"),
        ("labels = { form = 16 }", "labels.form"), ('group = "none"', "group"), ('games = ["x"]\ngroup = "online"', "group"),
        ("seconds = 5", "seconds"), ('when = "$x"', "when"),
    ])
    def test_of_a_budget(self, field, path):
        assert f"budget[0].{path}" in paths(HEAD + GROUP + BUDGET + field + "\n")

    @pytest.mark.parametrize(("period", "most"), [("day", 1440), ("week", 10_080), ("month", 44_640)])
    def test_more_minutes_than_a_period_has(self, period, most):
        [(path, why, _)] = mistakes(HEAD + BUDGET.replace("60", f"{most + 1}") + f'period = "{period}"\n')

        assert (path, why.endswith(f"at most {most}")) == ("budget[0].minutes", True)

    @pytest.mark.parametrize(("spans", "path"), [
        ('["8:00-10:00"]', "[0]"), ('["08:00-08:00"]', "[0]"), ("[8]", "[0]"), ('["08:00-09:00", { span = "x" }]', "[1].span"),
        ('[{ days = ["mon"] }]', "[0].span"), ('[{ span = "08:00-09:00", days = ["holiday"] }]', "[0].days[0]"), ("[]", ""),
        ('[{ span = "08:00-09:00", hours = 1 }]', "[0].hours"), ('"08:00-09:00"', ""),
    ])
    def test_of_spans(self, spans, path):
        assert [f"window[0].spans{path}"] == paths(HEAD + WINDOW.replace('["$hours"]', spans))

    @pytest.mark.parametrize(("kind", "fields", "path"), [
        ("break", "after_minutes = 45", "break[0].rest_minutes"),
        ("break", "after_minutes = 0\nrest_minutes = 1", "break[0].after_minutes"),
        ("save", "seconds = 1801", "save[0].seconds"), ("save", "", "save[0].seconds"), ("uncounted", "", "uncounted[0]"),
        ("uncounted", 'games = ["x"]\nlabels = { to = 12 }', "uncounted[0].labels"),
        ("guardian", "minutes = 1", "guardian[0].minutes"),
        ("rating", "which = 1", "rating[0].which"), ("ask", "", "ask[0].which"),
        ("notice", "every_minutes = 0", "notice[0].every_minutes"),
    ])
    def test_of_the_other_kinds(self, kind, fields, path):
        assert [path] == paths(HEAD + f'[[{kind}]]\nid = "k"\n{COMMON}{fields}\n')

    def test_only_a_house_rule_leaves_play_uncounted(self):
        table = '[[uncounted]]\nid = "u"\ngames = ["x"]\n' + COMMON.replace('"house"', '"law"')

        assert paths(HEAD + table) == ["uncounted[0].authority"]

    @pytest.mark.parametrize(("old", "new", "path"), [
        ('"2026-09-02"', '"2026-02-30"', "holidays.off[2]"), ('"2026-09-02"', '"2026-09-02..2026-09-01"', "holidays.off[2]"),
        ('"2026-09-02"', '"2026-01-01..2027-01-02"', "holidays.off[2]"), ('"2026-09-02"', '"Tet"', "holidays.off[2]"),
        ('"2026-09-02"', "2", "holidays.off[2]"), ('"2026-09-02"', "2026-09-02T00:00:00", "holidays.off[2]"),
        ('"2026-02-28"', '"2026-02-17"', "holidays"), ('source = "s"\nstatus = "unv', 'status = "unv', "holidays.source"),
        ("2027-01-01", '"2027-01-01"', "holidays.known_to"), ("work =", "werk =", "holidays.werk"),
        ("[holidays]", "[[holidays]]", "holidays"), ("2027-01-01", "9999-12-31", "holidays.known_to"),
        ('"2026-09-02"', "0001-01-01", "holidays.off[2]"), ('"2026-09-02"', '"9000-12-31..9001-01-01"', "holidays.off[2]"),
    ])
    def test_of_holidays(self, old, new, path):
        assert path in paths((HEAD + HOLIDAYS).replace(old, new, 1) + BUDGET)

    @pytest.mark.parametrize(("group", "path"), [
        (GROUP, "group.online"), (GROUP.replace("online", '"On Line"'), "group.On Line"),
        (GROUP.replace('["ddnet", "luanti"]', "[]"), "group.online.games"), ("[[group]]\n", "group"),
        ("[group]\nonline = 1\n", "group.online"),
    ])
    def test_of_groups(self, group, path):
        """One that no rule names is one too."""
        assert path in paths(HEAD + group + BUDGET)

    def test_an_id_is_no_place_for_a_parameter(self):
        number = '[param.m]\ntype = "int"\ntext = { vi = "v", en = "e" }\n'

        assert "budget[0].id" in paths(HEAD + number + BUDGET.replace('"b"', '"$m"'), m="5")

    def test_all_are_found_at_once_in_the_order_of_the_file(self):
        text = (HEAD + BUDGET).replace('"x"', "1").replace('"all"', '"week"').replace("60", "-1")

        assert paths(text) == ["source", "budget[0].per", "budget[0].minutes"]

    def test_they_name_line_and_remedy(self):
        second = BUDGET.replace('"b"', '"c"').replace("60", "1441")

        assert mistakes(HEAD + BUDGET + second) == [("budget[1].minutes", "too large: write at most 1440", 22)]
        assert (HEAD + BUDGET + second).splitlines()[21] == "minutes = 1441"

    def test_an_unknown_field_lists_the_known_ones(self):
        [(_, why, _)] = mistakes(HEAD + BUDGET + "hours = 1\n")

        assert all(field in why for field in ("minutes", "per", "days", "when"))

    def test_an_unknown_field_inside_a_span_lists_the_known_ones(self):
        [(_, why, _)] = mistakes(HEAD + WINDOW.replace('"$hours"', '{ span = "08:00-09:00", hours = 1 }'))

        assert all(field in why for field in ("span", "days"))

    @pytest.mark.parametrize(("field", "known"), [("labels = 16", "from, to"), ("ages = 1", "from, to"), ("text = 1", "vi")])
    def test_what_is_no_table_hears_what_one_holds(self, field, known):
        kept = "\n".join(line for line in BUDGET.splitlines() if not line.startswith(field[:5]))
        [(_, why, _)] = mistakes(f"{HEAD}{kept}\n{field}\n")

        assert known in why

    @pytest.mark.parametrize(("text", "line"), [
        (HEAD + BUDGET + GROUP.replace("games", "game"), 17), (HEAD + HOLIDAYS.replace("2026-02-28", "28/2") + BUDGET, 11),
        (HEAD + BUDGET + GROUP.replace("online", "first") + GROUP, 18),
    ])
    def test_lines_in_named_tables(self, text, line):
        assert line in {found for _, _, found in mistakes(text)}

    def test_a_table_below_belongs_to_the_last_of_its_list(self):
        """[budget.text] is of the [[budget]] before it."""
        rule = BUDGET.replace('text = { vi = "v", en = "e" }\n', "") + '[budget.text]\nvi = "v"\n'
        text = HEAD + rule + 'en = "e"\n' + rule.replace('"b"', '"c"') + "ex = 1\n"
        [missing, unknown] = mistakes(text)

        assert [missing[0], unknown[0]] == ["budget[1].text.en", "budget[1].text.ex"]
        told = [line for _, _, line in (missing, unknown)]
        assert [text.split("\n")[line - 1] for line in told] == ["[budget.text]", "ex = 1"]
        assert min(told) > len((HEAD + rule).splitlines()) + 1

    def test_only_line_feeds_end_lines(self):
        """As editors count them: other separators, which only comments may hold, do not."""
        [(_, _, line)] = mistakes(HEAD + "# a\u2028b\u0085c\n" + BUDGET.replace("60", "-1"))

        assert line == 15

    def test_no_toml(self):
        [(path, why, _)] = mistakes("id = \n")

        assert (path, "line 1" in why) == ("", True)

    @pytest.mark.parametrize("text", ["", HEAD, "a=" + "[" * 5000, ".".join("a" * 5000) + "=1", "a=" + "1" * 5000])
    def test_what_is_no_pack_is_one_error(self, text):
        assert mistakes(text)

    def test_two_rules_of_one_name(self):
        assert paths(HEAD + BUDGET + BUDGET) == ["id"]

    @given(st.text(max_size=40), st.integers(0, 60))
    def test_damage_is_a_policy_error_or_a_pack(self, rubbish, line):
        """Whatever is put between two lines of a pack, nothing else is raised."""
        lines = (HEAD + HOURS + BUDGET + WINDOW).splitlines()
        lines.insert(line, rubbish)
        with contextlib.suppress(PolicyError):
            parse_pack("\n".join(lines), "f.toml", {"hours": "09:00-10:00"})


class TestParameters:
    @pytest.mark.parametrize("given", ["07:00-21:00", "08:00-22:01", "21:00-09:00", "8:00-22:00", "24:00-08:00", "09:00-25:00",
                                       "09:00", "", "09:00-09:00", "٠٩:00-21:00", "0٩:00-21:00"])
    def test_hours_that_do_not_fit(self, given):
        assert paths(HEAD + HOURS + WINDOW, hours=given) == ["params.hours"]

    def test_hours_that_fit(self):
        assert parse_pack(HEAD + HOURS + WINDOW, "t", {"hours": "08:00-22:00"}).params == {"hours": "08:00-22:00"}

    def test_a_value_that_is_needed(self):
        assert paths(HEAD + HOURS + WINDOW) == ["params.hours"]

    def test_a_value_that_is_not_needed(self):
        """A rule with `when` stands only with a value."""
        optional = HEAD + HOURS + BUDGET + WINDOW + 'when = "$hours"\n'

        assert parse_pack(optional, "t").windows == ()
        assert len(parse_pack(optional, "t", {"hours": "09:00-10:00"}).windows) == 1

    def test_no_rule_stands_without_a_value(self):
        """The mistake says which values would make one."""
        [(path, why, _)] = mistakes(HEAD + HOURS + WINDOW + 'when = "$hours"\n')

        assert (path, "give hours=…" in why) == ("", True)

    def test_a_draft_lacks_values(self):
        """What explains a pack can do without: texts show the name of the value, and what is made up is told apart."""
        opening = WINDOW.replace('"w"', '"o"').replace('vi = "v"', 'vi = "giờ $hours"')
        read = read_pack(HEAD + HOURS + BUDGET + opening + WINDOW + 'unless = "$hours"\n', "t", draft=True)

        assert (read.missing, read.vague) == (("hours",), {"t.o", "t.w"})
        assert read.pack.windows[0].text.vi == "giờ ‹hours›"
        assert read.omitted == ()

    def test_rules_that_values_leave_out(self):
        read = read_pack(HEAD + HOURS + BUDGET + WINDOW + 'when = "$hours"\n', "t")

        assert [(one.rule.id, one.when, one.unless) for one in read.omitted] == [("t.w", "hours", "")]

    def test_a_rule_that_does_not_stand_is_checked(self):
        wrong = WINDOW.replace('authority = "house"', 'authority = "me"') + 'when = "$hours"\n'

        assert paths(HEAD + HOURS + BUDGET + wrong) == ["window[0].authority"]

    def test_an_unknown_value(self):
        assert paths(HEAD + BUDGET, speed="1") == ["params.speed"]

    def test_one_that_nobody_uses(self):
        assert paths(HEAD + HOURS + BUDGET) == ["param.hours"]

    @pytest.mark.parametrize("given", ["9", "0", "x", "1.5", "", "9" * 400])
    def test_whole_numbers(self, given):
        number = '[param.m]\ntype = "int"\nmin = 1\nmax = 8\ntext = { vi = "v", en = "e" }\n'
        text = HEAD + number + BUDGET.replace("60", '"$m"')

        assert parse_pack(text, "t", {"m": "5"}).budgets[0].ms == 300_000
        assert paths(text, m=given) == ["params.m"]

    @pytest.mark.parametrize(("bounds", "path"), [
        ("min = 10\nmax = 5", "max"), ("min = -1000000000", "min"), ("max = 1000000000", "max"),
        ("default = 1000000000", "default"),
    ])
    def test_bounds_that_bound_nothing(self, bounds, path):
        number = f'[param.m]\ntype = "int"\n{bounds}\ntext = {{ vi = "v", en = "e" }}\n'

        assert paths(HEAD + number + BUDGET.replace("60", '"$m"'))[0] == f"param.m.{path}"

    @pytest.mark.parametrize(("given", "rules"), [("true", 1), ("false", 0)])
    def test_truth(self, given, rules):
        text = HEAD + '[param.b]\ntype = "bool"\ndefault = true\ntext = { vi = "v", en = "e" }\n' + BUDGET + BUDGET.replace(
            '"b"', '"c"') + 'when = "$b"\n'

        assert len(parse_pack(text, "t", {"b": given}).budgets) == 1 + rules
        assert paths(text, b="yes") == ["params.b"]

    @pytest.mark.parametrize("given", [
        "2026-13-01", "x", "2026-01-02..2026-01-01", "2026-01-01;2026-01-02", "2020-01-01..2026-01-01",
    ])
    def test_dates_that_are_none(self, given):
        text = HEAD + SUMMER + HOLIDAYS.replace('"2026-09-02"', '"$summer"') + BUDGET

        assert paths(text, summer=given) == ["params.summer"]

    @pytest.mark.parametrize("name", ["Strict", "1st", "a-b"])
    def test_a_name_that_nothing_can_refer_to(self, name):
        assert f"param.{name}" in paths(HEAD + HOURS.replace("param.hours", f"param.{name}") + BUDGET)

    @pytest.mark.parametrize(("line", "path"), [
        ('default = "21:00-23:00"', "param.hours.default"), ("default = 1", "param.hours.default"),
        ("min = 1", "param.hours.min"), ('default = ["2026-01-01"]', "param.hours.default"),
        ('within = "22:00-02:00"', "param.hours.within"),
        ('within = "x"', "param.hours.within"), ('type = "date"', "param.hours.type"), ("least = 1", "param.hours.least"),
    ])
    def test_a_wrong_declaration(self, line, path):
        key = line.split(" ", 1)[0]
        kept = "".join(f"{one}\n" for one in HOURS.splitlines() if not one.startswith(key))

        assert path in paths(HEAD + kept + line + "\n" + WINDOW)


def test_one_mistake_is_told_once():
    """What only follows from an unknown parameter, or from one with a mistake of its own, is not told as well."""
    typed = mistakes(HEAD + WINDOW.replace("$hours", "$evenin") + BUDGET)
    broken = mistakes(HEAD + HOURS.replace("text", 'default = "25:00-26:00"\ntext') + WINDOW)

    assert [path for path, _, _ in typed] == ["window[0].spans[0]"]
    assert [path for path, _, _ in broken] == ["param.hours.default"]
