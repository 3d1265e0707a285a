"""The facts that docs/spec/packs.md shows are facts."""

import re
from pathlib import Path

from rules.ask import ask, facts_from

SPEC = Path(__file__).parents[2] / "docs" / "spec" / "packs.md"


def test_the_example_is_read(shipped):
    """As the page has it; what it says may be left out, may be."""
    (example,) = re.findall(r"```json\n(.*?)```", SPEC.read_text("utf-8"), re.DOTALL)
    facts, _ = facts_from(example)

    assert (facts.game, facts.label, facts.played[0].label, facts.played[0].sure) == ("x", 0, 0, True)
    assert ask([shipped("vn-147")], example)["until"] == "2026-11-24T21:55:00+07:00"
