"""Makes docs/spec/invariants.md from the table of invariants: `python -m tests.compliance.invariants_page`."""

from __future__ import annotations

from pathlib import Path

from compliance.page.names import ODD, ODD_OF_OTHERS
from compliance.verifying.table.rows import FAMILIES

PAGE = Path(__file__).parents[2] / "docs" / "spec" / "invariants.md"
HEAD = """# What the verifier demands of entries

Generated from the table of invariants (`compliance/verifying/table/`) by `python -m tests.compliance.invariants_page`; a test
checks that it is as generated. [log.md](log.md) says what entries mean.

Each row is checked for each entry of its kinds, with state for each key. A breach means:

- **fails**: the verdict is NOT VERIFIED.
- **explain**: the verdict counts it among what needs an explanation.
- **explain (public)**: the same at a public place, a note at a home.
- **note**: it is reported, and nothing follows from it alone.

A row marked *late* is checked again at the end of the log, as the entry that explains it may come later.
"""
COLUMNS = "| id | what is demanded | of entries | for each | a breach |\n|---|---|---|---|---|\n"
OTHERS = """
## Beside the table
Checks with a state of their own, for the rest of what [log.md](log.md) demands:

| what | where |
|---|---|
| bytes, chains, seals, tree, heads, deletions | `compliance/verifying/bundle/` |
| a seat's clocks, its starts and its presence | `compliance/verifying/clocks.py`, `presence.py` |
| what the agent heard, and when it was silent | `compliance/verifying/heard.py` |
| seats that were retired | `compliance/verifying/retired.py` |
| each decision, made again | `compliance/verifying/plays/recompute.py` |
| each play, decided again | `compliance/verifying/plays/redecide.py` |
| sums of play, added up again | `compliance/verifying/sums/adding.py` |
| which rules, texts and labels were in force, and what became looser | `compliance/verifying/in_force/` |
"""


def text() -> str:
    parts = [HEAD]
    for title, rows in FAMILIES.items():
        parts.append(f"\n## {title}\n{COLUMNS}")
        for row in rows:
            kinds = ", ".join(f"`{kind.__struct_config__.tag}`" for kind in row.kinds) or "all but `seal`"
            means = _means(row.kind) + (", late" if row.late else "")
            parts.append(f"| {row.id} | {row.demand} | {kinds} | {row.key} | {means} |\n")
    return "".join((*parts, OTHERS))


def _means(kind: str) -> str:
    if not kind:
        return "fails"
    return f"{'explain' if kind in ODD else 'explain (public)' if kind in ODD_OF_OTHERS else 'note'} (`{kind}`)"


if __name__ == "__main__":
    PAGE.write_text(text(), "utf-8")
