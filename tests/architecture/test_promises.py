"""docs/promises.md is what the marks on tests say; docs/attacks.md names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

from tests.architecture import promises_page

TOP = Path(__file__).parents[2]


def test_the_page_is_as_generated():
    assert promises_page.PAGE.read_text("utf-8") == promises_page.text(), "python -m tests.architecture.promises_page"


def test_each_test_that_is_named_is_there():
    """`test_b.py::test_c`, `test_b.py`, and `…test_d` of the file named before; below tests/compliance if no folder is."""
    table = (TOP / "docs/attacks.md").read_text("utf-8")
    file, missing, count = "", [], 0
    for word in re.findall(r"`((?:tests/|test_|…)[^`]+)`", table):
        name, _, test = (f"{file}::{word[1:]}" if word.startswith("…") else word).partition("::")
        file, count = name, count + 1
        path = TOP / (name if name.startswith("tests/") else f"tests/compliance/{name}")
        if not path.exists() or (test and f"def {test}(" not in path.read_text("utf-8")):
            missing.append(f"{name}::{test}")

    assert missing == []
    assert count > 40
