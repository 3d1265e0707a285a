"""Adds the texts of the shipped packs, as they are now, to the list of those that were published.

    .venv/bin/python tests/rules/rules_published.py
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from host import VERSION
from rules.packs import published
from rules.packs.shipped import shipped_packs


def written():
    """The list with a line for each text that it lacks, or that is not its pack's last one."""
    lines = published.LINES.split("\n")[1:-1]
    for pack, text in shipped_packs().items():
        digest = sha256(text.encode()).hexdigest()
        if not any(line.endswith(f" {pack} {digest}") for line in lines):
            last = max((at for at, line in enumerate(lines) if line.split(" ")[1] == pack), default=len(lines) - 1)
            lines.insert(last + 1, f"{VERSION} {pack} {digest}")
    return "\n".join(["", *lines, ""])


def main():
    path = Path(published.__file__)
    path.write_text(path.read_text("utf-8").replace(published.LINES, written()), "utf-8")


if __name__ == "__main__":
    main()
