"""Every mistake in a pack has its line, path, reason and remedy."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.parse import PolicyError, parse_pack
from tests.rules.pack_texts import BUDGET, COMMON, GROUP, HEAD, HOLIDAYS, HOURS, WINDOW, mistakes, paths


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


def test_one_mistake_is_told_once():
    """What only follows from an unknown parameter, or from one with a mistake of its own, is not told as well."""
    typed = mistakes(HEAD + WINDOW.replace("$hours", "$evenin") + BUDGET)
    broken = mistakes(HEAD + HOURS.replace("text", 'default = "25:00-26:00"\ntext') + WINDOW)

    assert [path for path, _, _ in typed] == ["window[0].spans[0]"]
    assert [path for path, _, _ in broken] == ["param.hours.default"]
