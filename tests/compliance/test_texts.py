"""A pack's text is one that was published under its name, or the place says that it is its own."""

from __future__ import annotations

import io
import json
import re
import zipfile
from hashlib import sha256

import pytest
from msgspec import UNSET

from compliance import bundle
from compliance.__main__ import main
from compliance.entries.place import PackLine, PolicyChanged
from compliance.verify import verify
from compliance.verifying.in_force.texts import Texts
from i18n.catalogue import Catalogue
from i18n.message import msg, plain
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


@pytest.fixture
def without(site):
    """The bundle without the texts that name this pack, as another tool packed it."""

    def packed(pack):
        site.deliver()
        members = dict(bundle.parse(site.bundle()).members)
        said = f'id = "{pack}"'.encode()
        kept = {name: data for name, data in members.items() if said not in data[:2000] or name[:5] != "packs"}
        assert len(kept) == len(members) - 1
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            for name, data in kept.items():
                archive.writestr(name, data)
        return made.getvalue()

    return packed


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_a_published_text_that_was_taken_out_hides_no_decision(site, seat, without, tmp_path, capsys, lang):
    """The verifier has it, judges by it, says that it is missing and never that the contents are whole."""
    seat.refuse(site.pack())
    file = tmp_path / "log.zip"
    file.write_bytes(without("vn-147"))
    assert "is not in the bundle" in said(verify(bundle.parse(file.read_bytes())))[0]

    assert main([str(file), "--json", "--lang", lang]) == 0
    told = json.loads(capsys.readouterr().out)
    kinds = [one["kind"] for one in told["findings"] if one["kind"] in {"pack", "brought"}]
    assert (kinds, told["decisions"]) == (["brought"], 1)
    assert sum("giochoi log export" in one for one in told["page"]["next"]) == 1
    assert main([str(file), "--lang", lang]) == 0
    assert Catalogue(lang)(msg("the archive was packed anew by another tool; its contents are whole"))[-20:] not in (
        " ".join(capsys.readouterr().out.split())
    )  # fmt: skip


def test_a_text_that_nobody_has_is_one_thing_to_explain(site, seat, without, tmp_path, capsys):
    text = site.packs["vn-147"].replace('id = "vn-147"', 'id = "quan-ba"')
    site.packs["own"] = text
    put(site, text, "quan-ba", own=True)
    file = tmp_path / "log.zip"
    file.write_bytes(without("quan-ba"))
    assert main([str(file), "--lang", "en"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "1 thing that needs an explanation" in told
    assert "packed anew by another tool, and not with the texts of rules that the log names" in told
    assert "rules changed): the text of pack quan-ba is not in the bundle" in told
    assert "Have it exported anew while you look on" in told


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
