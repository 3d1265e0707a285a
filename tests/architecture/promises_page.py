"""Makes docs/promises.md from the marks on tests: `python -m tests.architecture.promises_page`.

A mark is `@pytest.mark.promise("Topic: what holds")`. Several tests may carry the same one.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "promises.md"
HEAD = """# What is promised, and the tests that show it

Generated from the marks on tests (`@pytest.mark.promise`) by `python -m tests.architecture.promises_page`. A test checks
that it is as generated. Paths are below `tests`. [limitations.md](limitations.md) says what is not promised.
"""


def text() -> str:
    topics: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for path in sorted(TESTS.rglob("test_*.py")):
        for promise, test in _marks(path.read_text("utf-8")):
            topic, _, says = promise.partition(": ")
            topics[topic][says].append(f"`{path.relative_to(TESTS).as_posix()}::{test}`")
    parts = [HEAD]
    for topic, promises in sorted(topics.items()):
        parts.append(f"\n## {topic}\n")
        parts += [f"- {says}: {', '.join(tests)}\n" for says, tests in sorted(promises.items())]
    return "".join(parts)


def _marks(source: str) -> list[tuple[str, str]]:
    if "mark.promise(" not in source:
        return []
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    return [
        (ast.literal_eval(mark.args[0]), one.name)
        for one in functions for mark in one.decorator_list
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.promise"
    ]  # fmt: skip


if __name__ == "__main__":
    PAGE.write_text(text(), "utf-8")
