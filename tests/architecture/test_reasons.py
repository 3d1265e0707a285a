"""Whatever is hushed up, pinned or depended on says why, beside it."""

from __future__ import annotations

import re

import pytest

NOQA = re.compile(r"#\s*(?:ruff:\s*)?noqa(?P<codes>:\s*[A-Z]+\d+(?:[,\s]+[A-Z]+\d+)*)?(?P<reason>.*)$")
IGNORE = re.compile(r"#\s*type:\s*ignore(?P<codes>\[[a-z-]+(?:,\s*[a-z-]+)*\])?(?P<reason>.*)$")
WORDS = re.compile(r"[A-Za-z]{4,}")


@pytest.mark.parametrize("mark", [NOQA, IGNORE], ids=["noqa", "type-ignore"])
def test_every_hushed_line_says_why(modules, mark):
    """`# noqa: X123 - because …`: a code, and a reason on the line, in the comment above or on the mark above."""
    bare = []
    for module in modules:
        explained = False  # by what stands above
        for number, line in enumerate(module.text.splitlines(), 1):
            if found := mark.search(line):
                explained = explained or bool(WORDS.search(found["reason"]))
                if not (found["codes"] and explained):
                    bare.append(f"{module.path}:{number}: {line.strip()}")
            else:
                explained = line.strip().startswith("# ")

    assert bare == []


def test_every_setting_that_loosens_a_check_says_why(top):
    """In pyproject.toml: each ignored rule and name, each relaxed file, each override and each dependency has its reason."""
    section, bare = "", []
    for number, line in enumerate((top / "pyproject.toml").read_text("utf-8").splitlines(), 1):
        text = line.strip()
        if text.startswith("["):
            section = text.strip("[]").partition("]")[0]
        elif _needs_a_reason(section, text) and "#" not in text:
            bare.append(f"{number}: {text}")

    assert bare == []


def _needs_a_reason(section: str, text: str) -> bool:
    item = text.startswith('"') and text.rstrip().endswith(('",', '"', "]"))
    listed = section in {
        "project", "dependency-groups", "tool.ruff.lint", "tool.ruff.lint.per-file-ignores", "tool.vulture",
    }
    loosened = text.startswith(("ignore_missing_imports", "ignore_errors", "unmatched_ignore_imports_alerting"))
    return (listed and item) or loosened
