"""What SECURITY.md promises has a test. docs/promises.md says which: whoever changes a sentence looks at its test again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
ROW = re.compile(r"^\| (?P<words>.+?) \| (?P<shown>.+) \|$", re.MULTILINE)
SENTENCE = re.compile(r"\S.*?(?:[.!?](?= [A-Z`])|$)")
# Of what does not hold most sentences say so. These say that something does.
PROMISES = re.compile(
    r"\b(?:is|are|stays)(?! no)(?: \w+){0,2} (?:refused|ended|counted|noticed|recorded|recognised|believed|looked at)\b|Issue `"
)


def paragraphs(document: str) -> list[str]:
    """One line each, without lists' marks and headings; of a table's row the last cell."""
    text = re.sub(r"^\|.*\|\n\|[-|]+\|$|^#.*", "\n", document, flags=re.MULTILINE)
    text = re.sub(r"^\|.*\| ([^|]+) \|$", r"\n\1\n", text, flags=re.MULTILINE)
    text = re.sub(r"^ *- |^\*\*[^*]+\.\*\*", "\n", text, flags=re.MULTILINE)
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part.strip()]


def unshown(document: str, quotes: list[str], asked: re.Pattern[str]) -> list[str]:
    """Sentences that `asked` finds something in, and of which no quote is a part."""
    left = []
    for text in paragraphs(document):
        shown = [(at.start(), at.end()) for quote in quotes for at in re.finditer(re.escape(quote), text)]
        left += [one.group() for one in SENTENCE.finditer(text)
                 if asked.search(one.group()) and not any(a < one.end() and one.start() < b for a, b in shown)]  # fmt: skip
    return left


def rows(page: str) -> dict[str, dict[str, str]]:
    """By document: words of it, and what shows them."""
    parts = re.split(r"^## (\S+)\n", (TOP / page).read_text("utf-8"), flags=re.MULTILINE)[1:]
    return {name: dict(ROW.findall(text)[1:]) for name, text in zip(parts[::2], parts[1::2], strict=True)}


def named_in(shown: str, folder: str) -> list[tuple[Path, str]]:
    """File and function: `a/test_b.py::test_c`, `test_b.py`, and `…test_d` of the file named before."""
    found, file = [], ""
    for word in re.findall(r"`([^`]+)`", shown):
        name, _, test = (f"{file}::{word[1:]}" if word.startswith("…") else word).partition("::")
        if name.endswith(".py") or name.startswith("tests/"):
            file = name
            found.append((TOP / (name if name.startswith("tests/") else f"{folder}/{name}"), test))
    return found


def there(path: Path, test: str) -> bool:
    return path.exists() and (not test or f"def {test}(" in path.read_text("utf-8"))


@pytest.mark.parametrize(("document", "asked"), [
    ("SECURITY.md", re.compile("")), ("docs/ways-round.md", PROMISES), ("docs/limitations.md", PROMISES),
])  # fmt: skip
def test_each_promise_has_its_test(document, asked):
    text = (TOP / document).read_text("utf-8")
    promised = rows("docs/promises.md")[document]

    assert [quote for quote in promised if not any(quote in one for one in paragraphs(text))] == []
    assert unshown(text, list(promised), asked) == []


@pytest.mark.parametrize(("page", "folder"), [("docs/promises.md", "tests"), ("docs/attacks.md", "tests/compliance")])
def test_each_test_that_is_named_is_there(page, folder):
    table = [line for line in (TOP / page).read_text("utf-8").splitlines() if line.startswith("| ")]
    named = {one for line in table for one in named_in(line, folder)}

    assert len(named) > 40
    assert sorted(f"{path}::{test}" for path, test in named if not there(path, test)) == []


def test_a_promise_shown_by_nothing_says_why():
    """By a reason in place of a test; they are few."""
    shown = [cell for table in rows("docs/promises.md").values() for cell in table.values()]
    reasons = [cell for cell in shown if not named_in(cell, "tests")]

    assert [cell for cell in reasons if not re.match(r"– \w.{10,}", cell)] == []
    assert len(reasons) < len(shown) / 10


@pytest.mark.parametrize(("text", "left"), [
    ("It holds. What\nelse (`x`) does: so, e.g. this. `y` does.", ["What else (`x`) does: so, e.g. this.", "`y` does."]),
    ("# Title\n- **It.** It holds.\n  - Two\n    hold.", ["Two hold."]),
    ("| a | b |\n|---|---|\n| c | two hold |", ["two hold"]),
])  # fmt: skip
def test_what_is_not_shown_is_found(text, left):
    assert unshown(text, ["It", "holds"], re.compile("")) == left
