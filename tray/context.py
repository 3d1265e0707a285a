"""What every part of the tray gets: which home it talks to, and in whose language."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from host.clock import wall
from host.homes import Home, HomeError, client_home, language
from i18n.catalogue import Catalogue, Language, reader


@dataclass(frozen=True, slots=True)
class Context:
    """`given` and `lang` are what the command line says; a dialog, a process of its own, is given the same."""

    given: str | None = None
    lang: Language | None = None

    @property
    def home(self) -> Home:
        """Looked for anew each time: a system's home appears when its daemon starts. HomeError."""
        return client_home(self.given)

    @property
    def language(self) -> Language:
        """The one asked for, or that of the environment or the home, whose agent wrote it down for all."""
        setting = None
        with suppress(HomeError):
            setting = language(self.home)
        return reader(self.lang, setting)

    def words(self) -> Catalogue:
        """Of the moment: what is of today is shown without its date."""
        return Catalogue(self.language, now=wall())

    def options(self) -> list[str]:
        """The words that give another process of ours the same context."""
        home = ["--home", self.given] if self.given else []
        return [*home, "--lang", self.language]
