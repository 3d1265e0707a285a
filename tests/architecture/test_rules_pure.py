"""Decisions come from their arguments alone: what `rules` may import, and that it never asks the time."""

from __future__ import annotations

import ast

# What each is for, beside language and data types: zones of the tz database, hashes of pack texts, strict decoding of JSON.
PURE = {
    "__future__", "array", "bisect", "collections", "contextlib", "collections.abc", "dataclasses", "datetime", "decimal",
    "functools", "itertools", "operator", "posixpath", "re", "types", "typing", "unicodedata", "zoneinfo", "msgspec",
    "i18n.message",
}
MORE = {
    "rules/parse.py": {"pydantic"}, "rules/packs/toml.py": {"tomllib"}, "rules/packs/tables.py": {"pydantic", "hashlib"},
    "rules/packs/kinds.py": {"pydantic"}, "rules/packs/schema.py": {"pydantic.json_schema"},
    "rules/packs/shipped.py": {"importlib", "tomllib"}, "rules/packs/params.py": {"difflib"},
}
TABLES = {"rules.packs.tables", "rules.packs.kinds"}
PARSER = {"rules.parse", *TABLES, "rules.packs.schema"}  # the doors are the first and the last
CLOCKS = ("now", "utcnow", "today", "time", "time_ns", "monotonic", "fromtimestamp", "localtime")


def imported(module):
    """The modules that are named in import statements, whatever is taken out of them."""
    for node in module.nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)


def test_rules_import_only_pure_things(modules):
    """No os, pathlib, socket, sqlite3, time or random: nothing to read or write with."""
    strange = {
        (module.path, name) for module in modules if module.path.startswith("rules/") for name in imported(module)
        if name not in PURE | MORE.get(module.path, set()) and name.split(".")[0] != "rules"
    }

    assert strange == set()


def test_rules_never_ask_the_time(modules):
    """Now is a fact. fromtimestamp would bring in the PC's own zone."""
    askers = {
        (module.path, call) for module in modules if module.path.startswith("rules/")
        for call in module.calls if call.rpartition(".")[2] in CLOCKS
    }

    assert askers == set()


def test_only_the_parser_of_packs_knows_pydantic(modules):
    """The daemon imports everything else of rules, and must stay small."""
    users = {
        module.path for module in modules if module.path.startswith("rules/") and PARSER & set(imported(module))
    } - {f"{name.replace('.', '/')}.py" for name in PARSER}

    assert users == set()


def test_nobody_else_reaches_the_parsers_tables(modules):
    """They are its own: the doors are rules.parse and rules.packs.schema."""
    users = {
        module.path for module in modules
        if not module.path.startswith(("rules/", "tests/")) and TABLES & set(imported(module))
    }

    assert users == set()
