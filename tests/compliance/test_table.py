"""The table of invariants as a whole. What single rows find is tested where honest and false logs are made."""

from __future__ import annotations

from compliance.verifying.table.rows import ROWS
from tests.compliance import invariants_page


def test_page_is_as_generated():
    assert invariants_page.PAGE.read_text("utf-8") == invariants_page.text()


def test_each_row_has_a_name_of_its_own():
    assert len({row.id for row in ROWS}) == len(ROWS)
