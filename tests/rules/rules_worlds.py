"""Random packs and facts, on a grid of cells, near the moments at which calendars are difficult."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from rules.facts import Facts, Grant, Played
from rules.policy import AskFirst, Budget, Notice, Pack, Rating, Text, Window

DAY = 86_400_000
QUARTER, MINUTE, SECOND = 900_000, 60_000, 1_000
PLACES = ("home", "game-point", "agent-without-games")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
GAMES = ("a", "b", "c")
KINDS = ("budget", "budget", "window", "rating", "ask", "notice")
PUBLISHERS = (None, "p", "q")
# Zones with a moment near which something happens to their clock, in UTC: none; an hour and half an hour, ahead and back; back
# over midnight; a date that never was.
HARD = (
    ("Asia/Ho_Chi_Minh", "2026-11-24T17:00"), ("Asia/Ho_Chi_Minh", "2026-02-28T17:00"),
    ("America/New_York", "2026-03-08T07:00"), ("America/New_York", "2026-11-01T06:00"), ("Europe/London", "2026-10-25T01:00"),
    ("America/Havana", "2026-11-01T05:00"), ("America/Havana", "2026-03-08T05:00"), ("Australia/Lord_Howe", "2026-04-04T15:00"),
    ("Pacific/Apia", "2011-12-30T10:00"), ("America/Sao_Paulo", "2018-02-18T02:00"), ("America/Sao_Paulo", "2018-11-04T03:00"),
)
BACK_OVER_MIDNIGHT = ("America/St_Johns", "2010-11-07T02:31")


@dataclass(frozen=True)
class World:
    packs: tuple
    facts: Facts
    cell: int
    days: int


def unix(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def rule_parts(draw, name):
    from_age, to_age = draw(st.sampled_from(((None, None), (None, None), (None, 18), (16, 18), (16, None), (12, 16))))
    return {
        "id": name, "cite": name, "text": Text(name, name), "authority": draw(st.sampled_from(("law", "house"))),
        "addressee": draw(st.sampled_from(("enterprise", "point", "player", "household"))),
        "relax": draw(st.sampled_from(((), ("guardian",), ("guardian", "staff")))), "from_age": from_age, "to_age": to_age,
        "places": draw(st.sampled_from(((), (), ("home",), ("home", "game-point")))),
        "games": draw(st.sampled_from(((), (), (), ("a",), ("a", "b")))),
    }


def budgets(draw, name, cell):
    ms = draw(st.integers(0, 24)) * cell
    return Budget(**rule_parts(draw, name), ms=ms, per=draw(st.sampled_from(("game", "publisher", "all"))), days=weekdays(draw))


def windows(draw, name, cell, time_of_day):
    """Spans anywhere in the day, or with their ends within some cells of now."""
    steps, near = DAY // cell, time_of_day // cell
    ends = st.one_of(st.integers(0, steps - 1), st.integers(-20, 20).map(lambda ahead: (near + ahead) % steps))
    spans = draw(st.lists(st.tuples(ends, st.one_of(ends, st.just(steps))), min_size=1, max_size=2))
    in_ms = tuple((begin * cell, end * cell) for begin, end in spans)
    return Window(**rule_parts(draw, name), spans=in_ms, days=weekdays(draw))


def weekdays(draw):
    return draw(st.sampled_from(((), (), (), ("sat", "sun"), ("mon", "tue", "wed", "thu", "fri"), ("sun",))))


def pack_parts(draw, name, zone, today):
    dates = st.one_of(st.none(), st.none(), st.integers(-2, 2))
    begin, end = draw(dates), draw(dates)
    return {
        "id": name, "title": Text(name, name), "jurisdiction": "house", "zone": zone, "source": name, "status": "verified",
        "sha256": name, "scope": draw(st.sampled_from(("player", "place"))),
        "effective_from": None if begin is None else today + timedelta(days=begin),
        "effective_to": None if end is None else today + timedelta(days=end),
    }


@st.composite
def packs(draw, cell, zones, local):
    found = []
    time_of_day = (local.hour * 3600 + local.minute * 60 + local.second) * 1000
    for number in range(draw(st.integers(1, 3))):
        name = f"k{number}"
        kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=4))
        parts = {"budgets": [], "windows": [], "ratings": [], "asks": [], "notices": []}
        for rule, kind in enumerate(kinds):
            id_ = f"{name}.{draw(st.sampled_from('abc'))}{rule}"
            if kind == "budget":
                parts["budgets"].append(budgets(draw, id_, cell))
            elif kind == "window":
                parts["windows"].append(windows(draw, id_, cell, time_of_day))
            elif kind == "rating":
                parts["ratings"].append(Rating(**rule_parts(draw, id_)))
            elif kind == "ask":
                parts["asks"].append(AskFirst(**rule_parts(draw, id_), which=draw(st.sampled_from(("unrated", "all")))))
            else:
                parts["notices"].append(Notice(**rule_parts(draw, id_), every_ms=draw(st.integers(1, 12)) * cell))
        head = pack_parts(draw, name, draw(st.sampled_from(zones)), local.date())
        found.append(Pack(**head, **{key: tuple(value) for key, value in parts.items()}))
    return tuple(found)


@st.composite
def birth_dates(draw, today):
    """Unknown, or with a birthday that matters within two days of today; sometimes on 29 February."""
    if draw(st.booleans()):
        return draw(st.sampled_from((None, date(2014, 5, 1), date(1980, 1, 1), date(2008, 2, 29), date(2010, 2, 28))))
    day = today + timedelta(days=draw(st.integers(-2, 2)))
    born = day - timedelta(days=365 * 4 * 4)
    return date(born.year + draw(st.sampled_from((-2, 0, 4))), day.month, min(day.day, 28))


@st.composite
def worlds(draw):
    cell, days = draw(st.sampled_from(((QUARTER, 5), (QUARTER, 5), (MINUTE, 1), (SECOND, 0))))
    zone, hard = draw(st.sampled_from(HARD if cell == QUARTER else (*HARD, BACK_OVER_MIDNIGHT)))
    now = unix(hard) // cell * cell + draw(st.integers(-60, 30)) * cell
    local = datetime.fromtimestamp(now / 1000, tz=ZoneInfo(zone))
    game = draw(st.sampled_from(GAMES))
    played = draw(st.lists(
        st.builds(
            lambda back, length, game, publisher: Played(game, publisher, now - back * cell, min(back, length) * cell),
            st.integers(0, 120), st.integers(0, 12), st.sampled_from(GAMES), st.sampled_from(PUBLISHERS),
        ), max_size=6,
    ))
    grants = draw(st.lists(
        st.builds(
            lambda by, length, game, ahead: Grant(by, length * cell, game, now + ahead * cell),
            st.sampled_from(("guardian", "staff")), st.integers(0, 16), st.sampled_from((None, *GAMES)), st.integers(-100, 20),
        ), max_size=3,
    ))
    facts = Facts(
        now=now, place=draw(st.sampled_from(PLACES)), game=game, publisher=draw(st.sampled_from(PUBLISHERS)),
        label=draw(st.sampled_from((None, 0, 0, 0, 16, 18))), born=draw(birth_dates(local.date())), played=tuple(played),
        grants=tuple(grants), approved=draw(st.sampled_from((frozenset(), frozenset({game})))),
    )
    zones = (zone, zone, "Asia/Ho_Chi_Minh")
    return World(draw(packs(cell, zones, local)), facts, cell, days)
