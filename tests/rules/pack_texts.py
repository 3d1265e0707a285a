"""Pieces of packs, and what is wrong with a pack, as tests of their parser have it."""

import pytest

from i18n.message import plain
from rules.parse import PolicyError, parse_pack

HEAD = """id = "t"
jurisdiction = "house"
zone = "Asia/Ho_Chi_Minh"
source = "x"
status = "verified"
title = { vi = "Thử", en = "Test" }
"""
COMMON = """cite = "c"
authority = "house"
addressee = "household"
text = { vi = "v", en = "e" }
"""
BUDGET = f'[[budget]]\nid = "b"\n{COMMON}per = "all"\nminutes = 60\n'
HOURS = '[param.hours]\ntype = "hours"\nwithin = "08:00-22:00"\ntext = { vi = "v", en = "e" }\n'
GROUP = '[group.online]\ntext = { vi = "Trực tuyến", en = "Online" }\ngames = ["ddnet", "luanti"]\n'
HOLIDAYS = """[holidays]
source = "s"
status = "unverified"
off = ["2026-02-16..2026-02-18", 2026-01-01, "2026-09-02", "2026-02-17"]
work = ["2026-02-28"]
known_to = 2027-01-01
"""
SUMMER = """[param.summer]
type = "dates"
default = ["2026-07-01..2026-07-02", 2026-07-04]
text = { vi = "Nghỉ hè", en = "Summer" }
"""
WINDOW = f'[[window]]\nid = "w"\n{COMMON}spans = ["$hours"]\n'


def mistakes(text, **params):
    """What is wrong: path and reason of each."""
    with pytest.raises(PolicyError) as caught:
        parse_pack(text, "f.toml", params)
    lines = [plain(line) for line in caught.value.lines]
    assert all(line.startswith("f.toml: ") and "\n" not in line for line in lines)
    assert str(caught.value) == lines[0]
    return [(path, plain(why), line) for path, why, line in caught.value.mistakes]


def paths(text, **params):
    return [path for path, _, _ in mistakes(text, **params)]
