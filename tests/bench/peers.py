"""The question that policy engines answer too: may this player play this game now? They are told every sum.

An engine gets what it needs to be at its fastest: policies parsed once, inputs made before the clock runs. It need neither add
up what was played nor say until when. Before anything is timed it must have answered as we do for all of the facts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import sample
from measure import RUNS, Row, rate

from rules.calendar import calendar
from rules.decide import decide
from rules.facts import Facts
from rules.usage import session, sums, union_ms

Input = dict[str, bool | int | str]
Asking = Callable[[list[Input]], Callable[[], list[bool]]]  # makes what answers all of them, in order
_COUNT = 500
_HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
_REST = 10 * sample.MINUTE
_POLICY = sample.policy(sample.PACKS)
_DAYS_OFF = frozenset(day for pack in _POLICY.packs for day in pack.holidays)


def compare(name: str, asking: Asking) -> Iterator[Row]:
    """Its answers a second, and how many times as fast we are: each sample of ours is taken right before one of theirs."""
    for history, days in (("a day", 1), ("a week", 7)):
        facts = sample.facts(_COUNT, days)
        ask = asking([_input(one) for one in facts])

        def ours(facts: list[Facts] = facts) -> list[bool]:
            return [decide(_POLICY, one).verdict == "allow" for one in facts]

        differing = [one for one, we, they in zip(facts, ours(), ask(), strict=True) if we is not they]
        if differing:
            raise AssertionError(f"{name} answers otherwise, first: {differing[0]}")
        pairs = [(rate(ours, 1, 1)[0] * _COUNT, rate(ask, 1, 1)[0] * _COUNT) for _ in range(RUNS)]
        yield Row(f"{name}: allow or refuse, given all sums", [they for _, they in pairs], "/s")
        yield Row(f"… decide, which adds up {history}'s plays", [we for we, _ in pairs], "/s")
        yield Row("… times as fast", [we / they for we, they in pairs], "×", 1, "more")


def _input(facts: Facts) -> Input:
    """Plain values: lengths in ms, `minute` of the day, `day` by its name. What is unknown is left out."""
    now, zone = facts.now, calendar("Asia/Ho_Chi_Minh")
    day = zone.day(now)
    game, publisher, today = sums(facts.played, facts.game, facts.publisher, day.start, now)
    local, born = datetime.fromtimestamp(now / 1000, _HANOI), facts.born
    age = {} if born is None else {"age": local.year - born.year - ((local.month, local.day) < (born.month, born.day))}
    week = [start for start in range(day.start - day.weekday * sample.DAY, now, sample.DAY) if not _off(start)]
    return {
        **age, **({} if facts.label is None else {"label": facts.label}), "minor": age.get("age", 0) < 18,
        "guardian": facts.guardian, "approved": facts.game in facts.approved, "place": facts.place,
        "day": "holiday" if _off(now) else f"{local:%a}".lower(), "minute": local.hour * 60 + local.minute,
        "game": game, "publisher": publisher, "today": today, "session": session(facts.played, now, _REST)[0],
        "week": sum(union_ms(facts.played, start, min(start + sample.DAY, now)) for start in week),
        "granted": sum(one.ms for one in facts.grants),
        "suspended": any(one.given <= now < one.given + one.ms for one in facts.grants),
    }  # fmt: skip


def _off(at: int) -> bool:
    return datetime.fromtimestamp(at / 1000, _HANOI).date() in _DAYS_OFF
