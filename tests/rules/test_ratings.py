"""Labels are minimum ages."""

import pytest

from rules.ratings import LabelError, label_age, label_name


@pytest.mark.parametrize(("label", "age"), [
    ("VN00", 0), ("VN12", 12), ("VN16", 16), ("VN18", 18), ("VN00+", 0), ("vn 16+", 16), ("VN-18", 18), (" VN12 ", 12),
])
def test_vietnamese_labels(label, age):
    assert age == label_age(label)


@pytest.mark.parametrize("label", ["", "12", "VN", "VN13", "VN1", "PEGI 12", "OARS:mild", "VN12 VN16", "VN١٢", "VN12\nx"])
def test_anything_else_is_refused_in_one_line(label):
    with pytest.raises(LabelError) as caught:
        label_age(label)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("age", [0, 12, 16, 18])
def test_names_come_back(age):
    assert age == label_age(label_name(age))


def test_there_is_no_name_for_other_ages():
    with pytest.raises(LabelError, match="13"):
        label_name(13)
