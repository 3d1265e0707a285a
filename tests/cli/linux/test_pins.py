"""A PIN on a real terminal: asked twice, never shown."""

from __future__ import annotations

import json

import pytest

from tests.cli.linux.test_asking import Terminal


@pytest.fixture
def terminal(agent):
    return Terminal(agent.home)


def pins(agent):
    rows = json.loads(agent("guardian", "list", "--json").stdout)["guardians"]
    return {row["name"] for row in rows if row["pin"]}


def test_a_new_pin_is_asked_twice_and_not_shown(agent, terminal):
    code, out, shown = terminal("guardian", "add", "Mẹ", "--pin", answers=("4711\n", "4711\n"), asks=": ")
    assert (code, out) == (0, "Mẹ is a guardian now (id me)\n")
    assert ("New PIN: " in shown, "Once more: " in shown, "4711" in shown) == (True, True, False)
    code, out, shown = terminal("guardian", "set", "Mẹ", "--pin", answers=("4711\n", "4712\n"), asks=": ")
    assert (code, out, "two different PINs" in shown) == (2, "", True)
    assert pins(agent) == {"Mẹ"}


def test_nobody_types_a_pin_for_a_name_that_means_nobody(agent, terminal):
    """Nor for one that somebody has: the name comes first."""
    agent("guardian", "add", "Mẹ")
    for words, code, said in (
        (("guardian", "set", "Ông", "--pin"), 2, "no guardian 'Ông'"),
        (("guardian", "add", "mẹ", "--pin"), 1, "there is a guardian Mẹ (me) already"),
    ):  # fmt: skip
        done, out, shown = terminal(*words)
        assert (done, out, said in shown, "PIN:" in shown) == (code, "", True, False), shown


def test_a_simple_one_is_not_asked_for_again(agent, terminal):
    code, out, shown = terminal("guardian", "add", "Bố", "--pin", answers=("2014\n",), asks=": ")
    assert (code, out, "birthdays" in shown) == (2, "", True)
    assert "Bố" not in pins(agent)
