"""The manual and the completions of shells, as our programs give them themselves."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

from cli.help import Part
from cli.man import Manual
from i18n.catalogue import LANGUAGES, Catalogue
from i18n.message import msg
from installers import payload
from installers.linux.packing import packed

# What has a page of its own: (program, the room that it runs, section).
_PROGRAMS: Final = (
    ("giochoi-tray", "tray", 1), ("giochoi-verify", "compliance", 1), ("giochoi-witness", "witness", 1),
    ("giochoi-daemon", "daemon", 8), ("giochoi-agent", "agent", 8), ("giochoi-uplink", "uplink", 8),
)  # fmt: skip
_COMPLETIONS: Final = {
    "bash": "usr/share/bash-completion/completions/giochoi",
    "zsh": "usr/share/zsh/vendor-completions/_giochoi",
    "fish": "usr/share/fish/vendor_completions.d/giochoi.fish",
}
_OPTION: Final = re.compile(r" {2}(\S.*?) {2,}(.+)")


def write(root: Path, version: str, day: date) -> None:
    """Into the folders of `root` where man and shells look. `day` stands in the pages."""
    for language in LANGUAGES:
        place = root / "usr/share/man" / ("" if language == "en" else language)
        manual = Manual(Catalogue(language), day, version)
        pages = [(name, 1, lines) for name, lines in manual.pages()]
        for name, section, lines in (*pages, *_programs(manual, language)):
            packed(place / f"man{section}/{name}.{section}.gz", "\n".join((*lines, "")).encode())
    for shell, file in _COMPLETIONS.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(_said("en", "cli", "completion", shell), "utf-8")


def _programs(manual: Manual, language: str) -> Iterator[tuple[str, int, Iterator[str]]]:
    for name, room, section in _PROGRAMS:
        usage, about, options = read(_said(language, room, "--help"))
        parts = (Part(msg("Commands")), Part(usage=usage, text=about, pairs=options))
        yield name, section, manual.page(name, about.rstrip("."), parts, "giochoi(1)", section)


def read(text: str) -> tuple[str, str, list[tuple[str, str]]]:
    """(usage, what it is, options) of what a program prints for --help."""
    usage, *rest = text.removeprefix("usage: ").splitlines()
    about = next(line for line in rest if line[:1].strip())
    options = [match.group(1, 2) for line in rest if (match := _OPTION.fullmatch(line))]
    return usage, about, [(name, said) for name, said in options if "--help" not in name]


def _said(language: str, room: str, *words: str) -> str:
    """What a program of ours prints. Wide, so that no line is broken."""
    told = os.environ | {"GIOCHOI_LANG": language, "COLUMNS": "400"}
    command = [sys.executable, "-m", room, *words]
    return subprocess.run(command, env=told, cwd=payload.TOP, capture_output=True, check=True, encoding="utf-8").stdout
