"""Texts as Windows takes them, counted as it counts: in UTF-16 units."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tray.windows.strings import BODY, TIP, TITLE, fit, label


def units(text):
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@pytest.mark.parametrize("most", [TIP, BODY, TITLE])
def test_the_longest_texts_that_there_are(most):
    """Vietnamese with its marks apart, and signs of two units: as much as fits, and a sign that there was more."""
    assert fit("ộ" * most, most) == "ộ" * most
    assert fit("ộ" * (most + 1), most) == "ộ" * (most - 1) + "…"
    assert fit("𝄞" * most, most) == "𝄞" * ((most - 1) // 2) + "…"
    assert units(fit("o\u0323\u0302" * most, most)) == most


@given(st.text(), st.integers(1, 300))
def test_any_text_fits(text, most):
    """And none that fits is changed but for what would end it."""
    found = fit(text, most)
    assert units(found) <= most
    assert "\0" not in found
    assert found == text.replace("\0", " ") or found.endswith("…")


def test_names_that_a_menu_would_read_as_signs():
    assert label("Tom & Jerry\tF5 && x") == "Tom && Jerry F5 &&&& x"
