"""The tree as text and as syntax, read once."""

from __future__ import annotations

import ast
import subprocess
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

TOP = Path(__file__).resolve().parents[2]
ROOMS = ("agent", "cli", "compliance", "daemon", "host", "i18n", "rules", "tray", "uplink", "witness", "words")


def dotted(node: ast.AST) -> str:
    """`a.b.c` as it is written; what is no name is `()`: `().c`."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "()"


@dataclass(frozen=True)
class Module:
    """One Python file: its path from the top with slashes, its text, its syntax tree."""

    path: str
    text: str
    tree: ast.Module

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All of the syntax tree, in no particular order."""
        return list(ast.walk(self.tree))

    @cached_property
    def calls(self) -> set[str]:
        """Dotted names of all that is called here, as written: `datetime.now`, `eval`, `subprocess.run`."""
        return {dotted(node.func) for node in self.nodes if isinstance(node, ast.Call)}

    @cached_property
    def imports(self) -> set[str]:
        """Absolute names of what is imported anywhere in this file: `time`, `time.monotonic`, `agent.api.client`."""
        names: set[str] = set()
        for node in self.nodes:
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
        return names


@pytest.fixture(scope="session")
def top() -> Path:
    return TOP


@pytest.fixture(scope="session")
def rooms() -> tuple[str, ...]:
    return ROOMS


@pytest.fixture(scope="session")
def project() -> dict[str, Any]:
    return tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))


@pytest.fixture(scope="session")
def modules() -> tuple[Module, ...]:
    """Every Python file of every room, never empty."""
    found = []
    for room in ROOMS:
        for path in sorted((TOP / room).rglob("*.py")):
            text = path.read_text("utf-8")
            found.append(Module(path.relative_to(TOP).as_posix(), text, ast.parse(text)))
    assert found
    return tuple(found)


@pytest.fixture(scope="session")
def tracked() -> tuple[Path, ...]:
    """Every file that git tracks; in an unpacked source tree every file outside hidden folders."""
    if not (TOP / ".git").exists():
        parts = (path.relative_to(TOP).parts for path in TOP.rglob("*") if path.is_file())
        return tuple(TOP.joinpath(*names) for names in parts if not any(name.startswith(".") for name in names[:-1]))
    command = ["git", "-c", f"safe.directory={TOP}", "-C", str(TOP), "ls-files", "-z"]
    listed = subprocess.run(command, check=True, capture_output=True).stdout.decode()
    return tuple(path for name in listed.split("\0") if name and (path := TOP / name).is_file())
