"""Picks lines of a lock: those that an interpreter would install, with their hashes and without their markers.

    pick.py LOCK windows|here [--for GROUP] [--without LOCK]

GROUP is how a lock names what asked for a package, such as `pyproject.toml:test`; what its packages need comes along. Run it
with a Python that has pip: pip's own `packaging` judges the markers.
"""

import argparse
import re
from pathlib import Path

from pip._vendor.packaging.markers import default_environment
from pip._vendor.packaging.requirements import Requirement

WINDOWS = {
    "implementation_name": "cpython", "os_name": "nt", "platform_machine": "AMD64", "platform_python_implementation": "CPython",
    "platform_release": "10", "platform_system": "Windows", "platform_version": "10.0.19045", "python_full_version": "3.13.5",
    "implementation_version": "3.13.5", "python_version": "3.13", "sys_platform": "win32",
}
NAME = re.compile(r"^[a-z0-9][^ =]*(?===)")


def entries(lock: Path) -> dict[str, str]:
    """The text of each package by its name."""
    found: dict[str, str] = {}
    name = ""
    for line in lock.read_text(encoding="utf-8").splitlines():
        if match := NAME.match(line):
            name = match[0]
            found[name] = ""
        if name:
            found[name] += line + "\n"
    return found


def wanted(found: dict[str, str], group: str) -> set[str]:
    """What `group` asked for, and what that needs."""
    asked_by = {name: re.findall(r"^    # +(?:via )?(?!via$)(.+)$", text, re.MULTILINE) for name, text in found.items()}
    names: set[str] = set()
    while more := {n for n, by in asked_by.items() if n not in names and any(group in b or b in names for b in by)}:
        names |= more
    return names


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("lock", type=Path)
    parser.add_argument("where", choices=["windows", "here"])
    parser.add_argument("--for", dest="group")
    parser.add_argument("--without", type=Path)
    told = parser.parse_args()
    found = entries(told.lock)
    names = wanted(found, told.group) if told.group else set(found)
    if told.without:
        names -= set(entries(told.without))
    environment = {**default_environment(), **(WINDOWS if told.where == "windows" else {})}
    for name in sorted(names):
        requirement = Requirement(found[name].split("\\", 1)[0])
        if requirement.marker is None or requirement.marker.evaluate(environment):
            print(f"{name}{requirement.specifier}", *re.findall(r"--hash=\S+", found[name]), sep=" \\\n    ")


main()
