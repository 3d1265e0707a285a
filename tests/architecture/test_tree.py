"""What may lie in the tree."""

from __future__ import annotations

import re

import pytest

# Put together here, so that this file does not name them either. Whoever builds uses what their machine is set up for.
REGISTRIES = tuple(".".join(parts) for parts in (
    ("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("crates", "io"), ("proxy", "golang", "org"),
    ("repo1", "maven", "org"), ("repo", "maven", "apache", "org"), ("deb", "debian", "org"), ("security", "debian", "org"),
))


def test_no_package_registry_is_named(tracked, top):
    """An address in a lock or a script would be used behind the back of a mirror or a proxy."""
    named = [(path.relative_to(top).as_posix(), host) for path in tracked for host in REGISTRIES
             if host.encode() in path.read_bytes()]

    assert named == []


def test_tests_are_no_packages(tracked, top):
    """importmode=importlib: an __init__.py would make test modules shadow the rooms they are named after."""
    assert [path for path in tracked if path.name == "__init__.py" and path.is_relative_to(top / "tests")] == []


@pytest.mark.promise("Servers and rights: The daemon loads only listed packages, and dependencies are pinned by hash")
@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "requirements-bench.lock"])
def test_locks_pin_by_hash_and_name_no_address(top, lock):
    """Every requirement is one version with hashes; no option, no address, no path of the machine that made the lock."""
    text = (top / lock).read_text("utf-8")
    entries = [entry for entry in re.sub(r"\\\n", "", text).splitlines() if entry and not entry.lstrip().startswith("#")]

    assert entries
    assert [entry for entry in entries if not re.match(r"[a-z0-9-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", entry)] == []
    assert [line for line in text.splitlines() if "://" in line or line.startswith("-") or "/" in line.partition("#")[2]] == []


def test_one_version_of_each_package(top):
    """What `make setup` installs is a part of what `make test` installs, version for version."""
    pins = {lock: dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (top / lock).read_text("utf-8"), re.MULTILINE))
            for lock in ("requirements.lock", "requirements-dev.lock")}

    assert pins["requirements.lock"].items() <= pins["requirements-dev.lock"].items()


def test_every_dependency_is_locked(top, project):
    """pyproject.toml and the locks belong together: `make lock` was not forgotten."""
    wanted = {re.match(r"[A-Za-z0-9-]+", line).group(0).lower() for line in project["project"]["dependencies"]}
    locked = set(re.findall(r"^([a-z0-9-]+)==", (top / "requirements.lock").read_text("utf-8"), re.MULTILINE))

    assert wanted - locked == set()


def test_links_between_documents_lead_somewhere(tracked, top):
    """Every relative link in a Markdown file names a file that exists."""
    broken = [f"{path.relative_to(top)}: {target}"
              for path in tracked if path.suffix == ".md"
              for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", path.read_text("utf-8"))
              if not (path.parent / target).exists()]

    assert broken == []


def test_documents_name_files_that_exist(tracked, top):
    """Whoever reads where to change something finds it there."""
    named = {(path.name, word)
             for path in tracked if path.suffix == ".md" and path.parent in {top, top / "docs"}
             for word in re.findall(r"`([a-z_.]+(?:/[\w.*-]+)+/?)`", path.read_text("utf-8"))}

    assert named
    assert sorted(pair for pair in named if not any(top.glob(pair[1].rstrip("/")))) == []
