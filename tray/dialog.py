"""One dialog, drawn by this system: `run` for `giochoi-tray --dialog NAME WORDS…`, or by itself
`python -m tray.dialog NAME [WORDS…] [--home DIR] [--lang vi|en]`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from host.homes import Home, HomeError, client_home, language
from i18n.catalogue import LANGUAGES, Language, reader
from i18n.streams import speak_utf8
from tray import choose
from tray.dialogs import run as dialogs
from tray.dialogs.run import Context


@dataclass(frozen=True, slots=True)
class _Context:
    home: Home
    language: Language


def run(name: str, words: Sequence[str], context: Context) -> int:
    """Shows the dialog and waits until it is closed; its exit code."""
    return dialogs.run(name, words, context, choose.renderer, choose.as_administrator)


def main(argv: list[str] | None = None) -> int:
    speak_utf8()
    parser = argparse.ArgumentParser(prog="giochoi-tray --dialog", allow_abbrev=False)
    parser.add_argument("name")
    parser.add_argument("--home")
    parser.add_argument("--lang", choices=LANGUAGES)
    asked, words = parser.parse_known_args(argv)
    try:
        home = client_home(asked.home)
        spoken = reader(asked.lang, language(home))
    except HomeError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return run(asked.name, words, _Context(home, spoken))


if __name__ == "__main__":
    sys.exit(main())
