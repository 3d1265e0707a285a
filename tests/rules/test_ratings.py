"""Labels are minimum ages, whoever gave them; only Vietnam's are Vietnamese labels."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.ratings import _CLASSES, SYSTEMS, UNVERIFIED, Label, LabelError, label_name, parse_label

DOCS = Path(__file__).resolve().parents[2] / "docs" / "ratings.md"


@pytest.mark.parametrize(("label", "age"), [
    ("VN00", 0), ("VN12", 12), ("VN16", 16), ("VN18", 18), ("VN00+", 0), ("vn 16+", 16), ("VN-18", 18), (" VN12 ", 12),
    ("VN 12 +", 12),
])
def test_vietnamese_labels(label, age):
    assert age == parse_label(label).age


@pytest.mark.parametrize(("label", "age"), [
    ("PEGI 3", 0), ("PEGI 7", 7), ("PEGI 12", 12), ("PEGI 16", 16), ("PEGI 18", 18), ("pegi-12", 12), ("pegi16", 16),
    ("PEGI: 7", 7),
    ("ESRB E", 0), ("ESRB E10+", 10), ("ESRB E10", 10), ("ESRB E 10+", 10), ("ESRB T", 13), ("ESRB M", 17), ("ESRB AO", 18),
    ("esrb everyone 10+", 10), ("ESRB Everyone", 0), ("ESRB Teen", 13), ("ESRB Mature 17+", 17), ("ESRB Adults Only 18+", 18),
    ("USK 0", 0), ("USK 6", 6), ("USK 12", 12), ("USK 16", 16), ("USK 18", 18),
    ("CERO A", 0), ("CERO B", 12), ("CERO C", 15), ("cero-d", 17), ("CERO Z", 18),
    ("GRAC ALL", 0), ("GRAC 12", 12), ("GRAC 15+", 15), ("GRAC 18", 18), ("GRAC 19", 19), ("GRAC 청소년이용불가", 19),
    ("IGRS 3+", 3), ("IGRS 7+", 7), ("IGRS 13+", 13), ("IGRS 15", 15), ("IGRS 18+", 18),
    ("IARC 3+", 3), ("IARC 7+", 7), ("IARC 12", 12), ("IARC 16+", 16), ("IARC 18+", 18),
])
def test_labels_of_other_boards(label, age):
    assert age == parse_label(label).age


@pytest.mark.parametrize(("label", "age"), [
    ("OARS violence-cartoon=mild", 3), ("OARS violence-cartoon=mild,social-chat=intense", 13), ("oars: sex-nudity=mild", 12),
    ("OARS-1.0 drugs-alcohol=moderate, money-gambling=none", 13), ("OARS 1.1 violence-slavery=intense", 18), ("OARS none", 0),
    ("OARS violence-cartoon=none", 0),
])
def test_oars_as_text(label, age):
    assert age == parse_label(label).age


@pytest.mark.parametrize("label", [
    "OARS", "OARS ", "OARS-1.1", "OARS:mild", "OARS violence-cartoon", "OARS violence-cartoon=", "OARS violence-cartoon=mlid",
    "OARS violence-cartoon=unknown", "OARS violence=mild", "OARS 2.0 violence-cartoon=mild", "OARS ,",
    "OARSviolence-cartoon=mild", "OARS violence-cartoon=mild violence-cartoon=none",
])
def test_a_slip_in_oars_typed_by_hand_is_never_a_0(label):
    """In metadata an unknown value counts nothing, as in the library; a person is told."""
    with pytest.raises(LabelError, match=r"OARS|violence"):
        parse_label(label)


@pytest.mark.parametrize("label", [
    "", "12", "+", "VN", "VN13", "VN1", "VN0", "VN12 VN16", "VN١٢", "VN12\nx", "VN\n12", "VN12++", "PEGI", "PEGI 13",
    "PEGI 1 2", "ESRB", "ESRB 12", "ESRB T+", "ESRB E10++", "USK 7", "CERO 12", "CERO A+", "GRAC", "IGRS 12+", "IARC 13+",
    "FSK 12", "T", "x" * 5000,
])
def test_anything_else_is_refused_in_one_short_line(label):
    with pytest.raises(LabelError) as caught:
        parse_label(label)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("label", ["ESRB RP", "esrb rating pending"])
def test_a_pending_rating_is_none(label):
    with pytest.raises(LabelError, match="leave the label out"):
        parse_label(label)


def test_a_wrong_class_is_told_the_right_ones():
    with pytest.raises(LabelError, match=r"use one of IGRS 3\+, IGRS 7\+, IGRS 13\+, IGRS 15\+, IGRS 18\+"):
        parse_label("IGRS 12")


def test_the_system_stays_known():
    """The same age is not the same label: only Vietnam's is the law's."""
    assert Label("VN", "12", 12) == parse_label("vn12+")
    assert Label("PEGI", "12", 12) == parse_label("pegi 12")
    assert Label("OARS", "1.1 sex-nudity=mild", 12) == parse_label("OARS sex-nudity=mild,sex-themes=none")


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_label_reads_back(system):
    labels = [parse_label(f"{system} {name}") for name in _CLASSES.get(system, ())] or [parse_label("OARS social-audio=mild")]
    assert labels == [parse_label(label.text) for label in labels]
    assert [label.age for label in labels] == sorted(label.age for label in labels)


@given(st.text() | st.from_regex(r"\A(VN|PEGI|ESRB|USK|CERO|GRAC|IGRS|IARC|OARS)[ -]?.{0,20}\Z"))
def test_any_text_is_a_label_or_one_line(text):
    try:
        label = parse_label(text)
    except LabelError as error:
        assert "\n" not in str(error)  # noqa: PT017 — either outcome is fine, a traceback is not
    else:
        assert 0 <= label.age <= 19


@pytest.mark.parametrize("age", [0, 12, 16, 18])
def test_names_come_back(age):
    assert age == parse_label(label_name(age)).age


@pytest.mark.parametrize("age", [13, 3, -1, 120])
def test_only_the_four_ages_have_a_name(age):
    with pytest.raises(LabelError, match=str(age)):
        label_name(age)


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_document_says_where_its_ages_are_from(system):
    """docs/ratings.md has one row for each system: every class with its age, whether that was checked, and an address."""
    row = re.search(rf"^\| {system} \|.*$", DOCS.read_text("utf-8"), re.MULTILINE)[0]
    _, _, classes, status, source, note, _ = map(str.strip, row.split("|"))
    assert status == ("unverified" if system in UNVERIFIED else "verified")
    assert source
    assert note
    assert all(f"{name} → {age}" in classes for name, age in _CLASSES.get(system, {}).items())
