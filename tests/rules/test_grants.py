"""What a grant does, whom a rule binds, and who may relax it: one sentence of the contract, one test."""

from datetime import date

import pytest

from rules.policy import AskFirst, Budget, Rating, Span, Window

MINUTE = 60_000
HOUR = 60 * MINUTE


@pytest.fixture
def budget(common):
    return lambda name, minutes, per="all", **other: Budget(**common(name, **other), ms=minutes * MINUTE, per=per)


class TestBudgets:
    def test_grants_add_up(self, ask, pack, budget, grant, moment):
        grants = (grant("2026-11-24 08:00", 10), grant("2026-11-24 21:00", 5))

        assert moment("2026-11-24 21:45") == ask([pack(budgets=(budget("b", 0),))], grants=grants).until

    def test_zero_is_not_at_all_and_never_unlimited(self, ask, pack, budget):
        decision = ask([pack(budgets=(budget("b", 0),))])

        assert (decision.verdict, decision.until) == ("refuse", None)

    def test_they_lapse_with_the_day(self, ask, pack, budget, grant):
        """A minute before midnight is another policy day."""
        assert ask([pack(budgets=(budget("b", 0),))], grants=(grant("2026-11-23 23:59", 10),)).verdict == "refuse"

    def test_what_lapses_is_not_carried_over_midnight(self, ask, pack, budget, grant, moment):
        rules = [pack(budgets=(budget("b", 0),))]

        assert moment("2026-11-25 00:00") == ask(rules, "2026-11-24 23:50", grants=(grant("2026-11-24 23:50", 60),)).until

    def test_the_day_is_that_of_the_rules_zone(self, ask, pack, budget, grant, moment):
        """06:30 in Hanoi is half past eleven of the evening before in London, and the grant of 23:59 belongs to that day."""
        london = pack(budgets=(budget("b", 0),), zone="Europe/London")

        assert moment("2026-11-25 06:40") == ask([london], "2026-11-25 06:30", grants=(grant("2026-11-24 23:59", 10),)).until

    def test_one_for_a_game_adds_to_every_budget_that_covers_it(self, ask, pack, budget, grant, moment):
        """So it adds to the budget over all games, whatever is played; a budget of another game has nothing of it."""
        for_y = (grant("2026-11-24 20:00", 20, "y"),)

        assert moment("2026-11-24 21:50") == ask([pack(budgets=(budget("all", 0),))], grants=for_y).until
        assert ask([pack(budgets=(budget("each", 0, "game"),))], grants=for_y).verdict == "refuse"
        assert ask([pack(budgets=(budget("group", 0, games=("x", "z")),))], grants=for_y).verdict == "refuse"

    @pytest.mark.parametrize("which", [{"games": ("x", "z")}, {"to_label": 18}], ids=["named", "labelled"])
    def test_one_for_all_games_opens_none_that_is_forbidden(self, ask, pack, budget, grant, moment, which):
        """A budget of nothing for some games says: not these. Who means one of them names it."""
        forbidden, limited = ([pack(budgets=(budget("b", minutes, "game", **which),))] for minutes in (0, 5))
        for_all, for_x = (grant("2026-11-24 20:00", 10),), (grant("2026-11-24 20:00", 10, "x"),)

        assert ask(forbidden, grants=for_all).verdict == "refuse"
        assert moment("2026-11-24 21:40") == ask(forbidden, grants=for_x).until
        assert moment("2026-11-24 21:45") == ask(limited, grants=for_all).until

    def test_one_for_a_game_adds_to_its_publishers_budget(self, ask, pack, budget, grant, play, moment):
        rules = [pack(budgets=(budget("p", 30, "publisher"),))]
        played, for_y = (play("2026-11-24 18:00", 30, "y"),), (grant("2026-11-24 20:00", 20, "y"),)

        assert moment("2026-11-24 21:50") == ask(rules, played=played, grants=for_y).until
        assert moment("2026-11-24 22:00") == ask(rules, played=played, grants=for_y, publisher="q").until

    def test_only_those_in_relax_may_give(self, ask, pack, budget, grant):
        assert ask([pack(budgets=(budget("b", 0),))], grants=(grant("2026-11-24 21:00", 10, by="staff"),)).verdict == "refuse"

    def test_a_group_of_games_shares_one_budget(self, ask, pack, budget, play, moment):
        group = [pack(budgets=(budget("g", 60, games=("x", "y")),))]
        played = (play("2026-11-24 19:00", 20, "x"), play("2026-11-24 20:00", 20, "y"), play("2026-11-24 21:00", 20, "z"))

        assert moment("2026-11-24 21:50") == ask(group, played=played).until
        assert ask(group, played=played, game="z").until is None


class TestWindows:
    @pytest.fixture
    def rules(self, pack, common):
        return [pack(windows=(Window(**common("w"), spans=(Span(8 * HOUR, 21 * HOUR),)),))]

    def test_they_are_suspended_as_long_as_the_grant(self, ask, rules, grant, moment):
        assert ask(rules).verdict == "refuse"
        assert moment("2026-11-24 21:40") == ask(rules, grants=(grant("2026-11-24 21:10", 30),)).until
        assert ask(rules, grants=(grant("2026-11-24 21:00", 30),)).verdict == "refuse"

    def test_what_was_given_is_said(self, ask, rules, grant):
        """While it is what lets somebody play, and not before or after."""
        given = (grant("2026-11-24 22:00", 30),)

        granted = [ask(rules, f"2026-11-24 {at}", grants=given).reason.granted_ms or 0 for at in ("21:59", "22:10", "22:40")]
        assert granted == [0, 30 * MINUTE, 0]

    def test_for_the_grants_game_only(self, ask, rules, grant):
        assert ask(rules, grants=(grant("2026-11-24 21:10", 30, "y"),)).verdict == "refuse"

    def test_a_grant_of_nothing_opens_nothing(self, ask, rules, grant, moment):
        assert moment("2026-11-25 08:00") == ask(rules, grants=(grant("2026-11-24 21:45", 0),)).until


class TestNothingElse:
    def test_labels_and_asks_stay(self, ask, pack, common, grant):
        grants = (grant("2026-11-24 21:00", 600),)

        assert ask([pack(ratings=(Rating(**common("r")),))], label=18, grants=grants).verdict == "refuse"
        assert ask([pack(asks=(AskFirst(**common("a"), which="all"),))], grants=grants).verdict == "ask"

    def test_an_approval_answers_ask_and_relaxable_labels(self, ask, pack, common, budget):
        """Nothing else; and a label only for who may relax its rule: a guardian at home, staff elsewhere."""
        approved = {"label": 18, "approved": frozenset({"x"})}
        ratings = {roles: pack(ratings=(Rating(**common("r", relax=roles)),)) for roles in ((), ("staff",), ("guardian",))}
        said = {
            (place, roles): ask([rules], **approved, place=place).verdict
            for roles, rules in ratings.items()
            for place in ("home", "game-point")
        }

        assert ask([pack(asks=(AskFirst(**common("a"), which="all"),))], **approved).verdict == "allow"
        assert [key for key, verdict in said.items() if verdict == "allow"] == [
            ("game-point", ("staff",)), ("home", ("guardian",)),
        ]  # fmt: skip
        assert ask([pack(budgets=(budget("b", 0),))], **approved).verdict == "refuse"


class TestAddressee:
    @pytest.mark.parametrize(("addressee", "place", "verdict"), [
        ("household", "home", "refuse"), ("household", "game-point", "allow"), ("point", "home", "allow"),
        ("point", "game-point", "refuse"), ("point", "agent-without-games", "refuse"), ("enterprise", "home", "allow"),
        ("enterprise", "game-point", "allow"), ("player", "home", "allow"),
    ])
    def test_nobody_relaxes_a_law_addressed_to_this_place(self, ask, pack, budget, grant, addressee, place, verdict):
        rules = [pack(budgets=(budget("b", 0, authority="law", addressee=addressee),))]

        assert verdict == ask(rules, place=place, grants=(grant("2026-11-24 21:00", 10),)).verdict

    def test_a_house_rule_of_the_household_stays_relaxable(self, ask, pack, budget, grant):
        assert ask([pack(budgets=(budget("b", 0),))], grants=(grant("2026-11-24 21:00", 10),)).verdict == "allow"


class TestWhomARuleBinds:
    @pytest.mark.parametrize(("born", "verdict"), [("2008-11-24", "allow"), ("2008-11-25", "refuse"), (None, "refuse")])
    def test_a_house_rule_of_the_place_binds_no_adult(self, ask, pack, budget, born, verdict):
        rules = [pack(budgets=(budget("b", 0),), scope="place")]

        assert verdict == ask(rules, born=born and date.fromisoformat(born)).verdict

    def test_a_limit_on_a_named_player_binds_an_adult(self, ask, pack, budget):
        assert ask([pack(budgets=(budget("b", 0),))], born=date(1980, 1, 1)).verdict == "refuse"

    def test_a_law_of_the_place_binds_an_adult(self, ask, pack, budget):
        rules = [pack(budgets=(budget("b", 0, authority="law"),), scope="place")]

        assert ask(rules, born=date(1980, 1, 1)).verdict == "refuse"

    @pytest.mark.parametrize(("now", "verdict"), [("2026-02-28 12:00", "refuse"), ("2026-03-01 12:00", "allow")])
    def test_born_on_29_february_one_is_older_from_1_march_on(self, ask, pack, budget, now, verdict):
        assert verdict == ask([pack(budgets=(budget("b", 0, to_age=18),))], now, born=date(2008, 2, 29)).verdict

    def test_ages_are_half_open(self, ask, pack, budget):
        rules = [pack(budgets=(budget("b", 0, from_age=12, to_age=16),))]
        born = (date(2014, 11, 25), date(2014, 11, 24), date(2010, 11, 25), date(2010, 11, 24))

        assert [ask(rules, born=one).verdict for one in born] == ["allow", "refuse", "refuse", "allow"]

    def test_a_pack_is_over_on_its_last_date(self, ask, pack, budget, moment):
        assert moment("2026-11-25 00:00") == ask([pack(budgets=(budget("b", 0),), effective_to=date(2026, 11, 25))]).until
