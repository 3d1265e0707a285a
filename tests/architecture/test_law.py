"""Each citation in packs and pages stands in the table of docs/law.md: what is not there was never looked up."""

from __future__ import annotations

import re
from pathlib import Path

from rules.packs.shipped import shipped_packs
from rules.parse import parse_pack

TOP = Path(__file__).parents[2]
LAW = TOP / "docs/law.md"
ROW = re.compile(r"^\| [^|]+ \| (?P<cite>[^|]+) \| [^|]+ \| (?P<status>verified|unverified) \|$", re.MULTILINE)
NAMED = re.compile(
    r"(?:NĐ|TT|QĐ|Nghị định|Thông tư|Quyết định|Luật|Decree|Circular|Decision|Law)\s+(?P<number>\d+/\d{4})"
    r"|(?P<act>(?:[A-Z]\w+ )(?:and |[A-Z]\w+ )*Act\b|Law on Children|〔\d{4}〕\d+号)"
    r"|(?:Đ\.|Điều |[Aa]rt\.\s|[Aa]rticle\s)(?P<article>\d+[a-z]?(?:-\d+)?)"
    r"(?:(?:\(| k\.| khoản | clause )(?P<clause>\d+)\)?)?(?:(?:\(| đ\.| điểm )(?P<letter>[a-zđ])\b)?"
)
VALUES = {"kr-selective": {"hours": "20:00-21:00"}, "vn-agent-without-games": {"hours": "06:00-23:00"}}


def citations(text):
    """Laws, and articles of the law that was named last: `147/2024`, `147/2024 39 1 e`."""
    found, law = [], ""
    for match in NAMED.finditer(" ".join(text.replace("\n#", "\n").split())):
        law = match["number"] or match["act"] or law
        parts = [law, *(match[part] for part in ("article", "clause", "letter") if match[part])]
        found.append(" ".join(parts))
    return found


def table():
    """By citation whether a row of it is verified."""
    known: dict[str, bool] = {}
    for row in ROW.finditer(LAW.read_text("utf-8")):
        for cite in citations(row["cite"]):
            known[cite] = known.get(cite, False) or row["status"] == "verified"
    return known


def test_each_form_is_read():
    text = "NĐ 147/2024, Đ.39 k.1 đ.e (G1); Decree 72/2013, art. 9(5), Điều 32b khoản 1 điểm a. Youth Protection Act, art. 26"

    assert citations(text) == ["147/2024", "147/2024 39 1 e", "72/2013", "72/2013 9 5", "72/2013 32b 1 a",
                               "Youth Protection Act", "Youth Protection Act 26"]  # fmt: skip


def test_each_citation_is_in_the_table():
    known = table()
    pages = [*TOP.glob("*.md"), *(TOP / "docs").rglob("*.md"), *(TOP / "rules/packs").glob("*.toml")]
    found = {(page.name, cite) for page in pages if page != LAW for cite in citations(page.read_text("utf-8"))}

    assert len(found) > 40
    assert sorted(one for one in found if not any(f"{cite} ".startswith(f"{one[1]} ") for cite in known)) == []


def test_a_rule_of_law_is_no_more_verified_than_the_table():
    known = table()
    packs = [parse_pack(text, pack, VALUES.get(pack, {})) for pack, text in shipped_packs().items()]
    rules = [rule for pack in packs for rule in pack.rules if (rule.authority, rule.status) == ("law", "verified")]

    assert len(rules) > 5
    assert [rule.id for rule in rules for cite in citations(rule.cite) if " " in cite and not known.get(cite, True)] == []
