"""The table of invariants as a whole. What single rows find is tested where honest and false logs are made."""

from __future__ import annotations

import pickle
from io import BytesIO

from compliance import entry
from compliance.audit import Auditor
from compliance.verifying.table.rows import LEARN, ROWS
from tests.compliance import invariants_page


def test_page_is_as_generated():
    assert invariants_page.PAGE.read_text("utf-8") == invariants_page.text()


def test_each_row_has_a_name_of_its_own():
    assert len({row.id for row in ROWS}) == len(ROWS)


class Pickled(pickle.Pickler):
    """What a night's audit keeps of a log, without the texts and the table, which each version brings along."""

    def persistent_id(self, what):
        return {id(ROWS): "rows", id(LEARN): "learn"}.get(id(what))


class Unpickled(pickle.Unpickler):
    def persistent_load(self, name):
        return {"rows": ROWS, "learn": LEARN}[name]


def test_audit_goes_on_from_what_was_kept_of_it(site):
    """Only what came since has to be read."""
    site.honest_day()
    lines = [entry.decode(data) for data in site.log.entries()]
    for half in range(0, len(lines), 4):
        whole, kept = Auditor({}), BytesIO()
        for index, line in enumerate(lines):
            if index == half:
                Pickled(kept).dump(whole)
                resumed = Unpickled(BytesIO(kept.getvalue())).load()
            whole.take(index, line)
            if index >= half:
                resumed.take(index, line)
        assert resumed.finish() == whole.finish()
