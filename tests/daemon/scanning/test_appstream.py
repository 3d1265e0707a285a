"""Age labels from AppStream: metainfo, catalogues in XML and in Debian's YAML, and whom each is believed for."""

from __future__ import annotations

import gzip
import io

import pytest

from daemon.scanning.formats import scalars
from daemon.scanning.labels import Component, FormatError, components, parse_components

XML = """<?xml version="1.0" encoding="UTF-8"?>
<components version="0.16"><component type="desktop-application">
  <id>fun.desktop</id><name>Fun</name><name xml:lang="vi">Vui</name><pkgname>fun</pkgname>
  <launchable type="desktop-id">org.fun.desktop</launchable>
  <categories><category>Game</category></categories>
  <content_rating type="oars-1.1">
    <content_attribute id="violence-cartoon">mild</content_attribute>
    <content_attribute id="violence-cartoon">intense</content_attribute>
    <content_attribute id="violence-cartoon">none</content_attribute>
  </content_rating>
  <releases><release><description><id>other</id><name>Other</name></description></release></releases>
</component><component><id>two</id></component></components>"""
# Cut out of the catalogue of Debian 12, sequences at their key's indent and translations before the plain name as there.
DEP11 = b"""---
File: DEP-11
Version: '0.16'
Origin: debian-bookworm-main
---
Type: desktop-application
ID: org.gnome.Mines
Package: gnome-mines
Name:
  vi: 'D\xc3\xb2 m\xc3\xacn: GNOME'
  C: GNOME Mines
Description:
  C: >-
    <p>Package: not this</p>

    <ul>
      <li>ID: nor this</li>
DeveloperName:
  C: The GNOME Project
Categories:
- Game
- LogicGame
Launchable:
  desktop-id:
  - org.gnome.Mines.desktop
Provides:
  binaries:
  - gnome-mines
ContentRating:
  oars-1.0:
    violence-cartoon: none
    social-chat: mild
Screenshots:
- default: true
  source-image:
    width: 800
---
Type: desktop-application
ID: empty.desktop
Package: empty
Name:
  C: Empty
ContentRating:
  oars-1.1: {}
---
Type: desktop-application
ID: plain.desktop
Package: plain
Name:
  C: Plain
"""


def parsed(text: str) -> list[Component]:
    found: list[Component] = []
    stream = io.BytesIO(text.encode())
    parse_components(lambda: stream.read(7), found.append)
    return found


def test_a_catalogue_in_xml():
    """The untranslated name, what starts it, the more intense of two values; nothing from deeper down."""
    fun, two = parsed(XML)

    assert (fun.id, fun.name, fun.categories) == ("fun.desktop", "Fun", {"Game"})
    assert fun.desktop_ids == {"fun", "org.fun"}
    assert (fun.oars, fun.version) == ({"violence-cartoon": "intense"}, "oars-1.1")
    assert (two.id, two.oars) == ("two", None)


def test_debians_catalogue():
    """Only what is asked for, by id or by what starts it; no rating and an empty one are two things."""
    found = {one.id: one for one in components(io.BytesIO(DEP11).read, {"org.gnome.mines", "empty", "plain"}.__contains__)}

    mines = found["org.gnome.Mines"]
    assert (mines.name, mines.developer) == ("GNOME Mines", "The GNOME Project")
    assert (mines.categories, mines.launchables) == ({"Game", "LogicGame"}, {"org.gnome.Mines.desktop"})
    assert (mines.oars, mines.version) == ({"violence-cartoon": "none", "social-chat": "mild"}, "oars-1.0")
    assert (found["empty.desktop"].oars, found["plain.desktop"].oars) == ({}, None)
    assert list(components(io.BytesIO(DEP11).read, {"gnome-mines"}.__contains__)) == []


def test_plain_yaml():
    """Mappings, sequences at either indent, quotes; what is none of it is passed over."""
    text = "a:\n  b: 'it''s'\n  c: \"q \\\" q\"\nlist:\n- x\n- k: v\n  m: n\nin:\n  - y\n&odd [\n"

    assert list(scalars(text)) == [
        (("a", "b"), "it's"), (("a", "c"), 'q " q'), (("list", "-"), "x"), (("list", "-", "k"), "v"), (("list", "-", "m"), "n"),
        (("in", "-"), "y"),
    ]  # fmt: skip


def test_the_packages_own_metainfo_comes_before_the_catalogue(machine):
    """And what has no rating in either is unrated, not for all ages."""
    for name in ("fun", "empty", "plain"):
        machine.program(f"/usr/games/{name}")
        machine.entry(name, name)
    machine.write("/usr/share/metainfo/fun.metainfo.xml", XML)
    machine.write("/var/lib/swcatalog/yaml/debian.yml.gz", gzip.compress(DEP11))
    machine.write("/usr/share/swcatalog/xml/other.xml.gz", gzip.compress(XML.replace("intense", "none").encode()))

    games = machine.found()

    assert {id_: game.label for id_, game in games.items()} == {"fun": 6, "empty": 0, "plain": None}
    assert games["fun"].label_source == "OARS 1.1 (AppStream: fun.desktop)"


def test_a_user_labels_only_what_is_the_users(machine):
    """Their own metainfo says nothing of a game that the system installed."""
    machine.program("/usr/games/fun")
    machine.program("own")
    machine.entry("fun", "fun")
    machine.entry("own", "/home/kid/own", folder=".local/share/applications")
    rated = XML.replace("intense", "none").replace("mild", "none")
    machine.write(".local/share/metainfo/fun.metainfo.xml", rated)
    machine.write(".local/share/metainfo/own.metainfo.xml", rated.replace("fun.desktop", "own.desktop"))

    assert {id_: game.label for id_, game in machine.found().items()} == {"fun": None, "own": 0}


def test_a_console_game_that_describes_itself(machine):
    """AppStream's console-application, by the programs that it provides."""
    machine.program("/usr/bin/rogue")
    machine.write("/usr/share/metainfo/org.rogue.metainfo.xml", (
        '<component type="console-application"><id>org.rogue</id><name>Rogue</name><categories><category>Game</category>'
        "</categories><provides><binary>rogue</binary></provides></component>"))

    assert machine.found()["org-rogue"].executables == ("/usr/bin/rogue",)


@pytest.mark.parametrize("text", [
    "", "no xml", "<a>", "<a></b>", '<?xml version="1.0" encoding="klingon"?><a/>',
    '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
    "<a>" * 100_000, '<a b="1" b="2"/>',
])  # fmt: skip
def test_bad_xml_says_so(text):
    """One error type; document types are not read at all, however deep it goes."""
    with pytest.raises(FormatError):
        parsed(text)
