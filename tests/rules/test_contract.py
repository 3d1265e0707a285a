"""The example of the contract, and what the shipped packs say."""

from dataclasses import replace
from datetime import date

import pytest

MINUTE = 60_000


class TestExample:
    @pytest.fixture
    def decision(self, ask, shipped, play, grant):
        return ask([shipped("vn-147")], played=(play("2026-11-24 19:00", 50),), grants=(grant("2026-11-24 20:00", 15),))

    def test_until_left_and_reason(self, decision, moment):
        assert ("allow", moment("2026-11-24 21:55"), 1_500_000) == (decision.verdict, decision.until, decision.left_ms)
        assert decision.reason.rule == "vn-147.daily-game"
        assert decision.reason.cite == "NĐ 147/2024, Đ.39 k.1 đ.e (G1); Đ.48 k.1 đ.e (G2–G4)"

    def test_warnings_and_notice(self, decision, moment):
        """50 minutes were played, so the second half hour of the day is full ten minutes later."""
        assert tuple(moment(f"2026-11-24 21:{one}") for one in (40, 50, 54)) == decision.warn_at
        assert [(moment("2026-11-24 21:40"), "vn-147.notice", "Chơi quá 180 phút một ngày sẽ ảnh hưởng xấu đến sức khỏe")] == [
            (one.at, one.rule, one.text.vi) for one in decision.notices
        ]

    def test_the_numbers_of_the_reason(self, decision):
        reason = decision.reason

        assert (reason.budget_ms, reason.used_ms, reason.granted_ms) == (60 * MINUTE, 50 * MINUTE, 15 * MINUTE)
        assert reason.params == {"over_all": False, "guardian": True}


class TestVn147:
    def test_an_adult_plays_without_end_and_is_told_of_health(self, ask, shipped, moment):
        decision = ask([shipped("vn-147")], born=date(2008, 11, 24), label=18)

        assert (
            decision.verdict, decision.until, decision.left_ms, decision.reason, decision.warn_at
        ) == ("allow", None, None, None, ())
        assert [moment("2026-11-24 22:00")] == [one.at for one in decision.notices]

    def test_180_minutes_of_one_publisher(self, ask, shipped, play, moment):
        """Each game has its 60 minutes, but the fourth of a publisher finds nothing left; another publisher's is free."""
        played = tuple(play(f"2026-11-24 {18 + number}:00", 60, game) for number, game in enumerate("abc"))

        of_p = ask([shipped("vn-147")], played=played)
        of_q = ask([shipped("vn-147")], played=played, publisher="q")

        assert ("refuse", "vn-147.daily-publisher", moment("2026-11-25 00:00")) == (of_p.verdict, of_p.reason.rule, of_p.until)
        assert (of_q.verdict, of_q.reason.rule) == ("allow", "vn-147.daily-game")

    def test_no_publisher_is_one_publisher(self, ask, shipped, play):
        played = tuple(play(f"2026-11-24 {18 + number}:00", 60, game, None) for number, game in enumerate("abc"))

        assert ask([shipped("vn-147")], played=played, publisher=None).reason.rule == "vn-147.daily-publisher"

    def test_over_all_counts_every_game_as_a_house_rule(self, ask, shipped, play):
        """The decree counts per enterprise: counting over all is stricter, and therefore no law."""
        played = tuple(play(f"2026-11-24 {18 + number}:00", 60, name, name) for number, name in enumerate("abc"))
        strict = shipped("vn-147", over_all="true")

        assert ask([shipped("vn-147")], played=played, publisher="d").verdict == "allow"
        assert ask([strict], played=played, publisher="d").reason.rule == "vn-147.daily-all"
        assert [
            (one.id.removeprefix("vn-147."), one.authority) for one in strict.budgets
        ] == [("daily-game", "law"), ("daily-all", "house")]

    @pytest.mark.parametrize(("born", "label", "verdict"), [
        ("2014-05-01", 12, "allow"), ("2014-11-24", 12, "allow"), ("2014-11-25", 12, "refuse"), ("2014-05-01", 16, "refuse"),
        (None, 0, "allow"), (None, 12, "refuse"), ("1980-01-01", 18, "allow"),
    ])
    def test_a_label_is_a_minimum_age(self, ask, shipped, born, label, verdict):
        decision = ask([shipped("vn-147")], born=born and date.fromisoformat(born), label=label)

        assert verdict == decision.verdict
        assert (decision.verdict == "refuse") == (decision.reason is not None and decision.reason.rule == "vn-147.label")

    def test_a_refused_label_is_free_from_the_birthday_on(self, ask, shipped, moment):
        assert moment("2026-11-25 00:00") == ask([shipped("vn-147")], born=date(2014, 11, 25), label=12).until
        assert ask([shipped("vn-147")], born=date(2014, 11, 25), label=18).until is None

    def test_an_unrated_game_is_asked_about_until_it_is_approved(self, ask, shipped):
        asked = ask([shipped("vn-147")], label=None)
        approved = ask([shipped("vn-147")], label=None, approved=frozenset({"x"}))

        assert (asked.verdict, asked.reason.rule, asked.left_ms, asked.until) == ("ask", "vn-147.ask-first", 0, None)
        assert approved.verdict == "allow"

    def test_it_is_not_in_force_before_its_date(self, ask, shipped, play, moment):
        before = ask([shipped("vn-147")], "2024-12-24 12:00", played=(play("2024-12-24 08:00", 100),))

        assert ("allow", moment("2024-12-25 01:00")) == (before.verdict, before.until)

    def test_unknown_age_is_the_strictest(self, ask, shipped, play):
        assert ask([shipped("vn-147")], born=None, played=(play("2026-11-24 19:00", 60),)).verdict == "refuse"

    def test_at_the_eighteenth_birthday_the_limit_ends(self, ask, shipped):
        """An hour is left at 23:30, but midnight makes an adult."""
        decision = ask([shipped("vn-147")], "2026-11-24 23:30", born=date(2008, 11, 25))

        assert (decision.verdict, decision.until) == ("allow", None)


class TestGamePoint:
    def test_it_closes_at_22_for_everyone(self, ask, shipped, moment):
        decision = ask([shipped("vn-game-point")], born=date(1980, 1, 1), place="game-point")

        assert (moment("2026-11-24 22:00"), "vn-game-point.hours") == (decision.until, decision.reason.rule)

    def test_it_opens_at_8(self, ask, shipped, moment):
        decision = ask([shipped("vn-game-point")], "2026-11-24 22:00", place="game-point")

        assert ("refuse", moment("2026-11-25 08:00"), 0) == (decision.verdict, decision.until, decision.left_ms)

    @pytest.mark.parametrize("place", ["home", "agent-without-games"])
    def test_it_binds_no_other_place(self, ask, shipped, place):
        assert ask([shipped("vn-game-point")], place=place).until is None

    @pytest.mark.parametrize("role", ["guardian", "staff"])
    def test_nobody_may_relax_it(self, ask, shipped, grant, moment, role):
        decision = ask([shipped("vn-game-point")], place="game-point", grants=(grant("2026-11-24 21:00", 300, by=role),))

        assert moment("2026-11-24 22:00") == decision.until

    @pytest.mark.parametrize("born", [None, "1980-01-01", "2014-05-01"])
    def test_narrower_hours_are_the_points_own_and_bind_everybody(self, ask, shipped, moment, born):
        """The decree is not cited for an hour that it does not forbid. A household's rule would end at 18."""
        pack = replace(shipped("vn-game-point", hours="09:00-21:45"), scope="place")
        decision = ask([pack], place="game-point", born=born and date.fromisoformat(born))

        assert (moment("2026-11-24 21:45"), "vn-game-point.opening") == (decision.until, decision.reason.rule)
        assert decision.reason.cite == "vn-game-point"
