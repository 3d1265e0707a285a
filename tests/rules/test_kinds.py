"""Weeks, months, sessions, breaks, holidays, guardians, what does not count, time to save, advice: each by an example."""

from dataclasses import replace
from datetime import date

import pytest

from rules.decide import explain
from rules.policy import Break, Budget, NeedsGuardian, Notice, Save, Span, Uncounted, Window, combine

MINUTE = 60_000
HOUR = 60 * MINUTE
SCHOOL = ("mon", "tue", "wed", "thu", "fri", "workday")
FREE = ("sat", "sun", "holiday")


@pytest.fixture
def budget(common):
    return lambda minutes, period="day", **other: Budget(
        **{"per": "all", **common("b"), "ms": minutes * MINUTE, "period": period, **other}
    )


@pytest.fixture
def pause(common):
    """After so many minutes of play, a rest of so many."""
    return lambda after, rest, **other: Break(**common("k"), after_ms=after * MINUTE, rest_ms=rest * MINUTE, **other)


class TestWeeks:
    def test_a_week_begins_on_monday(self, ask, pack, budget, play, moment):
        """Sunday's play is last week's, Monday's this week's."""
        played = (play("2026-11-22 20:00", 60), play("2026-11-23 20:00", 60))

        assert moment("2026-11-24 22:30") == ask([pack(budgets=(budget(120, "week"),))], played=played).until

    def test_a_spent_week_opens_on_monday(self, ask, pack, budget, play, moment):
        spent = ask([pack(budgets=(budget(120, "week"),))], played=(play("2026-11-23 18:00", 120),))

        assert ("refuse", moment("2026-11-30 00:00")) == (spent.verdict, spent.until)
        assert (spent.reason.budget_ms, spent.reason.used_ms) == (120 * MINUTE, 120 * MINUTE)

    def test_play_goes_on_over_midnight_in_one_week_and_anew_in_the_next(self, ask, pack, budget, play, moment):
        week = [pack(budgets=(budget(60, "week"),))]

        assert moment("2026-11-25 00:20") == ask(week, "2026-11-24 23:50", played=(play("2026-11-24 20:00", 30),)).until
        assert moment("2026-11-30 01:00") == ask(week, "2026-11-29 23:50", played=(play("2026-11-29 20:00", 45),)).until

    def test_its_days_are_all_it_counts(self, ask, pack, budget, play, moment):
        """Two hours a weekend: what was played on Friday is not among them, and on Monday it says nothing."""
        weekend = [pack(budgets=(budget(120, "week", days=("sat", "sun")),))]
        played = (play("2026-11-27 20:00", 120), play("2026-11-28 10:00", 90))

        assert moment("2026-11-29 10:30") == ask(weekend, "2026-11-29 10:00", played=played).until
        assert ask(weekend, "2026-11-30 10:00", played=played).until == moment("2026-12-05 02:00")

    def test_what_was_granted_lapses_with_its_day(self, ask, pack, budget, play, grant, moment):
        """The week has 60 minutes; 30 more were given on Tuesday and played. On Wednesday the week is spent."""
        given = (grant("2026-11-24 20:00", 30),)
        week = [pack(budgets=(budget(60, "week"),))]
        tuesday = ask(week, played=(play("2026-11-24 19:00", 60),), grants=given)
        wednesday = ask(week, "2026-11-25 08:00", played=(play("2026-11-24 19:00", 90),), grants=given)

        assert moment("2026-11-24 22:00") == tuesday.until
        assert ("refuse", moment("2026-11-30 00:00")) == (wednesday.verdict, wednesday.until)


    def test_a_rule_that_begins_midweek_counts_the_week_before_it(self, ask, pack, budget, play, moment):
        """From Thursday on, an hour a week: 30 minutes of Monday count, and so does play that goes on from Wednesday."""
        rules = [pack(budgets=(budget(60, "week"),), effective_from=date(2026, 11, 26))]
        played = (play("2026-11-23 20:00", 30),)

        assert moment("2026-11-26 00:10") == ask(rules, "2026-11-25 23:40", played=played).until
        assert moment("2026-11-26 00:00") == ask(rules, "2026-11-25 22:00", played=played).until


class TestMonths:
    def test_it_ends_with_the_month(self, ask, pack, budget, play, moment):
        month = [pack(budgets=(budget(600, "month"),))]
        played = (play("2026-10-31 10:00", 300), play("2026-11-01 10:00", 300), play("2026-11-20 10:00", 300))

        assert ("refuse", moment("2026-12-01 00:00")) == (ask(month, played=played).verdict, ask(month, played=played).until)

    def test_it_counts_across_a_change_of_the_clock(self, ask, pack, budget, moment, play):
        """In New York 8 March has 23 hours; a month counts hours, not readings."""
        month = [pack(budgets=(budget(120, "month"),), zone="America/New_York")]
        half = replace(play("2026-03-02 10:00", 60), start=moment("2026-03-02 10:00", "-05:00"))

        assert moment("2026-03-08 03:30", "-04:00") == ask(month, moment("2026-03-08 01:30", "-05:00"), played=(half,)).until


class TestSessions:
    def test_short_pauses_do_not_end_one(self, ask, pack, budget, play, moment):
        session = [pack(budgets=(budget(60, "session", pause_ms=15 * MINUTE),))]
        played = (play("2026-11-24 20:00", 20), play("2026-11-24 20:30", 20), play("2026-11-24 21:04", 11))

        assert moment("2026-11-24 21:38") == ask(session, "2026-11-24 21:29", played=played).until

    def test_a_pause_as_long_as_asked_ends_it(self, ask, pack, budget, play, moment):
        """Half-open: at the end of the pause a new session begins."""
        session = [pack(budgets=(budget(60, "session", pause_ms=15 * MINUTE),))]
        spent = ask(session, "2026-11-24 21:30", played=(play("2026-11-24 20:30", 60),))

        assert ("refuse", moment("2026-11-24 21:45")) == (spent.verdict, spent.until)
        assert moment("2026-11-24 22:45") == ask(session, "2026-11-24 21:45", played=(play("2026-11-24 20:30", 60),)).until

    def test_midnight_does_not(self, ask, pack, budget, play, moment):
        session = [pack(budgets=(budget(60, "session", pause_ms=15 * MINUTE),))]

        assert moment("2026-11-25 00:30") == ask(session, "2026-11-25 00:10", played=(play("2026-11-24 23:30", 40),)).until


class TestBreaks:
    def test_a_rest_after_play(self, ask, pack, pause, play, moment):
        breaks = [pack(breaks=(pause(45, 10),))]
        resting = ask(breaks, "2026-11-24 21:30", played=(play("2026-11-24 20:45", 45),))

        assert moment("2026-11-24 22:00") == ask(breaks, "2026-11-24 21:30", played=(play("2026-11-24 21:10", 15),)).until
        assert ("refuse", moment("2026-11-24 21:40")) == (resting.verdict, resting.until)
        assert (resting.reason.kind, resting.reason.budget_ms, resting.reason.used_ms) == ("break", 45 * MINUTE, 45 * MINUTE)

    def test_a_grant_suspends_it_for_its_minutes(self, ask, pack, pause, play, grant, moment):
        breaks = [pack(breaks=(pause(45, 10),))]
        let_on = ask(breaks, played=(play("2026-11-24 20:45", 45),), grants=(grant("2026-11-24 21:30", 20),))

        assert ("allow", moment("2026-11-24 21:50")) == (let_on.verdict, let_on.until)

    def test_a_grant_ahead_ends_the_rest_early(self, ask, pack, pause, play, grant, moment):
        """The PC's clock may lie behind a grant that was given by another one."""
        breaks = [pack(breaks=(pause(45, 30),))]
        resting = ask(breaks, played=(play("2026-11-24 20:45", 45),), grants=(grant("2026-11-24 21:40", 5),))

        assert ("refuse", moment("2026-11-24 21:40")) == (resting.verdict, resting.until)

    def test_a_law_that_nobody_may_relax_is_not_suspended(self, ask, pack, pause, play, grant):
        strict = replace(pause(45, 10), authority="law")  # addressed to the household, at home

        assert ask([pack(breaks=(strict,))], played=(play("2026-11-24 20:45", 45),),
                   grants=(grant("2026-11-24 21:30", 20),)).verdict == "refuse"


class TestHolidays:
    @pytest.fixture
    def school(self, pack, budget):
        """20 minutes on school days, two hours on others; 2 September is a holiday, and 29 August, a Saturday, is worked."""
        return [pack(
            budgets=(budget(20, id="t.school", days=SCHOOL), budget(120, id="t.free", days=FREE)),
            holidays=(date(2026, 9, 2),), workdays=(date(2026, 8, 29),),
        )]  # fmt: skip

    @pytest.mark.parametrize(("day", "minutes", "rule"), [
        ("2026-09-01", 20, "t.school"), ("2026-09-02", 120, "t.free"), ("2026-09-03", 20, "t.school"),
        ("2026-08-29", 20, "t.school"), ("2026-08-30", 120, "t.free"),
    ])
    def test_a_date_has_one_name(self, ask, school, day, minutes, rule):
        found = ask(school, f"{day} 10:00")

        assert (minutes * MINUTE, rule) == (found.left_ms, found.reason.rule)

    def test_windows_open_by_the_day_they_begin_on(self, ask, pack, common, moment):
        """The evening before a holiday is a school day's; what begins on a holiday may cross midnight."""
        spans = (Span(17 * HOUR, 20 * HOUR, SCHOOL), Span(9 * HOUR, HOUR, FREE))
        rules = [pack(windows=(Window(**common("w"), spans=spans),), holidays=(date(2026, 9, 2),))]
        before = ask(rules, "2026-09-01 20:00")

        assert ("refuse", moment("2026-09-02 09:00")) == (before.verdict, before.until)
        assert moment("2026-09-03 01:00") == ask(rules, "2026-09-02 22:00").until
        assert moment("2026-09-03 01:00") == ask(rules, "2026-09-03 00:30").until
        assert ask(rules, "2026-09-02 00:30").verdict == "refuse"


class TestGuardians:
    def test_a_child_without_one_is_refused_until_the_birthday(self, ask, pack, common, moment):
        rule = [pack(guardians=(NeedsGuardian(**common("g", to_age=16)),))]
        alone = ask(rule, born=date(2010, 12, 1), guardian=False)

        assert ("refuse", "guardian", moment("2026-12-01 00:00")) == (alone.verdict, alone.reason.kind, alone.until)
        assert ask(rule, born=date(2010, 12, 1), guardian=True).verdict == "allow"
        assert ask(rule, born=date(2010, 11, 24), guardian=False).verdict == "allow"
        assert ask(rule, born=None, guardian=False).verdict == "refuse"


class TestLabels:
    def test_a_rule_for_some_labels(self, ask, pack, common, budget):
        """A game without a label counts as one of every label; so does play of one."""
        grown = [pack(budgets=(replace(budget(30), from_label=16),))]

        assert ask(grown, label=12, born=None).until is None
        assert ask(grown, label=16, born=None).left_ms == ask(grown, label=None, born=None).left_ms == 30 * MINUTE

    def test_play_of_other_labels_does_not_count(self, ask, pack, budget, play):
        grown = [pack(budgets=(replace(budget(30), from_label=16),))]
        played = [replace(play("2026-11-24 18:00", 10), label=label) for label in (0, 12, 16, None)]

        assert ask(grown, label=18, played=tuple(played)).left_ms == 30 * MINUTE - 10 * MINUTE
        spread = tuple(replace(one, start=one.start + number * HOUR // 2) for number, one in enumerate(played))
        assert ask(grown, label=18, played=spread).left_ms == 10 * MINUTE


    def test_a_grant_for_a_game_of_another_label_adds_nothing(self, ask, pack, budget, play, grant):
        """Half an hour of 16+ games; an hour more of a game that was played as 00+ is no hour more of these."""
        grown = [pack(budgets=(replace(budget(30), from_label=16),))]
        small = (replace(play("2026-11-24 20:00", 10, "small"), label=0),)
        given = (grant("2026-11-24 19:00", 60, "small"),)

        assert ask(grown, label=16, born=None, played=small, grants=given).left_ms == 30 * MINUTE
        assert ask(grown, label=16, born=None, grants=given).left_ms == 90 * MINUTE


class TestUncounted:
    @pytest.fixture
    def learning(self, pack, common, budget, pause):
        free = Uncounted(**common("u", games=("tux",)))
        return [pack(budgets=(budget(60),), breaks=(pause(45, 10),), uncounted=(free,))]

    def test_learning_uses_up_nothing_and_is_not_bound(self, ask, learning, play):
        played = (play("2026-11-24 19:00", 90, "tux"), play("2026-11-24 20:30", 20))

        assert ask(learning, played=played).left_ms == 40 * MINUTE
        assert ask(learning, game="tux", played=(play("2026-11-24 19:00", 60),)).until is None

    def test_a_game_that_only_calls_itself_so_does(self, ask, learning, play):
        """Renamed to the name of a learning program: it counts, and is bound."""
        renamed = replace(play("2026-11-24 19:00", 60, "tux"), sure=False)
        spent = ask(learning, game="tux", sure=False, played=(renamed,))

        assert ask(learning, played=(renamed,)).verdict == "refuse"
        assert (spent.verdict, spent.reason.rule) == ("refuse", "t.b")

    def test_not_at_a_game_point_nor_against_a_law_of_the_place(self, ask, learning, play):
        played = (play("2026-11-24 19:00", 60, "tux"),)
        strict = replace(learning[0], budgets=(replace(learning[0].budgets[0], authority="law", relax=()),))

        assert ask(learning, place="game-point", played=played).verdict == "refuse"
        assert ask([strict], played=played).verdict == "refuse"

    def test_when_its_pack_ends_it_counts_again(self, ask, learning, play, moment):
        """From midnight on nothing is uncounted: play that goes on is play from there, a week's budget counts all of it."""
        rules = replace(learning[0], breaks=(), effective_to=date(2026, 11, 25))
        week = replace(learning[0], id="v", sha256="01", breaks=(), uncounted=(),
                       budgets=(replace(learning[0].budgets[0], id="v.b", period="week"),))

        assert moment("2026-11-25 00:00") == ask([rules, week], game="tux").until
        assert moment("2026-11-25 00:20") == ask([rules, week], "2026-11-24 23:20", game="tux").until


    def test_a_refusal_lasts_on_when_only_others_begin_to_count_no_longer(self, ask, learning, budget, play, moment):
        """The week is used up. From Wednesday on tux counts no longer: that opens tux, and nothing else before Monday."""
        week = replace(learning[0], id="v", sha256="01", breaks=(), uncounted=(),
                       budgets=(replace(budget(60), id="v.b", period="week"),))
        free = replace(learning[0], breaks=(), budgets=(), effective_from=date(2026, 11, 25))
        played = (play("2026-11-24 19:00", 60, "chess"),)

        assert moment("2026-11-25 00:00") == ask([week, free], game="tux", played=played).until
        assert moment("2026-11-30 00:00") == ask([week, free], game="chess", played=played).until

    def test_of_several_that_bind_from_there_on_the_reason_is_the_law(self, ask, learning, budget, common):
        """As at any other end: law before house, whatever the kind."""
        today = replace(learning[0], breaks=(), budgets=(), effective_to=date(2026, 11, 25))
        house = Window(**{**common("a"), "id": "v.a"}, spans=(Span(HOUR, 2 * HOUR),))
        law = replace(budget(0), id="v.b", authority="law", addressee="enterprise", relax=("guardian",))
        tomorrow = replace(today, id="v", sha256="01", uncounted=(), windows=(house,), budgets=(law,),
                           effective_from=date(2026, 11, 25), effective_to=None)

        assert ask([today, tomorrow], game="tux").reason.rule == "v.b"


class TestSaves:
    def test_the_shortest_time_to_save_of_the_game(self, ask, pack, common, budget):
        slow = Save(**common("s", games=("x",)), ms=5 * MINUTE)
        rules = [pack(budgets=(budget(60),), saves=(slow, replace(slow, id="t.s2", ms=3 * MINUTE)), grace_ms=30_000)]

        assert ask(rules).grace_ms == 3 * MINUTE
        assert ask(rules, game="y").grace_ms == 30_000

    def test_no_time_to_save_beyond_a_law_of_the_place(self, ask, pack, common, budget):
        """Closing time is closing time: ten seconds, whatever the packs say."""
        law = replace(budget(60), authority="law", relax=())
        rules = [pack(budgets=(law,), saves=(Save(**common("s"), ms=5 * MINUTE),), grace_ms=30_000)]

        assert ask(rules).grace_ms == 10_000

    def test_a_rule_that_ends_nothing_shortens_nothing(self, ask, pack, common):
        """A law of the place that binds only in 2029 is no reason for anything now."""
        law = NeedsGuardian(**{**common("g"), "authority": "law", "relax": ()})

        later = pack(guardians=(law,), effective_from=date(2029, 1, 1), grace_ms=30_000)

        assert ask([later], guardian=False).grace_ms == 30_000

    def test_the_ceiling(self, ask, pack, common, budget):
        assert ask([pack(budgets=(budget(60),), saves=(Save(**common("s"), ms=9 * HOUR),))]).grace_ms == 30 * MINUTE


class TestAdvice:
    def test_it_is_told_and_refuses_nothing(self, ask, pack, common, budget, play, moment):
        rules = [pack(budgets=(replace(budget(60), advisory=True),),
                      windows=(Window(**common("w"), spans=(Span(8 * HOUR, 22 * HOUR),), advisory=True),))]
        free = ask(rules, played=(play("2026-11-24 20:00", 20),))

        assert (free.verdict, free.until, free.reason) == ("allow", None, None)
        assert [(moment("2026-11-24 22:10"), "t.b"), (moment("2026-11-24 22:00"), "t.w")] == sorted(
            ((one.at, one.rule) for one in free.notices), key=lambda one: one[1]
        )

    def test_why_marks_it(self, facts, pack, budget):
        rules = [pack(budgets=(replace(budget(60), advisory=True), budget(90, id="t.c")))]

        assert {one.reason.rule: one.advisory for one in explain(combine(rules), facts())} == {"t.b": True, "t.c": False}

    def test_once_it_is_over_it_is_not_told_again(self, ask, pack, budget, play):
        rules = [pack(budgets=(replace(budget(60), advisory=True),))]

        assert ask(rules, played=(play("2026-11-24 20:00", 80),)).notices == ()


def test_a_notice_that_two_packs_bring_comes_once(ask, shipped, facts):
    """The same pack on the place and on the player."""
    law = shipped("vn-147")

    assert [one.rule for one in ask([law, replace(law, scope="place")]).notices] == ["vn-147.notice"]


def test_a_notice_counts_its_own_games(ask, pack, common, play, moment):
    every = Notice(**common("n", games=("x",)), every_ms=30 * MINUTE)

    assert [moment("2026-11-24 21:50")] == [one.at for one in ask([pack(notices=(every,))], played=(
        play("2026-11-24 19:00", 40), play("2026-11-24 20:00", 25, "y"),
    )).notices]


def test_a_whole_month_of_play_is_decided_quickly_enough(ask, pack, budget, play):
    """What a reason counted is told by the day: it never grows beyond a month of days."""
    played = tuple(play(f"2026-11-{day:02} {hour:02}:00", 1) for day in range(1, 24) for hour in range(8, 20))
    spent = ask([pack(budgets=(budget(5, "month"),))], played=played)

    assert spent.verdict == "refuse"
    assert (len(spent.reason.counted), sum(ms for _, ms in spent.reason.counted)) == (23, 23 * 12 * MINUTE)
