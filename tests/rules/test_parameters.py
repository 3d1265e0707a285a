"""Parameters of packs: the values put into them, and what is wrong with others."""

import pytest

from rules.parse import parse_pack, read_pack
from tests.rules.pack_texts import BUDGET, HEAD, HOLIDAYS, HOURS, SUMMER, WINDOW, mistakes, paths


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
