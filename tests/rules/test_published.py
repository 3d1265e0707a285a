"""What ships is in the list of all that was ever published. To add to it: rules_published.py."""

from __future__ import annotations

import re
from hashlib import sha256

import pytest
from rules_published import written

from rules.packs import published
from rules.packs.published import PUBLISHED
from rules.packs.shipped import shipped_packs


@pytest.mark.parametrize("pack", shipped_packs())
def test_what_ships_is_the_last_that_was_published(pack):
    """Whoever edits a pack adds its text: an inspector's verifier takes any other for somebody's own."""
    assert [*PUBLISHED[pack]][-1] == sha256(shipped_packs()[pack].encode()).hexdigest()


def test_nothing_more_is_to_be_added():
    assert written() == published.LINES


def test_each_line_is_one_text():
    """A version, a pack, a hash; none twice, and no text under two names."""
    lines = published.LINES.split("\n")[1:-1]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+ [a-z0-9-]+ [0-9a-f]{64}", line) for line in lines)
    hashes = [line.split(" ")[2] for line in lines]
    assert len(set(hashes)) == len(hashes) == sum(map(len, PUBLISHED.values()))


def test_an_edited_pack_is_added_behind_the_others_of_its_name(monkeypatch):
    """What was published before stays in the list."""
    edited = {**shipped_packs(), "vn-147": shipped_packs()["vn-147"] + "# changed\n"}
    monkeypatch.setattr("rules_published.shipped_packs", lambda: edited)
    was, now = published.LINES.split("\n"), written().split("\n")
    (new,) = set(now) - set(was)
    assert [line for line in now if line != new] == was
    assert now[now.index(new) - 1].split(" ")[1] == new.split(" ")[1] == "vn-147"
    assert new.endswith(sha256(edited["vn-147"].encode()).hexdigest())
