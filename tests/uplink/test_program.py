"""giochoi-uplink as a program: when it does not start."""

from __future__ import annotations

import pytest

from tests.system import in_here
from uplink.__main__ import main


def fails(pc):
    done = in_here(main, (), pc.home.root, GIOCHOI_LANG="en")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done
    return done.stderr


def test_a_pc_that_joined_no_agent_has_no_line(new_pc):
    assert "giochoi seat enrol" in fails(new_pc("b"))


@pytest.mark.parametrize("change", [
    lambda _: b"", lambda text: text[:-20], lambda text: text.replace(b"BEGIN", b"BEGAN"), lambda _: b'{"seat":1}',
    lambda text: text.replace(b'"seat"', b'"more":1,"seat"'),
])  # fmt: skip
def test_what_a_pc_keeps_of_its_agent_may_be_damaged(place, new_pc, change):
    """One line says where, and what to do; joining again with the key that is still there mends it, as the same seat."""
    pc, string = new_pc("b"), place.invite()
    seat = pc.json("seat", "enrol", string)["seat"]
    file = pc.home.uplink / "membership.json"
    file.write_bytes(change(file.read_bytes()))
    said = fails(pc)
    assert (str(pc.home.uplink) in said, "join again" in said) == (True, True)
    assert pc.json("seat", "enrol", string)["seat"] == seat
