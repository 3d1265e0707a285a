"""The JSON Schema of packs: it is the committed one, it takes what the parser takes, and refuses what has no such form."""

import re
import tomllib
from datetime import date
from pathlib import Path

import msgspec
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from rules.packs.schema import schema
from rules.packs.shipped import shipped_packs
from rules.parse import PolicyError, parse_pack

SPEC = Path(__file__).parents[2] / "docs" / "spec"

FULL = """id = "t"
jurisdiction = "house"
zone = "Asia/Ho_Chi_Minh"
source = "x"
status = "verified"
warn_minutes = [10, "$warn"]
title = { vi = "Thử", en = "Test" }
effective = { from = 2026-01-01, to = 2027-01-01 }
[param.warn]
type = "int"
min = 1
max = 9
default = 2
text = { vi = "v", en = "e" }
[param.on]
type = "bool"
default = true
text = { vi = "v", en = "e" }
[param.hours]
type = "hours"
within = "08:00-22:00"
default = "09:00-21:00"
text = { vi = "v", en = "e" }
[param.summer]
type = "dates"
default = ["2026-07-01..2026-07-31", 2026-08-02]
text = { vi = "v", en = "e" }
[group.online]
text = { vi = "v", en = "e" }
games = ["luanti"]
[holidays]
source = "x"
status = "unverified"
off = [2026-01-01, "2026-02-16..2026-02-20", "$summer"]
work = ["2026-01-03"]
known_to = 2027-01-01
[[budget]]
id = "b"
when = "$on"
cite = "c"
authority = "house"
addressee = "household"
relax = ["guardian", "staff"]
ages = { from = 6, to = 18 }
labels = { from = 16 }
places = ["home"]
group = "online"
per = "all"
period = "session"
pause_minutes = 10
minutes = "$warn"
days = ["mon", "holiday"]
advisory = "$on"
text = { vi = "v $hours", en = "e" }
[[window]]
id = "w"
cite = "c"
authority = "house"
addressee = "household"
games = ["luanti"]
spans = ["$hours", { span = "21:30-00:30", days = ["sat"] }]
text = { vi = "v", en = "e" }
"""
COMMON = 'cite = "c"\nauthority = "house"\naddressee = "household"\ntext = { vi = "v", en = "e" }\n'
OTHERS = "".join(f'[[{kind}]]\nid = "{kind}"\n{COMMON}{fields}\n' for kind, fields in {
    "break": "after_minutes = 45\nrest_minutes = 10", "rating": "", "guardian": "", "ask": 'which = "all"',
    "notice": "every_minutes = 30", "uncounted": 'games = ["gcompris"]', "save": "seconds = 90",
}.items())


@pytest.fixture(scope="module")
def wrong():
    """What the schema has against a text of TOML: the paths of the mistakes."""
    validator = Draft202012Validator(schema(), format_checker=FormatChecker())

    def mistakes(text):
        return [error.json_path for error in validator.iter_errors(as_json(tomllib.loads(text)))]

    return mistakes


def as_json(value):
    """TOML's dates as texts, as every editor's checker of TOML reads them."""
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def test_the_committed_one_is_made_from_the_parser():
    """giochoi policy schema > docs/spec/pack.schema.json"""
    made = msgspec.json.format(msgspec.json.encode(schema()), indent=2).decode() + "\n"

    assert made == (SPEC / "pack.schema.json").read_text("utf-8")


def test_it_is_a_schema():
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("name", list(shipped_packs()))
def test_it_takes_the_shipped_packs(wrong, name):
    assert wrong(shipped_packs()[name]) == []


def test_it_takes_the_examples_of_the_specification(wrong):
    examples = re.findall(r"```toml\n(.*?)```", (SPEC / "packs.md").read_text("utf-8"), re.DOTALL)

    assert [wrong(text) for text in examples] == [[] for _ in examples]
    assert examples


def test_it_takes_every_field_and_reference(wrong):
    """And so does the parser."""
    assert wrong(FULL + OTHERS) == []
    assert len(parse_pack(FULL + OTHERS, "t").rules) == 9


@pytest.mark.parametrize(("old", "new"), [
    ('id = "t"\n', ""), ('id = "t"', 'id = "T"'), ('id = "t"', 'id = "house"'), ('status = "verified"', 'status = "maybe"'),
    ('source = "x"', "source = 1"), ('source = "x"', 'source = "x"\nsauce = 1'), ("[10, ", "[-1, "), ("[10, ", '["ten", '),
    (', en = "Test"', ""), ('type = "int"', 'type = "text"'), ("default = 2", 'default = "2"'),
    ("min = 1", 'within = "08:00-09:00"'), ('within = "08:00-22:00"', "min = 1"),
    ('within = "08:00-22:00"', 'within = "8-22"'), ("default = true", "default = 1"),
    ('default = "09:00-21:00"', 'default = "9-21"'), ("2026-07-31", "31/7"), ("[param.on]", "[param.On]"),
    ("[group.online]", "[group.On]"), ('games = ["luanti"]', "games = []"), ('games = ["luanti"]', 'games = ["Luanti"]'),
    ("off = [2026-01-01", 'off = ["Tet"'), ('work = ["2026-01-03"]', 'work = "2026-01-03"'),
    ("known_to = 2027-01-01", "known_to = true"), ('when = "$on"', "when = true"), ('cite = "c"\n', ""),
    ('cite = "c"', 'cite = ""'), ('"house"\nadd', '"me"\nadd'), ('"household"', '"me"'), ('"staff"]', '"child"]'),
    ("{ from = 6", "{ from = -6"), ("{ from = 6", '{ from = "six"'), ("{ from = 16 }", "[16]"), ('["home"]', '["bar"]'),
    ('["home"]', "[]"), ('group = "online"', 'group = "online"\ngames = ["luanti"]'), ('per = "all"', 'per = "day"'),
    ('per = "all"\n', ""), ('"session"', '"year"'), ("pause_minutes = 10\n", ""), ('period = "session"\n', ""),
    ('minutes = "$warn"', "minutes = 1441"), ('minutes = "$warn"', "minutes = true"), ('"holiday"]', '"Sunday"]'),
    ('advisory = "$on"', 'advisory = "yes"'), ('"21:30-00:30"', '"21.30-0.30"'), ('spans = ["$hours"', 'spans = ["8-9"'),
    ('spans = ["$hours"', "spans = [8"), ('days = ["sat"] }', "day = 1 }"), ("rest_minutes = 10", ""),
    ("rest_minutes = 10", "rest_minutes = 0"), ('which = "all"', 'which = "some"'), ("every_minutes", "minutes"),
    ("seconds = 90", "seconds = 1801"), ('games = ["gcompris"]', ""),
    ('games = ["gcompris"]', 'games = ["gcompris"]\nlabels = { to = 12 }'), ("[[guardian]]", "[guardian]"),
    ("[[guardian]]", "[[guardians]]"),
])  # fmt: skip
def test_it_refuses_what_has_no_such_form(wrong, old, new):
    """And so does the parser."""
    text = (FULL + OTHERS).replace(old, new, 1)

    assert wrong(text) != []
    with pytest.raises(PolicyError):
        parse_pack(text, "t")
