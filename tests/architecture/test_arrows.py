"""Folder = process = privilege: what may import what."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import grimp
import pytest


@pytest.mark.promise("Log: The verifier uses nothing of what writes the log")
def test_imports_follow_the_arrows(top):
    """Every contract of pyproject.toml holds."""
    program = Path(sys.executable).with_name("lint-imports")
    if not program.exists():
        pytest.skip("needs import-linter (make check installs it)")

    done = subprocess.run([program, "--no-logo", "--no-cache"], cwd=top, capture_output=True, encoding="utf-8", check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_room_is_held_to_them(top, rooms, project):
    """A new folder with code in it is packaged, typed and linted like the others, or this fails."""
    inside = {path.parent.name for path in top.glob("*/__init__.py")} - {"installers"}  # no room: nobody imports it
    named = {
        "rooms": set(rooms),
        "wheel": set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]),
        "mypy": set(project["tool"]["mypy"]["files"]) - {"installers"},
        "import-linter": set(project["tool"]["importlinter"]["root_packages"]),
    }

    assert dict.fromkeys(named, inside) == named


def test_no_module_needs_itself(rooms):
    """Wherever an import stands, also in a function: a circle is one module in several files, which no arrow can cut."""
    graph = grimp.build_graph(*rooms, cache_dir=None, exclude_type_checking_imports=True)
    reach = {name: graph.find_upstream_modules(name) for name in graph.modules}

    assert {(name, other) for name in graph.modules for other in reach[name] if name in reach[other]} == set()


@pytest.mark.parametrize("door", ["agent.api.players", "daemon.api.messages"])
def test_a_client_does_not_load_the_server_behind_the_door(door):
    """The messages of an api need nothing of ours but other messages, rules, host, compliance and i18n."""
    graph = grimp.build_graph("agent", "compliance", "daemon", "host", "i18n", "rules", cache_dir=None)
    light = ("rules", "host", "compliance", "i18n", "agent.api", "daemon.api.messages", "daemon.api.status")
    packages = {"agent", "daemon", "daemon.api"}

    behind = {name for name in graph.find_upstream_modules(door) if not name.startswith(light)} - packages

    assert behind == set()
