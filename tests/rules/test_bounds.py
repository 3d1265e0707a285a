"""A pack of a stranger: whatever its text, reading it is cheap, and ends with a pack or with lines that say what is wrong."""

import tomllib
import tracemalloc
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.packs.toml import MOST_PARTS, TomlError, composed, read_toml
from rules.parse import PolicyError, parse_pack
from tests.rules.rules_hostile import BUDGET, DATES, HEAD, HOSTILE, OFF, PARTS, many


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_pack_is_refused_in_few_lines_and_100_mb(text):
    """How long that takes at most: tests/bench/bench_hostile.py."""
    tracemalloc.start()
    try:
        told = lines(text)
        held = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert len(told) <= 51
    assert max(map(len, told)) < 1000
    assert held < 100 << 20


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

    @settings(max_examples=100)
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
