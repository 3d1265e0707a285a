"""Packs of a stranger who wants their reading to cost much. `make bench` measures it."""

from rules.packs.toml import MOST_PARTS

HEAD = """id = "t"
jurisdiction = "house"
zone = "Asia/Ho_Chi_Minh"
source = "s"
status = "verified"
title = { vi = "v", en = "e" }
"""
COMMON = 'cite = "c"\nauthority = "house"\naddressee = "household"\ntext = { vi = "v", en = "e" }\n'
BUDGET = f'[[budget]]\nid = "b"\n{COMMON}per = "all"\nminutes = 5\n'
DATES = '[param.q]\ntype = "dates"\ndefault = [{}]\ntext = {{ vi = "v", en = "e" }}\n'.format('"2026-01-01",' * 2000)
OFF = '[holidays]\nsource = "s"\nstatus = "verified"\noff = [{}]\n'
PARTS = MOST_PARTS + 1


def many(kind, number):
    return "".join(f'[[{kind}]]\nid = "r{one}"\n{COMMON}per = "all"\nminutes = -5\n' for one in range(number))


HOSTILE = {
    "references to dates": HEAD + DATES + OFF.format('"$q",' * 2000) + BUDGET,
    "dates in a text": HEAD + DATES + BUDGET.replace('"c"', '"' + "$q " * 8000 + '"') + OFF.format('"$q"'),
    "a key without end": HEAD + "x" + ".a" * 60_000 + "=1\n" + BUDGET,
    "a key of a rule": HEAD + BUDGET + "x" + ".a" * 10_000 + "=1\n",
    "a header": HEAD + BUDGET + "[x" + ".a" * 10_000 + "]\n",
    "a key in a table": HEAD + "x = { y = '''a'''', z" + ".a" * 10_000 + "=1}\n" + BUDGET,
    "a long key with references": HEAD + "k" * 100_000 + '=["$u"' + ',"$u"' * 25_000 + "]\n" + BUDGET,
    "a mistake in each rule": HEAD + many("budget", 1000),
    "a rule in each line": HEAD + "budget=[" + "{}," * 60_000 + "]\n",
    "no days": HEAD + BUDGET + "days=[" + '"x",' * 40_000 + "]\n",
    "unknown keys": "".join(f"k{one}=1\n" for one in range(10_000)) + HEAD + BUDGET,
    "unknown names": HEAD + "x=[" + '"$u",' * 20_000 + "]\n" + BUDGET,
    "centuries of holidays": HEAD + OFF.format(",".join(f'"{one}-01-01..{one}-12-31"' for one in range(1900, 2900))) + BUDGET,
    "centuries by default": HEAD + DATES.replace('"2026-01-01"', '"2026-01-01..2026-12-31"') + BUDGET,
    "marks on a letter": HEAD + "# a" + "\u0301\u0323" * 60_000 + "\n" + BUDGET,
    "quotes": HEAD + 'x = """' + '\\"""' * 40_000,
    "a larger file": HEAD + BUDGET + "#" * 262_144,
}
