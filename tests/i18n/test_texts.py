"""Every text is written once, in English, and has its words in every catalogue."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from i18n import build
from i18n.build import ROOMS, make, read, texts, update
from i18n.message import GAP

TOP = Path(__file__).parents[2]
VI = TOP / "i18n/vi.po"


@pytest.fixture(scope="module")
def known():
    return read(VI)


@pytest.fixture(scope="module")
def found():
    """Every text in the code, with where it is: (one, many) for those about numbers of things."""
    return list(texts(TOP))


@pytest.fixture(scope="module")
def written(found):
    return {text: f"{file}:{line}" for file, line, text in found}


def test_each_text_has_its_words_and_nothing_else_has(known, written):
    """`python -m i18n.build update` brings the catalogue up to date; then words are missing only where nobody wrote them."""
    there = {entry.id for entry in known if entry.id}
    without_words = {entry.id for entry in known if entry.id and (entry.fuzzy or not "".join(entry.string))}

    assert {where: text for text, where in written.items() if text not in there or text in without_words} == {}
    assert there - set(written) == set()


def test_an_update_of_what_is_up_to_date_changes_nothing(tmp_path, found, monkeypatch):
    """Else whoever adds one text finds others that moved in what they hand in."""
    monkeypatch.setattr(build, "texts", lambda _: found)
    po = tmp_path / VI.name
    po.write_bytes(VI.read_bytes())
    update(po, TOP)
    assert po.read_bytes().splitlines() == VI.read_bytes().splitlines()


def test_words_have_the_gaps_of_their_text(known):
    wrong = {}
    for entry in known:
        many = entry.id if isinstance(entry.id, tuple) else (entry.id,)
        words = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        gaps = set().union(*(GAP.findall(text) for text in many))
        if any(set(GAP.findall(said)) != gaps for said in words if said):
            wrong[many[0]] = words

    assert wrong == {}


def test_messages_are_literals():
    """Only what is written out can be found and translated."""
    others = []
    for room in ROOMS:
        for file in (TOP / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"msg", "msgn"}:
                    count = 1 if node.func.id == "msg" else 2
                    literal = all(isinstance(arg, ast.Constant) and isinstance(arg.value, str) for arg in node.args[:count])
                    gaps = {gap for arg in node.args[:count] if isinstance(arg, ast.Constant) for gap in GAP.findall(arg.value)}
                    given = {keyword.arg for keyword in node.keywords} | ({"n"} if count == 2 else set())
                    if not literal or (gaps - given and None not in given) or given - gaps - {None, "n"}:
                        others.append(f"{file.relative_to(TOP)}:{node.lineno}")

    assert others == []


def test_an_update_finds_new_texts_and_drops_old_ones(tmp_path):
    (tmp_path / "cli").mkdir()
    (tmp_path / "cli/a.py").write_text('msg("new {a}", a=1)\nmsgn("{n} day", "{n} days", 2)\nmsg("kept")\n', "utf-8")
    po = tmp_path / "vi.po"
    po.write_text(
        'msgid ""\nmsgstr ""\n"Language: vi\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "kept"\nmsgstr "giữ"\n\nmsgid "old"\nmsgstr "cũ"\n', "utf-8",
    )

    update(po, tmp_path)

    assert {entry.id: entry.string for entry in read(po) if entry.id} == {
        "kept": "giữ", "new {a}": "", ("{n} day", "{n} days"): ("",)}
    first = po.read_bytes()
    update(po, tmp_path)
    assert po.read_bytes() == first


def test_the_catalogue_that_programs_read_is_the_one_that_people_wrote(tmp_path):
    copy = tmp_path / "vi.po"
    copy.write_bytes(VI.read_bytes())

    assert make(copy).read_bytes() == VI.with_suffix(".mo").read_bytes()


def test_a_catalogue_is_replaced_in_one_step_and_only_if_it_changed(tmp_path):
    """Whoever builds a wheel makes it anew in a tree whose programs may be running."""
    po = tmp_path / "vi.po"
    po.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "yes"\nmsgstr "vâng"\n', "utf-8")
    before = make(po).stat()
    assert make(po).stat().st_ino == before.st_ino
    with (tmp_path / "vi.mo").open("rb") as running:
        po.write_text(po.read_text("utf-8").replace("vâng", "dạ"), "utf-8")
        after = make(po)

        assert "vâng".encode() in running.read()
        assert "dạ".encode() in after.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["vi.mo", "vi.po"]
