"""Whatever is hushed up, pinned or depended on says why, beside it."""

from __future__ import annotations

import ast
import fnmatch
import re
import tomllib

import pytest
from vulture import Vulture

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


def test_what_is_let_off_as_only_looking_dead_still_looks_dead(top):
    """A name that is called by now, or gone, needs no exception; with one it could die again unseen."""
    settings = tomllib.loads((top / "pyproject.toml").read_text("utf-8"))["tool"]["vulture"]
    looker = Vulture(ignore_decorators=settings["ignore_decorators"])
    looker.scavenge([top / room for room in settings["paths"]])
    dead = [item.name for item in looker.get_unused_code(min_confidence=60)]
    assert [name for name in settings["ignore_names"] if not fnmatch.filter(dead, name)] == []


def test_skips_say_why(top):
    """A test that is skipped or expected to fail tells the reader the reason."""
    bare = [f"{path.relative_to(top)}:{node.lineno}"
            for path in sorted((top / "tests").rglob("*.py")) for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if _skips(node) and not (isinstance(node, ast.Call) and any(word.arg == "reason" for word in node.keywords))]

    assert bare == []


def _skips(node: ast.AST) -> bool:
    """Whether this is `pytest.mark.skipif(…)` or the like; a bare `@pytest.mark.skip` is none of these, but an attribute."""
    marks = {"pytest.mark.skip", "pytest.mark.skipif", "pytest.mark.xfail"}
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return any(ast.unparse(mark) in marks for mark in node.decorator_list)
    return isinstance(node, ast.Call) and ast.unparse(node.func) in marks
