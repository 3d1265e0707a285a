"""A pack of a stranger: whatever its text, reading it is cheap, and ends with a pack or with lines that say what is wrong."""

import sys
import tomllib
import tracemalloc
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.packs.toml import MOST_PARTS, TomlError, composed, read_toml
from rules.parse import PolicyError, parse_pack

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
MOST_CALLS = 4_000_000


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


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_pack_is_read_with_little_work_and_100_mb(text):
    """So many calls are some tenths of a second; what grows with the square of the text is a thousand times more."""
    made = 0

    def count(frame, event, arg):
        nonlocal made
        made += 1
        if made > MOST_CALLS:
            raise TimeoutError

    sys.setprofile(count)
    try:
        with pytest.raises(PolicyError) as caught:
            parse_pack(text, "f")
    finally:
        sys.setprofile(None)
    assert len(caught.value.lines) <= 51
    assert max(len(str(line)) for line in caught.value.lines) < 1000
    assert peak(text) < 100 << 20


def peak(text):
    """The most bytes that reading it holds at once."""
    tracemalloc.start()
    try:
        with pytest.raises(PolicyError):
            parse_pack(text, "f")
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def lines(text, **params):
    with pytest.raises(PolicyError) as caught:
        parse_pack(text, "f", params)
    return tuple(map(str, caught.value.lines))


def test_of_many_mistakes_the_first_are_told_and_how_many_more():
    told = lines(HEAD + many("budget", 60))

    assert ["budget[0].minutes" in told[0], "budget[49].minutes" in told[49]] == [True, True]
    assert told[50:] == ("f: and 10 more: correct these first",)


@pytest.mark.parametrize("value", ["0x" + "f" * 5000, "9" * 13, "-9999999999999", "1" * 5000])
@pytest.mark.parametrize("line", [
    "minutes = {}", "minutes = 1\nages = {{ to = {} }}", "minutes = 1\nwhen = {}", "minutes = [{}]",
])  # fmt: skip
def test_a_number_that_python_does_not_write_out(line, value):
    """One line, which does not repeat it."""
    [told] = lines(HEAD + BUDGET.replace("minutes = 5", line.format(value)))

    assert "too large: write at most 1000000000000" in told
    assert "sys." not in told


@pytest.mark.parametrize("text", [
    DATES.replace('"2026-01-01",' * 2000, "0x" + "f" * 5000), OFF.format("0x" + "f" * 5000),
    '[param.q]\ntype = "int"\nmin = 0x' + "f" * 5000 + '\ntext = { vi = "v", en = "e" }\n',
])  # fmt: skip
def test_such_a_number_elsewhere(text):
    [told] = lines(HEAD + text + BUDGET)

    assert "too large: write at most 1000000000000" in told


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e400"])
def test_what_is_no_number_at_all(value):
    [told] = lines(HEAD + BUDGET.replace("5", value))

    assert "budget[0].minutes: not a number: write one" in told


@pytest.mark.parametrize("key", ["k" * 101, "a\\nb", "\\u001b[31m", "a\\u202eb"])
def test_a_key_that_no_line_can_name(key):
    """It reaches no terminal as it is."""
    [told] = lines(HEAD + BUDGET + f'"{key}" = 1\n')

    assert told.isprintable()


class TestKeys:
    @pytest.mark.parametrize("text", [
        'a = "' + "b." * 50 + '"', "a = '" + "b." * 50 + "'", 'a = """\n' + "b." * 50 + ' = 1\n"""', "# " + "b." * 50 + " = 1",
        "a = '''\n" + "b." * 50 + " = 1\n'''", "a.b.c.d.e.f.g.h = 1", '"' + "b." * 40 + '" = 1',
        "a = [1.5, 2.5, 1979-05-27T07:32:00.5]",
        'a = "\\"' + "b." * 50 + '"', 'a = """""" # ' + "b." * 50, 'a = """b"""""\nb = "' + "b." * 50 + '"',
    ])  # fmt: skip
    def test_dots_elsewhere_are_no_parts(self, text):
        assert read_toml(text) == tomllib.loads(text)

    @pytest.mark.parametrize("text", [
        ".".join("a" * PARTS) + " = 1", " . ".join("a" * PARTS) + " = 1", ".".join(['"a"'] * PARTS) + " = 1",
        ".".join(["'a'"] * PARTS) + " = 1", "[" + ".".join("a" * PARTS) + "]", "a = {" + ".".join("a" * PARTS) + " = 1}",
        'a = """b""""\n' + ".".join("a" * PARTS) + " = 1", "a = '#'\n" + ".".join("a" * PARTS) + " = 1",
        'a = "\\\\" # "\n' + ".".join("a" * PARTS) + " = 1",
    ])  # fmt: skip
    def test_too_many_parts(self, text):
        with pytest.raises(TomlError, match="8 parts"):
            read_toml(text)

    @settings(max_examples=300)
    @given(st.lists(st.sampled_from(
        ['"', "'", '"""', "'''", "\\", "\\\\", "a", "1.5", ".", " ", "=", "\n", "#", "{", "}", "[", "]", ",", "a = ", '"\n',
         ".".join("b" * PARTS), ' "a".\'b\' . ', "b.b.b.b."]), max_size=14))  # fmt: skip
    def test_none_with_more_parts_comes_to_tomllib(self, pieces):
        """And none is refused that has not."""
        text, parts = "x = 1\n" + "".join(pieces), []
        parser = tomllib._parser
        real = parser.parse_key

        def parse_key(*given):
            found = real(*given)
            parts.append(len(found[1]))
            return found

        with patch.object(parser, "parse_key", parse_key):
            try:
                read_toml(text)
            except TomlError as error:
                refused = "8 parts" in str(error)
            else:
                refused = False
            assert max(parts, default=0) <= MOST_PARTS
            try:
                tomllib.loads(text)
            except tomllib.TOMLDecodeError:
                return
        assert refused == (max(parts, default=0) > MOST_PARTS)


@pytest.mark.parametrize(("text", "expected"), [
    ("Thu\u031b\u0309", "Thử"), ("\ufeffid", "id"), ("a" + "\u0323" * 30, "\u1ea1" + "\u0323" * 29),
])  # fmt: skip
def test_texts_are_composed(text, expected):
    assert composed(text) == expected


@pytest.mark.parametrize("text", ["a" + "\u0323" * 31, "\ud800", "a" * 262_145, "ạ" * 100_000])
def test_texts_that_are_none(text):
    with pytest.raises(TomlError):
        composed(text)
