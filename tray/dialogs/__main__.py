"""`python -m tray.dialogs NAME [WORDS…] [--home DIR] [--lang vi|en]`: one dialog by itself."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass

from host.homes import Home, HomeError, client_home, language
from i18n.catalogue import LANGUAGES, Language, reader
from i18n.streams import speak_utf8
from tray.dialogs.run import run


@dataclass(frozen=True, slots=True)
class _Context:
    home: Home
    language: Language


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
        print(error, file=sys.stderr)
        return 2
    return run(asked.name, words, _Context(home, spoken))


if __name__ == "__main__":
    sys.exit(main())
