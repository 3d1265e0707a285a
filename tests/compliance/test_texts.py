"""A pack's text is one that was published under its name, or the place says that it is its own."""

from __future__ import annotations

import re
from hashlib import sha256

import pytest
from msgspec import UNSET

from compliance.entries.place import PackLine, PolicyChanged
from compliance.verifying.in_force.texts import Texts
from i18n.message import plain
from rules.packs.published import PUBLISHED
from rules.parse import parse_pack


def said(report):
    return [f"{one.where}: {one.what}" for one in report.failures]


def kinds(report, kind):
    return [plain(one.what) for one in report.audit.findings if one.kind == kind]


def lax(site):
    """What `sed` makes of the law: a game point is open until midnight, and a child plays as it likes."""
    text = site.packs["vn-game-point"].replace("22:00", "23:59")
    assert text != site.packs["vn-game-point"]
    site.packs["lax"] = text
    return text


def put(site, text, pack="vn-game-point", *, own=UNSET, target="place"):
    line = PackLine(pack, sha256(text.encode()).hexdigest(), {}, own)
    site.agent.add(PolicyChanged, target=target, packs=(line,), house=False)


def test_a_laxer_text_under_a_published_name_is_a_failure(site, seat, audit):
    """Nobody needs a key to edit a file: in force or asked, it is named once, where it first was."""
    put(site, lax(site))
    put(site, lax(site), target="guest")
    (failure,) = said(audit())
    assert re.match(r"entry \d+ \(the agent, seq \d+, policy.changed\): the text of vn-game-point is none that", failure)


def test_a_decision_under_a_laxer_text_is_a_failure(site, seat, audit):
    """Whatever else is said of it."""
    text = site.packs["vn-147"].replace("minutes = 60", "minutes = 600")
    site.packs["lax"] = text
    pack = parse_pack(text, "vn-147")
    site.in_force.append((pack.sha256, pack.params))
    seat.refuse(pack, game="gta", label=18)
    assert any("launch.refused): the text of vn-147 is none that" in one for one in said(audit()))


def test_what_the_place_says_is_its_own_is_told(site, seat, audit):
    """An id that was free when they took it is a shipped pack's by now."""
    put(site, lax(site), own=True)
    report = audit()
    assert said(report) == []
    (what,) = kinds(report, "own-pack")
    assert what == "the text of vn-game-point is the place's own, and not what is published under this name"


def test_a_pack_under_a_name_of_its_own_is_told(site, seat, audit):
    """With the mark or, as from older versions, without it."""
    text = site.packs["vn-147"].replace('id = "vn-147"', 'id = "quan-ba"')
    site.packs["own"] = text
    put(site, text, "quan-ba")
    report = audit()
    assert said(report) == []
    assert kinds(report, "own-pack") == ["quan-ba is a pack of the place's own"]


def test_a_text_that_is_missing_is_told_once(site, seat, audit):
    """However often it was put on."""
    for target in ("place", "guest", "place"):
        put(site, "anything", "quan-ba", target=target)
    assert kinds(audit(), "pack") == ["the text of pack quan-ba is not in the bundle"]


def test_what_ships_is_not_told(site, seat, audit):
    put(site, site.packs["vn-game-point"])
    report = audit()
    assert (said(report), kinds(report, "own-pack"), kinds(report, "pack-text")) == ([], [], [])


@pytest.mark.parametrize("pack", sorted(pack for pack, texts in PUBLISHED.items() if len(texts) > 1))
def test_an_older_text_is_no_failure_but_told(pack):
    """Whoever was not updated says the truth; whoever goes back to a laxer text is seen."""
    texts = Texts(dict.fromkeys(PUBLISHED[pack], ""))
    common = {"seat": "agent", "boot": "b", "seq": 2, "prev": "", "mono": 0, "wall": 5}
    for digest in PUBLISHED[pack]:
        line = PolicyChanged(**common, target="place", packs=(PackLine(pack, digest, {}),), house=False)
        texts.take("there", line)
    assert [*texts.failures()] == []
    told = [*texts.findings()]
    assert [(one.kind, one.seat, one.at) for one in told] == [("pack-text", "agent", 5)] * (len(PUBLISHED[pack]) - 1)
    assert plain(told[0].what) == f"the text of {pack} is an older one, of version 0.1.0"


def test_a_published_text_under_another_name_is_no_excuse(site, seat, audit):
    """A home's pack is not the law, whatever it is called."""
    put(site, site.packs["home-balanced"], "vn-147")
    (failure,) = said(audit())
    assert "the text of vn-147 is none that was published under this name" in failure
