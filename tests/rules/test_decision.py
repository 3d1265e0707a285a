"""Days, windows and how several rules make one decision."""

from datetime import date

import pytest

from rules.decide import decide, explain
from rules.engine.plan import bind
from rules.engine.view import View
from rules.policy import AskFirst, Break, Budget, Notice, Rating, Span, Window, combine

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


@pytest.fixture
def hour(pack, common):
    """A pack of one budget: an hour a day of all games."""
    return lambda **other: pack(budgets=(Budget(**common("b"), ms=HOUR, per="all"),), **other)


class TestDays:
    def test_a_play_across_midnight_is_split(self, ask, hour, play, moment):
        assert moment("2026-11-24 01:30") == ask([hour()], "2026-11-24 00:40", played=(play("2026-11-23 23:50", 20),)).until

    def test_a_budget_that_lasts_to_midnight_begins_anew(self, ask, hour, moment):
        """Exactly to midnight is not used up: the new day has its own hour."""
        assert moment("2026-11-25 01:00") == ask([hour()], "2026-11-24 23:00").until
        assert moment("2026-11-25 01:00") == ask([hour()], "2026-11-24 23:30").until

    def test_plays_at_one_time_count_once(self, ask, hour, play, moment):
        both = (play("2026-11-24 20:00", 30, "x"), play("2026-11-24 20:10", 30, "y"))

        assert moment("2026-11-24 21:50") == ask([hour()], played=both).until

    def test_play_after_now_does_not_count(self, ask, hour, play, moment):
        """The daemon asks two readings of the clock, and for the earlier one a play may lie ahead."""
        assert moment("2026-11-24 22:30") == ask([hour()], played=(play("2026-11-24 21:30", 30),)).until

    @pytest.mark.parametrize(("zone", "now", "offset", "end", "end_offset"), [
        ("America/New_York", "2026-03-07 23:30", "-05:00", "2026-03-08 01:00", "-05:00"),
        ("America/Havana", "2026-03-07 23:30", "-05:00", "2026-03-08 02:00", "-04:00"),
        ("America/Havana", "2026-10-31 23:30", "-04:00", "2026-11-01 00:00", "-05:00"),
    ])
    def test_a_day_begins_when_its_date_does(self, ask, hour, moment, zone, now, offset, end, end_offset):
        """In Havana there is no 00:00 on 8 March, and there are two on 1 November: the day begins at the first."""
        assert moment(end, end_offset) == ask([hour(zone=zone)], moment(now, offset)).until


class TestWindows:
    def test_a_span_inside_an_hour_that_was_skipped_is_none(self, ask, facts, pack, common, moment):
        """In Paris 29 March 2026 has no 02:15 to 02:45: nobody plays before the next day's."""
        nightly = [pack(windows=(Window(**common("w"), spans=(Span(135 * MINUTE, 165 * MINUTE),)),), zone="Europe/Paris")]
        closed = ask(nightly, moment("2026-03-29 01:00", "+01:00"))
        opened = ask(nightly, moment("2026-03-30 02:15", "+02:00"))

        assert ("refuse", moment("2026-03-30 02:15", "+02:00")) == (closed.verdict, closed.until)
        assert ("allow", moment("2026-03-30 02:45", "+02:00")) == (opened.verdict, opened.until)
        assert ask(nightly, moment("2026-03-29 03:00", "+02:00")).verdict == "refuse"
        known = facts(moment("2026-03-29 01:00", "+01:00"))
        (limit,) = bind(combine(nightly), known).limits
        assert limit.frees_from(View(known), known.now) == closed.until  # in one step, not by way of 03:00

    def test_a_span_across_midnight_belongs_to_the_day_it_begins_on(self, ask, pack, common, moment):
        night = [pack(windows=(Window(**common("w"), spans=(Span(22 * HOUR, 2 * HOUR, ("sat",)),)),))]
        closed = ask(night, "2026-11-24 22:00")

        assert moment("2026-11-29 02:00") == ask(night, "2026-11-29 01:00").until
        assert ("refuse", moment("2026-11-28 22:00")) == (closed.verdict, closed.until)

    def test_one_of_the_whole_day_is_none(self, ask, pack, common):
        assert ask([pack(windows=(Window(**common("w"), spans=(Span(0, DAY),)),))]).until is None

    def test_so_is_one_of_the_whole_day_told_day_by_day(self, ask, pack, common):
        """Whatever the holidays; but one that leaves a day out is not."""
        week = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        spans = tuple(Span(begin * HOUR, (begin + 12) * HOUR, (day,)) for day in (*week, "holiday") for begin in (0, 12))
        day_off = (date(2026, 11, 26),)

        assert ask([pack(windows=(Window(**common("w"), spans=spans),), holidays=day_off)]).until is None
        assert ask([pack(windows=(Window(**common("w"), spans=spans[:-2]),))]).until is None
        assert ask([pack(windows=(Window(**common("w"), spans=spans[:-2]),), holidays=day_off)]).until is not None

    def test_a_closed_one_is_open_when_its_pack_is_over(self, ask, pack, common, moment):
        rules = pack(windows=(Window(**common("w"), spans=(Span(8 * HOUR, 21 * HOUR),)),), effective_to=date(2026, 11, 25))

        assert ask([rules]).until == moment("2026-11-25 00:00")

    def test_spans_join(self, ask, pack, common, moment):
        rules = [pack(windows=(Window(**common("w"), spans=(Span(21 * HOUR, 22 * HOUR), Span(22 * HOUR, 23 * HOUR))),))]

        assert moment("2026-11-24 23:00") == ask(rules).until

    def test_a_time_that_the_clock_leaves_out_is_the_moment_of_the_jump(self, ask, pack, common, moment):
        """In New York 02:30 is missing on 8 March: what opens then, opens at 03:00."""
        rules = [pack(windows=(Window(**common("w"), spans=(Span(150 * MINUTE, 5 * HOUR),)),), zone="America/New_York")]

        assert moment("2026-03-08 03:00", "-04:00") == ask(rules, moment("2026-03-08 01:00", "-05:00")).until

    def test_a_time_that_comes_twice_is_the_first(self, ask, pack, common, moment):
        """In New York 01:30 comes twice on 1 November: what closes then, closes for the day."""
        rules = [pack(windows=(Window(**common("w"), spans=(Span(0, 90 * MINUTE),)),), zone="America/New_York")]

        assert moment("2026-11-01 01:30", "-04:00") == ask(rules, moment("2026-11-01 00:30", "-04:00")).until
        assert moment("2026-11-02 00:00", "-05:00") == ask(rules, moment("2026-11-01 01:15", "-05:00")).until


class TestReason:
    def test_of_a_refusal_it_is_rating_window_budget(self, ask, pack, common):
        rules = {"ratings": (Rating(**common("c")),), "windows": (Window(**common("b"), spans=(Span(0, HOUR),)),),
                 "budgets": (Budget(**common("a"), ms=0, per="all"),), "asks": (AskFirst(**common("0"), which="all"),)}
        kinds = []
        while rules:
            kinds.append(ask([pack(**rules)], label=18).reason.kind)
            del rules[f"{kinds[-1]}s"]

        assert kinds == ["rating", "window", "budget", "ask"]

    @pytest.mark.parametrize("ms", [0, HOUR])
    def test_law_comes_before_house_and_then_the_id(self, ask, pack, common, ms):
        """Whether they refuse together or end the play together."""
        rules = tuple(Budget(**common(name, authority=authority, addressee="enterprise"), ms=ms, per="all")
                      for name, authority in (("a", "house"), ("c", "law"), ("b", "law")))

        assert ask([pack(budgets=rules)]).reason.rule == "t.b"

    def test_of_an_allowed_play_it_is_what_ends_first(self, ask, pack, common):
        rules = pack(budgets=(Budget(**common("b", authority="law", addressee="enterprise"), ms=HOUR, per="all"),),
                     windows=(Window(**common("w"), spans=(Span(0, 22 * HOUR),)),))

        assert ask([rules]).reason.rule == "t.w"

    def test_a_players_own_rules_are_known_as_house(self, ask, pack, common):
        budgets = (Budget(**common("b"), ms=0, per="all"),)

        assert ask([pack(id="house", sha256="aa", budgets=budgets)]).reason.pack == "house"
        assert ask([pack(budgets=budgets)]).reason.pack == "00"


class TestUntil:
    def test_a_refusal_lasts_until_nothing_refuses(self, ask, pack, common, play, moment):
        """The budget is new at midnight, the window opens at 15:00."""
        rules = [pack(budgets=(Budget(**common("b"), ms=HOUR, per="all"),),
                      windows=(Window(**common("w"), spans=(Span(15 * HOUR, 22 * HOUR),)),))]

        decision = ask(rules, played=(play("2026-11-24 20:00", 60),))

        assert ("refuse", "budget", moment("2026-11-25 15:00")) == (decision.verdict, decision.reason.kind, decision.until)

    def test_windows_that_never_meet_refuse_for_good(self, ask, pack, common):
        apart = tuple(Window(**common(f"w{at}"), spans=(Span(at * HOUR, (at + 1) * HOUR),)) for at in (8, 10))

        assert ask([pack(windows=apart)]).until is None

    def test_an_ask_ends_when_a_window_closes(self, ask, pack, common, moment):
        day = Window(**common("w"), spans=(Span(0, 22 * HOUR),))
        rules = [pack(asks=(AskFirst(**common("a"), which="all"),), windows=(day,))]

        assert ("ask", moment("2026-11-24 22:00")) == (ask(rules).verdict, ask(rules).until)

    def test_a_play_ends_where_it_would_have_to_be_asked_about(self, ask, pack, common, moment):
        rules = pack(asks=(AskFirst(**common("a"), which="all"),), effective_from=date(2026, 11, 25))

        assert ("allow", moment("2026-11-25 00:00"), "t.a") == (
            ask([rules]).verdict, ask([rules]).until, ask([rules]).reason.rule
        )

    @pytest.mark.parametrize(("days", "seen"), [(365, True), (366, True), (367, False)])
    def test_nobody_looks_further_than_366_days(self, ask, pack, common, moment, days, seen):
        """Asked at midnight, so that 366 days of 24 hours end with a date."""
        start = date.fromordinal(date(2026, 11, 24).toordinal() + days)
        begins = pack(budgets=(Budget(**common("b"), ms=0, per="all"),), effective_from=start)

        decision = ask([begins], "2026-11-24 00:00")

        assert (moment(f"{start} 00:00") if seen else None) == decision.until
        assert seen == (decision.reason is not None)

    def test_without_rules_everything_goes(self, ask):
        decision = ask([])

        assert (
            decision.verdict, decision.reason, decision.until, decision.left_ms, decision.warn_at, decision.notices
        ) == ("allow", None, None, None, (), ())


class TestWarnings:
    def test_only_those_ahead(self, ask, hour, play, moment):
        """One that would be due just now is not ahead."""
        fifteen, ten, one = (ask([hour()], played=(play("2026-11-24 19:00", 60 - left),)) for left in (15, 10, 1))

        assert fifteen.warn_at == (moment("2026-11-24 21:40"), moment("2026-11-24 21:44"))
        assert (moment("2026-11-24 21:35"), moment("2026-11-24 21:39")) == ten.warn_at
        assert (moment("2026-11-24 21:30"),) == one.warn_at

    def test_packs_replace_them_and_shorten_the_grace(self, ask, hour, pack, moment):
        packs = [hour(warn_ms=(10 * MINUTE,), grace_ms=30_000),
                 pack(id="u", warn_ms=(2 * MINUTE,), grace_ms=20_000), pack(id="v")]

        assert (moment("2026-11-24 22:20"), moment("2026-11-24 22:28")) == ask(packs).warn_at
        assert (ask(packs).grace_ms, ask([hour()]).grace_ms) == (20_000, 10_000)


class TestNotices:
    def test_they_begin_anew_with_the_day(self, ask, pack, common, play, moment):
        rules = [pack(notices=(Notice(**common("n"), every_ms=30 * MINUTE),))]

        decision = ask(rules, "2026-11-24 23:50", played=(play("2026-11-24 19:00", 45),))

        assert [moment("2026-11-25 00:30")] == [one.at for one in decision.notices]

    def test_a_multiple_that_is_reached_with_the_day_is_not_due(self, ask, pack, common, moment):
        """At midnight nothing has been played yet."""
        rules = [pack(notices=(Notice(**common("n"), every_ms=30 * MINUTE),))]

        assert [moment("2026-11-25 00:30")] == [one.at for one in ask(rules, "2026-11-24 23:30").notices]

    def test_one_at_the_end_is_not_before_it(self, ask, hour, pack, common):
        assert ask([hour(), pack(id="n", notices=(Notice(**common("n"), every_ms=HOUR),))]).notices == ()

    def test_each_rule_has_its_own(self, ask, pack, common, moment):
        rules = tuple(Notice(**common(name), every_ms=minutes * MINUTE) for name, minutes in (("b", 20), ("a", 30)))

        assert [("t.a", moment("2026-11-24 22:00")), ("t.b", moment("2026-11-24 21:50"))] == [
            (one.rule, one.at) for one in ask([pack(notices=rules)]).notices
        ]


class TestOverAll:
    def test_it_keeps_only_what_no_game_changes(self, shipped, pack, common, facts, play):
        """An hour of one game is used up, but not the player's day."""
        budgets = (Budget(**common("all"), ms=2 * HOUR, per="all"), Budget(**common("x", games=("x",)), ms=0, per="all"))
        limits = pack(budgets=budgets, windows=(Window(**common("w", games=("x",)), spans=(Span(0, 1),)),))
        policy = combine([shipped("vn-147"), limits]).over_all()

        decision = decide(policy, facts(game="", publisher=None, label=18, played=(play("2026-11-24 19:00", 60),)))

        assert (decision.verdict, decision.reason.rule, decision.left_ms) == ("allow", "t.all", HOUR)


class TestWhy:
    def test_each_rule_says_what_it_would_alone(self, shipped, facts, play):
        policy = combine([shipped("vn-game-point"), shipped("vn-147")])

        findings = explain(policy, facts(place="game-point", label=12, played=(play("2026-11-24 19:00", 60),)))

        assert [(one.reason.rule, one.verdict) for one in findings] == [
            ("vn-147.label", "allow"), ("vn-147.guardian", "allow"), ("vn-147.ask-first", "allow"),
            ("vn-game-point.hours", "allow"), ("vn-147.daily-game", "refuse"), ("vn-147.daily-publisher", "allow"),
        ]

    @pytest.mark.parametrize(("begins", "hour", "break_"), [
        ("2026-11-24 08:00", "09:00", "08:45"), ("2026-11-24 07:00", "09:00", "08:45"), ("2026-11-24 10:00", "11:00", "10:45"),
        (None, None, None),
    ])
    def test_what_counts_play_counts_from_when_on_there_may_be_some(self, pack, common, facts, moment, begins, hour, break_):
        """At eight, with hours from ten on, an hour lasts until eleven; hours are not moved by it."""
        rules = pack(
            budgets=(Budget(**common("b"), ms=HOUR, per="all"),),
            breaks=(Break(**common("r"), after_ms=45 * MINUTE, rest_ms=10 * MINUTE),),
            windows=(Window(**common("w"), spans=(Span(7 * HOUR, 21 * HOUR),)),),
        )
        found = explain(combine([rules]), facts("2026-11-24 08:00"), begins and moment(begins))

        ends = {one.reason.rule: one.until for one in found}
        told = {"t.w": "21:00", "t.b": hour, "t.r": break_}
        assert ends == {id_: at and moment(f"2026-11-24 {at}") for id_, at in told.items()}

    def test_budgets_of_other_days_have_no_say(self, pack, common, facts):
        """On a Tuesday, Sunday's says nothing; Wednesday's does, because the play would come to it."""
        rules = pack(budgets=tuple(Budget(**common(day), ms=HOUR, per="all", days=(day,)) for day in ("sun", "wed")))

        assert [one.reason.rule for one in explain(combine([rules]), facts())] == ["t.wed"]
