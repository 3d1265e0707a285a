"""Random packs and facts, on a grid of cells, near the moments at which calendars are difficult."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from rules.facts import Facts, Grant, Played
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
)

DAY = 86_400_000
QUARTER, MINUTE, SECOND = 900_000, 60_000, 1_000
PLACES = ("home", "game-point", "agent-without-games")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
GAMES = ("a", "b", "c")
KINDS = {
    "budget": "budgets", "window": "windows", "rating": "ratings", "ask": "asks", "notice": "notices", "break": "breaks",
    "guardian": "guardians", "uncounted": "uncounted", "save": "saves",
}  # fmt: skip
# Half of the worlds are about everything; the others about few rules that bind everybody, so that these meet each other.
ABOUT = (
    ("budget",) * 5 + ("window", "window", "break", "break", "uncounted") + tuple(KINDS), ("budget",), ("budget", "break"),
    ("budget", "break", "uncounted"), ("budget", "uncounted"), ("break",), ("window",),
)
LABELS = (None, 0, 0, 12, 18)
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


SYSTEMS = ((), ("VN",), ("OARS", "PEGI"))  # those that a rule names


def rule_parts(draw, name, *, plain):
    if plain:
        one = {"id": name, "cite": name, "text": Text(name, name), "authority": "house", "addressee": "household"}
        return {**one, "relax": draw(st.sampled_from(((), ("guardian",), ("guardian",))))}
    from_age, to_age = draw(st.sampled_from(((None, None), (None, None), (None, 18), (16, 18), (16, None), (12, 16))))
    from_label, to_label = draw(st.sampled_from(((None, None),) * 5 + ((12, None), (None, 12), (12, 18))))
    return {
        "id": name, "cite": name, "text": Text(name, name), "authority": draw(st.sampled_from(("law", "house"))),
        "addressee": draw(st.sampled_from(("enterprise", "point", "player", "household"))),
        "relax": draw(st.sampled_from(((), ("guardian",), ("guardian", "staff")))), "from_age": from_age, "to_age": to_age,
        "places": draw(st.sampled_from(((), (), ("home",), ("home", "game-point")))),
        "games": draw(st.sampled_from(((), (), (), ("a",), ("a", "b")))), "from_label": from_label, "to_label": to_label,
    }


def rule_of(draw, kind, name, cell, time_of_day, *, plain):
    parts, advisory = rule_parts(draw, name, plain=plain), draw(st.sampled_from((False, False, False, True)))
    cells = st.integers(1, 12)
    if kind == "budget":
        period = draw(st.sampled_from(("day", "day", "week", "month", "session", "session")))
        return Budget(
            **parts, ms=draw(st.integers(0, 24)) * cell, per=draw(st.sampled_from(("game", "publisher", "all"))),
            days=days(draw), period=period, pause_ms=draw(cells) * cell if period == "session" else 0, advisory=advisory,
        )  # fmt: skip
    if kind == "window":
        return Window(**parts, spans=spans(draw, cell, time_of_day), advisory=advisory)
    if kind == "break":
        return Break(**parts, after_ms=draw(cells) * cell, rest_ms=draw(cells) * cell, days=days(draw), advisory=advisory)
    if kind == "uncounted":
        own = {"authority": "house", "games": draw(st.sampled_from((("a",), ("b", "c")))), "from_label": None, "to_label": None}
        return Uncounted(**parts | own)
    more = {
        "rating": (Rating, {"systems": draw(st.sampled_from(SYSTEMS))}), "guardian": (NeedsGuardian, {}),
        "save": (Save, {"ms": draw(cells) * 60_000}),
        "ask": (AskFirst, {"which": draw(st.sampled_from(("unrated", "all"))), "systems": draw(st.sampled_from(SYSTEMS))}),
        "notice": (Notice, {"every_ms": draw(cells) * cell}),
    }  # fmt: skip
    made, own = more[kind]
    return made(**parts, **own)


def spans(draw, cell, time_of_day):
    """Anywhere in the day, or with their ends within some cells of now."""
    steps, near = DAY // cell, time_of_day // cell
    ends = st.one_of(st.integers(0, steps - 1), st.integers(-20, 20).map(lambda ahead: (near + ahead) % steps))
    found = draw(st.lists(st.tuples(ends, st.one_of(ends, st.just(steps))), min_size=1, max_size=3))
    return tuple(Span(begin * cell, end * cell, days(draw)) for begin, end in found)


def days(draw):
    week, free = ("mon", "tue", "wed", "thu", "fri"), ("sat", "sun")
    some = (free, week, ("sun",), (*free, "holiday"), (*week, "workday"), ("holiday",), ("mon", "workday"))
    return draw(st.sampled_from(((),) * 5 + some))


def pack_parts(draw, name, zone, today):
    dates = st.one_of(st.none(), st.none(), st.integers(-2, 2))
    begin, end = draw(dates), draw(dates)
    special = [today + timedelta(days=one) for one in sorted(draw(st.sets(st.integers(-3, 3), max_size=4)))]
    return {
        "id": name, "title": Text(name, name), "jurisdiction": "house", "zone": zone,
        "source": Text(name, name), "status": "verified",
        "sha256": name, "scope": draw(st.sampled_from(("player", "place"))),
        "effective_from": None if begin is None else today + timedelta(days=begin),
        "effective_to": None if end is None else today + timedelta(days=end),
        "grace_ms": draw(st.sampled_from((None, None, 5_000, 20_000))), "holidays": tuple(special[::2]),
        "workdays": tuple(special[1::2]),
    }  # fmt: skip


@st.composite
def packs(draw, cell, zones, local, about):
    found = []
    time_of_day = (local.hour * 3600 + local.minute * 60 + local.second) * 1000
    for number in range(draw(st.integers(1, 3))):
        name = f"k{number}"
        parts = {field: [] for field in KINDS.values()}
        for rule, kind in enumerate(draw(st.lists(st.sampled_from(about), min_size=1, max_size=4))):
            id_ = f"{name}.{draw(st.sampled_from('abc'))}{rule}"
            parts[KINDS[kind]].append(rule_of(draw, kind, id_, cell, time_of_day, plain=about is not ABOUT[0]))
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
    about = draw(st.sampled_from((ABOUT[0], ABOUT[0], *ABOUT)))
    plain = about is not ABOUT[0]
    givers, given, ahead = (("guardian", "staff"), (None, *GAMES), 100) if not plain else (("guardian",), (None, game), 20)
    played = draw(st.lists(
        st.builds(
            lambda back, length, *more: Played(*more[:2], now - back * cell, min(back, length) * cell, *more[2:]),
            st.integers(0, 40 if plain else 120), st.integers(0, 12), st.sampled_from(GAMES), st.sampled_from(PUBLISHERS),
            st.sampled_from(LABELS), st.sampled_from((True, True, False)),
        ), min_size=1 if plain else 0, max_size=6,
    ))
    grants = draw(st.lists(
        st.builds(
            lambda by, length, game, ahead: Grant(by, length * cell, game, now + ahead * cell),
            st.sampled_from(givers), st.integers(0, 16), st.sampled_from(given), st.integers(-ahead, 20),
        ), max_size=3,
    ))
    places = ("home", "home", *PLACES) if plain else PLACES
    facts = Facts(
        now=now, place=draw(st.sampled_from(places)), game=game, publisher=draw(st.sampled_from(PUBLISHERS)),
        label=draw(st.sampled_from((None, 0, 0, 0, 16, 18))), system=draw(st.sampled_from(("VN", "VN", "OARS", None))),
        born=draw(birth_dates(local.date())), played=tuple(played),
        grants=tuple(grants), approved=draw(st.sampled_from((frozenset(), frozenset({game})))),
        guardian=draw(st.sampled_from((True, True, False))), sure=draw(st.sampled_from((True, True, False))),
    )  # fmt: skip
    zones = (zone, zone, "Asia/Ho_Chi_Minh")
    return World(draw(packs(cell, zones, local, about)), facts, cell, days)
