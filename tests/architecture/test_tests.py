"""What the tests themselves keep to."""

from __future__ import annotations

import ast
import importlib.util
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
ROOMS = {"agent", "cli", "compliance", "daemon", "host", "i18n", "rules", "tests", "uplink", "witness", "words"}
TIMERS = {"process_time", "perf_counter", "thread_time", "getrusage", "cpu_times"}


def measured(text: str) -> list[int]:
    """Lines that time something, or assert how long something took. `assert time.monotonic() < end` is patience, and well."""
    tree = ast.parse(text)
    timed = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr.removesuffix("_ns") in TIMERS]
    asserted = [
        node for claim in ast.walk(tree) if isinstance(claim, ast.Assert) for node in ast.walk(claim)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and "monotonic()" in ast.unparse(node)
    ]  # fmt: skip
    return [node.lineno for node in (*timed, *asserted)]


def test_no_test_asserts_how_long_something_took():
    """On a busy machine it would fail for nothing: `make bench` has bounds of time. Only clocks are held against each other."""
    files = [path for path in TESTS.rglob("test_*.py") if path.relative_to(TESTS).as_posix() != "host/test_clock.py"]
    found = {f"{path.relative_to(TESTS)}:{line}" for path in files for line in measured(path.read_text("utf-8"))}

    assert len(files) > 100
    assert found == set()


@pytest.mark.parametrize(("text", "found"), [
    ("began = time.process_time()", 1), ("from time import perf_counter_ns", 0), ("time.perf_counter_ns()", 1),
    ("assert time.monotonic() - began < 5", 1), ("assert time.monotonic() < end", 0), ("took = time.monotonic() - began", 0),
])  # fmt: skip
def test_what_measures_is_found(text, found):
    assert len(measured(text)) == found


@pytest.mark.skipif(sys.platform != "linux", reason="the gate's benchmark imports what is there on Linux only")
def test_benchmarks_import_what_there_is():
    """Nobody runs them as often as the tests: a name that went would be missed late."""
    taken = {
        (node.module, name.name)
        for path in (TESTS / "bench").glob("*.py") for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in ROOMS for name in node.names
    }  # fmt: skip

    assert len(taken) > 10
    assert [one for one in taken if not hasattr(importlib.import_module(one[0]), one[1]) and not _module(*one)] == []


def _module(package: str, name: str) -> bool:
    return importlib.util.find_spec(f"{package}.{name}") is not None
